//! The log of calls: what was asked, how it ended, what came and went.

use crate::call::Parameters;
use crate::clock::Moment;
use serde_json::{Value, json};

/// Most calls a world keeps by itself; the older half goes when there are as many.
pub const KEPT: usize = 1_000_000;

/// Status of a call that a fault kept from arriving.
pub const NOT_RECEIVED: &str = "NOT_RECEIVED";

/// One call as the log shows it. A request that a fault delivers twice is two calls of one request id; a late one is
/// logged when it is sent, as not received, and again when it arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRecord {
    /// Emulated time.
    pub at: Moment,
    /// Service id; empty when the request named none.
    pub service: String,
    /// Operation; empty when no operation was found.
    pub operation: String,
    /// Region; empty for calls without one.
    pub region: String,
    /// HTTP status of the answer, whether or not the answer arrived; 0 when the request did not.
    pub code: u16,
    /// `OK`, the status word of the error, or [`NOT_RECEIVED`].
    pub status: String,
    /// Id in the answer.
    pub request_id: String,
    /// Whether the operation is one that changes the cloud.
    pub mutating: bool,
    /// What went wrong on purpose: the word of the fault's kind.
    pub injected: Option<String>,
    /// Whether the cloud is another than before.
    pub changed: bool,
    /// Parameters of a mutating call, passwords included: for whoever holds the world in memory, never shown or kept.
    pub parameters: Parameters,
    /// Ids of the objects it made, also of those that came along.
    pub made: Vec<String>,
    /// Ids of the objects it deleted or began to delete. What a job takes along later is not among them.
    pub unmade: Vec<String>,
}

impl CallRecord {
    /// As `firma emulator log --format json` prints it.
    pub fn view(&self, seq: u64) -> Value {
        json!({
            "seq": seq,
            "time": self.at.to_string(),
            "service": self.service,
            "operation": self.operation,
            "region": self.region,
            "code": self.code,
            "status": self.status,
            "requestId": self.request_id,
            "mutating": self.mutating,
            "injected": self.injected,
            "changed": self.changed,
            "made": self.made,
            "unmade": self.unmade,
        })
    }
}
