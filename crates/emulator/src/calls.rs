//! The log of calls: what was asked, and how it ended.

use crate::clock::Moment;
use serde_json::{Value, json};

/// Most calls a world keeps by itself; the older half goes when there are as many.
pub const KEPT: usize = 1_000_000;

/// One call as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Emulated time.
    pub at: Moment,
    /// Service id; empty when the request named none.
    pub service: String,
    /// Operation; empty when no operation was found.
    pub operation: String,
    /// Region; empty for calls without one.
    pub region: String,
    /// HTTP status of the answer.
    pub code: u16,
    /// `OK`, or the status word of the error.
    pub status: String,
    /// Id in the answer.
    pub request_id: String,
    /// Whether the operation is one that changes the cloud.
    pub mutating: bool,
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
        })
    }
}
