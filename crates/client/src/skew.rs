//! How far this machine's clock is from the cloud's, by the date on the cloud's answers.
//!
//! Times in the journal decide when a call can no longer have an effect, and a client token is good for ten minutes only.
//! A clock that is off makes both wrong, so nothing is changed while it is.

use firma_api::request::{Request, Response};
use firma_model::{
    fault::{Fault, FaultKind},
    time::Timestamp,
};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

/// A clock may be off by this much. Machines that keep time at all are within a second; rules that compare times of two
/// processes allow for it twice.
pub const TOLERATED: Duration = Duration::from_secs(60);

/// The value of "not measured".
const NEVER: i64 = i64::MIN;

/// What the last answer said.
#[derive(Debug)]
pub(crate) struct Skew {
    millis: AtomicI64,
}

impl Skew {
    pub(crate) fn new() -> Skew {
        Skew { millis: AtomicI64::new(NEVER) }
    }

    /// Milliseconds by which this machine is ahead; negative behind. None before the first dated answer.
    pub(crate) fn millis(&self) -> Option<i64> {
        Some(self.millis.load(Ordering::Relaxed)).filter(|millis| *millis != NEVER)
    }

    /// Learns from an answer to what was sent at `sent` and came back at `back`.
    pub(crate) fn learn(&self, response: &Response, sent: Timestamp, back: Timestamp) {
        if let Some(millis) = measured(response, sent, back) {
            self.millis.store(millis, Ordering::Relaxed);
        }
    }

    /// Refuses a change when the clock is off by more than is tolerated.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Fault> {
        let tolerated = i64::try_from(TOLERATED.as_millis()).unwrap_or(i64::MAX);
        match self.millis().filter(|millis| millis.abs() > tolerated) {
            None => Ok(()),
            Some(millis) => Err(Fault {
                kind: FaultKind::Unavailable,
                service: request.service.clone(),
                operation: request.operation.clone(),
                http_status: None,
                code: None,
                status: None,
                message: format!("{}; set it right first, nothing was sent", sentence(millis)),
                request_id: None,
            }),
        }
    }
}

/// A difference of clocks in words.
pub fn sentence(millis: i64) -> String {
    let seconds = millis.unsigned_abs() / 1000;
    let amount = match seconds {
        0..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 30) / 60),
    };
    let side = if millis > 0 { "ahead of" } else { "behind" };
    format!("this machine's clock is {amount} {side} the cloud's")
}

/// The difference that an answer proves: its date has no fractions, and lies between sending and return where clocks agree.
fn measured(response: &Response, sent: Timestamp, back: Timestamp) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(response.header("date")?.trim()).ok()?.timestamp().as_millisecond();
    let (earliest, latest) = (Timestamp(date), Timestamp(date + 999));
    Some(match (sent.millis_since(latest), back.millis_since(earliest)) {
        (ahead, _) if ahead > 0 => ahead,
        (_, behind) if behind < 0 => behind,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_answer_proves_counts() {
        let at = |seconds: i64| Timestamp::parse("2026-01-15T10:00:00Z").expect("a time").plus_millis(seconds * 1000);
        let date = "Thu, 15 Jan 2026 10:00:00 GMT";
        let cases = [(0, 0, 0), (-5, 40, 0), (30, 31, 29_001), (-90, -80, -80_000), (1200, 1201, 1_199_001)];
        for (sent, back, expected) in cases {
            let response =
                Response { status: 200, headers: vec![("date".to_owned(), date.to_owned())], body: Vec::new() };
            assert_eq!(measured(&response, at(sent), at(back)), Some(expected), "{sent} {back}");
        }
        for headers in [vec![], vec![("date".to_owned(), "yesterday".to_owned())]] {
            let response = Response { status: 200, headers, body: Vec::new() };
            assert_eq!(measured(&response, at(0), at(0)), None);
        }
        assert_eq!(sentence(1_199_001), "this machine's clock is 20 minutes ahead of the cloud's");
        assert_eq!(sentence(-61_000), "this machine's clock is 61 seconds behind the cloud's");
    }
}
