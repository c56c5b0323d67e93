//! The real clock: the system's time of day, and sleeping on tokio's timer.

use firma_api::transport::{BoxFuture, Clock};
use firma_model::time::Timestamp;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The clock of a real run.
///
/// The time of day is read afresh every time rather than derived from a monotonic start: a machine that was suspended
/// must sign with the time it is, not with the time it missed.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
