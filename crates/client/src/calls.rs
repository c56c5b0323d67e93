//! What is known of each call besides its answer: a record for whoever watches, and running counts.

use firma_model::time::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// One send and what came of it. Holds no parameters and no answer, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Service asked.
    pub service: String,
    /// Operation asked.
    pub operation: String,
    /// Region of the call, if it has one.
    pub region: Option<String>,
    /// Whether it may change the cloud.
    pub mutating: bool,
    /// 1 for the first send of a call.
    pub attempt: u32,
    /// When it was sent.
    pub at: Timestamp,
    /// Until it could be sent, for the sake of the limits.
    pub waited: Duration,
    /// Until the answer was complete.
    pub duration: Duration,
    /// HTTP status, when an answer came.
    pub http_status: Option<u16>,
    /// The envelope's `status`, when it was an error.
    pub status: Option<String>,
    /// The cloud's request id.
    pub request_id: Option<String>,
    /// `ok`, `no_effect` or `unknown`.
    pub outcome: &'static str,
}

/// Watches calls. Cannot stop or change them, and must not block.
pub trait CallLog: Send + Sync {
    /// One send is over.
    fn record(&self, call: &CallRecord);
}

/// Numbers of sends since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sends that change nothing.
    pub reads: u64,
    /// Sends that may change the cloud.
    pub writes: u64,
    /// Sends that were repetitions (counted above too).
    pub retries: u64,
    /// Answers that said "too many calls".
    pub throttled: u64,
    /// Sends that did not end in success, the throttled among them.
    pub failed: u64,
}

/// The live form of [`Counts`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    reads: AtomicU64,
    writes: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    failed: AtomicU64,
}

impl Counters {
    /// Counts one send.
    pub(crate) fn count(&self, call: &CallRecord, throttled: bool) {
        let add = |counter: &AtomicU64, yes: bool| counter.fetch_add(u64::from(yes), Ordering::Relaxed);
        add(&self.reads, !call.mutating);
        add(&self.writes, call.mutating);
        add(&self.retries, call.attempt > 1);
        add(&self.throttled, throttled);
        add(&self.failed, call.outcome != "ok");
    }

    pub(crate) fn snapshot(&self) -> Counts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            reads: get(&self.reads),
            writes: get(&self.writes),
            retries: get(&self.retries),
            throttled: get(&self.throttled),
            failed: get(&self.failed),
        }
    }
}
