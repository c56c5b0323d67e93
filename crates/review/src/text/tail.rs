//! What stands below the changes: drift and outputs.

use super::attribute;
use crate::{
    escape::line,
    style::{Role, Style},
    value::HIDDEN,
    view::{Attribute, Condition, Drift, Output, View},
};
use firma_plan::step::Action;
use std::collections::BTreeMap;

/// What changed outside Firma.
pub(super) fn drift(view: &View, style: Style, out: &mut String) {
    let shown =
        |drift: &&Drift| drift.gone || !drift.attributes.is_empty() || (view.all_drift && !drift.aside.is_empty());
    let drifts: Vec<&Drift> = view.drift.iter().filter(shown).collect();
    if !drifts.is_empty() {
        let title = "Changed outside Firma since the last apply";
        out.push_str(&format!("\n{} ({})\n", style.paint(Role::Strong, title), drifts.len()));
    }
    for drift in &drifts {
        let address = style.paint(Role::Strong, &line(&drift.address.to_string()));
        let gone = if drift.gone { ": gone from the cloud" } else { "" };
        out.push_str(&format!("      {address}{gone}\n"));
        let aside: &[Attribute] = if view.all_drift { &drift.aside } else { &[] };
        let columns = attribute::Columns::of(drift.attributes.iter().chain(aside));
        for changed in drift.attributes.iter().chain(aside) {
            attribute::print(changed, Action::Update, "        ", columns, style, out);
        }
    }
    let hidden: usize = view.drift.iter().map(|drift| drift.aside.len()).sum();
    if hidden > 0 && !view.all_drift {
        let what = match hidden {
            1 => "1 more difference that this plan does not touch".to_owned(),
            n => format!("{n} more differences that this plan does not touch"),
        };
        out.push_str(&format!(
            "\n{}\n",
            style.paint(Role::Faint, &format!("Changed outside Firma: {what} (--show-drift shows it)"))
        ));
    }
}

/// Conditions that only the apply can tell, and checks that fail already.
pub(super) fn conditions(view: &View, style: Style, out: &mut String) {
    let (failing, later): (Vec<&Condition>, Vec<&Condition>) =
        view.conditions.iter().partition(|condition| condition.fails.is_some());
    if !failing.is_empty() {
        out.push_str(&format!("\n{} ({})\n", style.paint(Role::Alert, "Checks that fail"), failing.len()));
        for condition in failing {
            let words = condition.fails.as_deref().unwrap_or_default();
            out.push_str(&format!("      {}: {}\n", line(&condition.of), line(words)));
        }
    }
    if !later.is_empty() {
        out.push_str(&format!("\n{} ({})\n", style.paint(Role::Strong, "Looked at while applying"), later.len()));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        later.iter().for_each(|condition| *counts.entry(&condition.of).or_default() += 1);
        for (of, count) in counts {
            let times = if count == 1 { String::new() } else { format!(" ({count})") };
            out.push_str(&format!("      {}{times}\n", line(of)));
        }
    }
}

/// Outputs that change.
pub(super) fn outputs(view: &View, style: Style, out: &mut String) {
    let changed: Vec<(&String, &Output)> = view.outputs.iter().filter(|(_, output)| output.changed).collect();
    if changed.is_empty() {
        return;
    }
    out.push_str(&format!("\n{} ({})\n", style.paint(Role::Strong, "Outputs"), changed.len()));
    for (name, output) in changed {
        if output.sensitive {
            let (sign, role) = match (&output.before, &output.after) {
                (None, _) => ("+", Role::Create),
                (_, None) => ("-", Role::Delete),
                _ => ("~", Role::Update),
            };
            out.push_str(&format!("    {} {}: {HIDDEN}\n", style.paint(role, sign), line(name)));
            continue;
        }
        let shown = Attribute {
            path: name.clone(),
            before: output.before.clone(),
            after: output.after.clone(),
            unknown: output.unknown,
            sensitive: false,
            forces_replacement: false,
            delta: output.delta.clone(),
            awaits: output.awaits.clone(),
        };
        attribute::print(&shown, Action::Update, "    ", attribute::Columns::default(), style, out);
    }
}
