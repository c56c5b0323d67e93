//! Reads are repeated while that may help, within bounds, and never when it cannot.

use crate::fake::{Records, Script, cloud, error, lost, ok, read, refused, with_header};
use firma_client::{Cloud, RetrySettings};
use firma_model::fault::FaultKind;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn transient_faults_pass() {
    for first in [error(500, "INTERNAL"), error(503, "UNAVAILABLE"), lost(), refused(), error(429, "RATE_LIMIT")] {
        let script = Script::new(move |n, _| if n < 2 { first.clone() } else { ok(json!({"vpcs": []})) });
        let (cloud, _) = cloud(script.clone());
        assert_eq!(cloud.read(read()).await, Ok(json!({"vpcs": []})));
        assert_eq!(script.count(), 3);
        assert_eq!(cloud.counts().retries, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_will_not_change_is_asked_once() {
    for (answer, kind) in [
        (error(404, "NOT_FOUND"), FaultKind::NotFound),
        (error(400, "INVALID_ARGUMENT"), FaultKind::Invalid),
        (error(401, "UNAUTHENTICATED"), FaultKind::Denied),
        (error(429, "QUOTA_EXCEEDED"), FaultKind::Quota),
    ] {
        let script = Script::new(move |_, _| answer.clone());
        let (cloud, _) = cloud(script.clone());
        assert_eq!(cloud.read(read()).await.expect_err("refused").kind, kind);
        assert_eq!(script.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded() {
    // The deadline is out of the way: slowed down after each refusal, twelve attempts take a while.
    let settings = RetrySettings { deadline: Duration::from_secs(3600), ..RetrySettings::default() };
    for (answer, attempts) in [
        (error(500, "INTERNAL"), settings.attempts),
        (refused(), settings.attempts_unreached),
        (error(429, "RATE_LIMIT"), settings.attempts_throttled),
    ] {
        let script = Script::new(move |_, _| answer.clone());
        let (cloud, clock) = cloud(script.clone());
        let cloud = cloud.with_retry(settings);
        let fault = cloud.read(read()).await.expect_err("it never answers");
        assert_eq!(script.count(), attempts as usize);
        assert!(fault.message.ends_with(&format!("(gave up after {attempts} attempts)")), "{fault}");
        assert!(clock.elapsed() < Duration::from_secs(600), "{:?}", clock.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_it_early() {
    let script = Script::new(|_, _| with_header(error(503, "UNAVAILABLE"), "retry-after", "100"));
    let (cloud, clock) = cloud(script.clone());
    cloud.read(read()).await.expect_err("it never answers");
    // At 0 s and 100 s; the next would be at 200 s, past the deadline.
    assert_eq!(script.count(), 2);
    assert!(clock.elapsed() < Duration::from_secs(180));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_by_everyone() {
    let script = Script::new(|n, _| match n {
        0 => with_header(error(429, "RATE_LIMIT"), "retry-after", "30"),
        _ => ok(json!({})),
    });
    let (cloud, clock) = cloud(script.clone());
    cloud.read(read()).await.expect("the second time");
    assert!(script.gaps()[0] >= Duration::from_secs(30), "{:?}", script.gaps());
    assert!(clock.elapsed() < Duration::from_secs(40));
}

#[tokio::test(start_paused = true)]
async fn a_seed_gives_the_same_pauses_again() {
    let gaps = async |seed| {
        let script = Script::new(|n, _| if n < 5 { error(500, "INTERNAL") } else { ok(json!({})) });
        let (cloud, _) = cloud(script.clone());
        let cloud: Cloud = cloud.with_seed(seed);
        cloud.read(read()).await.expect("at last");
        script.gaps()
    };
    assert_eq!(gaps(3).await, gaps(3).await);
    assert_ne!(gaps(3).await, gaps(4).await);
}

#[tokio::test(start_paused = true)]
async fn every_send_is_recorded() {
    let script = Script::new(|n, _| if n == 0 { error(500, "INTERNAL") } else { ok(json!({})) });
    let (cloud, _) = cloud(script);
    let records = Arc::new(Records::default());
    let cloud = cloud.with_log(records.clone());
    cloud.read(read()).await.expect("the second time");
    let records = records.0.lock().expect("no panic");
    let seen: Vec<_> = records
        .iter()
        .map(|r| (r.attempt, r.outcome, r.http_status, r.status.as_deref(), r.request_id.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [(1, "unknown", Some(500), Some("INTERNAL"), Some("req-bad")), (2, "ok", Some(200), None, Some("req-ok")),]
    );
    assert_eq!((records[0].service.as_str(), records[0].operation.as_str()), ("vpc", "describeVpcs"));
    let counts = cloud.counts();
    assert_eq!((counts.reads, counts.writes, counts.retries, counts.failed), (2, 0, 1, 1));
}
