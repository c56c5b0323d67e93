//! A clock that is off: noticed by the date of the cloud's answers, and nothing is changed meanwhile.

use crate::fake::{Script, cloud, error, ok, read, with_header, write};
use firma_client::Outcome;
use serde_json::json;

/// The fake clock begins at 2026-01-01T00:00:00Z.
const NOW: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const LATER: &str = "Thu, 01 Jan 2026 00:20:00 GMT";

#[tokio::test(start_paused = true)]
async fn a_change_is_not_sent_while_the_clock_is_off() {
    let script = Script::new(|n, _| with_header(ok(json!({})), "date", if n == 0 { LATER } else { NOW }));
    let (cloud, _) = cloud(script.clone());
    assert!(matches!(cloud.call_once(write()).await, Outcome::Ok(_)), "nothing is known yet");
    assert_eq!(cloud.skew().map(|millis| millis / 60_000), Some(-20));
    let Outcome::NoEffect(fault) = cloud.call_once(write()).await else { panic!("it was sent") };
    assert!(fault.message.contains("20 minutes behind"), "{fault}");
    assert_eq!(script.count(), 1);
    // Set right, which a read shows.
    cloud.read(read()).await.expect("an answer");
    assert!(matches!(cloud.call_once(write()).await, Outcome::Ok(_)));
}

#[tokio::test(start_paused = true)]
async fn a_refused_signature_is_explained_by_the_clock() {
    let script = Script::new(|_, _| with_header(error(401, "ACCESS_ERROR"), "date", LATER));
    let (first, _) = cloud(script.clone());
    let fault = first.read(read()).await.expect_err("refused");
    assert!(fault.message.contains("this machine's clock is 20 minutes behind the cloud's"), "{fault}");
    let (second, _) = cloud(script);
    let second = second.with_its_own_time();
    let fault = second.read(read()).await.expect_err("refused");
    assert!(!fault.message.contains("clock"), "{fault}");
    assert_eq!(second.skew(), None);
}
