//! One change: a header with place and billing, why, what to know, and its attributes.

use super::{attribute, summary::sign};
use crate::{
    escape::line,
    reason,
    style::{Role, Style},
    view::Change,
};
use firma_plan::step::{Action, Reason};

/// Depth of what stands below a header.
const INDENT: &str = "      ";

/// With everything there is to say.
pub(super) fn in_full(change: &Change, style: Style, out: &mut String) {
    header(change, style, out);
    out.push('\n');
    let told =
        |reason: &&Reason| !reason::is_obvious(reason) && !stands_below(change, reason) && !goes_along(change, reason);
    for reason in change.reasons.iter().filter(told) {
        out.push_str(&format!("{INDENT}because {}\n", reason::words(reason)));
    }
    for notice in &change.notices {
        out.push_str(&format!("{INDENT}{}\n", style.paint(Role::Alert, &format!("note: {}", line(notice)))));
    }
    let shown = || change.attributes.iter().filter(|attribute| !in_header(change, &attribute.path));
    let columns = attribute::Columns::of(shown());
    for attribute in shown() {
        attribute::print(attribute, change.action, INDENT, columns, style, out);
    }
}

/// Whether a reason is said beside the attribute that it is about.
fn stands_below(change: &Change, reason: &Reason) -> bool {
    let about = match reason {
        // What is bought anew is worth a line.
        Reason::Immutable { path } if path.to_string() == "billing.method" => return false,
        Reason::Immutable { path } | Reason::ImmutablePending { path } | Reason::Triggered { path } => path.to_string(),
        // Drift is told attribute by attribute further down.
        _ => return false,
    };
    change.attributes.iter().any(|attribute| attribute.forces_replacement && attribute.path.starts_with(&about))
}

/// Whether a reason would have its object written down, which is made anew anyway.
fn goes_along(change: &Change, reason: &Reason) -> bool {
    change.action == Action::Replace && matches!(reason, Reason::Bookkeeping { .. })
}

/// Whether the header says it already: of something that comes or goes as a whole.
fn in_header(change: &Change, path: &str) -> bool {
    matches!(change.action, Action::Create | Action::Delete)
        && match path {
            "id" => change.action == Action::Delete && change.cloud_id.is_some(),
            "zone" => change.zone.is_some(),
            "billing" => change.billing.is_some(),
            _ => false,
        }
}

/// Address and reasons, and below them what is written.
pub(super) fn on_one_line(change: &Change, style: Style, out: &mut String) {
    header(change, style, out);
    let reasons: Vec<String> = change.reasons.iter().map(reason::words).collect();
    if !reasons.is_empty() {
        out.push_str(&style.paint(Role::Faint, &format!(": {}", reasons.join("; "))));
    }
    out.push('\n');
    let columns = attribute::Columns::of(change.written.iter());
    for written in &change.written {
        attribute::print(written, Action::Update, INDENT, columns, style, out);
    }
}

/// `  -/+ vm.instance.web["a"]  i-123, cn-north-1, cn-north-1a, postpaid_by_duration [bare]`
fn header(change: &Change, style: Style, out: &mut String) {
    let (sign, role) = match (sign(change.action), change.create_first) {
        ((_, role), true) => ("+/-", role),
        (sign, false) => sign,
    };
    let address = line(&change.address.to_string()).into_owned();
    out.push_str(&format!("{} {}", style.paint(role, &format!("{sign:>5}")), style.paint(Role::Strong, &address)));
    if !change.deposed.is_empty() {
        out.push_str(&format!(" (deposed {})", line(&change.deposed)));
    }
    let facts = facts(change, style);
    if !facts.is_empty() {
        out.push_str("  ");
        out.push_str(&facts.join(", "));
    }
    if change.bare {
        out.push(' ');
        out.push_str(&style.paint(Role::Alert, "[bare]"));
    }
}

fn facts(change: &Change, style: Style) -> Vec<String> {
    let mut facts = Vec::new();
    if change.action != Action::Create
        && let Some(id) = &change.cloud_id
    {
        facts.push(line(id).into_owned());
    }
    facts.extend([&change.region, &change.zone].into_iter().flatten().map(|place| line(place).into_owned()));
    if let Some(billing) = &change.billing {
        let terms = line(&billing.to_string()).into_owned();
        let newly = matches!(change.action, Action::Create | Action::Replace);
        facts.push(if billing.is_prepaid() && newly { style.paint(Role::Alert, &terms) } else { terms });
    }
    facts
}
