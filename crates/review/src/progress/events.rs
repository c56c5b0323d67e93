//! `firma.events/v1`: events as lines of JSON, described in `state/formats/events.md`.

use super::tally::Tally;
use crate::{
    escape,
    next::Next,
    run::{FaultForm, Report, ReportForm},
};
use firma_model::time::Timestamp;
use firma_plan::event::{RunEvent, Settled};
use serde::Serialize;

/// What a line says of itself.
pub const FORMAT: &str = "firma.events/v1";

#[derive(Serialize)]
struct LineForm<'e> {
    format: &'static str,
    at: String,
    #[serde(flatten)]
    event: EventForm<'e>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum EventForm<'e> {
    Started {
        run: u64,
        steps: Vec<StepForm<'e>>,
    },
    StepStarted {
        step: u32,
        address: String,
        leg: &'static str,
    },
    StepWaiting {
        address: String,
        status: Option<&'e str>,
        elapsed_ms: i64,
        usual_ms: i64,
    },
    StepDone {
        step: u32,
        address: String,
        leg: &'static str,
        id: &'e str,
        elapsed_ms: i64,
    },
    StepFailed {
        step: u32,
        address: String,
        leg: &'static str,
        unresolved: bool,
        left: Option<&'static str>,
        fault: FaultForm<'e>,
    },
    StepSkipped {
        step: u32,
        address: String,
        leg: &'static str,
        because: &'e str,
    },
    Call {
        service: &'e str,
        operation: &'e str,
        region: Option<&'e str>,
        http_status: Option<u16>,
        outcome: &'static str,
        request_id: Option<&'e str>,
        elapsed_ms: i64,
    },
    CallSettled {
        of_run: u64,
        address: String,
        action: &'e str,
        class: &'e str,
        service: &'e str,
        operation: &'e str,
        how: &'static str,
        id: Option<&'e str>,
        why: Option<&'e str>,
        candidates: &'e [String],
    },
    OutputBroken {
        name: &'e str,
        why: &'e str,
    },
    ConditionMissed {
        why: &'e str,
        warning: bool,
    },
    JournalLost {
        code: &'e str,
        message: &'e str,
    },
    Finished {
        done: usize,
        failed: usize,
        skipped: usize,
        interrupted: bool,
    },
    Report {
        report: ReportForm<'e>,
    },
}

#[derive(Serialize)]
struct StepForm<'e> {
    address: String,
    deposed: &'e str,
    leg: &'static str,
    action: &'static str,
}

fn print(at: Timestamp, event: EventForm<'_>) -> String {
    let form = LineForm { format: FORMAT, at: at.to_string(), event };
    escape::json(serde_json::to_string(&form).expect("BUG: an event has only text keys"))
}

/// An event on one line.
pub fn json(at: Timestamp, event: &RunEvent) -> String {
    let form = match event {
        RunEvent::Started { run, steps, .. } => EventForm::Started {
            run: *run,
            steps: steps
                .iter()
                .map(|step| StepForm {
                    address: step.address.to_string(),
                    deposed: &step.deposed,
                    leg: step.leg.as_str(),
                    action: step.action.as_str(),
                })
                .collect(),
        },
        RunEvent::StepStarted { step, address, leg } => {
            EventForm::StepStarted { step: *step, address: address.to_string(), leg: leg.as_str() }
        }
        RunEvent::StepWaiting { address, status, elapsed, usual } => EventForm::StepWaiting {
            address: address.to_string(),
            status: status.as_deref(),
            elapsed_ms: *elapsed,
            usual_ms: *usual,
        },
        RunEvent::StepDone { step, address, leg, cloud_id, elapsed } => EventForm::StepDone {
            step: *step,
            address: address.to_string(),
            leg: leg.as_str(),
            id: cloud_id,
            elapsed_ms: *elapsed,
        },
        RunEvent::StepFailed { step, address, leg, fault, unresolved, left } => EventForm::StepFailed {
            step: *step,
            address: address.to_string(),
            leg: leg.as_str(),
            unresolved: *unresolved,
            left: left.map(|status| status.as_str()),
            fault: FaultForm::of(fault),
        },
        RunEvent::StepSkipped { step, address, leg, because } => {
            EventForm::StepSkipped { step: *step, address: address.to_string(), leg: leg.as_str(), because }
        }
        RunEvent::CallMade { service, operation, region, status, outcome, request_id, elapsed } => EventForm::Call {
            service,
            operation,
            region: region.as_deref(),
            http_status: *status,
            outcome,
            request_id: request_id.as_deref(),
            elapsed_ms: *elapsed,
        },
        RunEvent::CallSettled(one) => {
            let (id, why, candidates): (_, _, &[String]) = match &one.how {
                Settled::Created(id) | Settled::Adopted(id) => (Some(id.as_str()), None, &[]),
                Settled::Stuck { why, candidates } => (None, Some(why.as_str()), candidates),
                _ => (None, None, &[]),
            };
            EventForm::CallSettled {
                of_run: one.run,
                address: one.address.to_string(),
                action: &one.action,
                class: &one.class,
                service: &one.service,
                operation: &one.operation,
                how: one.how.word(),
                id,
                why,
                candidates,
            }
        }
        RunEvent::ConditionMissed { why, warning } => EventForm::ConditionMissed { why, warning: *warning },
        RunEvent::OutputBroken { name, why } => EventForm::OutputBroken { name, why },
        RunEvent::JournalLost { code, message } => EventForm::JournalLost { code, message },
        RunEvent::Finished { done, failed, skipped, interrupted, .. } => {
            EventForm::Finished { done: *done, failed: *failed, skipped: *skipped, interrupted: *interrupted }
        }
    };
    let at = match event {
        RunEvent::Started { at, .. } | RunEvent::Finished { at, .. } => *at,
        _ => at,
    };
    print(at, form)
}

/// The last line of a run: its report.
pub fn report(tally: &Tally, report: &Report, next: &Next) -> String {
    print(tally.started.plus_millis(tally.millis()), EventForm::Report { report: ReportForm::of(report, next) })
}
