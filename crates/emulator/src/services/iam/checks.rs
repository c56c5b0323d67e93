//! What names, passwords and documents of the iam service have to be.

use crate::fault::Fault;
use serde_json::Value;

/// Most characters of a policy's document.
const LONGEST_DOCUMENT: usize = 6144;

/// Names of all kinds: from 4 characters, letters, digits, `-`, `_`, the first a letter.
pub(super) fn name(field: &str, text: &str, longest: usize) -> Result<(), Fault> {
    let length = text.chars().count();
    if !(4..=longest).contains(&length) {
        return Err(Fault::invalid(format!("{field} must have 4 to {longest} characters, it has {length}")));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !text.chars().all(allowed) {
        return Err(Fault::invalid(format!("{field} must be letters, digits, `-` and `_`, and begin with a letter")));
    }
    Ok(())
}

/// The password policy that an account has until it sets another.
pub(super) fn password(text: &str) -> Result<(), Fault> {
    let has = |of: fn(&char) -> bool| text.chars().any(|c| of(&c));
    let mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
    match mixed && (8..=20).contains(&text.chars().count()) {
        true => Ok(()),
        false => Err(Fault::invalid(
            "password must have 8 to 20 characters, a lower case letter, an upper case letter and a digit among them",
        )),
    }
}

/// A document: JSON, an object, not too long.
pub(super) fn document(field: &str, text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if length > LONGEST_DOCUMENT {
        let message = format!("{field} must have at most {LONGEST_DOCUMENT} characters, it has {length}");
        return Err(Fault::invalid(message));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_)) => Ok(()),
        _ => Err(Fault::invalid(format!("{field} must be a JSON object"))),
    }
}
