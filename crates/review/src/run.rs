//! How an apply ended: what was done, what was not and why, and what to do about it.

use crate::{
    escape::line,
    json,
    style::{Role, Style},
};
use firma_model::fault::{Fault, FaultKind};
use firma_plan::step::Action;
use serde::Serialize;
use std::collections::BTreeMap;

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of the run in the history.
    pub run: u64,
    /// What was finished, by action. A replacement counts once, when its second leg is done.
    pub done: BTreeMap<Action, u64>,
    /// What was not, in the order of the plan.
    pub troubles: Vec<Trouble>,
    /// The run was asked to stop before its end.
    pub interrupted: bool,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// A step that was not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Address.
    pub address: String,
    /// What was to happen: `create`, `delete`.
    pub leg: String,
    /// What happened.
    pub outcome: Outcome,
}

/// What became of a step that was not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It failed.
    Failed(Fault),
    /// Sent, and nobody knows whether the cloud did it.
    Unresolved {
        /// What was seen.
        fault: Fault,
        /// Ids of objects that may be the one it made.
        candidates: Vec<String>,
    },
    /// Not started.
    Skipped {
        /// Why: `vpc.vpc.main failed`.
        because: String,
    },
}

/// The report in words.
pub fn summary(report: &Report, style: Style) -> String {
    let mut out = format!("{}\n", headline(report, style));
    section(report, "Failed", style, &mut out, |outcome| match outcome {
        Outcome::Failed(fault) => Some((fault, &[][..])),
        _ => None,
    });
    let unresolved = "Unresolved: the request was sent, its answer is unknown";
    section(report, unresolved, style, &mut out, |outcome| match outcome {
        Outcome::Unresolved { fault, candidates } => Some((fault, candidates.as_slice())),
        _ => None,
    });
    let skipped: Vec<(&Trouble, &String)> = report
        .troubles
        .iter()
        .filter_map(|trouble| match &trouble.outcome {
            Outcome::Skipped { because } => Some((trouble, because)),
            _ => None,
        })
        .collect();
    if !skipped.is_empty() {
        out.push_str(&format!("\n{} ({})\n", style.paint(Role::Strong, "Not started"), skipped.len()));
        for (trouble, because) in skipped {
            out.push_str(&format!("  {} {}: {}\n", trouble.leg, line(&trouble.address), line(because)));
        }
    }
    if let Some(advice) = whole(report) {
        out.push_str(&format!("\n{advice}\n"));
    }
    out
}

fn headline(report: &Report, style: Style) -> String {
    let words = [
        (Action::Create, "created"),
        (Action::Update, "updated"),
        (Action::Replace, "replaced"),
        (Action::Delete, "deleted"),
        (Action::Forget, "forgotten"),
        (Action::Move, "moved"),
        (Action::Record, "written down"),
    ];
    let done: Vec<String> = words
        .iter()
        .filter_map(|(action, word)| report.done.get(action).filter(|n| **n > 0).map(|n| format!("{n} {word}")))
        .collect();
    let done = if done.is_empty() { "nothing was finished".to_owned() } else { done.join(", ") };
    let counts = [
        (count(report, |outcome| matches!(outcome, Outcome::Failed(_))), "failed"),
        (count(report, |outcome| matches!(outcome, Outcome::Unresolved { .. })), "unresolved"),
        (count(report, |outcome| matches!(outcome, Outcome::Skipped { .. })), "not started"),
    ];
    let bad: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let took = duration(report.millis);
    let title = match (bad.is_empty(), report.interrupted) {
        (_, true) => style.paint(Role::Alert, "Stopped:"),
        (true, false) => style.paint(Role::Create, "Done:"),
        (false, false) => style.paint(Role::Alert, "Not finished:"),
    };
    match bad.is_empty() {
        true => format!("{title} {done} in {took}."),
        false => format!("{title} {done}; {} in {took}.", style.paint(Role::Alert, &bad.join(", "))),
    }
}

fn count(report: &Report, test: impl Fn(&Outcome) -> bool) -> usize {
    report.troubles.iter().filter(|trouble| test(&trouble.outcome)).count()
}

/// `0.4 s`, `12 s`, `3 min 20 s`.
fn duration(millis: u64) -> String {
    match millis {
        0..10_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        10_000..60_000 => format!("{} s", millis / 1000),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
    }
}

