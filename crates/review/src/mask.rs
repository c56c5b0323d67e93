//! Taking the secrets out of values before they enter a view.

use firma_model::value::Value;
use firma_plan::secret::is_hashed;

/// What stands for a hidden value: the mark alone.
pub(crate) fn hidden() -> Value {
    Value::Null.sensitive()
}

pub(crate) fn is_hidden(value: &Value) -> bool {
    matches!(value, Value::Sensitive(_)) || is_hashed(value)
}

/// A copy without anything sensitive: marked parts and keyed hashes become the mark alone. What is hidden in `other` (the
/// value before or after) is hidden here as well: an attribute that loses its mark does not give away what it was.
pub(crate) fn masked(value: &Value, other: Option<&Value>) -> Value {
    if is_hidden(value) || other.is_some_and(is_hidden) {
        return hidden();
    }
    match value {
        Value::Map(map) => {
            let other = other.and_then(Value::as_map);
            Value::Map(
                map.iter()
                    .map(|(key, inner)| (key.clone(), masked(inner, other.and_then(|map| map.get(key)))))
                    .collect(),
            )
        }
        // Elements may have moved: if any of the other side is hidden, so is every element here.
        Value::List(items) | Value::Set(items) => {
            let other = other.and_then(Value::as_list).unwrap_or_default();
            let counterpart = other.iter().find(|item| item.has_sensitive());
            let items = items.iter().map(|item| masked(item, counterpart)).collect();
            match value {
                Value::Set(_) => Value::set(items),
                _ => Value::List(items),
            }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firma_model::value::Map;

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<Map>())
    }

    #[test]
    fn nothing_sensitive_is_left() {
        let secret = || Value::from("not-a-secret");
        let hash = map(&[("$hash", Value::from("00ff"))]);
        let cases = [
            (secret().sensitive(), None),
            (secret(), Some(secret().sensitive())),
            (secret(), Some(hash.clone())),
            (map(&[("a", secret().sensitive())]), None),
            (map(&[("a", secret())]), Some(map(&[("a", hash.clone())]))),
            (Value::List(vec![secret(), secret().sensitive()]), Some(Value::List(vec![secret().sensitive()]))),
            (Value::set(vec![map(&[("a", secret().sensitive())])]), None),
        ];
        for (value, other) in cases {
            let shown = masked(&value, other.as_ref());
            assert!(!format!("{shown:?}").contains("not-a-secret"), "{shown:?}");
            assert!(shown.has_sensitive());
        }
        let open = map(&[("a", Value::from("b"))]);
        assert_eq!(masked(&open, Some(&hash)), hidden());
        assert_eq!(masked(&open, None), open);
    }
}
