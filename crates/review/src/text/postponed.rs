//! What is left for a later plan.

use crate::{
    escape::line,
    style::{Role, Style},
    view::View,
};
use firma_model::deferral::{Asks, Subject};
use firma_plan::{
    postponed::{Postponed, Wait, What, Why},
    step::Action,
};

/// Everything that is postponed, each with what it waits for.
pub(super) fn all(view: &View, style: Style, out: &mut String) {
    if view.postponed.is_empty() {
        return;
    }
    let title = "Deferred: left as it is until a later apply";
    out.push_str(&format!("\n{} ({})\n", style.paint(Role::Strong, title), view.postponed.len()));
    for postponed in &view.postponed {
        let name = style.paint(Role::Strong, &line(&postponed.what.name()));
        out.push_str(&format!("    {} {name}: {}\n", style.paint(Role::Faint, "?"), sentence(postponed)));
    }
}

fn sentence(postponed: &Postponed) -> String {
    let waits = list(&postponed.waits);
    match &postponed.what {
        What::Subject { subject, asks } => {
            let first = match asks {
                Asks::Parameters => "is looked up later: it waits for".to_owned(),
                Asks::Settings => "where it lives or how it is treated waits for".to_owned(),
                _ => format!("{} waits for", asks.as_str()),
            };
            let stays = match postponed.stays.len() {
                0 => String::new(),
                1 if matches!(subject, Subject::Instance(_)) => "; it stays as it is".to_owned(),
                1 => "; its one instance stays as it is".to_owned(),
                n => format!("; its {n} instances stay as they are"),
            };
            format!("{first} {waits}{stays}")
        }
        What::Instance { action, .. } => format!("{} waits for {waits}", noun(*action)),
        What::Held { action, .. } => {
            let on: Vec<&str> = postponed.waits.iter().map(|wait| wait.on.as_str()).collect();
            format!(
                "{} waits, because {} depends on it and stays as it is for now",
                noun(*action),
                line(&on.join(", "))
            )
        }
        What::Output { .. } => format!("keeps its value: it waits for {waits}"),
    }
}

fn noun(action: Action) -> &'static str {
    match action {
        Action::Create => "its creation",
        Action::Replace => "its replacement",
        Action::Delete => "its deletion",
        _ => "its change",
    }
}

fn list(waits: &[Wait]) -> String {
    let parts: Vec<String> = waits.iter().map(|wait| format!("{}{}", line(&wait.on), why(wait.why))).collect();
    parts.join(", ")
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Created => " (created by this plan)",
        Why::Updated => " (changed by this plan)",
        Why::Replaced => " (replaced by this plan)",
        Why::Deleted => " (deleted by this plan)",
        Why::Read => " (looked up by this plan)",
        Why::Postponed => " (deferred)",
        Why::Held => " (its replacement waits too)",
        Why::Stays => "",
    }
}
