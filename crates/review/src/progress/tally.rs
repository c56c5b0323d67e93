//! What the events of a run add up to: the one place that reads them.

use firma_model::{address::Address, fault::Fault, record::Status, time::Timestamp};
use firma_plan::{
    event::{PlannedStep, RunEvent, Settlement},
    step::Leg,
};
use std::collections::{BTreeMap, VecDeque};

/// Calls of this many milliseconds make the rate.
const RATE_MILLIS: i64 = 10_000;

/// Where a step stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum StepState {
    /// Not begun.
    #[default]
    Waiting,
    /// Begun and not over.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed {
        /// Why.
        fault: Fault,
        /// Nobody knows whether the cloud did it.
        unresolved: bool,
        /// How the object is recorded now, where that changed.
        left: Option<Status>,
    },
    /// Not begun, because of this.
    Skipped(String),
}

/// A step under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// What it does.
    pub leg: Leg,
    /// Since when.
    pub since: Timestamp,
    /// What its object is now, as far as it was seen.
    pub status: Option<String>,
    /// Milliseconds such a wait usually takes; 0 while it does not wait, or when nobody knows.
    pub usual: i64,
}

/// A run so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Its number.
    pub run: u64,
    /// When it began.
    pub started: Timestamp,
    /// When the last thing happened.
    pub last: Timestamp,
    /// Its steps.
    pub steps: Vec<PlannedStep>,
    /// Where each stands.
    pub states: Vec<StepState>,
    /// Steps under way.
    pub running: BTreeMap<(Address, u32), Running>,
    /// Steps done.
    pub done: usize,
    /// Steps failed, unresolved ones among them.
    pub failed: usize,
    /// Steps not begun because of others, or because the run stopped.
    pub skipped: usize,
    /// Calls made.
    pub calls: u64,
    /// Open calls of earlier runs that were looked at.
    pub settled: Vec<Settlement>,
    /// Outputs that cannot be evaluated, and why.
    pub broken_outputs: Vec<(String, String)>,
    /// Conditions that do not hold at the end, each with whether it is only a warning.
    pub conditions: Vec<(String, bool)>,
    /// Code and message of what ended the journal.
    pub journal_lost: Option<(String, String)>,
    /// When it ended, and whether somebody asked for that.
    pub finished: Option<(Timestamp, bool)>,
    recent: VecDeque<Timestamp>,
}

impl Tally {
    /// Before anything happened.
    pub fn new() -> Tally {
        Tally::default()
    }

    /// Takes note of an event.
    pub fn note(&mut self, at: Timestamp, event: &RunEvent) {
        self.last = self.last.max(at);
        match event {
            RunEvent::Started { run, at, steps } => {
                *self = Tally { run: *run, started: *at, last: *at, steps: steps.clone(), ..Tally::default() };
                self.states = vec![StepState::Waiting; steps.len()];
            }
            RunEvent::StepStarted { step, address, leg } => {
                let running = Running { leg: *leg, since: at, status: None, usual: 0 };
                self.running.insert((address.clone(), *step), running);
                self.set(*step, StepState::Running);
            }
            RunEvent::StepWaiting { address, status, usual, .. } => {
                let all = (address.clone(), 0)..=(address.clone(), u32::MAX);
                for (_, running) in self.running.range_mut(all) {
                    running.status.clone_from(status);
                    running.usual = *usual;
                }
            }
            RunEvent::StepDone { step, address, .. } => {
                self.over(*step, address, StepState::Done);
                self.done += 1;
            }
            RunEvent::StepFailed { step, address, fault, unresolved, left, .. } => {
                let state = StepState::Failed { fault: fault.clone(), unresolved: *unresolved, left: *left };
                self.over(*step, address, state);
                self.failed += 1;
            }
            RunEvent::StepSkipped { step, address, because, .. } => {
                self.over(*step, address, StepState::Skipped(because.clone()));
                self.skipped += 1;
            }
            RunEvent::CallMade { .. } => {
                self.calls += 1;
                self.recent.push_back(at);
                while self.recent.front().is_some_and(|first| at.millis_since(*first) > RATE_MILLIS) {
                    self.recent.pop_front();
                }
            }
            RunEvent::CallSettled(settlement) => self.settled.push(settlement.clone()),
            RunEvent::ConditionMissed { why, warning } => self.conditions.push((why.clone(), *warning)),
            RunEvent::OutputBroken { name, why } => self.broken_outputs.push((name.clone(), why.clone())),
            RunEvent::JournalLost { code, message } => self.journal_lost = Some((code.clone(), message.clone())),
            RunEvent::Finished { at, interrupted, .. } => self.finished = Some((*at, *interrupted)),
        }
    }

    /// Steps that are over, however they ended.
    pub fn over_count(&self) -> usize {
        self.done + self.failed + self.skipped
    }

    /// Calls a second of late.
    pub fn rate(&self, now: Timestamp) -> f64 {
        let recent = self.recent.iter().filter(|at| now.millis_since(**at) <= RATE_MILLIS).count();
        let window = now.millis_since(self.started).clamp(1_000, RATE_MILLIS);
        recent as f64 * 1000.0 / window as f64
    }

    /// Milliseconds from its beginning to its end, or to the last thing known of it.
    pub fn millis(&self) -> i64 {
        let end = self.finished.map_or(self.last, |(at, _)| at);
        end.millis_since(self.started).max(0)
    }

    fn over(&mut self, step: u32, address: &Address, state: StepState) {
        self.running.remove(&(address.clone(), step));
        self.set(step, state);
    }

    fn set(&mut self, step: u32, state: StepState) {
        // A journal that belongs to another plan names steps that are not there: they are counted and not kept.
        if let Some(slot) = self.states.get_mut(step as usize) {
            *slot = state;
        }
    }
}
