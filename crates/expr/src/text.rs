//! Scalars as text, numbers and truth values: the conversions the language makes by itself.

use crate::decimal;
use firma_model::{number::Number, value::Value};
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

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
        Value::String(text) => Number::parse(text).or_else(|| half_written(text)),
        _ => None,
    }
}

/// `.5` and `5.`, which only text may be.
fn half_written(text: &str) -> Option<Number> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    match rest.split_once('.')? {
        ("", fraction) if digits(fraction) => Number::parse(&format!("{sign}0.{fraction}")),
        (whole, "") if digits(whole) => Number::parse(&format!("{sign}{whole}")),
        _ => None,
    }
}

/// The truth value that a bool, `"true"`, `"false"`, `"1"` or `"0"` is.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match &**text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
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

/// The composed form (NFC) of a text that is not in it: two spellings of one text are equal.
pub(crate) fn composed(text: &str) -> Option<String> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return None;
    }
    Some(text.nfc().collect())
}

/// A value with all its texts composed, keys included.
pub(crate) fn compose(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(composed(&text).map_or(text, Arc::from)),
        Value::List(items) => Value::List(items.into_iter().map(compose).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(compose).collect()),
        Value::Map(map) => {
            Value::Map(map.into_iter().map(|(key, value)| (composed(&key).unwrap_or(key), compose(value))).collect())
        }
        Value::Sensitive(inner) => compose(*inner).sensitive(),
        other => other,
    }
}
