//! What can be wrong with the cloud's file.

use std::fmt;
use std::path::PathBuf;

/// Why the file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmbeddedError {
    /// SQLite or the file system refused.
    File {
        /// The file.
        path: PathBuf,
        /// What was said.
        message: String,
    },
    /// Not an emulator's file.
    Foreign(PathBuf),
    /// Written by a newer program.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
    },
    /// The log does not fit this program's emulator any more.
    Log {
        /// The file.
        path: PathBuf,
        /// Which change, and what happened.
        message: String,
    },
    /// The emulator refused a request from outside the cloud.
    Refused(String),
    /// The thread that owns the file is gone.
    Stopped,
}

impl fmt::Display for EmbeddedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmbeddedError::File { path, message } => write!(f, "{}: {message}", path.display()),
            EmbeddedError::Foreign(path) => write!(f, "{} is not an emulator's database", path.display()),
            EmbeddedError::Newer { path, version } => {
                write!(f, "{} has version {version}, written by a newer program", path.display())
            }
            EmbeddedError::Log { path, message } => {
                write!(f, "{} cannot be replayed: {message}; delete it to begin with an empty cloud", path.display())
            }
            EmbeddedError::Refused(message) => write!(f, "the emulator refused: {message}"),
            EmbeddedError::Stopped => write!(f, "the emulator has stopped"),
        }
    }
}

impl std::error::Error for EmbeddedError {}
