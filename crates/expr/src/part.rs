//! A reduced expression while it is being worked on: a value, or what is left over.

use firma_model::{
    expr::{Expr, ExprKind},
    span::Span,
    value::{Unknown, Value},
};
use std::{borrow::Cow, sync::Arc};

/// A reduced expression. A residual list or map whose parts are all values is never kept as a residual, except the empty
/// ones that a scope answers with (instances of an empty block).
#[derive(Clone, Debug)]
pub(crate) enum Part<'x> {
    /// Nothing is left to evaluate.
    Value(Cow<'x, Value>),
    /// Depends on nodes.
    Residual(Cow<'x, Expr>),
}

impl<'x> Part<'x> {
    pub(crate) fn value(value: Value) -> Part<'x> {
        Part::Value(Cow::Owned(value))
    }

    pub(crate) fn unknown() -> Part<'x> {
        Part::value(Value::unknown())
    }

    pub(crate) fn residual(kind: ExprKind, span: Span) -> Part<'x> {
        Part::Residual(Cow::Owned(Expr { kind, span }))
    }

    /// An expression that is already reduced.
    pub(crate) fn of(expr: Cow<'x, Expr>) -> Part<'x> {
        match expr {
            Cow::Borrowed(Expr { kind: ExprKind::Literal(value), .. }) => Part::Value(Cow::Borrowed(value)),
            Cow::Owned(Expr { kind: ExprKind::Literal(value), .. }) => Part::value(value),
            other => Part::Residual(other),
        }
    }

    /// The same, living as long as the borrow.
    pub(crate) fn by_ref(&self) -> Part<'_> {
        match self {
            Part::Value(value) => Part::Value(Cow::Borrowed(value)),
            Part::Residual(expr) => Part::Residual(Cow::Borrowed(expr)),
        }
    }

    /// The same, owning its content. The copy this makes of borrowed content must have been paid for.
    pub(crate) fn into_owned<'p>(self) -> Part<'p> {
        match self {
            Part::Value(value) => Part::value(value.into_owned()),
            Part::Residual(expr) => Part::Residual(Cow::Owned(expr.into_owned())),
        }
    }

    pub(crate) fn as_value(&self) -> Option<&Value> {
        match self {
            Part::Value(value) => Some(value),
            Part::Residual(_) => None,
        }
    }

    pub(crate) fn is_residual(&self) -> bool {
        matches!(self, Part::Residual(_))
    }

    /// Marks as sensitive when `marked`.
    pub(crate) fn marked(self, marked: bool) -> Part<'x> {
        if !marked {
            return self;
        }
        match self {
            Part::Value(value) => Part::value(value.into_owned().sensitive()),
            Part::Residual(expr) => {
                let span = expr.span;
                if matches!(expr.kind, ExprKind::Sensitive(_)) {
                    return Part::Residual(expr);
                }
                Part::residual(ExprKind::Sensitive(Box::new(expr.into_owned())), span)
            }
        }
    }

    /// As an expression. The copy this makes of borrowed content must have been paid for.
    pub(crate) fn into_expr(self, span: Span) -> Expr {
        match self {
            Part::Value(value) => Expr::literal_at(value.into_owned(), span),
            Part::Residual(expr) => expr.into_owned(),
        }
    }
}

/// A residual below its sensitive marks, and whether there were any.
pub(crate) fn peel(expr: &Expr) -> (bool, &Expr) {
    let mut here = expr;
    while let ExprKind::Sensitive(inner) = &here.kind {
        here = inner;
    }
    (matches!(expr.kind, ExprKind::Sensitive(_)), here)
}

/// Elements of a list or entries of a map of which some may be residuals.
#[derive(Debug)]
pub(crate) enum Items<'x> {
    List(Vec<Part<'x>>),
    Set(&'x [Value]),
    Map(Vec<(Cow<'x, str>, Part<'x>)>),
}

/// The items of a part whose shape is known; `None` for scalars, unknowns and opaque residuals. Marks are not looked
/// through.
pub(crate) fn items<'x>(part: &'x Part<'_>) -> Option<Items<'x>> {
    match part {
        Part::Value(value) => match &**value {
            Value::List(list) => Some(Items::List(list.iter().map(|v| Part::Value(Cow::Borrowed(v))).collect())),
            Value::Set(set) => Some(Items::Set(set)),
            Value::Map(map) => Some(Items::Map(
                map.iter().map(|(k, v)| (Cow::Borrowed(k.as_str()), Part::Value(Cow::Borrowed(v)))).collect(),
            )),
            _ => None,
        },
        Part::Residual(expr) => match &expr.kind {
            ExprKind::List(list) => Some(Items::List(list.iter().map(|e| Part::of(Cow::Borrowed(e))).collect())),
            ExprKind::Map(entries) => {
                let mut out = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let Some(Value::String(key)) = key.as_value() else { return None };
                    out.push((Cow::Borrowed(&**key), Part::of(Cow::Borrowed(value))));
                }
                Some(Items::Map(out))
            }
            _ => None,
        },
    }
}

/// A list of parts: a value when all are.
pub(crate) fn list<'x>(parts: Vec<Part<'_>>, span: Span) -> Part<'x> {
    if parts.iter().any(Part::is_residual) {
        return Part::residual(ExprKind::List(parts.into_iter().map(|part| part.into_expr(span)).collect()), span);
    }
    Part::value(Value::List(parts.into_iter().filter_map(into_value).collect()))
}

/// A map of parts, in the order of keys: a value when all are.
pub(crate) fn map<'x>(parts: std::collections::BTreeMap<String, Part<'_>>, span: Span) -> Part<'x> {
    if parts.values().any(Part::is_residual) {
        let entries = parts
            .into_iter()
            .map(|(key, part)| (Expr::literal_at(Value::String(Arc::from(key)), span), part.into_expr(span)))
            .collect();
        return Part::residual(ExprKind::Map(entries), span);
    }
    Part::value(Value::Map(parts.into_iter().filter_map(|(k, v)| into_value(v).map(|v| (k, v))).collect()))
}

fn into_value(part: Part<'_>) -> Option<Value> {
    match part {
        Part::Value(value) => Some(value.into_owned()),
        Part::Residual(_) => None,
    }
}

/// An unknown value of a type.
pub(crate) fn unknown_of(ty: firma_model::types::Type, not_null: bool) -> Value {
    Value::Unknown(Box::new(Unknown { ty: Some(ty), not_null, prefix: None }))
}
