//! How an object stands, and how it is found again.

use serde::{Deserialize, Serialize};

/// The status of an asynchronous object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusRule {
    /// Read path of the status.
    pub path: String,
    /// Values of an object that is made and at rest.
    pub ready: Vec<String>,
    /// Values of an object that failed for good.
    pub failed: Vec<String>,
    /// Values that mean the object is gone though it can still be read.
    pub gone: Vec<String>,
    /// Values of an object that failed and has what a replacement would lose: nobody but a person decides about it. Those that
    /// stand in `failed` too are grave once the object was finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grave: Vec<String>,
}

impl StatusRule {
    /// Whether an object with this status will not get better by waiting.
    pub fn has_failed(&self, status: &str) -> bool {
        self.failed.iter().chain(&self.grave).any(|value| value == status)
    }

    /// Whether a failed object has what a replacement would lose. A value that is also one of `failed` says so only of what
    /// was `finished` once: before that there is nothing in it.
    pub fn is_grave(&self, status: &str, finished: bool) -> bool {
        let among = |values: &[String]| values.iter().any(|value| value == status);
        among(&self.grave) && (finished || !among(&self.failed))
    }
}

/// How a create whose answer was lost is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// The caller chooses the id: look whether it is there.
    Named,
    /// The create call takes a client token, at this parameter path: send it again within ten minutes.
    Tokened(String),
    /// A marker in the tag `firma`, at this parameter path of create.
    MarkedByTag(String),
    /// A marker at the end of the description, at this parameter path of create and this read path.
    MarkedByDescription(String, String),
    /// Nothing identifies it: compare with the ids that were there before.
    Bare,
}

impl Recovery {
    /// The class's name, as plans show it.
    pub fn name(&self) -> &'static str {
        match self {
            Recovery::Named => "named",
            Recovery::Tokened(_) => "tokened",
            Recovery::MarkedByTag(_) | Recovery::MarkedByDescription(..) => "markable",
            Recovery::Bare => "bare",
        }
    }
}
