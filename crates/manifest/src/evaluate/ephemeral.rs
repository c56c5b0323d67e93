//! Ephemeral values: where they may go, which is nowhere that is kept.
//!
//! Of an ephemeral variable the evaluation only ever sees its name, so whatever is made from it stays an expression with that
//! name in it. Such an expression may stand in a write-only attribute, in a condition, in a local, and in inputs and outputs of
//! modules that are declared ephemeral. Everything else is written into the plan or the state.

use super::world::marked;
use crate::{codes, project::Output};
use firma_catalog::{Procedure, procedure::Shape};
use firma_model::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    value::Value,
};

/// Says that something would be kept.
pub(super) fn kept(what: &str, value: &Expr) -> Diagnostic {
    Diagnostic::error(codes::EPHEMERAL, format!("{what} is made from {}, which is kept nowhere", names(value)))
        .hint("an ephemeral value goes into write-only attributes (a password), conditions, locals, and inputs and outputs of modules that are ephemeral themselves")
        .hint("`ephemeralasnull(...)` leaves it out")
}

/// Says that a module passes something on without saying so.
pub(super) fn undeclared(what: &str, value: &Expr) -> Diagnostic {
    Diagnostic::error(
        codes::EPHEMERAL_UNDECLARED,
        format!("{what} gets a value made from {}, and is not ephemeral", names(value)),
    )
}

/// A value that a module takes or gives, by what it is declared as. One that is kept all the same is hidden at least where
/// it was declared to be kept nowhere.
pub(super) fn declared(value: Expr, sensitive: bool, ephemeral: bool) -> Expr {
    let collection = matches!(value.kind, ExprKind::List(_) | ExprKind::Map(_));
    if collection || !value.has_input() {
        return if sensitive || ephemeral { marked(value) } else { value };
    }
    // Whatever is made from an input is hidden: that it would be besides is what `sensitive` says of it.
    let span = value.span;
    match sensitive {
        true => Expr { kind: ExprKind::Call("sensitive".into(), vec![value], false), span },
        false => value,
    }
}

/// Says that a message would print something.
pub(super) fn printed(message: &Expr) -> Diagnostic {
    Diagnostic::error(
        codes::EPHEMERAL_MESSAGE,
        format!("this message would print {}, which is kept nowhere", names(message)),
    )
    .hint("say what is wrong without saying the value")
}

/// What is wrong with an output that has come to this value.
pub(super) fn of_output(name: &str, output: &Output, module: usize, value: &Expr) -> Option<Diagnostic> {
    match (module, output.ephemeral) {
        (0, Some(span)) => Some(
            Diagnostic::error(codes::EPHEMERAL_OUTPUT, format!("output `{name}` of the root cannot be ephemeral"))
                .at(span)
                .hint("the outputs of the root are kept in the state and printed; those of a module may be ephemeral"),
        ),
        (0, None) if value.has_input() => {
            let what = format!("output `{name}`, which the state keeps,");
            Some(kept(&what, value).at(output.value.span))
        }
        (_, None) if value.has_input() => Some(
            undeclared(&format!("output `{name}` of the module"), value)
                .at(output.value.span)
                .related(output.span, "add `ephemeral = true` here"),
        ),
        _ => None,
    }
}

/// What is wrong with an attribute: something ephemeral stands in a part of it that is kept.
pub(super) fn in_attribute(procedure: &Procedure, name: &str, value: &Expr) -> Option<Diagnostic> {
    let attribute = procedure.attributes.get(name)?;
    if attribute.write_only {
        return None;
    }
    let part = kept_part(&attribute.shape, value)?;
    Some(kept(&format!("`{name}` is no write-only attribute of {}: it", procedure.kind), part))
}

/// A part of a value that is kept and is made from something ephemeral.
fn kept_part<'v>(shape: &Shape, value: &'v Expr) -> Option<&'v Expr> {
    if !value.has_input() {
        return None;
    }
    match (shape, &value.kind) {
        (Shape::Object(fields), ExprKind::Map(entries)) => entries.iter().find_map(|(key, inner)| {
            if key.has_input() {
                return Some(key);
            }
            match key.as_value().and_then(Value::as_str).and_then(|name| fields.get(name)) {
                Some(field) if field.write_only => None,
                Some(field) => kept_part(&field.shape, inner),
                None => inner.has_input().then_some(inner),
            }
        }),
        (Shape::List(of) | Shape::Set(of), ExprKind::List(items)) => items.iter().find_map(|item| kept_part(of, item)),
        (_, ExprKind::Sensitive(inner)) => kept_part(shape, inner),
        _ => Some(value),
    }
}

/// `var.token`, or several.
fn names(value: &Expr) -> String {
    let names: Vec<String> = value.inputs().iter().map(|name| format!("`var.{name}`")).collect();
    names.join(" and ")
}
