//! A recorded run as the events it told when it was live.
//!
//! The journal says less than the events did: what was waited for and read is not in it, and times are those of its
//! commits. What became of every step is.

use firma_model::{
    event::{Event, EventBody, Intent},
    fault::Fault,
    time::Timestamp,
};
use firma_plan::{
    conditions::Conditions,
    event::{PlannedStep, RunEvent, Settled, Settlement, Stamped},
    outputs::outputs,
    progress::Progress,
    step::{Plan, Step},
};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

/// How a record that moves to another address leaves the old one: half of a step, and no end of it.
const MOVED: &str = "moved";

/// A run as the state keeps it.
#[derive(Clone, Debug)]
pub struct Recorded<'r> {
    /// Its number.
    pub run: u64,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; nothing for one that was killed, or still runs.
    pub ended: Option<Timestamp>,
    /// Whether somebody asked it to stop.
    pub interrupted: bool,
    /// Its plan, where it had one.
    pub plan: Option<&'r Arc<Plan>>,
    /// Its journal.
    pub journal: &'r [Event],
    /// Calls of earlier runs that it settled, by run, step and call.
    pub calls: &'r BTreeMap<(u64, u32, u32), Intent>,
    /// Calls of earlier runs that it looked at and had to leave open.
    pub left_open: &'r [(u64, Intent)],
}

/// The events of a recorded run.
pub fn replay(recorded: &Recorded<'_>) -> Vec<Stamped> {
    let steps = recorded.plan.map(|plan| plan.steps.iter().map(planned).collect()).unwrap_or_default();
    let started = RunEvent::Started { run: recorded.run, at: recorded.started, steps };
    let mut replaying = Replaying {
        recorded,
        told: vec![Stamped { at: recorded.started, event: started }],
        begun: BTreeMap::new(),
        calls: BTreeMap::new(),
        over: BTreeSet::new(),
        counts: (0, 0, 0),
    };
    for event in recorded.journal {
        replaying.read(event);
    }
    replaying.finish()
}

fn planned(step: &Step) -> PlannedStep {
    PlannedStep { address: step.address.clone(), deposed: step.deposed.clone(), leg: step.leg, action: step.action }
}

struct Replaying<'r> {
    recorded: &'r Recorded<'r>,
    told: Vec<Stamped>,
    /// When steps began.
    begun: BTreeMap<u32, Timestamp>,
    /// Calls under way, and since when.
    calls: BTreeMap<(u32, u32), (&'r Intent, Timestamp)>,
    over: BTreeSet<u32>,
    /// Done, failed, skipped.
    counts: (usize, usize, usize),
}

impl<'r> Replaying<'r> {
    fn tell(&mut self, at: Timestamp, event: RunEvent) {
        self.told.push(Stamped { at, event });
    }

