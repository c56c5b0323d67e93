//! A promise that was broken, with what shows it.

use std::fmt;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which: `I1` to `I9`, or `panic`.
    pub promise: &'static str,
    /// What shows it.
    pub evidence: String,
}

impl Violation {
    /// A broken promise.
    pub fn new(promise: &'static str, evidence: impl Into<String>) -> Violation {
        Violation { promise, evidence: evidence.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.evidence)
    }
}
