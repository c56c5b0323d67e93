//! What the world did to us: a call that failed, or whose answer is unknown.

use std::fmt;

/// The classes of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// No permission, wrong key, disabled key.
    Denied,
    /// The cloud refused the request's content or the object's state.
    Invalid,
    /// No such object.
    NotFound,
    /// It exists already, or somebody else is at it.
    Conflict,
    /// Too many calls.
    Throttled,
    /// A quota is used up.
    Quota,
    /// The service cannot answer now, or nothing could be sent.
    Unavailable,
    /// Sent, and the answer is unknown.
    Ambiguous,
}

impl FaultKind {
    /// As stored and printed in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            FaultKind::Denied => "denied",
            FaultKind::Invalid => "invalid",
            FaultKind::NotFound => "not_found",
            FaultKind::Conflict => "conflict",
            FaultKind::Throttled => "throttled",
            FaultKind::Quota => "quota",
            FaultKind::Unavailable => "unavailable",
            FaultKind::Ambiguous => "ambiguous",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<FaultKind> {
        Some(match text {
            "denied" => FaultKind::Denied,
            "invalid" => FaultKind::Invalid,
            "not_found" => FaultKind::NotFound,
            "conflict" => FaultKind::Conflict,
            "throttled" => FaultKind::Throttled,
            "quota" => FaultKind::Quota,
            "unavailable" => FaultKind::Unavailable,
            "ambiguous" => FaultKind::Ambiguous,
            _ => return None,
        })
    }
}

/// One failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Class.
    pub kind: FaultKind,
    /// Service asked.
    pub service: String,
    /// Operation asked.
    pub operation: String,
    /// HTTP status, when an answer came.
    pub http_status: Option<u16>,
    /// The envelope's `code`.
    pub code: Option<i64>,
    /// The envelope's `status` (`INVALID_ARGUMENT`).
    pub status: Option<String>,
    /// The envelope's message, or what went wrong below it.
    pub message: String,
    /// The cloud's request id, for support.
    pub request_id: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some faults are of no call: a lease that runs out, a journal that cannot be written.
        if !self.service.is_empty() || !self.operation.is_empty() {
            write!(f, "{} {}: ", self.service, self.operation)?;
        }
        match (self.http_status, &self.status) {
            (Some(http), Some(status)) => write!(f, "{http} {status}: ")?,
            (Some(http), None) => write!(f, "HTTP {http}: ")?,
            _ => {}
        }
        f.write_str(&self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
