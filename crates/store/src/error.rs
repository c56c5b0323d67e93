//! What can go wrong with the state, each said so that a person can act on it.

use crate::restored::Restored;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    time::Timestamp,
};
use rusqlite::ErrorCode;
use std::fmt;

/// A failure of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What it is.
    pub kind: ErrorKind,
    /// The state file as the caller named it; empty until the store knows.
    pub path: String,
}

/// The failures, with what is needed to tell them apart and to explain them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no file.
    Missing,
    /// There is a file without anything in it.
    Empty,
    /// There is a file, but it is no state of Firma.
    NotAState(String),
    /// Written by a newer Firma.
    Newer {
        /// Its format.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// Another process kept it locked for longer than we wait.
    Locked,
    /// Damaged.
    Corrupt(String),
    /// No room.
    Full,
    /// Not permitted to read or write.
    Denied(String),
    /// The disk failed.
    Io(String),
    /// The journal does not continue its own hashes.
    Chain(String),
    /// It does not continue what was last seen of it.
    Restored(Box<Restored>),
    /// Another file was put in its place while it was open.
    Replaced,
    /// Somebody else holds the lease.
    Held {
        /// Who.
        holder: String,
        /// Until when.
        expires: Timestamp,
    },
    /// The lease was lost: another holder took it, so nothing was written.
    Fenced {
        /// The epoch that was ours.
        epoch: u64,
        /// The epoch now.
        now: u64,
        /// Who holds it now; empty when nobody does.
        holder: String,
    },
    /// Sealed values exist, their key file does not.
    KeyMissing(String),
    /// The key file is not the one this state was sealed with.
    KeyWrong(String),
    /// The plan was carried out already.
    PlanConsumed {
        /// Plan.
        id: String,
        /// By which run.
        run: u64,
    },
    /// The plan's bytes cannot be trusted.
    PlanUnverified(String),
    /// No such plan.
    PlanUnknown(String),
    /// Two addresses claim one cloud object, or another rule of the tables is broken.
    Conflict(String),
    /// Pinned to another account.
    OtherAccount {
        /// The account it belongs to.
        pinned: String,
        /// The one in use.
        given: String,
    },
    /// Belongs to another project.
    OtherProject {
        /// The project it belongs to.
        pinned: String,
        /// The one in use.
        given: String,
    },
    /// The SQLite library is too old to be trusted.
    Library(String),
    /// Anything else the database said.
    Unexpected(String),
}

impl StoreError {
    /// The same error, with the file when it was not known.
    pub(crate) fn in_file(mut self, path: &str) -> StoreError {
        if self.path.is_empty() {
            path.clone_into(&mut self.path);
        }
        self
    }

