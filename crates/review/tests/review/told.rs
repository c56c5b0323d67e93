//! Runs as their events tell them, for tests.

use firma_model::{
    address::Address,
    fault::{Fault, FaultKind},
    record::Status,
    time::Timestamp,
};
use firma_plan::{
    event::{PlannedStep, RunEvent, Stamped},
    step::{Action, Leg},
};
use firma_review::{
    Next,
    progress::{Lines, Tally},
};

/// A fault with a request id wherever the cloud answered.
pub(crate) fn fault(kind: FaultKind, operation: &str, status: Option<(u16, &str)>, message: &str) -> Fault {
    Fault {
        kind,
        service: "vpc".into(),
        operation: operation.into(),
        http_status: status.map(|(http, _)| http),
        code: status.map(|(http, _)| i64::from(http)),
        status: status.map(|(_, name)| name.into()),
        message: message.into(),
        request_id: status.map(|_| "bq1c8ok0h".into()),
    }
}

/// A run that is being told.
pub(crate) struct Told {
    pub(crate) events: Vec<Stamped>,
    steps: Vec<PlannedStep>,
    pub(crate) now: Timestamp,
    counts: (usize, usize, usize),
}

impl Told {
    /// A run of these steps, which begins.
    pub(crate) fn new(steps: &[(&str, Leg, Action)]) -> Told {
        let steps: Vec<PlannedStep> = steps
            .iter()
            .map(|(address, leg, action)| PlannedStep {
                address: address.parse().expect("an address"),
                deposed: String::new(),
                leg: *leg,
                action: *action,
            })
            .collect();
        let now = Timestamp::from_seconds(1_700_000_000);
        let mut told = Told { events: Vec::new(), steps: steps.clone(), now, counts: (0, 0, 0) };
        told.tell(RunEvent::Started { run: 7, at: now, steps });
        told
    }

    pub(crate) fn tell(&mut self, event: RunEvent) -> &mut Told {
        self.events.push(Stamped { at: self.now, event });
        self
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, millis: i64) -> &mut Told {
        self.now = self.now.plus_millis(millis);
        self
    }

    fn of(&self, step: u32) -> (Address, Leg) {
        let planned = &self.steps[step as usize];
        (planned.address.clone(), planned.leg)
    }

    pub(crate) fn start(&mut self, step: u32) -> &mut Told {
        let (address, leg) = self.of(step);
        self.tell(RunEvent::StepStarted { step, address, leg })
    }

    pub(crate) fn waiting(&mut self, step: u32, status: &str, usual: i64) -> &mut Told {
        let (address, _) = self.of(step);
        let status = Some(status.to_owned()).filter(|status| !status.is_empty());
        self.tell(RunEvent::StepWaiting { address, status, elapsed: 0, usual })
    }

    /// Begins a step and ends it so many milliseconds later.
    pub(crate) fn done(&mut self, step: u32, millis: i64) -> &mut Told {
        let (address, leg) = self.of(step);
        self.start(step).pass(millis);
        self.counts.0 += 1;
        self.tell(RunEvent::StepDone { step, address, leg, cloud_id: "x-1".into(), elapsed: millis })
    }

    pub(crate) fn failed(&mut self, step: u32, fault: Fault, left: Option<Status>) -> &mut Told {
        let (address, leg) = self.of(step);
        self.counts.1 += 1;
        self.start(step).tell(RunEvent::StepFailed { step, address, leg, fault, unresolved: false, left })
    }

    pub(crate) fn unresolved(&mut self, step: u32, fault: Fault) -> &mut Told {
        let (address, leg) = self.of(step);
        self.counts.1 += 1;
        self.start(step).tell(RunEvent::StepFailed { step, address, leg, fault, unresolved: true, left: None })
    }

    pub(crate) fn skipped(&mut self, step: u32, because: &str) -> &mut Told {
        let (address, leg) = self.of(step);
        self.counts.2 += 1;
        self.tell(RunEvent::StepSkipped { step, address, leg, because: because.into() })
    }

    pub(crate) fn finish(&mut self) -> &mut Told {
        self.end(false)
    }

    pub(crate) fn stop(&mut self) -> &mut Told {
        self.end(true)
    }

    fn end(&mut self, interrupted: bool) -> &mut Told {
        let (at, (done, failed, skipped)) = (self.now, self.counts);
        self.tell(RunEvent::Finished { at, done, failed, skipped, interrupted })
    }

    /// What the events add up to.
    pub(crate) fn tally(&self) -> Tally {
        let mut tally = Tally::new();
        for stamped in &self.events {
            tally.note(stamped.at, &stamped.event);
        }
        tally
    }

    /// The run in plain lines.
    pub(crate) fn lines(&self) -> String {
        let (mut tally, mut lines, mut text) = (Tally::new(), Lines::new(Next::default()), String::new());
        for stamped in &self.events {
            tally.note(stamped.at, &stamped.event);
            if let Some(line) = lines.tell(&tally, stamped.at, &stamped.event) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }
}
