//! Why bytes are no plan.

use super::encode::FORMAT;
use firma_model::diagnostic::Diagnostic;
use std::fmt;

/// Why bytes are no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// Not a plan of any version.
    NotAPlan,
    /// A plan of a version that this build does not know.
    Newer {
        /// What it says of itself: `firma.plan/2`.
        format: String,
    },
    /// A plan of this version by its own word, but damaged.
    Damaged {
        /// What is wrong, and where.
        why: String,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::NotAPlan => f.write_str("this is not a plan of Firma"),
            FormatError::Newer { format } => {
                write!(f, "the plan has the format {format}; this version of Firma reads {FORMAT}")
            }
            FormatError::Damaged { why } => write!(f, "the plan is damaged: {why}"),
        }
    }
}

impl std::error::Error for FormatError {}

impl From<FormatError> for Diagnostic {
    fn from(error: FormatError) -> Diagnostic {
        let message = error.to_string();
        match error {
            FormatError::NotAPlan => {
                Diagnostic::error("E0640", message).hint("a plan is written by `firma plan --out FILE`")
            }
            FormatError::Newer { .. } => Diagnostic::error("E0641", message)
                .hint("use the version of Firma that made the plan, or make the plan again with this one"),
            FormatError::Damaged { .. } => Diagnostic::error("E0642", message).hint("make the plan again"),
        }
    }
}