    /// Nothing was changed and nothing is broken: a refusal (exit code 4), not a failure.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Missing
                | ErrorKind::Empty
                | ErrorKind::Restored(_)
                | ErrorKind::Held { .. }
                | ErrorKind::PlanConsumed { .. }
                | ErrorKind::PlanUnverified(_)
                | ErrorKind::PlanUnknown(_)
                | ErrorKind::OtherAccount { .. }
                | ErrorKind::OtherProject { .. }
        )
    }

    /// What happened, without the file.
    pub(crate) fn what(&self) -> String {
        match &self.kind {
            ErrorKind::Full => "there is no room".to_owned(),
            ErrorKind::Denied(what) | ErrorKind::Io(what) => what.clone(),
            _ => self.diagnostic().message,
        }
    }

    /// The code of its diagnostic.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Missing | ErrorKind::Empty => "E0601",
            ErrorKind::NotAState(_) => "E0602",
            ErrorKind::Newer { .. } => "E0603",
            ErrorKind::Locked => "E0604",
            ErrorKind::Corrupt(_) => "E0605",
            ErrorKind::Full => "E0606",
            ErrorKind::Denied(_) => "E0607",
            ErrorKind::Io(_) => "E0608",
            ErrorKind::Chain(_) => "E0609",
            ErrorKind::Held { .. } => "E0610",
            ErrorKind::Fenced { .. } => "E0611",
            ErrorKind::KeyMissing(_) => "E0612",
            ErrorKind::KeyWrong(_) => "E0613",
            ErrorKind::PlanConsumed { .. } => "E0615",
            ErrorKind::PlanUnverified(_) => "E0616",
            ErrorKind::PlanUnknown(_) => "E0617",
            ErrorKind::Conflict(_) => "E0618",
            ErrorKind::OtherAccount { .. } => "E0619",
            ErrorKind::OtherProject { .. } => "E0620",
            ErrorKind::Restored(_) => "E0623",
            ErrorKind::Replaced => "E0624",
            ErrorKind::Library(_) => "E0621",
            ErrorKind::Unexpected(_) => "E0622",
        }
    }

    /// As shown to people.
    pub fn diagnostic(&self) -> Diagnostic {
        let path = &self.path;
        let d = |message: String| Diagnostic::error(self.code(), message);
        match &self.kind {
            ErrorKind::Missing => d(format!("the state `{path}` does not exist"))
                .hint("restore it from a backup, or point `[state] path` at the right file")
                .hint("for a project that has never made anything: firma init --new-state"),
            ErrorKind::Empty => d(format!("the state `{path}` is empty"))
                .hint("restore it from a backup, or point `[state] path` at the right file")
                .hint("for a project that has never made anything: firma init --new-state"),
            ErrorKind::NotAState(why) => d(format!("`{path}` is not a state of Firma: {why}"))
                .hint("move it away, or point `[state] path` at the right file"),
            ErrorKind::Newer { found, known } => {
                d(format!("the state `{path}` has format {found}, this firma knows formats up to {known}"))
                    .hint("use the newer firma that wrote it; nothing was changed")
            }
            ErrorKind::Locked => d(format!("the state `{path}` is locked by another process"))
                .hint("wait until the other command has finished, then try again"),
            ErrorKind::Corrupt(what) => d(format!("the state `{path}` is damaged: {what}"))
                .hint("keep a copy of the file and of the files beside it, then restore the newest good backup"),
            ErrorKind::Full => d(format!("there is no room to write the state `{path}`"))
                .hint("free some space and run the command again; what was written before is safe"),
            ErrorKind::Denied(what) => d(format!("no permission for the state `{path}`: {what}"))
                .hint("its owner needs to read and write the file and its folder"),
            ErrorKind::Io(what) => d(format!("the disk failed while using the state `{path}`: {what}"))
                .hint("what was committed before is safe; check the disk, then run the command again"),
            ErrorKind::Chain(what) => d(format!("the journal of the state `{path}` was altered: {what}"))
                .hint("somebody changed the file outside of firma; restore a backup that passes `firma doctor`"),
            ErrorKind::Restored(restored) => d(restored.sentence(path))
                .hint("it can be read, and nothing is changed: put the newest copy back, with the files beside it")
                .hint("if this is the newest there is, say so, then look for what it does not know of: firma doctor --accept"),
            ErrorKind::Replaced => d(format!("the state `{path}` was moved, removed or replaced while it was in use"))
                .hint("nothing more was done; look at what is there now, then run the command again: firma doctor"),
            ErrorKind::Held { holder, expires } => d(format!("{holder} is changing this project until {expires}"))
                .hint("wait for it to finish; the lease runs out by itself if that process died"),
            ErrorKind::Fenced { epoch, now, holder } => {
                let by = if holder.is_empty() { "it was released".to_owned() } else { format!("{holder} has it now") };
                d(format!("the lease of this run was lost (epoch {epoch}, now {now}): {by}; nothing more was written"))
                    .hint("run `firma recover` when the other run has finished")
            }
            ErrorKind::KeyMissing(key) => d(format!("the key file `{key}` of the state `{path}` cannot be read"))
                .hint("restore the key file: without it the sealed values of this state cannot be opened"),
            ErrorKind::KeyWrong(key) => d(format!("the key file `{key}` does not open the state `{path}`"))
                .hint("restore the key file that was made with this state"),
            ErrorKind::PlanConsumed { id, run } => {
                d(format!("plan {id} was already carried out by run {run}")).hint("make a new plan: firma plan")
            }
            ErrorKind::PlanUnverified(why) => d(format!("the plan cannot be verified: {why}"))
                .hint("apply takes only plans made with this state; make a new one: firma plan"),
            ErrorKind::PlanUnknown(id) => d(format!("there is no plan {id}")).hint("make one: firma plan"),
            ErrorKind::Conflict(what) => d(format!("the state `{path}` refused a write: {what}"))
                .hint("one object of the cloud belongs to one address: look at both with `firma state show`, and let one go"),
            ErrorKind::OtherAccount { pinned, given } => {
                d(format!("the state `{path}` belongs to {pinned}, the credentials are of {given}"))
                    .hint("use the credentials of the account that owns these objects")
            }
            ErrorKind::OtherProject { pinned, given } => {
                d(format!("the state `{path}` belongs to project `{pinned}`, not to `{given}`"))
                    .hint("point `[state] path` at this project's own file")
            }
            ErrorKind::Library(version) => d(format!("SQLite {version} can damage a state and is not used"))
                .hint("build firma with the SQLite it brings along (3.51.3 or newer)"),
            ErrorKind::Unexpected(what) => d(format!("the state `{path}` could not be used: {what}"))
                .hint("what was committed before is safe; look at it before anything else: firma doctor"),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic().message)
    }
}

impl std::error::Error for StoreError {}

impl From<ErrorKind> for StoreError {
    fn from(kind: ErrorKind) -> StoreError {
        StoreError { kind, path: String::new() }
    }
}

impl From<StoreError> for Diagnostic {
    fn from(error: StoreError) -> Diagnostic {
        error.diagnostic()
    }
}

impl From<StoreError> for Diagnostics {
    fn from(error: StoreError) -> Diagnostics {
        error.diagnostic().into()
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let text = error.to_string();
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                ErrorKind::Locked
            }
            Some(ErrorCode::NotADatabase) => ErrorKind::NotAState("it is not an SQLite database".to_owned()),
            Some(ErrorCode::DatabaseCorrupt) => ErrorKind::Corrupt(text),
            Some(ErrorCode::DiskFull) => ErrorKind::Full,
            Some(ErrorCode::ReadOnly) => ErrorKind::Denied("it is read-only".to_owned()),
            Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen | ErrorCode::AuthorizationForStatementDenied) => {
                ErrorKind::Denied(text)
            }
            Some(ErrorCode::SystemIoFailure) => ErrorKind::Io(text),
            Some(ErrorCode::ConstraintViolation) => ErrorKind::Conflict(text),
            _ if is_unreadable(&error, &text) => ErrorKind::Corrupt(text),
            _ => ErrorKind::Unexpected(text),
        };
        kind.into()
    }
}

/// Whether a value, a table or a column is not what was written there: the file was damaged in a way that SQLite itself does
/// not notice.
fn is_unreadable(error: &rusqlite::Error, text: &str) -> bool {
    match error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..)
        | rusqlite::Error::QueryReturnedNoRows => true,
        _ => text.starts_with("no such table") || text.starts_with("no such column"),
    }
}

#[cfg(test)]
mod tests;
