//! `[[variable.NAME.validation]]`: conditions that a value has to meet.

use crate::{
    codes,
    environment::unknown_variable,
    project::{Project, Variable},
    source::UNREADABLE,
};
use firma_expr::{Limits, Reference, Resolution, Scope, Trace, evaluate};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    span::Span,
    value::Value,
};
use std::borrow::Cow;

/// Checks a variable's value, given at `place`. Inside modules values may refer to resources: `resources` knows them, and
/// a condition that only the cloud can decide holds for now.
pub(crate) fn validate<'v>(
    variable: &Variable,
    project: &Project,
    values: &dyn Fn(&str) -> Option<&'v Expr>,
    resources: Option<&dyn Scope>,
    place: Span,
    diagnostics: &mut Diagnostics,
) {
    let scope = ValidationScope { project, values, resources };
    for validation in &variable.validations {
        let mut reduce = |expr: &Expr| match evaluate(expr, &scope, &mut Trace::new(), &Limits::default()) {
            Ok(reduced) => reduced.as_value().map(|value| value.reveal().clone()),
            Err(found) => {
                diagnostics.extend(found);
                None
            }
        };
        let (Some(condition), Some(message)) = (reduce(&validation.condition), reduce(&validation.message)) else {
            continue;
        };
        match condition {
            Value::Bool(true) | Value::Unknown(_) => {}
            Value::Bool(false) => {
                let message = message.as_str().unwrap_or("its validation failed").trim().trim_end_matches('.');
                diagnostics.push(
                    Diagnostic::error(
                        codes::INVALID_VALUE,
                        format!("variable `{}` is refused: {message}", variable.name),
                    )
                    .at(place)
                    .related(validation.condition.span, "this condition is false"),
                );
            }
            other => diagnostics.push(
                Diagnostic::error(
                    codes::WRONG_SETTING,
                    format!("a validation's condition must be true or false, not {}", other.type_name()),
                )
                .at(validation.condition.span),
            ),
        }
    }
}

/// The scope of validations: variables and functions.
struct ValidationScope<'s, 'v> {
    project: &'s Project,
    values: &'s dyn Fn(&str) -> Option<&'v Expr>,
    resources: Option<&'s dyn Scope>,
}

impl Scope for ValidationScope<'_, '_> {
    fn root(&self, reference: &Reference<'_>, _trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        if reference.root() == UNREADABLE {
            return Ok(Resolution::value(Value::unknown(), 1));
        }
        if reference.root() != "var" {
            return Err(Diagnostic::error(codes::NOT_HERE, format!("a validation cannot use `{reference}`"))
                .at(reference.span)
                .hint("it sees variables and functions"));
        }
        let name = reference.name(1).unwrap_or("");
        match (self.values)(name) {
            Some(value) => Ok(Resolution::borrowed(value, 2)),
            // It failed, which was said.
            None if self.project.variables.contains_key(name) => Ok(Resolution::value(Value::unknown(), 2)),
            None => Err(unknown_variable(self.project, name, reference)),
        }
    }

    fn attribute(&self, node: &Node, name: &str, span: Span) -> Result<Option<Cow<'_, Expr>>, Diagnostic> {
        self.resources.map_or(Ok(None), |resources| resources.attribute(node, name, span))
    }
}
