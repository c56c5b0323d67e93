//! The report: one entry for every step that was not finished.

use crate::progress::{StepState, Tally};
use firma_model::{fault::Fault, record::Status};
use firma_plan::{
    event::{Settled, Settlement},
    step::{Action, Leg},
};
use std::collections::BTreeMap;

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Number of the run in the history.
    pub run: u64,
    /// What ended it.
    pub ending: Ending,
    /// What was finished, by action. A replacement counts once, when its second leg is done.
    pub done: BTreeMap<Action, u64>,
    /// What was not, in the order of the plan.
    pub troubles: Vec<Trouble>,
    /// Open calls of earlier runs that it settled, or could not.
    pub settled: Vec<Settlement>,
    /// Outputs that cannot be evaluated, and why.
    pub broken_outputs: Vec<(String, String)>,
    /// Conditions that do not hold at the end, each with whether it is only a warning.
    pub conditions: Vec<(String, bool)>,
    /// How long it took, in milliseconds.
    pub millis: i64,
}

/// What ended a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// It came to its end.
    #[default]
    Over,
    /// Somebody asked it to stop.
    Interrupted,
    /// The journal took nothing more.
    JournalLost {
        /// Code of the diagnostic.
        code: String,
        /// What happened.
        message: String,
    },
    /// It ended without a word: it was killed, or it still runs.
    Silent,
}

/// A step that was not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Address.
    pub address: String,
    /// Deposed id, empty for the current object.
    pub deposed: String,
    /// What was to happen.
    pub leg: Leg,
    /// What happened.
    pub outcome: Outcome,
}

/// What became of a step that was not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It failed.
    Failed {
        /// Why.
        fault: Fault,
        /// How the object is recorded now, where that changed.
        left: Option<Status>,
    },
    /// Sent, and nobody knows whether the cloud did it.
    Unresolved {
        /// What was seen.
        fault: Fault,
    },
    /// Under way when the run stopped.
    Open,
    /// Not started.
    Skipped {
        /// The address whose failure did it, or why the run stopped; empty when it is not known.
        because: String,
    },
}

impl Report {
    /// The report of a run that is over, or of whose end nothing is known.
    pub fn of(tally: &Tally) -> Report {
        let ending = match (&tally.journal_lost, tally.finished) {
            (Some((code, message)), _) => Ending::JournalLost { code: code.clone(), message: message.clone() },
            (None, Some((_, true))) => Ending::Interrupted,
            (None, Some((_, false))) => Ending::Over,
            (None, None) => Ending::Silent,
        };
        let mut report = Report {
            run: tally.run,
            ending,
            settled: tally.settled.clone(),
            broken_outputs: tally.broken_outputs.clone(),
            conditions: tally.conditions.clone(),
            millis: tally.millis(),
            ..Report::default()
        };
        for (step, state) in tally.steps.iter().zip(&tally.states) {
            let outcome = match state {
                StepState::Done => {
                    // A replacement is done when its second half is; the move before anything is part of it.
                    if !matches!(
                        (step.action, step.leg),
                        (Action::Replace, Leg::Delete | Leg::Record) | (Action::Update | Action::Delete, Leg::Record)
                    ) {
                        *report.done.entry(step.action).or_default() += 1;
                    }
                    continue;
                }
                StepState::Failed { fault, unresolved: true, .. } => Outcome::Unresolved { fault: fault.clone() },
                StepState::Failed { fault, left, .. } => Outcome::Failed { fault: fault.clone(), left: *left },
                StepState::Running => Outcome::Open,
                StepState::Skipped(because) => Outcome::Skipped { because: because.clone() },
                StepState::Waiting => Outcome::Skipped { because: String::new() },
            };
            report.troubles.push(Trouble {
                address: step.address.to_string(),
                deposed: step.deposed.clone(),
                leg: step.leg,
                outcome,
            });
        }
        report
    }

    /// Open calls that it could not settle.
    pub fn stuck(&self) -> usize {
        self.settled.iter().filter(|one| matches!(one.how, Settled::Stuck { .. })).count()
    }

    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.ending == Ending::Over
            && self.troubles.is_empty()
            && self.broken_outputs.is_empty()
            && self.conditions.iter().all(|(_, warning)| *warning)
            && self.stuck() == 0
    }
}
