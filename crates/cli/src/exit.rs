//! How a command ends: exit codes, and what is said when it fails.

use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::Source,
};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or no changes.
    Done,
    /// An error, a usage error, or an apply that failed in part.
    Error,
    /// There are changes (`plan --detailed-exitcode`).
    Changes,
    /// Done as far as possible now; another apply has more to do.
    More,
    /// Refused; nothing was changed.
    Refused,
    /// Stopped by SIGINT; the state is safe.
    Interrupted,
    /// Stopped by SIGTERM; the state is safe.
    Terminated,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Changes => 2,
            Exit::More => 3,
            Exit::Refused => 4,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        })
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What to say.
    pub diagnostics: Diagnostics,
    /// The files that spans point into.
    pub sources: Vec<Source>,
    /// How to end.
    pub exit: Exit,
}

impl Failure {
    /// One finding without a place.
    pub(crate) fn new(diagnostic: Diagnostic) -> Failure {
        Failure { diagnostics: diagnostic.into(), sources: Vec::new(), exit: Exit::Error }
    }

    /// A refusal: nothing was changed.
    pub(crate) fn refused(diagnostic: Diagnostic) -> Failure {
        Failure { exit: Exit::Refused, ..Failure::new(diagnostic) }
    }

    /// Findings in files.
    pub(crate) fn in_sources(diagnostics: Diagnostics, sources: &[Source]) -> Failure {
        Failure { diagnostics, sources: sources.to_vec(), exit: Exit::Error }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure::new(diagnostic)
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Failure {
        Failure { diagnostics, sources: Vec::new(), exit: Exit::Error }
    }
}

impl From<firma_store::StoreError> for Failure {
    fn from(error: firma_store::StoreError) -> Failure {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Error };
        Failure { exit, ..Failure::new(error.diagnostic()) }
    }
}

/// What commands return.
pub(crate) type Outcome = Result<Exit, Failure>;
