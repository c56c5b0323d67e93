//! Time in the laboratory: tokio's paused time, as a wall clock that can be set wrong.

use firma_api::{BoxFuture, Clock};
use firma_model::time::Timestamp;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use tokio::time::Instant;

/// Wall-clock time that is tokio's, give or take what it is off by. Sleeping is not affected by that: it is the machine's
/// monotonic clock.
pub struct VirtualClock {
    base: Timestamp,
    start: Instant,
    off: AtomicI64,
}

impl VirtualClock {
    /// A clock that is right and begins on 15 January 2026.
    pub fn new() -> VirtualClock {
        VirtualClock::at(Timestamp::parse("2026-01-15T10:00:00Z").unwrap())
    }

    /// A clock that shows this time now.
    pub fn at(base: Timestamp) -> VirtualClock {
        VirtualClock { base, start: Instant::now(), off: AtomicI64::new(0) }
    }

    /// Another clock over the same time, with an error of its own.
    pub fn another(&self) -> VirtualClock {
        VirtualClock { base: self.base, start: self.start, off: AtomicI64::new(self.off.load(Ordering::SeqCst)) }
    }

    /// Puts it ahead by this many milliseconds, or behind by as many; 0 sets it right.
    pub fn set_off(&self, millis: i64) {
        self.off.store(millis, Ordering::SeqCst);
    }

    /// What it is off by.
    pub fn off(&self) -> i64 {
        self.off.load(Ordering::SeqCst)
    }
}

impl Default for VirtualClock {
    fn default() -> VirtualClock {
        VirtualClock::new()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.base.plus_millis(self.start.elapsed().as_millis() as i64 + self.off())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
