//! What a call is given: one JSON object, and single parameters over it.

use crate::{args::ApiArgs, exit::Failure};
use firma_model::diagnostic::Diagnostic;
use serde_json::{Map, Value};
use std::io::Read as _;

/// Longest text that is read from a file or from standard input: no request is nearly as long.
const LIMIT: u64 = 16 << 20;

/// Reads them.
pub(super) fn read(args: &ApiArgs) -> Result<Map<String, Value>, Failure> {
    let mut stdin = Stdin::default();
    let mut parameters = match &args.input {
        None => Map::new(),
        Some(input) => {
            let text = stdin.text(if input == "-" { "@-" } else { input }, "--input")?;
            match serde_json::from_str(&text) {
                Ok(Value::Object(map)) => map,
                Ok(other) => return Err(bad(format!("--input is {}, not a JSON object", named(&other)))),
                Err(error) => return Err(bad(format!("--input is not JSON: {error}"))),
            }
        }
    };
    for param in &args.params {
        let Some((name, text)) = param.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(bad(format!("`--param {param}` is not NAME=VALUE")));
        };
        let value = match text.starts_with('@') {
            true => Value::from(stdin.text(text, name)?),
            false => value(text),
        };
        parameters.insert(name.to_owned(), value);
    }
    Ok(parameters)
}

/// A value as it is typed: JSON where it is some, else text.
fn value(text: &str) -> Value {
    match text.as_bytes().first() {
        Some(b'[' | b'{' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n') => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
        }
        _ => Value::from(text),
    }
}

fn named(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn bad(message: String) -> Failure {
    Failure::new(Diagnostic::error("E0908", message))
}

/// Standard input, which can be read once.
#[derive(Default)]
struct Stdin {
    taken_for: Option<String>,
}

impl Stdin {
    /// A text that is given as it is, as `@FILE`, or as `@-` for standard input.
    fn text(&mut self, given: &str, place: &str) -> Result<String, Failure> {
        let Some(file) = given.strip_prefix('@') else { return Ok(given.to_owned()) };
        if file != "-" {
            let file_error = |error: std::io::Error| {
                Failure::new(Diagnostic::error("E0905", format!("cannot read {file} for {place}: {error}")))
            };
            return bounded(std::fs::File::open(file).map_err(file_error)?).map_err(file_error);
        }
        if let Some(first) = self.taken_for.replace(place.to_owned()) {
            return Err(bad(format!("standard input is wanted twice, for {first} and for {place}")));
        }
        bounded(std::io::stdin().lock()).map_err(|error| {
            Failure::new(Diagnostic::error("E0905", format!("cannot read standard input for {place}: {error}")))
        })
    }
}

fn bounded(from: impl std::io::Read) -> std::io::Result<String> {
    let mut text = String::new();
    from.take(LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LIMIT {
        return Err(std::io::Error::other(format!("it is longer than {LIMIT} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_is_json_where_it_can_be() {
        for (typed, expected) in [
            ("3", json!(3)),
            ("true", json!(true)),
            ("null", json!(null)),
            ("[1]", json!([1])),
            ("10.0.0.0/16", json!("10.0.0.0/16")),
            ("vpc-1", json!("vpc-1")),
            ("text", json!("text")),
            ("\"3\"", json!("3")),
            ("", json!("")),
        ] {
            assert_eq!(value(typed), expected, "{typed}");
        }
    }

    #[test]
    fn files_are_bounded() {
        assert_eq!(bounded(&b"short"[..]).expect("short"), "short");
        let error = bounded(std::io::repeat(b'a')).expect_err("endless");
        assert!(error.to_string().contains("longer than"), "{error}");
    }
}
