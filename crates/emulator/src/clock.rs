//! Emulated time: the caller's time plus an offset, and never backwards.

use firma_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in emulated time, milliseconds since 1970 UTC; serialised as that number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// This much later.
    pub fn plus(self, millis: i64) -> Moment {
        Moment(self.0.saturating_add(millis))
    }

    /// As the vocabulary's timestamp.
    pub fn timestamp(self) -> Timestamp {
        Timestamp(self.0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

/// How emulated time follows the caller's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldClock {
    /// Added to the caller's time.
    pub offset_millis: i64,
    /// The latest moment anybody has seen.
    pub last: Moment,
}

impl WorldClock {
    /// Emulated time for the caller's `now`. A caller whose clock was set back sees time stand still.
    pub fn read(&mut self, now: Timestamp) -> Moment {
        self.last = self.last.max(Moment(now.0.saturating_add(self.offset_millis)));
        self.last
    }
}
