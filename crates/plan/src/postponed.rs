//! What a plan leaves for the next one, and what each part of it waits for.

use crate::step::Action;
use firma_model::{
    address::Address,
    deferral::{Asks, Subject},
};

/// Something that is left for a later plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postponed {
    /// What.
    pub what: What,
    /// What it waits for.
    pub waits: Vec<Wait>,
    /// Existing instances that stay as they are meanwhile.
    pub stays: Vec<Address>,
}

/// What is left for later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A block or module of which nobody can say yet which instances there are, or a look-up that cannot be asked yet.
    Subject {
        /// Which.
        subject: Subject,
        /// What must be known of it.
        asks: Asks,
    },
    /// An instance that refers to something postponed.
    Instance {
        /// Which.
        address: Address,
        /// What would happen to it now.
        action: Action,
    },
    /// A deletion or replacement of something that an object which stays as it is depends on.
    Held {
        /// Which.
        address: Address,
        /// What would happen to it now.
        action: Action,
    },
    /// An output that keeps its value.
    Output {
        /// Its name.
        name: String,
    },
}

impl What {
    /// As stored and printed: `block`, `module`, `look_up`, `instance`, `held` or `output`.
    pub fn code(&self) -> &'static str {
        match self {
            What::Subject { subject: Subject::Module(_), .. } => "module",
            What::Subject { asks: Asks::Parameters, .. } => "look_up",
            What::Subject { subject: Subject::Instance(_), .. } => "instance",
            What::Subject { .. } => "block",
            What::Instance { .. } => "instance",
            What::Held { .. } => "held",
            What::Output { .. } => "output",
        }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            What::Subject { subject, .. } => subject.to_string(),
            What::Instance { address, .. } | What::Held { address, .. } => address.to_string(),
            What::Output { name } => format!("output.{name}"),
        }
    }
}

/// One thing that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait {
    /// What is referred to: `vpc.vpc.main.id`.
    pub on: String,
    /// Why it is not known yet.
    pub why: Why,
}

/// Why something is not known, or may not go, before an apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// This plan creates it.
    Created,
    /// This plan changes it.
    Updated,
    /// This plan replaces it.
    Replaced,
    /// This plan deletes it.
    Deleted,
    /// This plan looks it up.
    Read,
    /// It is postponed itself.
    Postponed,
    /// Its replacement or deletion is held back.
    Held,
    /// It stays as it is for now, and depends on what is held back.
    Stays,
}

impl Why {
    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Created => "created",
            Why::Updated => "updated",
            Why::Replaced => "replaced",
            Why::Deleted => "deleted",
            Why::Read => "read",
            Why::Postponed => "postponed",
            Why::Held => "held",
            Why::Stays => "stays",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Why> {
        Some(match text {
            "created" => Why::Created,
            "updated" => Why::Updated,
            "replaced" => Why::Replaced,
            "deleted" => Why::Deleted,
            "read" => Why::Read,
            "postponed" => Why::Postponed,
            "held" => Why::Held,
            "stays" => Why::Stays,
            _ => return None,
        })
    }
}
