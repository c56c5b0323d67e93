//! What stands below the changes: drift and outputs.

use super::attribute;
use crate::{
    escape::line,
    style::{Role, Style},
    value::HIDDEN,
    view::{Attribute, Output, View},
};
use firma_plan::step::Action;

/// What changed outside Firma.
pub(super) fn drift(view: &View, style: Style, out: &mut String) {
    if view.drift.is_empty() {
        return;
    }
    let title = "Changed outside Firma since the last apply";
    out.push_str(&format!("\n{} ({})\n", style.paint(Role::Strong, title), view.drift.len()));
    for drift in &view.drift {
        let address = style.paint(Role::Strong, &line(&drift.address.to_string()));
        let gone = if drift.gone { ": gone from the cloud" } else { "" };
        out.push_str(&format!("      {address}{gone}\n"));
        for changed in &drift.attributes {
            attribute::print(changed, Action::Update, "        ", style, out);
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
        };
        attribute::print(&shown, Action::Update, "    ", style, out);
    }
}
