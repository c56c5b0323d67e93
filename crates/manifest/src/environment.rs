//! The scope of what is needed before anything is evaluated: settings, variable defaults, sources of modules.

use crate::{codes, foreign, project::Project, source::UNREADABLE, variables::Variables};
use firma_expr::{Reference, Resolution, Scope, Trace};
use firma_model::{diagnostic::Diagnostic, suggest::closest, value::Value};
use std::collections::BTreeMap;

/// Answers `env.NAME` and `var.NAME`, as far as the place may use them.
pub(crate) struct EnvironmentScope<'e> {
    /// The environment; `None` inside modules.
    pub(crate) env: Option<&'e BTreeMap<String, String>>,
    /// The variables and who declares them; `None` where they have no values yet.
    pub(crate) variables: Option<(&'e Project, &'e Variables)>,
    /// What it comes to is written down: no place for what is kept nowhere.
    pub(crate) kept: bool,
    /// What is being evaluated, for messages.
    pub(crate) place: &'static str,
}

impl EnvironmentScope<'_> {
    fn refused(&self, reference: &Reference<'_>) -> Diagnostic {
        let allowed = match (self.env.is_some(), self.variables.is_some()) {
            (true, true) => {
                "it is needed before anything else is known: only `var.NAME`, `env.NAME` and functions can stand here"
            }
            (true, false) => "it is needed before anything else is known: only `env.NAME` and functions can stand here",
            (false, true) => {
                "it is needed before anything else is known: only `var.NAME` and functions can stand here, and callers give \
                 such a variable what is known then"
            }
            (false, false) => {
                "only constants and functions can stand here: what differs from call to call is passed in by the caller"
            }
        };
        Diagnostic::error(codes::NOT_HERE, format!("{} cannot use `{reference}`", self.place))
            .at(reference.span)
            .hint(allowed)
    }
}

impl Scope for EnvironmentScope<'_> {
    fn root(&self, reference: &Reference<'_>, _trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        match (reference.root(), self.env, self.variables) {
            (UNREADABLE, ..) => Ok(Resolution::value(Value::unknown(), 1)),
            ("var", _, Some((project, variables))) => {
                let name = reference.name(1).unwrap_or("");
                if self.kept && project.variables.get(name).is_some_and(|variable| variable.ephemeral) {
                    return Err(Diagnostic::error(
                        codes::EPHEMERAL,
                        format!("{} is written down, and `var.{name}` is kept nowhere", self.place),
                    )
                    .at(reference.span)
                    .hint("use a variable that is not `ephemeral`"));
                }
                match variables.get(name) {
                    Some(value) => Ok(Resolution::borrowed(value, 2)),
                    // It failed, which was said; or in a file that could not be read.
                    None if project.variables.contains_key(name) || project.incomplete => {
                        Ok(Resolution::value(Value::unknown(), 2))
                    }
                    None => Err(unknown_variable(project, name, reference)),
                }
            }
            ("env", Some(env), _) => {
                let Some(name) = reference.name(1) else {
                    return Err(Diagnostic::error(codes::NOT_HERE, "`env` needs the name of an environment variable")
                        .at(reference.span)
                        .hint("write `env.NAME`"));
                };
                match env.get(name) {
                    Some(text) => Ok(Resolution::value(Value::string(text), 2)),
                    None => Err(Diagnostic::error(codes::NO_ENVIRONMENT, format!("the environment has no `{name}`"))
                        .at(reference.span)
                        .hint(format!("set it, as in `{name}=... firma plan`"))),
                }
            }
            _ => Err(foreign::reference(reference).unwrap_or_else(|| self.refused(reference))),
        }
    }
}

/// A reference to a variable that is not declared.
pub(crate) fn unknown_variable(project: &Project, name: &str, reference: &Reference<'_>) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("there is no variable `{name}`"))
        .at(reference.span)
        .did_you_mean(closest(name, project.variables()).map(|n| format!("var.{n}")).as_deref())
}
