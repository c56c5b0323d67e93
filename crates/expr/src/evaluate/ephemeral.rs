//! `ephemeralasnull`: what is kept nowhere, left out of what is.

use firma_model::{
    expr::{Expr, ExprKind},
    value::Value,
};

/// The same with null for every part that is made from an input. Lists and maps keep the parts that are not.
pub(super) fn as_null(expr: &Expr) -> Expr {
    if !expr.has_input() {
        return expr.clone();
    }
    let kind = match &expr.kind {
        ExprKind::Sensitive(inner) => match as_null(inner) {
            // Nothing is left to hide.
            Expr { kind: ExprKind::Literal(Value::Null), .. } => ExprKind::Literal(Value::Null),
            Expr { kind: ExprKind::Literal(value), .. } => ExprKind::Literal(value.sensitive()),
            inner => ExprKind::Sensitive(Box::new(inner)),
        },
        ExprKind::List(items) => {
            let items: Vec<Expr> = items.iter().map(as_null).collect();
            match items.iter().map(|item| item.as_value().cloned()).collect() {
                Some(values) => ExprKind::Literal(Value::List(values)),
                None => ExprKind::List(items),
            }
        }
        // A key that is one takes its place in the map with it.
        ExprKind::Map(entries) if entries.iter().all(|(key, _)| !key.has_input()) => {
            let entries: Vec<(Expr, Expr)> = entries.iter().map(|(key, value)| (key.clone(), as_null(value))).collect();
            let known =
                |(key, value): &(Expr, Expr)| Some((key.as_value()?.as_str()?.to_owned(), value.as_value()?.clone()));
            match entries.iter().map(known).collect() {
                Some(values) => ExprKind::Literal(Value::Map(values)),
                None => ExprKind::Map(entries),
            }
        }
        _ => ExprKind::Literal(Value::Null),
    };
    Expr { kind, span: expr.span }
}
