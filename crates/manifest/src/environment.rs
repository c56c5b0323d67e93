//! The scope of settings and of variable defaults: `env.NAME` and nothing else.

use crate::{codes, source::UNREADABLE};
use firma_expr::{Reference, Resolution, Scope, Trace};
use firma_model::{diagnostic::Diagnostic, value::Value};
use std::collections::BTreeMap;

/// Answers `env.NAME` from a map of the environment.
pub(crate) struct EnvironmentScope<'e> {
    pub(crate) env: &'e BTreeMap<String, String>,
    /// What is being evaluated, for messages.
    pub(crate) place: &'static str,
}

impl Scope for EnvironmentScope<'_> {
    fn root(&self, reference: &Reference<'_>, _trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        if reference.root() == UNREADABLE {
            return Ok(Resolution::value(Value::unknown(), 1));
        }
        if reference.root() != "env" {
            return Err(Diagnostic::error(codes::NOT_HERE, format!("{} cannot use `{reference}`", self.place))
                .at(reference.span)
                .hint("it is needed before anything else is known: only `env.NAME` and functions can stand here"));
        }
        let Some(name) = reference.name(1) else {
            return Err(Diagnostic::error(codes::NOT_HERE, "`env` needs the name of an environment variable")
                .at(reference.span)
                .hint("write `env.NAME`"));
        };
        match self.env.get(name) {
            Some(text) => Ok(Resolution::value(Value::string(text), 2)),
            None => Err(Diagnostic::error(codes::NO_ENVIRONMENT, format!("the environment has no `{name}`"))
                .at(reference.span)
                .hint(format!("set it, as in `{name}=... firma plan`"))),
        }
    }
}
