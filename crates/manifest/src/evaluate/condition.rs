//! Conditions: what of them is known, and what they are made of, for whoever sees one fail.

use super::{ephemeral, scope::InstanceScope, world::World};
use crate::{codes, project::ConditionBlock};
use firma_expr::{Reference, Segment, Trace, each_reference};
use firma_model::{
    address::NodeSet,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    statement::Condition,
    value::Value,
};

/// Operands that are shown of a condition that fails.
const OPERANDS: usize = 6;

impl<'p> World<'p> {
    /// Reduces conditions. Those that are true already are left out: there is nothing to watch.
    pub(super) fn conditions(
        &self,
        blocks: &[ConditionBlock],
        scope: &InstanceScope<'_, 'p>,
        dependencies: &mut NodeSet,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for block in blocks {
            let mut trace = Trace::new();
            let Some(condition) = self.reduce(&block.condition, scope, &mut trace, diagnostics) else { continue };
            if let Some(value) = condition.as_value() {
                match truth(value) {
                    Some(true) => continue,
                    Some(false) => {}
                    None if value.has_unknown() => {}
                    None => {
                        let message = format!("a condition must be true or false, not {}", value.type_name());
                        diagnostics.push(Diagnostic::error(codes::BAD_CONDITION, message).at(block.condition.span));
                        continue;
                    }
                }
            }
            let Some(message) = self.reduce(&block.message, scope, &mut trace, diagnostics) else { continue };
            if message.has_input() {
                diagnostics.push(ephemeral::printed(&message).at(block.message.span));
                continue;
            }
            dependencies.extend(trace.nodes().cloned());
            conditions.push(Condition {
                condition,
                message,
                operands: self.operands(&block.condition, scope),
                span: block.condition.span,
            });
        }
        conditions
    }

    /// The references of a condition, each with what it comes to.
    fn operands(&self, condition: &Expr, scope: &InstanceScope<'_, 'p>) -> Vec<(String, Expr)> {
        let mut written: Vec<(String, Expr)> = Vec::new();
        each_reference(condition, &mut |reference| {
            let name = reference.to_string();
            if written.len() < OPERANDS && written.iter().all(|(other, _)| *other != name) {
                written.push((name, expression(&reference)));
            }
        });
        let mut reduce = |(name, expr): (String, Expr)| {
            // What is wrong with one was said of the condition itself.
            let value = self.reduce(&expr, scope, &mut Trace::new(), &mut Diagnostics::new())?;
            Some((name, value))
        };
        written.into_iter().filter_map(&mut reduce).collect()
    }
}

/// What a condition or a switch says, text that stands for a truth value included.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value.reveal() {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if &**text == "true" => Some(true),
        Value::String(text) if &**text == "false" => Some(false),
        _ => None,
    }
}

/// The expression that a reference is.
pub(super) fn expression(reference: &Reference<'_>) -> Expr {
    let mut whole = Expr { kind: ExprKind::Name("".into()), span: reference.span };
    for (at, segment) in reference.segments.iter().enumerate() {
        let kind = match segment {
            Segment::Name(name) if at == 0 => ExprKind::Name(name.clone()),
            Segment::Name(name) => ExprKind::Attribute(Box::new(whole), name.clone()),
            Segment::Key(key) => index(whole, Value::String(key.clone())),
            Segment::Index(index) => self::index(whole, Value::from(i64::try_from(*index).unwrap_or(i64::MAX))),
        };
        whole = Expr { kind, span: reference.span };
    }
    whole
}

fn index(of: Expr, key: Value) -> ExprKind {
    ExprKind::Index(Box::new(of), Box::new(Expr::literal(key)))
}
