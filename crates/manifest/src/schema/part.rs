//! Pieces of a schema.

use serde_json::{Map, Value, json};

/// Text with an expression or a directive in it. `$${` and `%%{` stand for themselves.
pub(super) const TEMPLATE: &str = r"(^|[^$])\$\{|(^|[^%])%\{";
/// Names of blocks, as references can spell them.
const NAME: &str = "^[A-Za-z_][A-Za-z0-9_-]*$";

/// A reference to a definition, with a description of its use here.
pub(super) fn definition(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// With a description.
pub(super) fn described(mut schema: Value, description: &str) -> Value {
    if let (Some(object), false) = (schema.as_object_mut(), description.is_empty()) {
        object.insert("description".into(), description.into());
    }
    schema
}

/// An object with one member.
fn one(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

/// This, or an expression that comes to it.
pub(super) fn or_expression(schema: Value) -> Value {
    one("anyOf", Value::Array(vec![schema, definition("expression")]))
}

/// A table of these keys and no others.
pub(super) fn table<'k>(keys: impl IntoIterator<Item = (&'k str, Value)>, required: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A table whose keys are names that somebody chose.
pub(super) fn named(schema: Value) -> Value {
    let mut named = json!({ "type": "object", "additionalProperties": false });
    named["patternProperties"] = one(NAME, schema);
    named
}

/// One of these words, or an expression.
pub(super) fn word<'w>(words: impl IntoIterator<Item = &'w str>) -> Value {
    or_expression(json!({ "enum": words.into_iter().collect::<Vec<_>>() }))
}

/// Blocks written `[[...]]`.
pub(super) fn blocks(schema: Value) -> Value {
    let mut blocks = one("items", schema);
    blocks["type"] = json!("array");
    blocks
}

/// true, false, or an expression.
pub(super) fn boolean(description: &str) -> Value {
    described(definition("boolean"), description)
}

/// Plain text, which is not evaluated.
pub(super) fn plain(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// true or false as such.
pub(super) fn plain_bool(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

/// Any value, expressions among them.
pub(super) fn anything(description: &str) -> Value {
    json!({ "description": description })
}
