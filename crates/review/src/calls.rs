//! The API calls behind a plan: what will or may be sent, and how each recovers if its answer is lost.

use crate::{
    escape::line,
    style::{Role, Style},
    view::View,
};
use std::collections::BTreeSet;

/// What each recovery class means.
const CLASSES: [(&str, &str); 6] = [
    ("named", "the manifest chooses the id; whether it is there can be looked up"),
    ("tokened", "sent again with the same client token, which makes at most one object"),
    ("markable", "the object carries a mark by which it is found again"),
    ("bare", "nothing identifies the object; apply stops and asks which one it is"),
    ("repeatable", "sets or deletes; may simply be sent again"),
    ("additive", "adds to what is there; that is read before it is sent again"),
];

/// Every call, by change.
pub fn list(view: &View, style: Style) -> String {
    let total: usize = view.changes.iter().map(|change| change.calls.len()).sum();
    if total == 0 {
        return "No calls are made.\n".into();
    }
    let noun = if total == 1 { "call" } else { "calls" };
    let title = style.paint(Role::Strong, &format!("{total} {noun} will or may be made"));
    let mut out = format!("{title}; updates skip those that turn out to have nothing to do.\n");
    for change in view.changes.iter().filter(|change| !change.calls.is_empty()) {
        out.push_str(&format!("\n  {}\n", style.paint(Role::Strong, &line(&change.address.to_string()))));
        for call in &change.calls {
            let class = line(&call.class).into_owned();
            let class = if call.class == "bare" { style.paint(Role::Alert, &class) } else { class };
            let (leg, service) = (call.leg.as_str(), line(&call.service));
            out.push_str(&format!("    {leg:<6}  {service}.{}  {class}\n", line(&call.operation)));
        }
    }
    let used: BTreeSet<&str> =
        view.changes.iter().flat_map(|change| &change.calls).map(|call| call.class.as_str()).collect();
    out.push_str("\nIf the answer to a call is lost:\n");
    for (class, meaning) in CLASSES.iter().filter(|(class, _)| used.contains(class)) {
        out.push_str(&format!("  {class:<10}  {meaning}\n"));
    }
    out
}
