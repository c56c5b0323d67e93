//! What can be wrong with a call before it is sent, or with one that arrived.

use crate::{codes, facts::Type};
use firma_model::diagnostic::Diagnostic;
use std::fmt;

/// One thing wrong with a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where in the parameters: `filters[0].values`; empty when the call as a whole is meant.
    pub path: String,
    /// What is wrong.
    pub kind: ProblemKind,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// No such service.
    UnknownService {
        /// What was asked for.
        service: String,
    },
    /// The service has no such operation.
    UnknownOperation {
        /// The service.
        service: String,
        /// What was asked for.
        operation: String,
    },
    /// The operation or model has no such parameter or field.
    Unknown {
        /// `vpc.createVpc` or `common.Filter`.
        within: String,
    },
    /// A required parameter or field is absent (or null, which is the same).
    Missing {
        /// What is expected there.
        expected: Type,
    },
    /// The value has another type.
    WrongType {
        /// What is expected there.
        expected: Type,
        /// What is there, in words.
        found: String,
    },
    /// The value cannot stand in a path: empty, `.` or `..`, which would address something else.
    UnusableInPath {
        /// The value.
        value: String,
    },
    /// The body is not a JSON object.
    Body {
        /// What the parser said.
        message: String,
    },
}

impl Problem {
    /// A problem at a path.
    pub fn new(path: impl Into<String>, kind: ProblemKind) -> Problem {
        Problem { path: path.into(), kind, suggestion: None }
    }

    /// The code under which it is explained.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ProblemKind::UnknownService { .. } => codes::UNKNOWN_SERVICE,
            ProblemKind::UnknownOperation { .. } => codes::UNKNOWN_OPERATION,
            ProblemKind::Unknown { .. } => codes::UNKNOWN_PARAMETER,
            ProblemKind::Missing { .. } => codes::MISSING_PARAMETER,
            ProblemKind::WrongType { .. } => codes::WRONG_TYPE,
            ProblemKind::UnusableInPath { .. } => codes::UNUSABLE_IN_PATH,
            ProblemKind::Body { .. } => codes::BODY,
        }
    }

    /// The same as a diagnostic without a place.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code(), self.to_string());
        if let Some(name) = &self.suggestion {
            diagnostic.hints.push(format!("did you mean `{name}`?"));
        }
        diagnostic
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.kind {
            ProblemKind::UnknownService { service } => write!(f, "there is no service `{service}`"),
            ProblemKind::UnknownOperation { service, operation } => {
                write!(f, "service `{service}` has no operation `{operation}`")
            }
            ProblemKind::Unknown { within } => write!(f, "`{path}` is not known to {within}"),
            ProblemKind::Missing { expected } => write!(f, "`{path}` is missing ({expected})"),
            ProblemKind::WrongType { expected, found } => write!(f, "`{path}` must be {expected}, not {found}"),
            ProblemKind::UnusableInPath { value } if value.trim().is_empty() => {
                write!(f, "`{path}` is part of the path and must not be empty")
            }
            ProblemKind::UnusableInPath { value } => {
                write!(f, "`{path}` is part of the path and must not be `{value}`")
            }
            ProblemKind::Body { message } => write!(f, "the body is not a JSON object: {message}"),
        }
    }
}
