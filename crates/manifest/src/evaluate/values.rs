//! Names that stand for values: `var.env`, `local.prefix`, `each.key`, `count.index`, `self.id`.

use super::{
    keyed::SUGGEST_AMONG,
    scope::{Answered, InstanceScope},
    unknown::incomplete,
};
use crate::{codes, environment::unknown_variable};
use firma_expr::{Reference, Resolution, Trace};
use firma_model::{
    address::Node,
    desired::Repetition,
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    span::Span,
    suggest::closest,
    types::Type,
    value::{Unknown, Value},
};

impl InstanceScope<'_, '_> {
    /// `var.NAME`.
    pub(super) fn variable(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let here = self.here();
        let Some(name) = reference.name(1) else { return Err(incomplete(reference, "var.NAME")) };
        let place = &self.world.tree.places[here.place];
        match (place.variable(name), &here.caller) {
            (Some(_), None) => {
                return match self.world.inputs.variables.get(name) {
                    // It stays a name: no value of it gets into what is planned.
                    Some(_) if here.project.variables.get(name).is_some_and(|variable| variable.ephemeral) => {
                        Ok(Resolution::owned(Expr::input(name, reference.span), 2))
                    }
                    Some(value) => Ok(Resolution::borrowed(value, 2)),
                    None => Ok(self.taint(2)),
                };
            }
            (Some(index), Some(_)) => {
                return match &here.variables[index] {
                    Some(variable) => {
                        trace.extend(&variable.trace);
                        Ok(Resolution::borrowed(&variable.value, 2))
                    }
                    None => Ok(self.taint(2)),
                };
            }
            (None, _) => {}
        }
        let diagnostic =
            unknown_variable(here.project, name, reference).hint(format!("declare it with `[variable.{name}]`"));
        self.missing(diagnostic, 2)
    }

    /// `local.NAME`.
    pub(super) fn local(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let project = self.here().project;
        let Some(name) = reference.name(1) else { return Err(incomplete(reference, "local.NAME")) };
        if let Some(index) = project.local_names.get(name) {
            return match &self.here().locals[*index] {
                None => Ok(self.taint(2)),
                Some(local) => {
                    trace.extend(&local.trace);
                    Ok(Resolution::borrowed(&local.value, 2))
                }
            };
        }
        let near = closest(name, project.locals.iter().take(SUGGEST_AMONG).map(|local| &*local.name));
        let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("there is no local `{name}`"))
            .at(reference.span)
            .did_you_mean(near.map(|n| format!("local.{n}")).as_deref())
            .hint(format!("give it a value below `[local]`: `{name} = ...`"));
        self.missing(diagnostic, 2)
    }

    /// `each.key` and `each.value`.
    pub(super) fn each_of(&self, reference: &Reference<'_>) -> Answered<'_> {
        if self.any == Some(Repetition::ForEach) {
            return match reference.name(1) {
                Some("key") => Ok(Resolution::value(later(Type::String), 2)),
                Some("value") => Ok(Resolution::value(Value::unknown(), 2)),
                _ => Err(incomplete(reference, "each.key` or `each.value")),
            };
        }
        let Some((key, value)) = &self.each else {
            return Err(Diagnostic::error(codes::NOT_HERE, "`each` has a meaning only in a block with `for_each`")
                .at(reference.span)
                .hint("in a `for` expression, use the names that it gives: `[for key, value in MAP : ...]`"));
        };
        match reference.name(1) {
            Some("key") => Ok(Resolution::value(Value::String(key.clone()), 2)),
            Some("value") => Ok(Resolution::borrowed(value, 2)),
            _ => Err(incomplete(reference, "each.key` or `each.value")),
        }
    }

    /// `count.index`.
    pub(super) fn count(&self, reference: &Reference<'_>) -> Answered<'_> {
        match (self.index, reference.name(1)) {
            (None, Some("index")) if self.any == Some(Repetition::Count) => {
                Ok(Resolution::value(later(Type::Number), 2))
            }
            (Some(index), Some("index")) => {
                Ok(Resolution::value(Value::from(i64::try_from(index).unwrap_or(i64::MAX)), 2))
            }
            (None, _) => Err(Diagnostic::error(codes::NOT_HERE, "`count` has a meaning only in a block with `count`")
                .at(reference.span)
                .hint(
                    "how many there are is `length(service.kind.name)`; in a block with `for_each` it is `each.key`",
                )),
            _ => Err(incomplete(reference, "count.index")),
        }
    }

    /// The instance itself: what it is when it is done.
    pub(super) fn this(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let Some(this) = &self.this else {
            return Err(Diagnostic::error(codes::NOT_HERE, "`self` has a meaning only in a postcondition")
                .at(reference.span)
                .hint("elsewhere, name the resource: `service.kind.name`"));
        };
        if this.block.data {
            return self.looked_up(this, reference, trace);
        }
        if let (Some(name), Some(procedure)) = (reference.name(1), self.world.inputs.catalog.kind(this.kind())) {
            let known = |name: &str| procedure.attributes.contains_key(name) || procedure.computed.contains_key(name);
            if name != "id" && !known(name) {
                let names = procedure.attributes.keys().chain(procedure.computed.keys()).map(String::as_str);
                let message = format!("{} has no attribute `{name}`", this.kind());
                return Err(Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message)
                    .at(reference.span)
                    .did_you_mean(closest(name, names.chain(["id"]))));
            }
        }
        let kind = ExprKind::Node(Node::Instance(this.clone()));
        Ok(Resolution::owned(Expr { kind, span: Span::default() }, 1))
    }
}

/// A value of a type that an apply will show.
fn later(ty: Type) -> Value {
    Value::Unknown(Box::new(Unknown { ty: Some(ty), not_null: true, prefix: None }))
}
