//! The type of a value as text, for `type(...)`.

use firma_model::{path::is_plain_name, value::Value};

/// As a type would be written. Lists are tuples and maps objects: values carry no element type.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "dynamic".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(describe).collect();
            format!("tuple([{}])", items.join(", "))
        }
        Value::Set(items) => format!("set({})", items.first().map_or_else(|| "dynamic".to_owned(), describe)),
        Value::Map(map) => {
            let fields: Vec<String> = map
                .iter()
                .map(|(name, value)| match is_plain_name(name) {
                    true => format!("{name} = {}", describe(value)),
                    false => format!("{} = {}", crate::text::quote(name), describe(value)),
                })
                .collect();
            match fields.is_empty() {
                true => "object({})".to_owned(),
                false => format!("object({{ {} }})", fields.join(", ")),
            }
        }
        Value::Unknown(unknown) => unknown.ty.as_ref().map_or_else(|| "dynamic".to_owned(), ToString::to_string),
        Value::Sensitive(inner) => describe(inner),
    }
}
