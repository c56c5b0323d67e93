//! Opening the state, and the rules about a state that is not there.

use crate::{exit::Failure, ops::project::Loaded};
use firma_manifest::Endpoint;
use firma_model::diagnostic::Diagnostic;
use firma_store::{Mode, Store};

/// Opens a project's state. Only the embedded cloud may begin with none: against any other, a state that is missing is
/// a state that was lost, and everything would be bought again.
pub(crate) fn open(loaded: &Loaded) -> Result<Store, Failure> {
    let path = loaded.state_path();
    if loaded.settings.endpoint == Endpoint::Emulator {
        return Ok(Store::open(&path, Mode::CreateIfMissing)?);
    }
    if !path.exists() {
        return Err(Failure::refused(
            Diagnostic::error("E0601", format!("there is no state at {}", path.display()))
                .hint("if this project was applied before, bring its state back or point [state] at it")
                .hint("if it is new, make an empty state with `firma init --new-state`"),
        ));
    }
    Ok(Store::open(&path, Mode::Existing)?)
}

/// Opens a state for reading; a project of the embedded cloud without one simply has nothing yet.
pub(crate) fn open_existing(loaded: &Loaded) -> Result<Option<Store>, Failure> {
    if loaded.settings.endpoint == Endpoint::Emulator && !loaded.state_path().exists() {
        return Ok(None);
    }
    open(loaded).map(Some)
}
