//! How a run ended.

use firma_model::{
    address::{Address, KindId},
    fault::Fault,
};
use firma_plan::{outputs::Outputs, step::Leg};
use firma_store::StoreError;

/// A step that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedStep {
    /// Address.
    pub address: Address,
    /// What it was to do.
    pub leg: Leg,
    /// Why it failed.
    pub fault: Fault,
    /// The object exists and is recorded as not finished: the next plan goes on with it.
    pub incomplete: bool,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Steps done, in the order in which they ended.
    pub done: Vec<(Address, Leg)>,
    /// Steps failed.
    pub failed: Vec<FailedStep>,
    /// Steps whose call may or may not have been carried out: recovery finds out.
    pub unresolved: Vec<(Address, Fault)>,
    /// Steps not begun: the address whose failure did it, or why the run stopped.
    pub skipped: Vec<(Address, String)>,
    /// Somebody asked it to stop.
    pub interrupted: bool,
    /// The outputs, as far as they are known.
    pub outputs: Outputs,
    /// Conditions that hang on what was done and do not hold, each with whether it is only a warning.
    pub conditions: Vec<(String, bool)>,
    /// Milliseconds of waiting by kind and leg, for the state to learn from.
    pub durations: Vec<(KindId, String, i64)>,
    /// The journal could not be written: nothing was done after that.
    pub journal: Option<StoreError>,
}

impl Outcome {
    /// Whether everything planned was done.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
            && self.unresolved.is_empty()
            && self.skipped.is_empty()
            && !self.interrupted
            && self.journal.is_none()
            && self.outputs.broken.is_empty()
            && self.conditions.iter().all(|(_, warning)| *warning)
    }

    /// `done`, `failed` or `interrupted`: what history says.
    pub fn word(&self) -> &'static str {
        match (self.interrupted, self.is_complete()) {
            (true, _) => "interrupted",
            (false, true) => "done",
            (false, false) => "failed",
        }
    }
}
