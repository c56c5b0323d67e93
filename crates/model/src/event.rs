//! The journal: what happened in a run, in order. State is the fold of these events.

use crate::{address::Address, document::Document, fault::Fault, record::Record, time::Timestamp};

/// A mutating call about to be sent; durable before a byte leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The plan step (index of its node).
    pub step: u32,
    /// Which of the step's calls.
    pub call: u32,
    /// The address it is for.
    pub address: Address,
    /// Deposed id, empty for the current object.
    pub deposed: String,
    /// `create`, `update`, `delete`.
    pub action: String,
    /// Recovery class: `named`, `tokened`, `markable`, `bare`, or `repeatable` for calls that may simply be repeated.
    pub class: String,
    /// Service of the call.
    pub service: String,
    /// Operation of the call.
    pub operation: String,
    /// Region of the call.
    pub region: Option<String>,
    /// Cloud id the call is about; empty before there is one.
    pub cloud_id: String,
    /// Parameters as they are sent, sensitive ones marked (sealed by the store).
    pub parameters: Document,
    /// SHA-256 of the plain parameters, hex.
    pub body_hash: String,
    /// Client token, for tokened creates.
    pub token: Option<String>,
    /// Marker, for markable creates.
    pub marker: Option<String>,
    /// Ids that existed before, for bare creates; absence (an empty list) for named ones.
    pub ids_before: Option<Vec<String>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventBody {
    /// A call is about to be sent.
    Begin(Intent),
    /// The cloud accepted it; the record (status creating) when the call made or changed an object.
    Accepted {
        /// Step.
        step: u32,
        /// Call.
        call: u32,
        /// What is now known of the object.
        record: Option<Record>,
        /// The answer's request id.
        request_id: Option<String>,
    },
    /// The cloud certainly did not do it.
    Refused {
        /// Step.
        step: u32,
        /// Call.
        call: u32,
        /// Why.
        fault: Fault,
    },
    /// Nobody knows whether the cloud did it; the intent stays open.
    Unresolved {
        /// Step.
        step: u32,
        /// Call.
        call: u32,
        /// What was seen.
        fault: Fault,
    },
    /// A step is done: its object as it stands now.
    Done {
        /// Step.
        step: u32,
        /// The object; versions are set by the store.
        record: Record,
    },
    /// A step looked something up: what it found, for the steps after it.
    Found {
        /// Step.
        step: u32,
        /// What references to the look-up see.
        answer: Document,
    },
    /// A step deleted its object, or the object is confirmed gone, or it was forgotten: the record leaves.
    Removed {
        /// Step.
        step: u32,
        /// Whose record.
        address: Address,
        /// Deposed id, empty for the current object.
        deposed: String,
        /// The id that was deleted.
        cloud_id: String,
        /// `deleted`, `gone`, `forgotten`.
        how: String,
    },
    /// The cloud has accepted the successor of an object that is created before it is destroyed: the record of the old
    /// object leaves its address and is kept under this key until it is deleted.
    Deposed {
        /// The step that makes the successor.
        step: u32,
        /// Whose record.
        address: Address,
        /// The key.
        deposed: String,
    },
    /// A step failed; with the record as it must now stand (incomplete, tainted), when that changed.
    Failed {
        /// Step.
        step: u32,
        /// Why.
        fault: Fault,
        /// The record, when it changed.
        record: Option<Record>,
    },
    /// A step was not started because of another, or because the run was stopped.
    Skipped {
        /// Step.
        step: u32,
        /// Why.
        because: String,
    },
    /// An intent of an earlier run was settled by recovery.
    Settled {
        /// Run of the intent.
        run: u64,
        /// Its step.
        step: u32,
        /// Its call.
        call: u32,
        /// `created`, `not_created`, `adopted`, `done`, `not_done`.
        how: String,
        /// The record as it stands now, when there is one.
        record: Option<Record>,
    },
    /// A state that does not continue what was last seen of it (a backup, a copy) was accepted as what is recorded. The rest
    /// says what had been seen: the end of the history that was given up.
    Restored {
        /// `behind`, `forked`, `other`.
        difference: String,
        /// Its last event.
        serial: u64,
        /// Its last run.
        run: u64,
        /// Epoch of its lease.
        epoch: u64,
    },
    /// Outputs were written.
    Outputs(Vec<(String, Document, bool)>),
}

/// One event of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub body: EventBody,
}

/// What an event does to the table of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'e> {
    /// This record is now current (or deposed, by its own field).
    Put(&'e Record),
    /// No record under this address and deposed id.
    Remove(&'e Address, &'e str),
    /// The current record of this address is kept under this deposed id.
    SetAside(&'e Address, &'e str),
}

impl EventBody {
    /// The change of the objects that this event means: state is the fold of these.
    pub fn change(&self) -> Option<Change<'_>> {
        match self {
            EventBody::Accepted { record: Some(record), .. }
            | EventBody::Failed { record: Some(record), .. }
            | EventBody::Settled { record: Some(record), .. }
            | EventBody::Done { record, .. } => Some(Change::Put(record)),
            EventBody::Removed { address, deposed, .. } => Some(Change::Remove(address, deposed)),
            EventBody::Deposed { address, deposed, .. } => Some(Change::SetAside(address, deposed)),
            _ => None,
        }
    }

    /// As stored and printed.
    pub fn name(&self) -> &'static str {
        match self {
            EventBody::Begin(_) => "begin",
            EventBody::Accepted { .. } => "accepted",
            EventBody::Refused { .. } => "refused",
            EventBody::Unresolved { .. } => "unresolved",
            EventBody::Done { .. } => "done",
            EventBody::Found { .. } => "found",
            EventBody::Removed { .. } => "removed",
            EventBody::Deposed { .. } => "deposed",
            EventBody::Failed { .. } => "failed",
            EventBody::Skipped { .. } => "skipped",
            EventBody::Settled { .. } => "settled",
            EventBody::Restored { .. } => "restored",
            EventBody::Outputs(_) => "outputs",
        }
    }
}
