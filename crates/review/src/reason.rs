//! Reasons, in words.

use crate::escape::line;
use firma_plan::step::Reason;

/// One reason as the end of a sentence that begins with "because".
pub fn words(reason: &Reason) -> String {
    match reason {
        Reason::New => "it is not in the state yet".into(),
        Reason::Immutable { path } if path.to_string() == "billing.method" => {
            "billing.method cannot be changed in place: it is bought anew, and what the old one holds is lost".into()
        }
        Reason::Immutable { path } => format!("{} cannot be changed in place", line(&path.to_string())),
        Reason::ImmutablePending { path } => format!(
            "{} cannot be changed in place, and whether it changes is known only after apply",
            line(&path.to_string())
        ),
        Reason::Triggered { path } => format!("{} changed", line(&path.to_string())),
        Reason::TriggeredBy { by } => format!("triggered by {}", line(by)),
        Reason::Imported { id } => format!("{} exists already and is taken over", line(id)),
        Reason::Believed { path } => {
            format!("{} cannot be read back: it is taken to be as the manifests have it", line(&path.to_string()))
        }
        Reason::Requested => "a new one was asked for (--replace)".into(),
        Reason::SecretLost { path } => {
            format!("{} is shown only once, and that answer was lost", line(&path.to_string()))
        }
        Reason::Tainted => "the cloud reports that it failed for good".into(),
        Reason::Incomplete => "an earlier apply did not finish it".into(),
        Reason::AbsentInCloud => "it is gone from the cloud".into(),
        Reason::NotInManifest => "it is no longer in the manifests".into(),
        Reason::WrongRepetition => "its block no longer has this key (count, for_each or enabled changed)".into(),
        Reason::Destroyed => "the whole project is being destroyed".into(),
        Reason::DestroyedInPart => "this part of the project is being destroyed".into(),
        Reason::Moved { from } => format!("it was {from}"),
        Reason::Retained => "on_remove = \"retain\": it stays in the cloud".into(),
        Reason::Deposed => "it is the old half of a replacement, left over from an earlier apply".into(),
        Reason::Changed => "the manifests changed".into(),
        Reason::Drift => "the cloud differs from what was applied".into(),
        Reason::WaitsFor { on } => format!("{} comes first", line(on)),
        Reason::Bookkeeping { what } => match what.as_str() {
            "inputs" => "its attributes are written down as the manifests have them now".into(),
            "drift" => "the cloud already has what the manifests ask for; that is written down".into(),
            "observed" => "what the cloud says is written down".into(),
            "dependencies" => "its dependencies are written down anew".into(),
            other => format!("{} is written down anew", line(other)),
        },
        Reason::LeftAsIs { path } => {
            format!("{} left the manifests; its value in the cloud stays", line(&path.to_string()))
        }
    }
}

/// Whether the action alone says as much.
pub fn is_obvious(reason: &Reason) -> bool {
    matches!(reason, Reason::New | Reason::Changed)
}
