//! What a run tells those who watch it: a terminal, a log, `--events json`, and whoever reads its journal again later.
//!
//! A live run emits these; a recorded one is turned back into them. Printers know nothing else of a run, so that both look
//! the same.

use crate::step::{Action, Leg};
use firma_model::{address::Address, fault::Fault, record::Status, time::Timestamp};

/// Status word of the fault of a call that was held back because the lease on the state might run out before its answer.
pub const LEASE_ENDS: &str = "LEASE_ENDS";

/// Status word of the fault of a step whose object failed with data in it: nothing but a person decides about it.
pub const HAS_DATA: &str = "HAS_DATA";

/// Status word of the fault of a step whose precondition or postcondition does not hold.
pub const CONDITION: &str = "CONDITION";

/// A step as the run's events name it: by its position in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// Address.
    pub address: Address,
    /// Deposed id, empty for the current object.
    pub deposed: String,
    /// What it does.
    pub leg: Leg,
    /// What happens to the address altogether.
    pub action: Action,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// A run begins.
    Started {
        /// The run, as history knows it.
        run: u64,
        /// When.
        at: Timestamp,
        /// The steps of its plan; none for a recovery.
        steps: Vec<PlannedStep>,
    },
    /// A step begins.
    StepStarted {
        /// Position in the plan.
        step: u32,
        /// Address.
        address: Address,
        /// What it does.
        leg: Leg,
    },
    /// A step waits for the cloud, and was not there at the last look.
    StepWaiting {
        /// Address.
        address: Address,
        /// The object's status, where it has one.
        status: Option<String>,
        /// Milliseconds waited.
        elapsed: i64,
        /// Milliseconds it usually takes.
        usual: i64,
    },
    /// A step is done, and written down.
    StepDone {
        /// Position in the plan.
        step: u32,
        /// Address.
        address: Address,
        /// What it did.
        leg: Leg,
        /// The object, empty where there is none any more.
        cloud_id: String,
        /// Milliseconds since it began.
        elapsed: i64,
    },
    /// A step failed.
    StepFailed {
        /// Position in the plan.
        step: u32,
        /// Address.
        address: Address,
        /// What it was to do.
        leg: Leg,
        /// Why.
        fault: Fault,
        /// Nobody knows whether the cloud did it: recovery finds out.
        unresolved: bool,
        /// How the object is recorded now, where the failure changed that.
        left: Option<Status>,
    },
    /// A step was not begun.
    StepSkipped {
        /// Position in the plan.
        step: u32,
        /// Address.
        address: Address,
        /// What it was to do.
        leg: Leg,
        /// The address whose failure did it, or why the run stopped.
        because: String,
    },
    /// A call was made.
    CallMade {
        /// Service.
        service: String,
        /// Operation.
        operation: String,
        /// Region.
        region: Option<String>,
        /// HTTP status, when an answer came.
        status: Option<u16>,
        /// `ok`, `no_effect` or `unknown`.
        outcome: &'static str,
        /// The cloud's request id.
        request_id: Option<String>,
        /// Milliseconds until the answer.
        elapsed: i64,
    },
    /// A recovery has looked at a call that an earlier run left open.
    CallSettled(Settlement),
    /// Everything an output refers to is done, and its expression fails with what came out.
    OutputBroken {
        /// Its name.
        name: String,
        /// Why.
        why: String,
    },
    /// At the end, a condition that hangs on what was done does not hold.
    ConditionMissed {
        /// Whose it is, and what is wrong.
        why: String,
        /// It is a check's: nothing failed.
        warning: bool,
    },
    /// The journal takes nothing more, so nothing more is done.
    JournalLost {
        /// Code of the diagnostic.
        code: String,
        /// What happened.
        message: String,
    },
    /// The run is over.
    Finished {
        /// When.
        at: Timestamp,
        /// Steps done.
        done: usize,
        /// Steps failed, unresolved ones among them.
        failed: usize,
        /// Steps not begun.
        skipped: usize,
        /// Somebody asked it to stop.
        interrupted: bool,
    },
}

/// What became of one open call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The run that began it.
    pub run: u64,
    /// Its address.
    pub address: Address,
    /// `create`, `update`, `delete`.
    pub action: String,
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Recovery class.
    pub class: String,
    /// How.
    pub how: Settled,
}

/// The ways in which an open call is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It made this; it is recorded, and the next plan finishes it.
    Created(String),
    /// It made nothing.
    NotCreated,
    /// The user said that it made this.
    Adopted(String),
    /// The change or deletion was made.
    Done,
    /// It was not.
    NotDone,
    /// The user looked, and says that nothing of it is wanted.
    Forgotten,
    /// Nobody can tell; it stays open.
    Stuck {
        /// Why.
        why: String,
        /// Objects that could be it.
        candidates: Vec<String>,
    },
}

impl Settled {
    /// As journalled and printed.
    pub fn word(&self) -> &'static str {
        match self {
            Settled::Created(_) => "created",
            Settled::NotCreated => "not_created",
            Settled::Adopted(_) => "adopted",
            Settled::Done => "done",
            Settled::NotDone => "not_done",
            Settled::Forgotten => "forgotten",
            Settled::Stuck { .. } => "stuck",
        }
    }

    /// From the word and the id that the journal has; `Stuck` is never journalled.
    pub fn parse(word: &str, cloud_id: Option<&str>) -> Option<Settled> {
        let id = || cloud_id.unwrap_or_default().to_owned();
        Some(match word {
            "created" => Settled::Created(id()),
            "not_created" => Settled::NotCreated,
            "adopted" => Settled::Adopted(id()),
            "done" => Settled::Done,
            "not_done" => Settled::NotDone,
            "forgotten" => Settled::Forgotten,
            _ => return None,
        })
    }
}

/// An event with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub event: RunEvent,
}
