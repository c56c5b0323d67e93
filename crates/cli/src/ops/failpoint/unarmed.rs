//! What the ordinary program has instead of failpoints: nothing.

use firma_api::transport::{Clock, Transport};
use firma_client::WallClock;
use firma_engine::Commit;
use firma_plan::recover::SETTLE_MILLIS;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Nothing is read.
pub(crate) fn arm(_: &BTreeMap<String, String>) {}

/// Nothing happens.
pub(crate) fn at(_: &'static str) {}

/// The journal as it is.
pub(crate) fn commit(commit: Commit) -> Commit {
    commit
}

/// The cloud as it is.
pub(crate) fn transport(transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
    transport
}

/// The machine's clock.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(WallClock)
}

/// How long a recovery looks before absence proves something, in milliseconds.
pub(crate) fn settling() -> i64 {
    SETTLE_MILLIS
}

/// The time as it is.
pub(crate) fn real(duration: Duration) -> Duration {
    duration
}
