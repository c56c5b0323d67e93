//! Write-only values: compared by keyed hash, never written down.

use firma_catalog::procedure::{Attribute, Shape};
use firma_model::{
    document::Document,
    value::{Map, Value},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Key of the project for hashes that tell equal from different and nothing else.
pub type HashKey = [u8; 32];

/// The reserved key of a hashed value.
pub const HASH_KEY: &str = "$hash";

/// The keyed hash that stands for a value.
pub fn hashed(key: &HashKey, value: &Value) -> Value {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("BUG: HMAC takes keys of any length");
    mac.update(Document::encode(&value.reveal_deep()).as_str().as_bytes());
    let digest = hex::encode(mac.finalize().into_bytes());
    Value::Map(Map::from([(HASH_KEY.to_owned(), Value::string(digest))]))
}

/// Whether a value is a stored hash.
pub fn is_hashed(value: &Value) -> bool {
    matches!(value, Value::Map(map) if map.len() == 1 && map.contains_key(HASH_KEY))
}

/// The value as a record keeps it: write-only parts hashed, at any depth.
pub fn concealed(attribute: &Attribute, value: &Value, key: &HashKey) -> Value {
    if attribute.write_only { conceal_whole(value, key) } else { conceal_fields(&attribute.shape, value, key) }
}

fn conceal_whole(value: &Value, key: &HashKey) -> Value {
    match value {
        Value::Null | Value::Unknown(_) => value.clone(),
        Value::Sensitive(inner) => conceal_whole(inner, key),
        other if is_hashed(other) => other.clone(),
        other => hashed(key, other),
    }
}

fn conceal_fields(shape: &Shape, value: &Value, key: &HashKey) -> Value {
    match (shape, value) {
        (_, Value::Sensitive(inner)) => conceal_fields(shape, inner, key).sensitive(),
        (Shape::Object(fields), Value::Map(map)) => Value::Map(
            map.iter()
                .map(|(name, inner)| {
                    let kept = match fields.get(name) {
                        Some(field) if field.write_only => conceal_whole(inner, key),
                        Some(field) => conceal_fields(&field.shape, inner, key),
                        None => inner.clone(),
                    };
                    (name.clone(), kept)
                })
                .collect(),
        ),
        (Shape::List(of) | Shape::Set(of), Value::List(items)) => {
            Value::List(items.iter().map(|item| conceal_fields(of, item, key)).collect())
        }
        (_, other) => other.clone(),
    }
}

/// The value as a plan carries it: write-only parts marked sensitive, so that no printer shows them.
pub fn marked(attribute: &Attribute, value: Value) -> Value {
    if attribute.write_only { value.sensitive() } else { mark_fields(&attribute.shape, value) }
}

fn mark_fields(shape: &Shape, value: Value) -> Value {
    match (shape, value) {
        (Shape::Object(fields), Value::Map(map)) => Value::Map(
            map.into_iter()
                .map(|(name, inner)| {
                    let marked = match fields.get(&name) {
                        Some(field) if field.write_only && !inner.is_null() => inner.sensitive(),
                        Some(field) => mark_fields(&field.shape, inner),
                        None => inner,
                    };
                    (name, marked)
                })
                .collect(),
        ),
        (Shape::List(of) | Shape::Set(of), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| mark_fields(of, item)).collect())
        }
        (_, other) => other,
    }
}
