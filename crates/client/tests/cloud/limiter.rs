//! The pace: within the limit of any minute, slower after refusals, recovering, and fair.

use crate::fake::PausedClock;
use firma_api::transport::Clock;
use firma_client::{Limiter, Priority};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const REGION: Option<&str> = Some("cn-north-1");

fn limiter(per_minute: u32) -> Limiter {
    timed(per_minute).0
}

fn timed(per_minute: u32) -> (Limiter, Arc<PausedClock>) {
    let clock = PausedClock::new();
    (Limiter::new(clock.clone()).with_default(per_minute), clock)
}

async fn take(limiter: &Limiter, calls: usize) -> Vec<Instant> {
    let mut times = Vec::new();
    for _ in 0..calls {
        limiter.acquire("vpc", REGION, Priority::Normal).await;
        times.push(Instant::now());
    }
    times
}

#[tokio::test(start_paused = true)]
async fn no_minute_holds_more_than_the_limit() {
    for limit in [60, 1000] {
        let limiter = limiter(limit);
        let start = Instant::now();
        let times = take(&limiter, 3 * limit as usize).await;
        for (index, first) in times.iter().enumerate() {
            let within = times[index..].iter().take_while(|t| **t - *first < Duration::from_secs(60)).count();
            assert!(within <= limit as usize, "{within} calls in the minute after call {index}");
        }
        let best = Duration::from_secs(180);
        assert!(start.elapsed() <= best.mul_f64(1.1), "{limit}: {:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_stack_does_not_wait() {
    let limiter = limiter(1000);
    let start = Instant::now();
    take(&limiter, 70).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn services_and_regions_have_their_own_pace() {
    let limiter = limiter(60).with_limit("vm", 6000);
    let start = Instant::now();
    take(&limiter, 5).await;
    for _ in 0..5 {
        limiter.acquire("vpc", Some("cn-east-2"), Priority::Normal).await;
        limiter.acquire("disk", REGION, Priority::Normal).await;
        limiter.acquire("disk", None, Priority::Normal).await;
    }
    for _ in 0..300 {
        limiter.acquire("vm", REGION, Priority::Normal).await;
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn refusals_halve_the_rate_and_successes_restore_it() {
    let (limiter, clock) = timed(1000);
    let sent = clock.now();
    limiter.throttled("vpc", REGION, sent, None);
    // What left before the rate was cut and is refused later says nothing about the new rate.
    limiter.throttled("vpc", REGION, sent, None);
    tokio::time::advance(Duration::from_secs(5)).await;
    limiter.throttled("vpc", REGION, sent, None);
    assert!((limiter.rate("vpc", REGION) - 500.0).abs() < 0.5);
    tokio::time::advance(Duration::from_secs(2)).await;
    limiter.throttled("vpc", REGION, clock.now(), None);
    assert!((limiter.rate("vpc", REGION) - 250.0).abs() < 0.5);
    for _ in 0..40 {
        tokio::time::advance(Duration::from_secs(10)).await;
        limiter.throttled("vpc", REGION, clock.now(), None);
    }
    assert!((limiter.rate("vpc", REGION) - 20.0).abs() < 0.5, "a floor");
    for second in 1..=60 {
        tokio::time::advance(Duration::from_secs(1)).await;
        // Many successes in a second count as one.
        for _ in 0..50 {
            limiter.answered("vpc", REGION);
        }
        assert!(limiter.rate("vpc", REGION) <= 20.0 + 20.0 * f64::from(second) + 0.5);
    }
    assert!((limiter.rate("vpc", REGION) - 1000.0).abs() < 0.5, "restored: {}", limiter.rate("vpc", REGION));
}

#[tokio::test(start_paused = true)]
async fn nothing_leaves_before_retry_after() {
    let (limiter, clock) = timed(1000);
    limiter.throttled("vpc", REGION, clock.now(), Some(Duration::from_secs(20)));
    let start = Instant::now();
    limiter.acquire("vpc", REGION, Priority::Reserved).await;
    assert!(start.elapsed() >= Duration::from_secs(20));
    assert!(start.elapsed() < Duration::from_secs(22));
    limiter.throttled("vpc", REGION, clock.now(), Some(Duration::from_secs(86_400)));
    let start = Instant::now();
    limiter.acquire("vpc", REGION, Priority::Normal).await;
    assert!(start.elapsed() < Duration::from_secs(310), "a nonsensical wish is cut");
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_given_back_is_there_for_the_next() {
    let limiter = limiter(60);
    let start = Instant::now();
    take(&limiter, 5).await;
    for _ in 0..200 {
        limiter.give_back("vpc", REGION);
        take(&limiter, 1).await;
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn new_work_that_waits_is_seen_and_so_is_its_going_away() {
    let limiter = Arc::new(limiter(60));
    take(&limiter, 5).await;
    assert!(!limiter.is_pressed("vpc", REGION));
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire("vpc", REGION, Priority::Normal).await }
    });
    tokio::task::yield_now().await;
    assert!(limiter.is_pressed("vpc", REGION));
    assert!(!limiter.is_pressed("vpc", Some("cn-east-2")));
    waiting.abort();
    assert!(waiting.await.is_err());
    assert!(!limiter.is_pressed("vpc", REGION), "who was dropped waits no more");
}

#[tokio::test(start_paused = true)]
async fn a_flood_leaves_room_for_waits() {
    let limiter = Arc::new(limiter(1000));
    let flood: Vec<_> = (0..500)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move {
                limiter.acquire("vpc", REGION, Priority::Normal).await;
                Instant::now()
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    for _ in 0..5 {
        limiter.acquire("vpc", REGION, Priority::Reserved).await;
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "the reserve is there at once");
    let mut times = Vec::new();
    for task in flood {
        times.push(task.await.expect("no panic"));
    }
    assert!(times.is_sorted(), "first come, first served");
    assert!(start.elapsed() < Duration::from_secs(40));
}
