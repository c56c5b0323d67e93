//! What an operand turned out to be, in a few words beside its place.

use firma_model::value::Value;

/// Longer texts are cut: the place shows where they come from.
const LONGEST: usize = 40;

/// `this is "web"`; of what is sensitive only that it is.
pub(crate) fn seen(value: &Value) -> String {
    if value.has_sensitive() {
        return "this is a sensitive value".to_owned();
    }
    let many = |count: usize| if count == 1 { "1 element".to_owned() } else { format!("{count} elements") };
    match value {
        Value::String(text) => {
            let cut: String = text.chars().take(LONGEST).collect();
            let more = if cut.len() < text.len() { "..." } else { "" };
            format!("this is {cut:?}{more}")
        }
        Value::Number(number) => format!("this is {}", number.as_str()),
        Value::Bool(value) => format!("this is {value}"),
        Value::Null => "this is null".to_owned(),
        Value::List(items) | Value::Set(items) => format!("this is {} with {}", value.type_name(), many(items.len())),
        Value::Map(entries) => format!("this is {} with {}", value.type_name(), many(entries.len())),
        other => format!("this is {}", other.type_name()),
    }
}

/// The same of a value that was taken out of its mark.
pub(super) fn seen_below(value: &Value, marked: bool) -> String {
    if marked { "this is a sensitive value".to_owned() } else { seen(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_short_and_secrets_not_at_all() {
        assert_eq!(seen(&Value::from("a\"b")), "this is \"a\\\"b\"");
        assert_eq!(seen(&Value::from("x".repeat(50).as_str())), format!("this is \"{}\"...", "x".repeat(40)));
        assert_eq!(seen(&Value::from(3_i64)), "this is 3");
        assert_eq!(seen(&Value::from("not-a-secret").sensitive()), "this is a sensitive value");
        assert_eq!(seen(&Value::Null), "this is null");
    }
}
