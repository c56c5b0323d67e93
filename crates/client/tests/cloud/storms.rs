//! Storms: the cloud refuses everything for a while. Nothing is lost, nobody starves, no herd comes when it is over, and the
//! full pace is back soon.

use crate::fake::{self, PausedClock, Script, error, ok, with_header, write};
use firma_api::transport::{Clock, Transport};
use firma_client::{Limiter, Outcome, Priority};
use firma_model::time::Timestamp;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const REGION: Option<&str> = Some("cn-north-1");

/// What a storm did: when each call left, in seconds of the test, and when all were done.
struct Storm {
    sent: Vec<f64>,
    done: usize,
    rate: f64,
}

/// Callers with work for ten minutes of calls, all at once, while the cloud refuses everything in `from..to` seconds; then
/// what left until `until` seconds.
async fn storm(from: u64, to: u64, retry_after: Option<&'static str>, until: u64) -> Storm {
    let start = Instant::now();
    let script = Script::new(move |_, _| {
        let now = start.elapsed();
        if now < Duration::from_secs(from) || now >= Duration::from_secs(to) {
            return ok(json!({}));
        }
        let refused = error(429, "RATE_LIMIT");
        match retry_after {
            Some(after) => with_header(refused, "retry-after", after),
            None => refused,
        }
    });
    let (cloud, _) = fake::cloud(script.clone() as Arc<dyn Transport>);
    let cloud = Arc::new(cloud);
    // As the engine does: a few calls under way, each begun when the one before is over.
    let workers: Vec<_> = (0..64)
        .map(|_| {
            let cloud = cloud.clone();
            tokio::spawn(async move {
                let mut done = 0;
                loop {
                    match cloud.call_once(write()).await {
                        Outcome::Ok(_) => done += 1,
                        other => panic!("given up: {other:?}"),
                    }
                    if start.elapsed() > Duration::from_secs(until) {
                        return done;
                    }
                }
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.expect("no caller gives up");
    }
    let sent = script.times().into_iter().map(|at| (at - start).as_secs_f64()).collect();
    Storm { sent, done, rate: cloud.limiter().rate("vpc", REGION) }
}

impl Storm {
    fn between(&self, from: f64, to: f64) -> usize {
        self.sent.iter().filter(|at| (from..to).contains(*at)).count()
    }

    /// Most calls in any second from here on.
    fn most_in_a_second(&self, from: f64) -> usize {
        let late: Vec<f64> = self.sent.iter().copied().filter(|at| *at >= from).collect();
        late.iter()
            .enumerate()
            .map(|(i, at)| late[i..].iter().take_while(|t| **t < at + 1.0).count())
            .max()
            .unwrap_or(0)
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_storm_without_advice_the_pace_is_soon_back() {
    let storm = storm(60, 90, None, 300).await;
    let refused = storm.between(60.0, 90.0);
    assert!(refused <= 130, "{refused} calls into the storm");
    assert!(storm.between(60.0, 61.0) <= 30, "what was under way, and no more");
    // A minute and a half after the storm all is as before.
    assert!(storm.between(180.0, 240.0) >= 950, "{} in that minute", storm.between(180.0, 240.0));
    assert!((storm.rate - 1000.0).abs() < 1.0, "{}", storm.rate);
    assert!(storm.most_in_a_second(90.0) <= 18, "{} at once after the storm", storm.most_in_a_second(90.0));
    assert!(storm.done >= 2_500, "{}", storm.done);
}

#[tokio::test(start_paused = true)]
async fn advice_is_followed_and_no_herd_comes_after_it() {
    let storm = storm(60, 70, Some("20"), 300).await;
    let first = storm.sent.iter().copied().find(|at| *at > 60.5).expect("it goes on");
    assert!((79.9..85.0).contains(&first), "nothing leaves before: {first}");
    assert!(storm.between(60.0, 79.9) <= 20, "{}", storm.between(60.0, 79.9));
    assert!(storm.most_in_a_second(79.0) <= 18, "{} at once", storm.most_in_a_second(79.0));
    // One refusal, half the rate: regained within half a minute of calls.
    assert!(storm.between(110.0, 170.0) >= 950, "{}", storm.between(110.0, 170.0));
}

#[tokio::test(start_paused = true)]
async fn a_storm_in_one_place_is_none_in_another() {
    let clock = PausedClock::new();
    let limiter = Limiter::new(clock.clone());
    limiter.throttled("vpc", REGION, clock.now(), Some(Duration::from_secs(60)));
    let start = Instant::now();
    for (service, region) in [("vm", REGION), ("vpc", Some("cn-east-2"))] {
        for _ in 0..50 {
            limiter.acquire(service, region, Priority::Normal).await;
        }
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

/// Two floods, of new work and of looks, for ten minutes at this limit: how many of each left.
async fn floods(limit: u32, cut: bool) -> (usize, usize) {
    let clock = PausedClock::new();
    let limiter = Arc::new(Limiter::new(clock.clone()).with_default(limit));
    if cut {
        for _ in 0..20 {
            limiter.throttled("vpc", REGION, clock.now(), None);
            tokio::time::advance(Duration::from_secs(2)).await;
        }
    }
    let end = clock.now().plus_millis(600_000);
    let flood = |priority| {
        let workers: Vec<_> =
            (0..50).map(|_| tokio::spawn(one_flood(limiter.clone(), clock.clone(), priority, end))).collect();
        async move {
            let mut count = 0;
            for worker in workers {
                count += worker.await.expect("no panic");
            }
            count
        }
    };
    tokio::join!(flood(Priority::Normal), flood(Priority::Reserved))
}

async fn one_flood(limiter: Arc<Limiter>, clock: Arc<PausedClock>, priority: Priority, end: Timestamp) -> usize {
    let mut count = 0;
    while clock.now() < end {
        limiter.acquire("vpc", REGION, priority).await;
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn neither_flood_starves_the_other() {
    for (limit, cut, all) in [(1000, false, 10_000), (1000, true, 200), (60, false, 600), (10, false, 100)] {
        let (new, looks) = floods(limit, cut).await;
        assert!(new * 5 >= all * 2, "{limit}: {new} of new work, {looks} looks");
        assert!(looks * 5 >= all * 2, "{limit}: {new} of new work, {looks} looks");
    }
}

#[tokio::test(start_paused = true)]
async fn one_flood_alone_has_nearly_everything() {
    let clock = PausedClock::new();
    let limiter = Arc::new(Limiter::new(clock.clone()));
    let end = clock.now().plus_millis(600_000);
    let new = one_flood(limiter, clock, Priority::Normal, end).await;
    assert!(new >= 9_900, "{new}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_neither_blocks_nor_floods() {
    // The clock of a machine may be set while a run is under way; the limiter asks it and nothing else.
    struct Jumping(std::sync::atomic::AtomicI64, Arc<PausedClock>);
    impl Clock for Jumping {
        fn now(&self) -> Timestamp {
            self.1.now().plus_millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
        }
        fn sleep(&self, duration: Duration) -> firma_api::transport::BoxFuture<'_, ()> {
            self.1.sleep(duration)
        }
    }
    for jump in [-3_600_000, 3_600_000] {
        let clock = Arc::new(Jumping(0.into(), PausedClock::new()));
        let limiter = Limiter::new(clock.clone());
        for _ in 0..200 {
            limiter.acquire("vpc", REGION, Priority::Normal).await;
        }
        clock.0.store(jump, std::sync::atomic::Ordering::SeqCst);
        let start = Instant::now();
        for _ in 0..200 {
            limiter.acquire("vpc", REGION, Priority::Normal).await;
        }
        let took = start.elapsed();
        assert!(took <= Duration::from_secs(15) && took >= Duration::from_secs(6), "{jump}: {took:?}");
    }
}
