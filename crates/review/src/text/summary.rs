//! The first lines: how much, where, what it costs, what cannot recover by itself.

use crate::{
    escape::line,
    style::{Role, Style},
    view::{Change, View},
};
use firma_model::place::Billing;
use firma_plan::{
    step::{Action, Mode},
    terms::Term,
};
use std::collections::BTreeMap;

/// One line: `Plan: 1 to replace, 2 to create; 12 stay as they are.`
pub fn headline(view: &View, style: Style) -> String {
    let summary = &view.summary;
    let counts = [
        (summary.replace, "to replace", Role::Replace),
        (summary.delete, "to delete", Role::Delete),
        (summary.update, "to update", Role::Update),
        (summary.create, "to create", Role::Create),
        (summary.import, "to import", Role::Create),
        (summary.moved, "to move", Role::Strong),
        (summary.forget, "to forget", Role::Strong),
        (summary.record, "to write down", Role::Faint),
        (summary.read, "to look up", Role::Faint),
        (summary.deferred, "deferred", Role::Strong),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, role)| style.paint(*role, &format!("{count} {what}")))
        .collect();
    let outputs = view.outputs.values().filter(|output| output.changed).count();
    if parts.is_empty() {
        return match (outputs, view.mode) {
            (0, Mode::Apply) => format!("{} {}", strong(style, "No changes."), stay(view)),
            (0, Mode::Destroy) => strong(style, "Nothing to destroy."),
            (0, Mode::RefreshOnly) => {
                format!("{} The cloud is as it was last seen.", strong(style, "No changes."))
            }
            _ => format!("{} {outputs} to change.", strong(style, "Plan: no resource changes; outputs:")),
        };
    }
    let title = match (view.mode, view.scope.left_out) {
        (Mode::Apply, 0) => "Plan:",
        (Mode::Apply, _) => "Partial plan:",
        (Mode::Destroy, 0) => "Plan to destroy:",
        (Mode::Destroy, _) => "Partial plan to destroy:",
        (Mode::RefreshOnly, 0) => "Plan to write down what the cloud says:",
        (Mode::RefreshOnly, _) => "Partial plan to write down what the cloud says:",
    };
    let mut stays = match summary.no_op {
        0 => String::new(),
        1 => "; 1 stays as it is".into(),
        n => format!("; {n} stay as they are"),
    };
    stays.push_str(&left_out(view));
    format!("{} {}{stays}.", strong(style, title), parts.join(", "))
}

fn strong(style: Style, text: &str) -> String {
    style.paint(Role::Strong, text)
}

fn stay(view: &View) -> String {
    let left = left_out(view);
    match view.summary.no_op {
        0 if left.is_empty() => "There are no resources.".into(),
        0 => format!("There are no resources in this part{left}."),
        1 => format!("1 resource is as the manifests say{left}."),
        n => format!("{n} resources are as the manifests say{left}."),
    }
}

fn left_out(view: &View) -> String {
    match view.scope.left_out {
        0 => String::new(),
        1 => "; 1 is left out".into(),
        n => format!("; {n} are left out"),
    }
}

/// The first line of a plan that cannot be believed.
pub fn unverified(view: &View, style: Style) -> String {
    match &view.unverified {
        Some(why) => format!("{}: {}; apply refuses it.\n", style.paint(Role::Alert, "UNVERIFIED"), line(why)),
        None => String::new(),
    }
}

/// The head of a plan, without the changes themselves.
pub fn summary(view: &View, style: Style) -> String {
    let mut out = unverified(view, style);
    out.push_str(&format!("{}\n", headline(view, style)));
    if !view.project.is_empty() {
        fact(&mut out, "Project", &format!("{} at {}", line(&view.project), line(&view.endpoint)));
    }
    if let Some(key) = &view.pinned_key {
        let text = format!("could not be asked for; the plan is pinned to the access key {}", line(key));
        fact(&mut out, "Account", &text);
    }
    if !view.scope.is_whole() {
        let scope = line(&view.scope.to_string()).into_owned();
        match view.scope.left_out {
            0 => fact(&mut out, "Asked for", &scope),
            _ => fact(&mut out, "Partial", &style.paint(Role::Alert, &scope)),
        }
    }
    if view.summary.changes() > 0 {
        if !view.regions.is_empty() {
            let regions: Vec<String> = view.regions.iter().map(|(name, n)| format!("{} ({n})", line(name))).collect();
            fact(&mut out, "Regions", &regions.join(", "));
        }
        if !view.paid.is_empty() {
            fact(&mut out, "Will be paid for", &bill(&view.paid, style));
        }
        if !view.no_longer_paid.is_empty() {
            fact(&mut out, "No longer paid for", &bill(&view.no_longer_paid, Style::Plain));
        }
        let bare: Vec<&Change> = view.changes.iter().filter(|change| change.bare).collect();
        if !bare.is_empty() {
            let mark = style.paint(Role::Alert, "[bare]");
            let text = format!(
                "{} marked {mark}: the API has no means to find the object again if the answer to its create call is lost; \
                 apply would then stop and ask",
                bare.len()
            );
            fact(&mut out, "Recovery", &text);
        }
    }
    if !view.terms.is_empty() {
        fact(&mut out, "Paid in advance", &terms(&view.terms));
    }
    if !view.plan_id.is_empty() {
        fact(&mut out, "Plan id", &line(&view.plan_id));
    }
    out
}

/// Terms that are told one by one.
const TERMS: usize = 3;

/// `disk.disk.archive until 2027-01-31T23:59:59Z, not renewed; 2 more`
fn terms(terms: &[Term]) -> String {
    let one = |term: &Term| {
        let renewed = if term.renewed { "then renewed" } else { "not renewed" };
        format!("{} until {}, {renewed}", line(&term.address.to_string()), line(&term.until))
    };
    let mut said: Vec<String> = terms.iter().take(TERMS).map(one).collect();
    if terms.len() > TERMS {
        said.push(format!("{} more, later", terms.len() - TERMS));
    }
    said.join("; ")
}

fn fact(out: &mut String, name: &str, text: &str) {
    out.push_str(&format!("  {name}: {text}\n"));
}

/// `2 vm.instance (postpaid_by_duration), 1 disk.disk (prepaid_by_duration 1 month)`
fn bill(items: &BTreeMap<(String, Billing), usize>, style: Style) -> String {
    let parts: Vec<String> = items
        .iter()
        .map(|((kind, billing), count)| {
            let terms = line(&billing.to_string()).into_owned();
            match billing.is_prepaid() {
                true => format!("{count} {} ({})", line(kind), style.paint(Role::Alert, &terms)),
                false => format!("{count} {} ({terms})", line(kind)),
            }
        })
        .collect();
    parts.join(", ")
}

/// The sign and the colour of an action.
pub(super) fn sign(action: Action) -> (&'static str, Role) {
    match action {
        Action::Create => ("+", Role::Create),
        Action::Update => ("~", Role::Update),
        Action::Replace => ("-/+", Role::Replace),
        Action::Delete => ("-", Role::Delete),
        Action::Forget => (".", Role::Strong),
        Action::Record => ("=", Role::Faint),
        Action::Move => (">", Role::Strong),
        Action::Import => ("<", Role::Create),
        Action::Read => ("<=", Role::Strong),
    }
}