fn section<'r>(
    report: &'r Report,
    title: &str,
    style: Style,
    out: &mut String,
    pick: impl Fn(&'r Outcome) -> Option<(&'r Fault, &'r [String])>,
) {
    let picked: Vec<_> =
        report.troubles.iter().filter_map(|trouble| pick(&trouble.outcome).map(|found| (trouble, found))).collect();
    if picked.is_empty() {
        return;
    }
    out.push_str(&format!("\n{} ({})\n", style.paint(Role::Alert, title), picked.len()));
    for (trouble, (fault, candidates)) in picked {
        let address = style.paint(Role::Strong, &line(&trouble.address));
        out.push_str(&format!("  {} {address}\n    {}\n", line(&trouble.leg), line(&fault.to_string())));
        if !candidates.is_empty() {
            let ids: Vec<_> = candidates.iter().map(|id| line(id)).collect();
            out.push_str(&format!("    may have made: {}\n", ids.join(", ")));
        }
        out.push_str(&format!("    what to do: {}\n", advice(&trouble.outcome, fault)));
    }
}

/// What to do about one step.
fn advice(outcome: &Outcome, fault: &Fault) -> String {
    if let Outcome::Unresolved { candidates, .. } = outcome {
        return match candidates.as_slice() {
            [] => "run `firma recover`: it looks in the cloud before anything else is done".into(),
            [id] => format!("look at {} and, if it is the one, run `firma recover --adopt {}`", line(id), line(id)),
            _ => "find out which of them it is, then run `firma recover --adopt ID`".into(),
        };
    }
    match fault.kind {
        FaultKind::Denied => format!(
            "check the key pair, and that it may call {}:{}; then apply again",
            line(&fault.service),
            line(&fault.operation)
        ),
        FaultKind::Invalid => "correct the manifest as the message says, then plan again".into(),
        FaultKind::NotFound => "something it refers to is gone; plan again to see what".into(),
        FaultKind::Conflict => {
            "something of this name exists, or somebody else is changing it; look at it, then plan again".into()
        }
        FaultKind::Throttled => "wait a little, then apply again".into(),
        FaultKind::Quota => "raise the quota or free some of it, then apply again".into(),
        FaultKind::Unavailable => "apply again when the service answers".into(),
        FaultKind::Ambiguous => "run `firma recover`, then apply again".into(),
    }
}

/// What to do about the run as a whole.
fn whole(report: &Report) -> Option<&'static str> {
    let unresolved = report.troubles.iter().any(|trouble| matches!(trouble.outcome, Outcome::Unresolved { .. }));
    match (unresolved, report.interrupted, report.troubles.is_empty()) {
        (true, ..) => {
            Some("What was done is recorded. Nothing else is done to what is unresolved until it is settled.")
        }
        (false, true, _) => Some("What was done is recorded. `firma apply` goes on from here."),
        (false, false, false) => Some("What was done is recorded; `firma apply` plans what is left."),
        (false, false, true) => None,
    }
}

#[derive(Serialize)]
struct ReportForm<'a> {
    format: &'static str,
    run: u64,
    interrupted: bool,
    millis: u64,
    done: BTreeMap<&'static str, u64>,
    troubles: Vec<TroubleForm<'a>>,
}

#[derive(Serialize)]
struct TroubleForm<'a> {
    address: &'a str,
    leg: &'a str,
    outcome: &'static str,
    fault: Option<FaultForm<'a>>,
    because: Option<&'a str>,
    candidates: &'a [String],
    what_to_do: Option<String>,
}

#[derive(Serialize)]
struct FaultForm<'a> {
    kind: &'static str,
    service: &'a str,
    operation: &'a str,
    http_status: Option<u16>,
    code: Option<i64>,
    status: Option<&'a str>,
    message: &'a str,
    request_id: Option<&'a str>,
}

/// The report as `firma.run/v1`.
pub fn json(report: &Report) -> String {
    json::print(&ReportForm {
        format: "firma.run/v1",
        run: report.run,
        interrupted: report.interrupted,
        millis: report.millis,
        done: report.done.iter().map(|(action, count)| (action.as_str(), *count)).collect(),
        troubles: report.troubles.iter().map(trouble).collect(),
    })
}

fn trouble(trouble: &Trouble) -> TroubleForm<'_> {
    let (name, fault, because, candidates): (_, _, _, &[String]) = match &trouble.outcome {
        Outcome::Failed(fault) => ("failed", Some(fault), None, &[]),
        Outcome::Unresolved { fault, candidates } => ("unresolved", Some(fault), None, candidates),
        Outcome::Skipped { because } => ("skipped", None, Some(because.as_str()), &[]),
    };
    TroubleForm {
        address: &trouble.address,
        leg: &trouble.leg,
        outcome: name,
        fault: fault.map(|fault| FaultForm {
            kind: fault.kind.as_str(),
            service: &fault.service,
            operation: &fault.operation,
            http_status: fault.http_status,
            code: fault.code,
            status: fault.status.as_deref(),
            message: &fault.message,
            request_id: fault.request_id.as_deref(),
        }),
        because,
        candidates,
        what_to_do: fault.map(|fault| advice(&trouble.outcome, fault)),
    }
}
