//! Manifest values to the API's JSON and back.

use crate::procedure::{Elements, Shape};
use firma_api::path as api_path;
use firma_model::{
    document,
    value::{Map, Value},
};
use serde_json::{Map as JsonMap, Value as Json, json};

/// The JSON of a value. Nulls are left out, sensitive values go in the clear, what is unknown is left out too: callers
/// ask for the wire form of known values.
pub fn to_wire(shape: &Shape, value: &Value) -> Json {
    match (shape, value.reveal()) {
        (_, Value::Null | Value::Unknown(_)) => Json::Null,
        (Shape::List(item) | Shape::Set(item), Value::List(items) | Value::Set(items)) => {
            Json::Array(items.iter().map(|value| to_wire(item, value)).filter(|json| !json.is_null()).collect())
        }
        (Shape::Object(fields), Value::Map(map)) => {
            let mut object = JsonMap::new();
            for (name, value) in map {
                // A name the shape does not have was refused before; it cannot be sent.
                let Some(field) = fields.get(name) else { continue };
                let json = to_wire(&field.shape, value);
                if !json.is_null() {
                    object.insert(field.write.clone(), json);
                }
            }
            Json::Object(object)
        }
        (Shape::Pairs, Value::Map(map)) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| json!({ "key": key, "value": text(value) }))
            .collect(),
        (Shape::String, scalar @ (Value::Number(_) | Value::Bool(_))) => Json::String(text(scalar)),
        (_, other) => document::to_plain_json(other),
    }
}

/// A scalar as text.
pub(super) fn text(value: &Value) -> String {
    match value.reveal() {
        Value::String(text) => text.to_string(),
        Value::Number(number) => number.canonical(),
        Value::Bool(b) => b.to_string(),
        other => document::to_plain_json(other).to_string(),
    }
}

/// The value of JSON that the API answered. Fields the shape does not know are left out, so are absent ones and nulls.
pub fn from_wire(shape: &Shape, json: &Json) -> Value {
    match (shape, json) {
        (_, Json::Null) => Value::Null,
        (Shape::List(item) | Shape::Set(item), Json::Array(items)) => {
            Value::List(items.iter().map(|json| from_wire(item, json)).filter(|value| !value.is_null()).collect())
        }
        (Shape::Object(fields), Json::Object(_)) => {
            let mut map = Map::new();
            for (name, field) in fields {
                let Some(found) = field.read.as_deref().and_then(|path| at(json, path)) else { continue };
                let value = from_wire(&field.shape, &found);
                if !value.is_null() {
                    map.insert(name.clone(), value);
                }
            }
            Value::Map(map)
        }
        (Shape::Pairs, Json::Array(pairs)) => Value::Map(
            pairs
                .iter()
                .filter_map(|pair| {
                    let key = pair.get("key")?.as_str()?.to_owned();
                    let value = pair.get("value").and_then(Json::as_str).unwrap_or_default();
                    Some((key, Value::string(value)))
                })
                .collect(),
        ),
        // Some services show flags as 0 and 1.
        (Shape::Bool, Json::Number(number)) => Value::Bool(number.as_i64() != Some(0)),
        (_, other) => document::from_plain_json(other),
    }
}

/// Whether a path is one name, as most are: then it need not be parsed.
pub(super) fn is_name(path: &str) -> bool {
    path.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What stands at a read path: one value, or for a path with `[]` the list of all. Absent and null are the same.
pub(super) fn at(object: &Json, path: &str) -> Option<Json> {
    if is_name(path) {
        return object.get(path).filter(|json| !json.is_null()).cloned();
    }
    let path = api_path::Path::parse(path).ok()?;
    if !path.is_plural() {
        return api_path::get(object, &path).filter(|json| !json.is_null()).cloned();
    }
    let (list, _) = path.split_each()?;
    api_path::get(object, &list).filter(|json| !json.is_null())?;
    Some(Json::Array(api_path::select(object, &path).into_iter().filter(|json| !json.is_null()).cloned().collect()))
}

/// Puts a value at a parameter path, making objects and lists on the way. A null is not put.
pub fn put_parameter(parameters: &mut Json, path: &str, value: Json) {
    if value.is_null() {
        return;
    }
    match api_path::Path::parse(path) {
        Ok(parsed) => {
            let put = api_path::set(parameters, &parsed, value);
            debug_assert!(put, "BUG: parameter path {path} does not fit what is there");
        }
        Err(error) => debug_assert!(false, "BUG: {error}"),
    }
}

/// The JSON that modifies one element: its fields that are not part of its key, and its server id. The key's fields are
/// left out because they did not change, and because some operations do not take them (a rule's direction).
pub fn modification(shape: &Shape, rule: &Elements, id_name: &str, server_id: &str, element: &Value) -> Json {
    let item = match shape {
        Shape::List(item) | Shape::Set(item) => item,
        other => other,
    };
    let kept: Map = element
        .as_map()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !rule.key.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut json = to_wire(item, &Value::Map(kept));
    if let Json::Object(object) = &mut json {
        object.insert(id_name.to_owned(), Json::String(server_id.to_owned()));
    }
    json
}
