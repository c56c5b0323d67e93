//! Checking a path against the facts: where it leads, and to what type.

use super::steps::{Path, Step};
use crate::{
    check::suggest,
    codes,
    facts::{Operation, Type},
};
use firma_model::diagnostic::Diagnostic;
use std::fmt;

/// A path that the facts do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathProblem {
    /// The whole path.
    pub path: String,
    /// The part of it that still leads somewhere.
    pub reached: String,
    /// What is wrong with the next step.
    pub message: String,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
}

impl PathProblem {
    /// The same as a diagnostic without a place.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(codes::NO_SUCH_PATH, self.to_string());
        if let Some(name) = &self.suggestion {
            diagnostic.hints.push(format!("did you mean `{name}`?"));
        }
        diagnostic
    }
}

impl fmt::Display for PathProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` leads nowhere: {}", self.path, self.message)
    }
}

/// The type at a path into an operation's result.
pub fn result_type(operation: &Operation, path: &Path) -> Result<Type, PathProblem> {
    let members: Vec<_> = operation.result.iter().map(|field| (field.name.as_str(), &field.ty)).collect();
    top(&format!("the result of {}", operation.full_name()), &members, path)
}

/// The type at a path into an operation's parameters.
pub fn param_type(operation: &Operation, path: &Path) -> Result<Type, PathProblem> {
    let members: Vec<_> = operation.params.iter().map(|param| (param.name.as_str(), &param.ty)).collect();
    top(&operation.full_name(), &members, path)
}

/// The type at a path into a value of a type.
pub fn field_type(ty: &Type, path: &Path) -> Result<Type, PathProblem> {
    follow(ty, path, 0)
}

fn top(within: &str, members: &[(&str, &Type)], path: &Path) -> Result<Type, PathProblem> {
    let Some(Step::Key(key)) = path.0.first() else {
        return Err(problem(path, 0, format!("a path into {within} begins with a name"), None));
    };
    match members.iter().find(|(name, _)| name == key) {
        Some((_, ty)) => follow(ty, path, 1),
        None => {
            let suggestion = suggest(key, members.iter().map(|(name, _)| *name));
            Err(problem(path, 0, format!("{within} has no `{key}`"), suggestion))
        }
    }
}

/// Follows the steps from `at` on.
fn follow(ty: &Type, path: &Path, at: usize) -> Result<Type, PathProblem> {
    let Some(step) = path.0.get(at) else { return Ok(ty.clone()) };
    match (step, ty) {
        // Whatever it is, the facts cannot tell.
        (_, Type::Any) => Ok(Type::Any),
        (Step::Index(_) | Step::Each, Type::List(item)) => follow(item, path, at + 1),
        (Step::Key(key), Type::Ref { .. }) => {
            let Some(model) = ty.model() else {
                return Err(problem(path, at, format!("the facts have no model {ty}"), None));
            };
            match model.field(key) {
                Some(field) => follow(&field.ty, path, at + 1),
                None => {
                    let names = model.fields.iter().map(|field| field.name.as_str());
                    Err(problem(path, at, format!("{ty} has no `{key}`"), suggest(key, names)))
                }
            }
        }
        (Step::Key(key), Type::List(_)) => {
            Err(problem(path, at, format!("`.{key}` on a {ty}; `[]` or an index must come first"), None))
        }
        (Step::Key(key), _) => Err(problem(path, at, format!("`.{key}` on a {ty}, which has no fields"), None)),
        (Step::Index(_) | Step::Each, _) => Err(problem(path, at, format!("an index on {ty}, which is no list"), None)),
    }
}

fn problem(path: &Path, at: usize, message: String, suggestion: Option<String>) -> PathProblem {
    let reached = Path(path.0.iter().take(at).cloned().collect()).to_string();
    PathProblem { path: path.to_string(), reached, message, suggestion }
}
