//! Scalars as text, numbers and truth values: the conversions the language makes by itself.

use crate::decimal;
use firma_model::{number::Number, value::Value};
use std::sync::Arc;

/// The text of a string, number or bool (not below a mark).
pub(crate) fn of(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(Arc::from(decimal::spelled(number))),
        Value::Bool(true) => Some(Arc::from("true")),
        Value::Bool(false) => Some(Arc::from("false")),
        _ => None,
    }
}

/// The number that a number or a numeric text is.
pub(crate) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => Number::parse(text),
        _ => None,
    }
}

/// The truth value that a bool, `"true"` or `"false"` is.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match &**text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The key of a map that a value is.
pub(crate) fn key(value: &Value) -> Result<Arc<str>, String> {
    of(value).ok_or_else(|| format!("a key is a string, not {}", value.type_name()))
}

/// In quotes, as JSON.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
