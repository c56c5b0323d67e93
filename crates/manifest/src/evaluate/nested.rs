//! Specs inside an attribute: what can be read of them, and what they inherit from the resource.

use firma_catalog::procedure::{Attribute, Field, Shape};
use firma_model::{
    address::Node,
    expr::{Expr, ExprKind},
    types::Type,
    value::{Unknown, Value},
};
use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

/// An attribute as others read it: what is written, and of a spec also the fields that the cloud fills in.
pub(super) fn readable<'e>(attribute: &Attribute, mut value: Cow<'e, Expr>, node: &Node, name: &str) -> Cow<'e, Expr> {
    if let Shape::Object(fields) = &attribute.shape
        && let Some(filled) = with_read_fields(fields, &value, &Expr::node_attribute(node.clone(), name))
    {
        value = Cow::Owned(filled);
    }
    match attribute.write_only {
        true => {
            let span = value.span;
            Cow::Owned(match value.into_owned() {
                Expr { kind: ExprKind::Literal(value), .. } => Expr::literal_at(value.sensitive(), span),
                other => Expr { kind: ExprKind::Sensitive(Box::new(other)), span },
            })
        }
        false => value,
    }
}

/// A spec with every readable field that is not written, as an attribute to be known later; `None` when all are written.
fn with_read_fields(fields: &BTreeMap<String, Field>, value: &Expr, at: &Expr) -> Option<Expr> {
    let entries = entries(value)?;
    let mut out = Vec::with_capacity(fields.len());
    let mut changed = false;
    for (name, field) in fields {
        let here = || Expr { kind: ExprKind::Attribute(Box::new(at.clone()), name.as_str().into()), span: value.span };
        let written = entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        match (written, &field.shape) {
            (Some(written), Shape::Object(inner)) => {
                let filled = with_read_fields(inner, written, &here());
                changed |= filled.is_some();
                out.push((name.clone(), filled.unwrap_or_else(|| written.clone().into_owned())));
            }
            (Some(written), _) => out.push((name.clone(), written.clone().into_owned())),
            (None, _) if field.read.is_some() => {
                changed = true;
                out.push((name.clone(), here()));
            }
            (None, _) => {}
        }
    }
    changed.then(|| map(out, value))
}

/// Gives nested specs the zone and the billing of the resource where they have such and do not say otherwise.
pub(super) fn inherit(shape: &Shape, value: &mut Expr, zone: Option<&Value>, billing: Option<&Value>) {
    if zone.is_none() && billing.is_none() || !can_inherit(shape) {
        return;
    }
    match shape {
        Shape::List(item) | Shape::Set(item) => {
            if let ExprKind::Literal(Value::List(items)) = &mut value.kind {
                let items = std::mem::take(items);
                value.kind = ExprKind::List(items.into_iter().map(Expr::literal).collect());
            }
            if let ExprKind::List(items) = &mut value.kind {
                items.iter_mut().for_each(|inner| inherit(item, inner, zone, billing));
                fold(value);
            }
        }
        Shape::Object(fields) => {
            let Some(written) = entries(value) else { return };
            let mut out: Vec<(String, Expr)> =
                written.into_iter().map(|(name, value)| (name, value.into_owned())).collect();
            for (name, field) in fields {
                let own = match name.as_str() {
                    "zone" => zone,
                    "billing" => billing,
                    _ => None,
                };
                match (out.iter_mut().find(|(key, _)| key == name), own) {
                    (Some((_, value)), Some(own)) if value.as_value().is_some_and(Value::is_null) => {
                        *value = Expr::literal_at(own.clone(), value.span);
                    }
                    (Some((_, value)), None) => inherit(&field.shape, value, zone, billing),
                    (None, Some(own)) => out.push((name.clone(), Expr::literal_at(own.clone(), value.span))),
                    _ => {}
                }
            }
            *value = map(out, value);
        }
        _ => {}
    }
}

fn can_inherit(shape: &Shape) -> bool {
    match shape {
        Shape::List(item) | Shape::Set(item) => can_inherit(item),
        Shape::Object(fields) => {
            fields.iter().any(|(name, field)| name == "zone" || name == "billing" || can_inherit(&field.shape))
        }
        _ => false,
    }
}

/// The entries of a map with literal keys, known or not.
fn entries(value: &Expr) -> Option<Vec<(String, Cow<'_, Expr>)>> {
    match &value.kind {
        ExprKind::Literal(Value::Map(map)) => {
            Some(map.iter().map(|(k, v)| (k.clone(), Cow::Owned(Expr::literal_at(v.clone(), value.span)))).collect())
        }
        ExprKind::Map(entries) => entries
            .iter()
            .map(|(key, value)| Some((key.as_value()?.as_str()?.to_owned(), Cow::Borrowed(value))))
            .collect(),
        _ => None,
    }
}

fn map(entries: Vec<(String, Expr)>, at: &Expr) -> Expr {
    let mut expr = Expr {
        kind: ExprKind::Map(entries.into_iter().map(|(k, v)| (Expr::literal(Value::from(k)), v)).collect()),
        span: at.span,
    };
    fold(&mut expr);
    expr
}

/// Makes a literal of a list or map of literals.
pub(super) fn fold(expr: &mut Expr) {
    let folded = match &mut expr.kind {
        ExprKind::List(items) if items.iter().all(|item| item.as_value().is_some()) => {
            Value::List(std::mem::take(items).into_iter().filter_map(literal).collect())
        }
        ExprKind::Map(entries) if entries.iter().all(|(k, v)| k.as_value().is_some() && v.as_value().is_some()) => {
            Value::Map(
                std::mem::take(entries)
                    .into_iter()
                    .filter_map(|(k, v)| Some((k.as_value()?.as_str()?.to_owned(), literal(v)?)))
                    .collect(),
            )
        }
        _ => return,
    };
    expr.kind = ExprKind::Literal(folded);
}

fn literal(expr: Expr) -> Option<Value> {
    match expr.kind {
        ExprKind::Literal(value) => Some(value),
        _ => None,
    }
}

/// What stands for text that is left for later.
static TEXT: LazyLock<Value> =
    LazyLock::new(|| Value::Unknown(Box::new(Unknown { ty: Some(Type::String), not_null: true, prefix: None })));
/// What stands for anything that is left for later.
pub(super) static OPEN: LazyLock<Value> = LazyLock::new(Value::unknown);

/// A value that stands for a reduced expression: what is left for later is unknown.
pub(super) fn shadow(expr: &Expr) -> Cow<'_, Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Cow::Borrowed(value),
        ExprKind::List(items) => Cow::Owned(Value::List(items.iter().map(|item| shadow(item).into_owned()).collect())),
        ExprKind::Map(entries) => Cow::Owned(
            entries
                .iter()
                .map(|(key, value)| Some((key.as_value()?.as_str()?.to_owned(), shadow(value).into_owned())))
                .collect::<Option<_>>()
                .map_or_else(Value::unknown, Value::Map),
        ),
        ExprKind::Sensitive(inner) => Cow::Owned(shadow(inner).into_owned().sensitive()),
        ExprKind::Template(_) => Cow::Borrowed(&TEXT),
        _ => Cow::Borrowed(&OPEN),
    }
}
