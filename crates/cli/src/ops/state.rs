//! Opening the state, and the rules about a state that is not there, or is not the newest one.

use crate::{Context, exit::Failure, ops::project::Loaded};
use firma_manifest::Endpoint;
use firma_model::diagnostic::Diagnostic;
use firma_store::{Mode, Store};
use std::{collections::BTreeMap, path::PathBuf};

/// Opens a project's state for looking and planning. One that is not the newest is said to be so, and can only be read.
pub(crate) fn open(context: &Context, loaded: &Loaded) -> Result<Store, Failure> {
    let mut store = opened(loaded)?;
    tell(context, &mut store);
    Ok(store)
}

/// Opens a state for reading; a project of the embedded cloud without one simply has nothing yet.
pub(crate) fn open_existing(context: &Context, loaded: &Loaded) -> Result<Option<Store>, Failure> {
    match is_absent(loaded) {
        true => Ok(None),
        false => open(context, loaded).map(Some),
    }
}

/// Opens a state to change it: one that is not the newest is refused at once, before anything is done towards it.
pub(crate) fn open_to_change(loaded: &Loaded) -> Result<Option<Store>, Failure> {
    if is_absent(loaded) {
        return Ok(None);
    }
    let store = opened(loaded)?;
    store.refuse_restored()?;
    Ok(Some(store))
}

/// Opens a state without a word about it, for whoever has the words.
pub(crate) fn quietly(loaded: &Loaded) -> Result<Store, Failure> {
    opened(loaded)
}

/// Where else it is remembered how far the states of this user have come: outside of any project, so that a whole folder
/// brought back from a backup is noticed too. `FIRMA_MARKS` names the folder, empty for none.
pub(crate) fn marks(loaded: &Loaded) -> Vec<PathBuf> {
    // Nothing of the embedded cloud outlives its folder.
    if loaded.settings.endpoint == Endpoint::Emulator {
        return Vec::new();
    }
    marks_folder(&loaded.env).into_iter().collect()
}

fn marks_folder(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let set = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if env.contains_key("FIRMA_MARKS") {
        return set("FIRMA_MARKS");
    }
    // A relative path is no path of the user's, says the convention.
    let of_user = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let folder = of_user.or_else(|| set("HOME").map(|home| home.join(".local").join("state")))?;
    Some(folder.join("firma").join("marks"))
}

fn is_absent(loaded: &Loaded) -> bool {
    loaded.settings.endpoint == Endpoint::Emulator && !loaded.state_path().exists()
}

/// Only the embedded cloud may begin with none: against any other, a state that is missing is a state that was lost, and
/// everything would be bought again.
fn opened(loaded: &Loaded) -> Result<Store, Failure> {
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
    Ok(Store::open_witnessed(&path, Mode::Existing, &marks(loaded))?)
}

/// Says what there is to say about the state itself.
pub(crate) fn tell(context: &Context, store: &mut Store) {
    if let Err(restored) = store.refuse_restored() {
        let mut warning = restored.diagnostic();
        warning.severity = firma_model::diagnostic::Severity::Warning;
        context.terminal.diagnostics(&warning.into(), &[]);
    }
    tell_notices(context, store);
}

/// Says, once, what came up while the state was used.
pub(crate) fn tell_notices(context: &Context, store: &mut Store) {
    for notice in store.take_notices() {
        context.terminal.diagnostics(&notice.into(), &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::marks_folder;
    use std::{collections::BTreeMap, path::PathBuf};

    #[test]
    fn the_second_mark_is_the_users() {
        let home = ("HOME", "/users/a");
        let cases = [
            (vec![home], Some("/users/a/.local/state/firma/marks")),
            (vec![home, ("XDG_STATE_HOME", "/state")], Some("/state/firma/marks")),
            (vec![home, ("XDG_STATE_HOME", "state")], Some("/users/a/.local/state/firma/marks")),
            (vec![home, ("FIRMA_MARKS", "")], None),
            (vec![home, ("FIRMA_MARKS", "/marks")], Some("/marks")),
            (vec![], None),
        ];
        for (env, expected) in cases {
            let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            assert_eq!(marks_folder(&env), expected.map(PathBuf::from), "{env:?}");
        }
    }
}
