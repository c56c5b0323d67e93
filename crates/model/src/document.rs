//! Canonical JSON of a value: what records, plans and hashes are made of.
//!
//! The same value always gives the same bytes: keys sorted, numbers in their shortest spelling, no spaces. Marks are
//! objects with one reserved key: `{"$sensitive": v}`, `{"$unknown": {}}`; a user's own key that begins with `$` is
//! written with one more `$`. Write-only values are stored as `{"$hash": "..."}` by whoever holds the key.

mod written;

use crate::{
    number::Number,
    value::{Map, Value},
};
use serde_json::Value as Json;
use std::{fmt, sync::Arc};

/// A value as canonical JSON text, decoded only when somebody looks inside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document(Arc<str>);

/// Text that is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError(pub String);

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a canonical document: {}", self.0)
    }
}

impl std::error::Error for DocumentError {}

impl Document {
    /// Encodes a value.
    pub fn encode(value: &Value) -> Document {
        Document(Arc::from(written::text(value)))
    }

    /// Whether this is the document of a map with these entries. Nothing is built to find out.
    pub fn is_of(&self, map: &Map) -> bool {
        written::matches(map, &self.0)
    }

    /// Takes text that this crate wrote before; it is checked when decoded.
    pub fn from_text(text: impl Into<Arc<str>>) -> Document {
        Document(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Decodes.
    pub fn decode(&self) -> Result<Value, DocumentError> {
        let json: Json = serde_json::from_str(&self.0).map_err(|e| DocumentError(e.to_string()))?;
        Ok(from_json(json))
    }
}

/// The JSON form of a value. Sets become arrays: their order is canonical already.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => number_to_json(n),
        Value::String(s) => Json::String(s.to_string()),
        Value::List(items) | Value::Set(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(map) => Json::Object(
            map.iter()
                .map(|(k, v)| {
                    let key = if k.starts_with('$') { format!("${k}") } else { k.clone() };
                    (key, to_json(v))
                })
                .collect(),
        ),
        Value::Unknown(_) => serde_json::json!({ "$unknown": {} }),
        Value::Sensitive(inner) => serde_json::json!({ "$sensitive": to_json(inner) }),
    }
}

/// The value of a JSON form.
pub fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(b),
        Json::Number(n) => Number::parse(&n.to_string()).map_or(Value::Null, Value::Number),
        Json::String(s) => Value::string(s),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(mut map) => {
            if map.len() == 1 {
                if let Some(inner) = map.get_mut("$sensitive") {
                    return from_json(inner.take()).sensitive();
                }
                if map.contains_key("$unknown") {
                    return Value::Unknown(Box::default());
                }
                // A number too long for JSON's own number types, kept as text.
                if let Some(Json::String(text)) = map.get("$number")
                    && let Some(number) = Number::parse(text)
                {
                    return Value::Number(number);
                }
            }
            let unescape = |k: String| match k.strip_prefix("$$") {
                Some(rest) => format!("${rest}"),
                None => k,
            };
            Value::Map(map.into_iter().map(|(k, v)| (unescape(k), from_json(v))).collect::<Map>())
        }
    }
}

/// A number as JSON. Integers beyond 64 bits and decimals that a float would change are kept as marked text.
fn number_to_json(number: &Number) -> Json {
    if let Some(whole) = number.as_i128() {
        if let Ok(n) = i64::try_from(whole) {
            return Json::from(n);
        }
        if let Ok(n) = u64::try_from(whole) {
            return Json::from(n);
        }
        return serde_json::json!({ "$number": whole.to_string() });
    }
    Json::from(number.as_f64())
}

/// Plain JSON for the cloud or for `output`: no marks, sensitive values in the clear, unknowns as null.
pub fn to_plain_json(value: &Value) -> Json {
    match value {
        Value::Map(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), to_plain_json(v))).collect()),
        Value::List(items) | Value::Set(items) => Json::Array(items.iter().map(to_plain_json).collect()),
        Value::Sensitive(inner) => to_plain_json(inner),
        Value::Unknown(_) => Json::Null,
        Value::Number(n) => match n.as_i128() {
            Some(whole) => i64::try_from(whole)
                .map(Json::from)
                .or_else(|_| u64::try_from(whole).map(Json::from))
                .unwrap_or_else(|_| Json::from(n.as_f64())),
            None => Json::from(n.as_f64()),
        },
        other => to_json(other),
    }
}

/// A value from plain JSON, where `$` keys mean nothing special.
pub fn from_plain_json(json: &Json) -> Value {
    match json {
        Json::Object(map) => Value::Map(map.iter().map(|(k, v)| (k.clone(), from_plain_json(v))).collect()),
        Json::Array(items) => Value::List(items.iter().map(from_plain_json).collect()),
        other => from_json(other.clone()),
    }
}
