//! Normal form: values that mean the same become equal.

use super::{spelling::spelt, wire::text};
use crate::procedure::{Attribute, ElementDefault, Elements, Shape};
use firma_model::{
    document,
    number::Number,
    value::{Map, Value},
};
use serde_json::Value as Json;

/// The normal form of an attribute's value. It is idempotent, keeps what is unknown or sensitive as it is, and leaves a
/// value of the wrong type alone: that is for [`super::check()`] to say.
pub fn normalise(attribute: &Attribute, value: Value) -> Value {
    let value = normalise_shape(&attribute.shape, spelt(attribute.normal, value));
    match &attribute.elements {
        Some(rule) => elements(rule, value),
        None => value,
    }
}

/// The normal form of a value of a shape.
pub fn normalise_shape(shape: &Shape, value: Value) -> Value {
    match (shape, value) {
        (_, Value::Sensitive(inner)) => normalise_shape(shape, *inner).sensitive(),
        (_, value @ (Value::Null | Value::Unknown(_))) => value,
        (Shape::String, value @ (Value::Number(_) | Value::Bool(_))) => Value::string(text(&value)),
        (Shape::Integer | Shape::Number, Value::String(literal)) => match Number::parse(literal.trim()) {
            Some(number) => Value::Number(plain(&number)),
            None => Value::String(literal),
        },
        (Shape::Integer | Shape::Number, Value::Number(number)) => Value::Number(plain(&number)),
        (Shape::Bool, Value::String(word)) => match &*word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::String(word),
        },
        (Shape::List(item), Value::List(items) | Value::Set(items)) => {
            Value::List(items.into_iter().map(|value| normalise_shape(item, value)).collect())
        }
        (Shape::Set(item), Value::List(items) | Value::Set(items)) => {
            Value::List(distinct(items.into_iter().map(|value| normalise_shape(item, value)).collect()))
        }
        (Shape::Object(fields), Value::Map(map)) => {
            let mut out: Map = map
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| match fields.get(&name) {
                    Some(field) => {
                        let value = normalise_shape(&field.shape, spelt(field.normal, value));
                        (name, value)
                    }
                    None => (name, value),
                })
                .collect();
            for (name, field) in fields {
                if let (Some(default), false) = (&field.default, out.contains_key(name)) {
                    out.insert(name.clone(), document::from_plain_json(default));
                }
            }
            Value::Map(out)
        }
        (Shape::Pairs, Value::Map(map)) => Value::Map(
            map.into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, normalise_shape(&Shape::String, value)))
                .collect(),
        ),
        // The API's own form, for those who write it: a list of keys and values.
        (Shape::Pairs, Value::List(pairs)) => from_pairs(pairs),
        (Shape::Any, Value::Set(items)) => Value::List(items),
        (_, value) => value,
    }
}

/// The shortest spelling, so that `3.0` and `3` are stored alike.
fn plain(number: &Number) -> Number {
    Number::parse(&number.canonical()).unwrap_or_else(|| number.clone())
}

fn from_pairs(pairs: Vec<Value>) -> Value {
    let read = |pair: &Value| {
        let map = pair.as_map()?;
        let key = map.get("key")?.as_str()?.to_owned();
        Some((key, normalise_shape(&Shape::String, map.get("value")?.clone())))
    };
    match pairs.iter().map(read).collect::<Option<Map>>() {
        Some(map) => Value::Map(map),
        None => Value::List(pairs),
    }
}

/// Sorted, duplicates dropped. Two unknown elements may turn out different, so those stay.
fn distinct(mut items: Vec<Value>) -> Vec<Value> {
    items.sort();
    items.dedup_by(|a, b| a == b && !a.has_unknown());
    items
}

/// Elements with their defaults filled in, sorted by key.
fn elements(rule: &Elements, value: Value) -> Value {
    match value {
        Value::Sensitive(inner) => elements(rule, *inner).sensitive(),
        Value::List(items) => {
            let mut items: Vec<Value> = items.into_iter().map(|item| element(rule, item)).collect();
            items.sort_by(|a, b| key(rule, a).cmp(&key(rule, b)).then_with(|| a.cmp(b)));
            items.dedup_by(|a, b| a == b && !a.has_unknown());
            Value::List(items)
        }
        other => other,
    }
}

pub(super) fn element(rule: &Elements, value: Value) -> Value {
    match value {
        Value::Sensitive(inner) => element(rule, *inner).sensitive(),
        Value::Map(mut map) => {
            for default in &rule.defaults {
                let absent = map.get(&default.field).is_none_or(Value::is_null);
                if absent && applies(default, &map) {
                    map.insert(default.field.clone(), document::from_plain_json(&default.value));
                }
            }
            Value::Map(map)
        }
        other => other,
    }
}

fn applies(default: &ElementDefault, map: &Map) -> bool {
    default.when.as_ref().is_none_or(|when| holds(when, map))
}

/// Whether a field has one of some values.
pub(super) fn holds((field, values): &(String, Vec<Json>), map: &Map) -> bool {
    let found = map.get(field).map(Value::reveal);
    found.is_some_and(|found| values.iter().any(|value| document::from_plain_json(value) == *found))
}

fn key<'v>(rule: &Elements, element: &'v Value) -> Vec<Option<&'v Value>> {
    let map = element.as_map();
    rule.key.iter().map(|field| map.and_then(|map| map.get(field)).map(Value::reveal)).collect()
}
