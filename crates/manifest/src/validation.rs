//! `[[variable.NAME.validation]]`: conditions that a value has to meet.

use crate::{
    codes,
    environment::unknown_variable,
    project::{Project, Variable},
    source::UNREADABLE,
};
use firma_expr::{Limits, Nodes, Reference, Resolution, Scope, Trace, evaluate, resolve};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    span::Span,
    value::{Map, Value},
};
use std::borrow::Cow;

/// Checks a variable's value, given at `place`. Inside modules values may refer to resources, and a condition that only the
/// cloud can decide holds for now.
pub(crate) fn validate(variable: &Variable, within: Within<'_, '_>, place: Span, diagnostics: &mut Diagnostics) {
    for validation in &variable.validations {
        let mut reduce = |expr: &Expr| match within.reduce(expr) {
            Ok(value) => value,
            Err(found) => {
                diagnostics.extend(found);
                None
            }
        };
        let (Some(condition), Some(message)) = (reduce(&validation.condition), reduce(&validation.message)) else {
            continue;
        };
        match condition.reveal() {
            Value::Bool(true) | Value::Unknown(_) => {}
            Value::Bool(false) => {
                let message = match message.has_sensitive() {
                    true => "its message is sensitive",
                    false => message.as_str().unwrap_or("its validation failed").trim().trim_end_matches('.'),
                };
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

/// What a validation is evaluated in: it sees variables and functions.
#[derive(Clone, Copy)]
pub(crate) struct Within<'s, 'v> {
    /// Who declares the variables.
    pub(crate) project: &'s Project,
    /// Their values.
    pub(crate) values: &'s dyn Fn(&str) -> Option<&'v Expr>,
    /// Resources that the values of a module's variables refer to.
    pub(crate) resources: Option<&'s dyn Scope>,
    /// What stands for ephemeral variables of the root.
    pub(crate) ephemeral: &'s Map,
}

impl Within<'_, '_> {
    /// The value of a condition or message, where it is known.
    fn reduce(&self, expr: &Expr) -> Result<Option<Value>, Diagnostics> {
        let reduced = evaluate(expr, self, &mut Trace::new(), &Limits::default())?;
        if !reduced.has_input() {
            return Ok(reduced.as_value().cloned());
        }
        let filled = reduced.with_inputs(self.ephemeral);
        Ok(Some(resolve(&filled, &Later, &Limits::default())?.into_owned()))
    }
}

/// Resources of which nothing is known yet.
struct Later;

impl Nodes for Later {
    fn node(&self, _node: &Node) -> Cow<'_, Value> {
        Cow::Owned(Value::unknown())
    }
}

impl Scope for Within<'_, '_> {
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
