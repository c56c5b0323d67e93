//! A clock that a test can hurry: sixty seconds of settling need not take sixty seconds.
//!
//! The file is read at every look, so that a test can let hours pass while a process stands still. All processes of a test
//! name the same file and so agree on the time. What runs on the machine's own time (sockets, SQLite's waiting for a lock)
//! is shortened by [`real`] or left as it is.

use firma_api::transport::{BoxFuture, Clock};
use firma_client::WallClock;
use firma_model::time::Timestamp;
use firma_plan::recover::SETTLE_MILLIS;
use std::{
    fs,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();

/// At most this long, in real time, before the file is looked at again.
const LOOK: Duration = Duration::from_millis(20);

/// Since when, how many times as fast, how much is added.
#[derive(Clone, Copy)]
struct Pace {
    epoch: i64,
    times: i64,
    ahead: i64,
}

pub(super) fn set(file: Option<PathBuf>) {
    // Only the first counts, and there is only one.
    let _ = FILE.set(file);
}

fn pace() -> Option<Pace> {
    let text = fs::read_to_string(FILE.get()?.as_ref()?).expect("BUG: the clock's file cannot be read");
    let numbers: Vec<i64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [epoch, times, ahead] = numbers[..] else { panic!("BUG: the clock's file says `{text}`") };
    Some(Pace { epoch, times, ahead })
}

/// The clock of everything.
pub(crate) fn clock() -> Arc<dyn Clock> {
    if FILE.get().is_some_and(Option::is_some) { Arc::new(Hurried) } else { Arc::new(WallClock) }
}

/// How long something takes on the machine's own clock.
pub(crate) fn real(duration: Duration) -> Duration {
    let times = pace().map_or(1, |pace| pace.times.max(1));
    duration / u32::try_from(times).unwrap_or(u32::MAX)
}

/// How long a recovery looks before absence proves something, in milliseconds, on the machine's own clock.
pub(crate) fn settling() -> i64 {
    SETTLE_MILLIS / pace().map_or(1, |pace| pace.times.max(1))
}

struct Hurried;

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        let now = WallClock.now();
        match pace() {
            Some(pace) => Timestamp(pace.epoch + (now.0 - pace.epoch) * pace.times + pace.ahead),
            None => now,
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let end = self.now().plus_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
            loop {
                let left = end.millis_since(self.now());
                let Ok(left @ 1..) = u64::try_from(left) else { return };
                WallClock.sleep(real(Duration::from_millis(left)).clamp(Duration::from_millis(1), LOOK)).await;
            }
        })
    }
}
