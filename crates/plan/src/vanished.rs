//! A project that seems to be gone: nothing is planned before somebody says that it really is.

use crate::worlds::{Options, Worlds};
use firma_model::{address::Address, diagnostic::Diagnostic, observed::Sighting};

/// If much of a project vanishes at once, a wrong account, region or permission is likelier than a massacre.
pub(crate) fn vanished(worlds: Worlds<'_>, options: &Options) -> Option<Diagnostic> {
    if options.accept_loss {
        return None;
    }
    let gone: Vec<&Address> = worlds
        .observed
        .objects
        .iter()
        .filter(|(_, sighting)| matches!(sighting, Sighting::Gone))
        .map(|(address, _)| address)
        .collect();
    let total = worlds.recorded.records.len();
    let allowed = (total / 10).max(5);
    if gone.len() <= allowed {
        return None;
    }
    let names: Vec<String> = gone.iter().take(5).map(ToString::to_string).collect();
    Some(
        Diagnostic::error(
            "E0524",
            format!(
                "{} of {total} recorded objects seem to be gone from the cloud ({}{}); nothing is planned, for it is likelier that they are looked for in the wrong place",
                gone.len(),
                names.join(", "),
                if gone.len() > 5 { ", ..." } else { "" },
            ),
        )
        .hint("check that the credentials belong to the account that owns them, and that the regions are right")
        .hint("if they really are gone, plan with --accept-loss"),
    )
}
