//! Changes by risk.

use super::change;
use crate::{
    style::{Role, Style},
    view::{Change, View},
};
use firma_plan::step::Action;

/// Sections from the most to the least dangerous.
const SECTIONS: [(&str, &[Action]); 8] = [
    ("Deleted, or deleted and made anew", &[Action::Replace, Action::Delete]),
    ("Changed in place", &[Action::Update]),
    ("Created", &[Action::Create]),
    ("Imported: exist already and are taken over", &[Action::Import]),
    ("Looked up while applying, after what they depend on", &[Action::Read]),
    ("Forgotten: leave the state, not the cloud", &[Action::Forget]),
    ("Moved: the same object under another address", &[Action::Move]),
    ("Written down only: no call is made", &[Action::Record]),
];

pub(super) fn all(view: &View, style: Style, out: &mut String) {
    for (title, actions) in SECTIONS {
        let of = |action: Action| view.changes.iter().filter(move |change| change.action == action);
        let count: usize = actions.iter().map(|action| of(*action).count()).sum();
        if count == 0 {
            continue;
        }
        out.push_str(&format!("\n{} ({count})\n", style.paint(Role::Strong, title)));
        let compact = actions.iter().all(|action| matches!(action, Action::Forget | Action::Record | Action::Move));
        for (at, change) in actions.iter().flat_map(|action| of(*action)).enumerate() {
            print(change, compact, at == 0, style, out);
        }
    }
}

/// A blank line stands between changes that have attributes below them, and none in compact sections.
fn print(change: &Change, compact: bool, first: bool, style: Style, out: &mut String) {
    if compact {
        change::on_one_line(change, style, out);
        return;
    }
    if !first {
        out.push('\n');
    }
    change::in_full(change, style, out);
}
