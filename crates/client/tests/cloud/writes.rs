//! A change is sent again only where nothing can have happened.

use crate::fake::{Answer, Script, cloud, error, lost, ok, refused, write};
use firma_api::transport::TransportError;
use firma_client::{Outcome, Priority};
use firma_model::fault::{Fault, FaultKind};
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test(start_paused = true)]
async fn throttled_or_unreached_is_sent_again() {
    for first in [error(429, "RATE_LIMIT"), refused()] {
        let script = Script::new(move |n, _| if n < 2 { first.clone() } else { ok(json!({"vpcId": "vpc-a"})) });
        let (cloud, _) = cloud(script.clone());
        assert_eq!(cloud.call_once(write()).await.into_result(), Ok(json!({"vpcId": "vpc-a"})));
        assert_eq!(script.count(), 3);
        assert!(script.sent().iter().all(|request| *request == write()), "the same request every time");
    }
}

#[tokio::test(start_paused = true)]
async fn everything_else_is_sent_once() {
    let html: Answer = ok(json!({})).map(|mut r| {
        r.body = b"<html>".to_vec();
        r
    });
    let nameless: Answer = error(429, "RATE_LIMIT").map(|mut r| {
        r.body = b"slow down".to_vec();
        r
    });
    for answer in [
        lost(),
        html,
        nameless,
        error(500, "INTERNAL"),
        error(503, "UNAVAILABLE"),
        error(409, "ALREADY_EXISTS"),
        error(409, "ABORTED"),
        error(429, "SOMETHING_NEW"),
    ] {
        let script = Script::new({
            let answer = answer.clone();
            move |_, _| answer.clone()
        });
        let (cloud, _) = cloud(script.clone());
        let outcome = cloud.call_once(write()).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{answer:?} {outcome:?}");
        assert_eq!(script.count(), 1, "{answer:?}");
    }
    for answer in [
        error(400, "INVALID_ARGUMENT"),
        error(400, "FAILED_PRECONDITION"),
        error(403, "PERMISSION_DENIED"),
        error(404, "NOT_FOUND"),
        error(429, "QUOTA_EXCEEDED"),
        Err(TransportError::Unsendable("no".into())),
    ] {
        let script = Script::new({
            let answer = answer.clone();
            move |_, _| answer.clone()
        });
        let (cloud, _) = cloud(script.clone());
        assert!(matches!(cloud.call_once(write()).await, Outcome::NoEffect(_)), "{answer:?}");
        assert_eq!(script.count(), 1, "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_answer_after_harmless_ones_ends_it() {
    let script = Script::new(|n, _| match n {
        0 => refused(),
        1 => error(429, "RATE_LIMIT"),
        _ => lost(),
    });
    let (cloud, _) = cloud(script.clone());
    let outcome = cloud.call_once(write()).await;
    assert!(matches!(outcome, Outcome::Unknown(ref fault) if fault.kind == FaultKind::Ambiguous), "{outcome:?}");
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_storm_ends_after_bounded_attempts_without_effect() {
    let script = Script::new(|_, _| error(429, "RATE_LIMIT"));
    let (cloud, _) = cloud(script.clone());
    let Outcome::NoEffect(fault) = cloud.call_once(write()).await else { panic!("nothing happened") };
    assert_eq!(fault.kind, FaultKind::Throttled);
    assert!((2..=12).contains(&script.count()));
    assert_eq!(cloud.counts().throttled, script.count() as u64);
}

#[tokio::test(start_paused = true)]
async fn the_guard_is_asked_before_every_send() {
    let script = Script::new(|_, _| refused());
    let (cloud, _) = cloud(script.clone());
    let asked = AtomicU32::new(0);
    #[expect(clippy::result_large_err, reason = "the shape of a guard")]
    let guard = || match asked.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Ok(()),
        _ => Err(Fault {
            kind: FaultKind::Unavailable,
            service: "vpc".into(),
            operation: "createVpc".into(),
            http_status: None,
            code: None,
            status: None,
            message: "the lease runs out".into(),
            request_id: None,
        }),
    };
    let outcome = cloud.call_guarded(write(), Priority::Normal, &guard).await;
    assert!(matches!(outcome, Outcome::NoEffect(ref fault) if fault.message == "the lease runs out"), "{outcome:?}");
    assert_eq!(script.count(), 2);
}
