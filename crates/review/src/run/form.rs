//! `firma.run/v1`: the report for programs, described in `state/formats/review.md`.

use super::{
    advice::advice,
    report::{Ending, Outcome, Report, Trouble},
};
use crate::{json, next::Next};
use firma_model::fault::Fault;
use serde::Serialize;
use std::collections::BTreeMap;

/// The report as it is written.
#[derive(Serialize)]
pub struct ReportForm<'a> {
    format: &'static str,
    run: u64,
    complete: bool,
    ending: &'static str,
    interrupted: bool,
    millis: i64,
    done: BTreeMap<&'static str, u64>,
    troubles: Vec<TroubleForm<'a>>,
    broken_outputs: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<ConditionForm<'a>>,
}

#[derive(Serialize)]
struct ConditionForm<'a> {
    why: &'a str,
    warning: bool,
}

#[derive(Serialize)]
struct TroubleForm<'a> {
    address: &'a str,
    deposed: &'a str,
    leg: &'a str,
    outcome: &'static str,
    left: Option<&'static str>,
    fault: Option<FaultForm<'a>>,
    because: Option<&'a str>,
    what_to_do: String,
}

/// A fault as it is written.
#[derive(Serialize)]
pub struct FaultForm<'a> {
    kind: &'static str,
    service: &'a str,
    operation: &'a str,
    http_status: Option<u16>,
    code: Option<i64>,
    status: Option<&'a str>,
    message: &'a str,
    request_id: Option<&'a str>,
}

impl<'a> FaultForm<'a> {
    /// Of a fault.
    pub fn of(fault: &'a Fault) -> FaultForm<'a> {
        FaultForm {
            kind: fault.kind.as_str(),
            service: &fault.service,
            operation: &fault.operation,
            http_status: fault.http_status,
            code: fault.code,
            status: fault.status.as_deref(),
            message: &fault.message,
            request_id: fault.request_id.as_deref(),
        }
    }
}

impl<'a> ReportForm<'a> {
    /// Of a report.
    pub fn of(report: &'a Report, next: &Next) -> ReportForm<'a> {
        ReportForm {
            format: "firma.run/v1",
            run: report.run,
            complete: report.is_complete(),
            ending: match report.ending {
                Ending::Over => "over",
                Ending::Interrupted => "interrupted",
                Ending::JournalLost { .. } => "journal_lost",
                Ending::Silent => "unknown",
            },
            interrupted: report.ending == Ending::Interrupted,
            millis: report.millis,
            done: report.done.iter().map(|(action, count)| (action.as_str(), *count)).collect(),
            troubles: report.troubles.iter().map(|trouble| self::trouble(trouble, next)).collect(),
            broken_outputs: report.broken_outputs.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect(),
            conditions: report
                .conditions
                .iter()
                .map(|(why, warning)| ConditionForm { why, warning: *warning })
                .collect(),
        }
    }
}

/// The report as `firma.run/v1`, in lines.
pub fn json(report: &Report, next: &Next) -> String {
    json::print(&ReportForm::of(report, next))
}

fn trouble<'a>(trouble: &'a Trouble, next: &Next) -> TroubleForm<'a> {
    let (outcome, left, fault, because) = match &trouble.outcome {
        Outcome::Failed { fault, left } => ("failed", *left, Some(fault), None),
        Outcome::Unresolved { fault } => ("unresolved", None, Some(fault), None),
        Outcome::Open => ("open", None, None, None),
        Outcome::Skipped { because } => ("skipped", None, None, Some(because.as_str())),
    };
    TroubleForm {
        address: &trouble.address,
        deposed: &trouble.deposed,
        leg: trouble.leg.as_str(),
        outcome,
        left: left.map(|status| status.as_str()),
        fault: fault.map(FaultForm::of),
        because,
        what_to_do: advice(trouble, next),
    }
}
