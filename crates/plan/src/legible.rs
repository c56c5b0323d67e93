//! Values for whoever reads a call: the cloud gets them as they are, a person without secrets and with names for what is
//! not known yet.
//!
//! The same functions form calls for both, so that what is listed and what is sent cannot come apart.

use firma_model::{
    expr::{Expr, ExprKind},
    value::{Map, Unknown, Value},
};

/// What stands for a value that is not shown.
pub const HIDDEN: &str = "(sensitive)";

/// Who reads a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The cloud, while applying: everything is known, and goes in the clear.
    Cloud,
    /// A person, before: secrets are masked, and an unknown is shown by its name (see [`name_unknowns`]).
    Person,
}

impl Reader {
    /// The value without marks.
    pub(crate) fn plain(self, value: &Value) -> Value {
        match self {
            Reader::Cloud => value.reveal_deep(),
            Reader::Person => legible(value),
        }
    }

    /// The value as it goes on, marks and all, to code that takes them off.
    pub(crate) fn shown(self, value: &Value) -> Value {
        match self {
            Reader::Cloud => value.clone(),
            Reader::Person => legible(value),
        }
    }
}

fn legible(value: &Value) -> Value {
    match value {
        Value::Sensitive(_) => Value::string(HIDDEN),
        Value::Unknown(unknown) => Value::string(unknown.prefix.as_deref().unwrap_or("{?}")),
        Value::List(items) => Value::List(items.iter().map(legible).collect()),
        Value::Set(items) => Value::set(items.iter().map(legible).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(name, inner)| (name.clone(), legible(inner))).collect()),
        other if crate::secret::is_hashed(other) => Value::string(HIDDEN),
        other => other.clone(),
    }
}

/// Gives every unknown part of a value the name it is listed by: what stands in the expression there, in braces. A text
/// keeps what is known of it: `web-{vpc.vpc.main.id}`. What nobody evaluates any more needs no prefix of its own, so the
/// name takes that place.
pub(crate) fn name_unknowns(value: Value, expr: &Expr) -> Value {
    if !value.has_unknown() {
        return value;
    }
    match (value, &expr.kind) {
        (Value::Sensitive(inner), ExprKind::Sensitive(of)) => name_unknowns(*inner, of).sensitive(),
        (Value::Sensitive(inner), _) => name_unknowns(*inner, expr).sensitive(),
        (value, ExprKind::Sensitive(of)) => name_unknowns(value, of),
        // A value that was read back, or came out of a look at the cloud: it says itself what is unknown in it.
        (value, ExprKind::Literal(Value::Unknown(_))) => name_all(value, "{?}"),
        (Value::List(items), ExprKind::List(exprs)) if items.len() == exprs.len() => {
            Value::List(items.into_iter().zip(exprs).map(|(item, expr)| name_unknowns(item, expr)).collect())
        }
        (Value::Map(map), ExprKind::Map(entries)) => Value::Map(named_entries(map, entries, expr)),
        (Value::Unknown(unknown), ExprKind::Template(parts)) => {
            let text = parts.iter().map(|part| match part.as_value().and_then(Value::as_str) {
                Some(text) => text.to_owned(),
                None => in_braces(part),
            });
            named(*unknown, text.collect())
        }
        (value, _) => name_all(value, &in_braces(expr)),
    }
}

fn named_entries(map: Map, entries: &[(Expr, Expr)], whole: &Expr) -> Map {
    map.into_iter()
        .map(|(name, value)| {
            let of = entries.iter().find(|(key, _)| key.as_value().and_then(Value::as_str) == Some(&name));
            let value = name_unknowns(value, of.map_or(whole, |(_, expr)| expr));
            (name, value)
        })
        .collect()
}

/// Where the parts of an expression cannot be told apart, every unknown is named by the whole.
fn name_all(value: Value, name: &str) -> Value {
    match value {
        Value::Unknown(unknown) => named(*unknown, name.to_owned()),
        Value::Sensitive(inner) => name_all(*inner, name).sensitive(),
        Value::List(items) => Value::List(items.into_iter().map(|item| name_all(item, name)).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(|item| name_all(item, name)).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(key, item)| (key, name_all(item, name))).collect()),
        known => known,
    }
}

fn named(unknown: Unknown, name: String) -> Value {
    Value::Unknown(Box::new(Unknown { prefix: Some(name), ..unknown }))
}

fn in_braces(expr: &Expr) -> String {
    format!("{{{expr}}}")
}
