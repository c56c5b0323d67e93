//! The report in words: what was done in one line, then every step that was not, by cause, with what to do.

use super::{
    group::{Group, by_cause, by_culprit},
    report::{Ending, Outcome, Report, Trouble},
};
use crate::{
    escape::line,
    next::Next,
    progress::{settled, span},
    style::{Role, Style},
};
use firma_model::fault::Fault;
use firma_plan::{event::Settled, step::Action};

/// Addresses and request ids named of a group; the rest are counted.
const NAMED: usize = 6;
/// Groups of one section that are named; there are rarely more than two or three causes.
const GROUPS: usize = 40;

/// The report in words.
pub fn summary(report: &Report, next: &Next, style: Style) -> String {
    let mut out = format!("{}\n", headline(report, style));
    if let Ending::JournalLost { code, message } = &report.ending {
        let title = style.paint(Role::Alert, "The journal could not be written, so nothing more was done");
        out.push_str(&format!(
            "\n{title}\n  {}: {}\n  what to do: mend the state's disk or its lease as that says, then {}\n",
            line(code),
            line(message),
            next.recover()
        ));
    }
    section("Failed", "E0801", &by_cause(report, failed, next), style, &mut out);
    let title = "Unresolved: the request was sent, and nobody knows what became of it";
    section(title, "E0802", &by_cause(report, unresolved, next), style, &mut out);
    open(report, next, style, &mut out);
    stuck(report, next, style, &mut out);
    skipped(report, next, style, &mut out);
    if !report.broken_outputs.is_empty() {
        out.push_str(&format!(
            "\n{}\n",
            title_of("Outputs that cannot be evaluated", "E0805", report.broken_outputs.len(), style)
        ));
        for (name, why) in &report.broken_outputs {
            out.push_str(&format!("  {}: {}\n", line(name), line(why)));
        }
        out.push_str(&format!("    what to do: correct the expression, then {}\n", next.again()));
    }
    for (title, code, of_warning) in
        [("Conditions that do not hold", "E0563", false), ("Checks that fail", "E0564", true)]
    {
        let failing: Vec<&str> =
            report.conditions.iter().filter(|(_, warning)| *warning == of_warning).map(|(why, _)| &**why).collect();
        if !failing.is_empty() {
            out.push_str(&format!("\n{}\n", title_of(title, code, failing.len(), style)));
            failing.iter().for_each(|why| out.push_str(&format!("  {}\n", line(why))));
        }
    }
    if let Some(advice) = whole(report, next) {
        out.push_str(&format!("\n{advice}\n"));
    }
    out
}

fn failed(outcome: &Outcome) -> Option<&Fault> {
    match outcome {
        Outcome::Failed { fault, .. } => Some(fault),
        _ => None,
    }
}

fn unresolved(outcome: &Outcome) -> Option<&Fault> {
    match outcome {
        Outcome::Unresolved { fault } => Some(fault),
        _ => None,
    }
}

fn headline(report: &Report, style: Style) -> String {
    let words = [
        (Action::Create, "created"),
        (Action::Update, "updated"),
        (Action::Replace, "replaced"),
        (Action::Delete, "deleted"),
        (Action::Forget, "forgotten"),
        (Action::Import, "imported"),
        (Action::Move, "moved"),
        (Action::Record, "written down"),
        (Action::Read, "looked up"),
    ];
    let mut done: Vec<String> = words
        .iter()
        .filter_map(|(action, word)| report.done.get(action).filter(|n| **n > 0).map(|n| format!("{n} {word}")))
        .collect();
    let settled = report.settled.len() - report.stuck();
    if settled > 0 {
        done.push(if settled == 1 { "1 open call settled".into() } else { format!("{settled} open calls settled") });
    }
    let done = if done.is_empty() { "nothing was finished".to_owned() } else { done.join(", ") };
    let counts = [
        (count(report, |outcome| matches!(outcome, Outcome::Failed { .. })), "failed"),
        (count(report, |outcome| matches!(outcome, Outcome::Unresolved { .. })), "unresolved"),
        (count(report, |outcome| matches!(outcome, Outcome::Open)), "cut off"),
        (report.stuck(), "still open"),
        (count(report, |outcome| matches!(outcome, Outcome::Skipped { .. })), "not started"),
    ];
    let bad: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let title = match (&report.ending, report.is_complete()) {
        (Ending::Interrupted, _) => style.paint(Role::Alert, "Stopped:"),
        (Ending::Silent, _) => style.paint(Role::Alert, "No end is known:"),
        (_, true) => style.paint(Role::Create, "Done:"),
        (_, false) => style.paint(Role::Alert, "Not finished:"),
    };
    let took = span(report.millis);
    match bad.is_empty() {
        true => format!("{title} {done} in {took}."),
        false => format!("{title} {done}; {} in {took}.", style.paint(Role::Alert, &bad.join(", "))),
    }
}

fn count(report: &Report, test: impl Fn(&Outcome) -> bool) -> usize {
    report.troubles.iter().filter(|trouble| test(&trouble.outcome)).count()
}

fn title_of(title: &str, code: &str, count: usize, style: Style) -> String {
    format!("{} ({count}) [{code}]", style.paint(Role::Alert, title))
}