    fn step(&self, step: u32) -> Option<&'r Step> {
        self.recorded.plan.and_then(|plan| plan.steps.get(step as usize))
    }

    fn read(&mut self, event: &'r Event) {
        let at = event.at;
        match &event.body {
            EventBody::Begin(intent) => {
                self.begin(intent.step, at);
                self.calls.insert((intent.step, intent.call), (intent, at));
            }
            EventBody::Accepted { step, call, request_id, .. } => {
                self.answered(*step, *call, at, "ok", None, request_id.clone());
            }
            EventBody::Refused { step, call, fault } => {
                self.answered(*step, *call, at, "no_effect", Some(fault), fault.request_id.clone());
            }
            EventBody::Unresolved { step, call, fault } => {
                self.answered(*step, *call, at, "unknown", Some(fault), fault.request_id.clone());
                self.failed(*step, at, fault, true, None);
            }
            EventBody::Done { step, record } => self.done(*step, at, &record.cloud_id),
            EventBody::Found { step, .. } => self.done(*step, at, ""),
            EventBody::Removed { step, how, .. } if how != MOVED => self.done(*step, at, ""),
            EventBody::Failed { step, fault, record } => {
                self.failed(*step, at, fault, false, record.as_ref().map(|record| record.status));
            }
            EventBody::Skipped { step, because } => {
                let Some(planned) = self.step(*step).filter(|_| self.over.insert(*step)) else { return };
                self.counts.2 += 1;
                let (address, leg) = (planned.address.clone(), planned.leg);
                self.tell(at, RunEvent::StepSkipped { step: *step, address, leg, because: because.clone() });
            }
            EventBody::Settled { run, step, call, how, record } => {
                let id = record.as_ref().map(|record| record.cloud_id.as_str());
                let settled = Settled::parse(how, id);
                if let (Some(intent), Some(how)) = (self.recorded.calls.get(&(*run, *step, *call)), settled) {
                    self.tell(at, RunEvent::CallSettled(settlement(*run, intent, how)));
                }
            }
            EventBody::Removed { .. }
            | EventBody::Deposed { .. }
            | EventBody::Restored { .. }
            | EventBody::Outputs(_) => {}
        }
    }

    fn begin(&mut self, step: u32, at: Timestamp) {
        let Some(planned) = self.step(step) else { return };
        if let Entry::Vacant(first) = self.begun.entry(step) {
            first.insert(at);
            self.tell(at, RunEvent::StepStarted { step, address: planned.address.clone(), leg: planned.leg });
        }
    }

    fn answered(
        &mut self,
        step: u32,
        call: u32,
        at: Timestamp,
        outcome: &'static str,
        fault: Option<&Fault>,
        request_id: Option<String>,
    ) {
        let Some((intent, since)) = self.calls.remove(&(step, call)) else { return };
        self.tell(
            at,
            RunEvent::CallMade {
                service: intent.service.clone(),
                operation: intent.operation.clone(),
                region: intent.region.clone(),
                status: fault.and_then(|fault| fault.http_status),
                outcome,
                request_id,
                elapsed: at.millis_since(since).max(0),
            },
        );
    }

    fn done(&mut self, step: u32, at: Timestamp, cloud_id: &str) {
        let Some(planned) = self.step(step).filter(|_| self.over.insert(step)) else { return };
        self.begin(step, at);
        self.counts.0 += 1;
        let elapsed = at.millis_since(self.begun.get(&step).copied().unwrap_or(at)).max(0);
        let (address, leg, cloud_id) = (planned.address.clone(), planned.leg, cloud_id.to_owned());
        self.tell(at, RunEvent::StepDone { step, address, leg, cloud_id, elapsed });
    }

    fn failed(
        &mut self,
        step: u32,
        at: Timestamp,
        fault: &Fault,
        unresolved: bool,
        left: Option<firma_model::record::Status>,
    ) {
        let Some(planned) = self.step(step).filter(|_| self.over.insert(step)) else { return };
        self.begin(step, at);
        self.counts.1 += 1;
        let (address, leg) = (planned.address.clone(), planned.leg);
        self.tell(at, RunEvent::StepFailed { step, address, leg, fault: fault.clone(), unresolved, left });
    }

    fn finish(mut self) -> Vec<Stamped> {
        let Some(at) = self.recorded.ended else { return self.told };
        for (run, intent) in self.recorded.left_open {
            let how = Settled::Stuck { why: "it could not be settled then".into(), candidates: Vec::new() };
            self.tell(at, RunEvent::CallSettled(settlement(*run, intent, how)));
        }
        let (conditions, outputs) = self.failing_at_the_end();
        for (why, warning) in conditions {
            self.tell(at, RunEvent::ConditionMissed { why, warning });
        }
        for (name, why) in outputs {
            self.tell(at, RunEvent::OutputBroken { name, why });
        }
        let ((done, failed, skipped), interrupted) = (self.counts, self.recorded.interrupted);
        self.tell(at, RunEvent::Finished { at, done, failed, skipped, interrupted });
        self.told
    }

    /// Conditions and outputs that failed then fail again: their values are those of the journal.
    fn failing_at_the_end(&self) -> (ConditionsMissed, OutputsBroken) {
        let Some(plan) = self.recorded.plan.filter(|plan| !plan.outputs.is_empty() || !plan.conditions.is_empty())
        else {
            return Default::default();
        };
        let mut progress = Progress::new((*plan).clone());
        for event in self.recorded.journal {
            if step_of(&event.body).is_some_and(|step| (step as usize) < plan.steps.len()) {
                progress.apply(&event.body);
            }
        }
        (Conditions::of(plan).at_the_end(&progress), outputs(plan, &progress).failures())
    }
}

/// Why, and whether it is only a warning.
type ConditionsMissed = Vec<(String, bool)>;

/// Name, and why.
type OutputsBroken = Vec<(String, String)>;

fn step_of(body: &EventBody) -> Option<u32> {
    match body {
        EventBody::Begin(intent) => Some(intent.step),
        EventBody::Done { step, .. }
        | EventBody::Found { step, .. }
        | EventBody::Removed { step, .. }
        | EventBody::Failed { step, .. }
        | EventBody::Unresolved { step, .. }
        | EventBody::Skipped { step, .. } => Some(*step),
        EventBody::Accepted { .. }
        | EventBody::Refused { .. }
        | EventBody::Settled { .. }
        | EventBody::Deposed { .. }
        | EventBody::Restored { .. }
        | EventBody::Outputs(_) => None,
    }
}

fn settlement(run: u64, intent: &Intent, how: Settled) -> Settlement {
    Settlement {
        run,
        address: intent.address.clone(),
        action: intent.action.clone(),
        service: intent.service.clone(),
        operation: intent.operation.clone(),
        class: intent.class.clone(),
        how,
    }
}
