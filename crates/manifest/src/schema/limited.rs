//! Values by shape, with what the rules of a kind say of them.

use super::part::{definition, described, or_expression, table};
use firma_catalog::{
    procedure::{Field, Shape},
    rules::Rules,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Keywords about a list or a map, not about what is in it.
const WHOLE: [&str; 5] = ["minItems", "maxItems", "minProperties", "maxProperties", "propertyNames"];

/// A value of this shape at a dotted path, or an expression.
pub(super) fn shape(shape: &Shape, rules: &Rules, path: &str) -> Value {
    one(shape, rules, path, rules.keywords(path))
}

fn one(shape: &Shape, rules: &Rules, path: &str, mut keywords: Map<String, Value>) -> Value {
    let whole: Map<String, Value> =
        WHOLE.iter().filter_map(|name| Some(((*name).to_owned(), keywords.remove(*name)?))).collect();
    let pick = |names: &[&str]| {
        let picked = names.iter().filter_map(|name| Some(((*name).to_owned(), whole.get(*name)?.clone())));
        picked.collect::<Map<String, Value>>()
    };
    match shape {
        // What is no text becomes text.
        Shape::String if keywords.is_empty() => json!({ "type": ["string", "number", "boolean"] }),
        Shape::String => or_expression(text(keywords)),
        Shape::Integer if keywords.is_empty() => definition("whole_number"),
        Shape::Number if keywords.is_empty() => definition("number"),
        Shape::Integer => number("integer", "^-?[0-9]+$", keywords),
        Shape::Number => number("number", "^-?[0-9]+(\\.[0-9]+)?$", keywords),
        Shape::Bool => definition("boolean"),
        Shape::Any => json!({}),
        Shape::List(item) | Shape::Set(item) => {
            let mut array = json!({ "type": "array", "items": one(item, rules, path, keywords) });
            extend(&mut array, pick(&["minItems", "maxItems"]));
            or_expression(array)
        }
        Shape::Object(fields) => or_expression(object(fields, rules, path)),
        Shape::Pairs => {
            let values = text(rules.keywords(&format!("{path}.*")));
            let mut map = json!({ "type": "object", "additionalProperties": or_expression(values) });
            extend(&mut map, pick(&["minProperties", "maxProperties", "propertyNames"]));
            or_expression(map)
        }
    }
}

/// Text, or what becomes text.
fn text(keywords: Map<String, Value>) -> Value {
    let mut schema = match keywords.contains_key("enum") {
        true => json!({}),
        false => json!({ "type": ["string", "number", "boolean"] }),
    };
    extend(&mut schema, keywords);
    schema
}

/// A number, or text that is one: what it must be is then left to `firma validate`.
fn number(name: &str, pattern: &str, keywords: Map<String, Value>) -> Value {
    let mut schema = json!({ "type": name });
    extend(&mut schema, keywords);
    json!({ "anyOf": [schema, { "type": "string", "pattern": pattern }, definition("expression")] })
}

fn object(fields: &BTreeMap<String, Field>, rules: &Rules, path: &str) -> Value {
    let required: Vec<&str> =
        fields.iter().filter(|(_, field)| field.required).map(|(name, _)| name.as_str()).collect();
    let keys = fields.iter().map(|(name, field)| {
        let inside = format!("{path}.{name}");
        let mut said: Vec<String> = field.references.iter().map(|kind| format!("The id of a {kind}.")).collect();
        said.extend(rules.at(&inside).map(|rule| format!("It {}.", rule.words())));
        (name.as_str(), described(shape(&field.shape, rules, &inside), &said.join(" ")))
    });
    table(keys, &required)
}

fn extend(schema: &mut Value, keywords: Map<String, Value>) {
    if let Some(object) = schema.as_object_mut() {
        object.extend(keywords);
    }
}