fn section(title: &str, code: &str, groups: &[Group<'_>], style: Style, out: &mut String) {
    let count: usize = groups.iter().map(|group| group.troubles.len()).sum();
    if count == 0 {
        return;
    }
    out.push_str(&format!("\n{}\n", title_of(title, code, count, style)));
    for group in groups.iter().take(GROUPS) {
        out.push_str(&format!("  {} {}\n", group.leg.as_str(), names(&group.troubles, style)));
        out.push_str(&format!("    {}\n", line(&said(group))));
        out.push_str(&format!("    what to do: {}\n", group.advice));
    }
    let rest: usize = groups.iter().skip(GROUPS).map(|group| group.troubles.len()).sum();
    if rest > 0 {
        out.push_str(&format!("  ... and {rest} more, each for a reason of its own\n"));
    }
}

/// What the cloud said, with the requests in which it said it.
fn said(group: &Group<'_>) -> String {
    let request_of = |trouble: &&Trouble| match &trouble.outcome {
        Outcome::Failed { fault, .. } | Outcome::Unresolved { fault } => fault.request_id.clone(),
        Outcome::Open | Outcome::Skipped { .. } => None,
    };
    let requests: Vec<String> = group.troubles.iter().filter_map(request_of).collect();
    match requests.len() {
        0 | 1 => group.fault.to_string(),
        n => {
            let mut alone = group.fault.clone();
            alone.request_id = None;
            let shown = requests.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if n > NAMED { format!(" and {} more", n - NAMED) } else { String::new() };
            format!("{alone} (requests {shown}{more})")
        }
    }
}

fn names(troubles: &[&Trouble], style: Style) -> String {
    let name = |trouble: &&Trouble| {
        let address = style.paint(Role::Strong, &line(&trouble.address));
        match trouble.deposed.is_empty() {
            true => address,
            false => format!("{address} (deposed {})", line(&trouble.deposed)),
        }
    };
    let shown: Vec<String> = troubles.iter().take(NAMED).map(name).collect();
    let more = troubles.len().saturating_sub(NAMED);
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Steps that were under way when the run stopped.
fn open(report: &Report, next: &Next, style: Style, out: &mut String) {
    let cut: Vec<&Trouble> = report.troubles.iter().filter(|trouble| trouble.outcome == Outcome::Open).collect();
    if cut.is_empty() {
        return;
    }
    out.push_str(&format!(
        "\n{} ({})\n",
        style.paint(Role::Alert, "Cut off: under way when the run stopped"),
        cut.len()
    ));
    let mut legs: Vec<_> = cut.iter().map(|trouble| trouble.leg).collect();
    legs.sort_unstable();
    legs.dedup();
    for leg in legs {
        let of: Vec<&Trouble> = cut.iter().filter(|trouble| trouble.leg == leg).copied().collect();
        out.push_str(&format!("  {} {}\n", leg.as_str(), names(&of, style)));
    }
    out.push_str(&format!(
        "    what to do: {} looks in the cloud how far they came, and goes on from there\n",
        next.again()
    ));
}

/// Open calls that a recovery could not settle.
fn stuck(report: &Report, next: &Next, style: Style, out: &mut String) {
    if report.stuck() == 0 {
        return;
    }
    out.push_str(&format!("\n{}\n", title_of("Still open", "E0807", report.stuck(), style)));
    for one in &report.settled {
        let Settled::Stuck { candidates, .. } = &one.how else { continue };
        out.push_str(&format!("  {}\n", settled(one, next)));
        let address = one.address.to_string();
        let todo = match candidates.as_slice() {
            [] => format!(
                "mend what keeps it from being looked at, then {}; or, when you have looked and nothing is there, {}",
                next.recover(),
                next.forget(&address)
            ),
            [id] => format!(
                "look at {} in the console; if it is the one: {}; if none is wanted: {}",
                line(id),
                next.adopt(id),
                next.forget(&address)
            ),
            _ => format!("find out which one it is, then {}; if none is: {}", next.adopt("ID"), next.forget(&address)),
        };
        out.push_str(&format!("    what to do: {todo}\n"));
    }
}

/// Steps that were not begun, one line a cause.
fn skipped(report: &Report, next: &Next, style: Style, out: &mut String) {
    let groups = by_culprit(report);
    if groups.is_empty() {
        return;
    }
    let count: usize = groups.iter().map(|(_, troubles)| troubles.len()).sum();
    out.push_str(&format!("\n{} ({count})\n", style.paint(Role::Strong, "Not started")));
    for (because, troubles) in groups.iter().take(GROUPS) {
        let why = match *because {
            "" => "the run ended before it came to them".to_owned(),
            "interrupted" => "the run was stopped".to_owned(),
            other if other.parse::<firma_model::address::Address>().is_ok() => {
                format!("{} was not done", line(other))
            }
            other => line(other).into_owned(),
        };
        out.push_str(&format!("  {} because {why}: {}\n", troubles.len(), names(troubles, style)));
    }
    let rest: usize = groups.iter().skip(GROUPS).map(|(_, troubles)| troubles.len()).sum();
    if rest > 0 {
        out.push_str(&format!("  {rest} because of others\n"));
    }
    let failed = count_of_failed(report);
    let when = if failed > 0 { " when that is mended" } else { "" };
    out.push_str(&format!("    what to do: {}{when}\n", next.again()));
}

fn count_of_failed(report: &Report) -> usize {
    count(report, |outcome| matches!(outcome, Outcome::Failed { .. } | Outcome::Unresolved { .. }))
}

/// What holds for the run as a whole.
fn whole(report: &Report, next: &Next) -> Option<String> {
    if report.is_complete() {
        return None;
    }
    let unresolved = count(report, |outcome| matches!(outcome, Outcome::Unresolved { .. }));
    Some(match (&report.ending, unresolved > 0 || report.stuck() > 0) {
        (Ending::Silent, _) => format!(
            "The run was killed, or it still runs. What was done is recorded; {} looks what is open and goes on from here.",
            next.again()
        ),
        (_, true) => "What was done is recorded. Nothing is done to what is unresolved until it is settled.".to_owned(),
        (Ending::Interrupted, false) => format!("What was done is recorded; {} goes on from here.", next.again()),
        _ => format!("What was done is recorded; {} plans what is left.", next.again()),
    })
}
