//! Writing documents, and comparing with one that is written, without a tree in between.

use crate::{
    number::Number,
    value::{Map, Value},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::io;

/// The canonical text of a value.
pub(super) fn text(value: &Value) -> String {
    let mut bytes = Vec::with_capacity(128);
    serde_json::to_writer(&mut bytes, &Written(value))
        .expect("BUG: values have only text keys, and memory does not fail");
    String::from_utf8(bytes).expect("BUG: JSON is UTF-8")
}

/// Whether a text is the canonical one of a map.
pub(super) fn matches(map: &Map, text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    serde_json::to_writer(&mut rest, &WrittenMap(map)).is_ok() && rest.0.is_empty()
}

/// What is still to come of a text; writing anything else fails.
struct Rest<'t>(&'t [u8]);

impl io::Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.strip_prefix(bytes) {
            Some(rest) => {
                self.0 = rest;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Written<'v>(&'v Value);

struct WrittenMap<'v>(&'v Map);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => put_number(number, serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(items) | Value::Set(items) => serializer.collect_seq(items.iter().map(Written)),
            Value::Map(map) => WrittenMap(map).serialize(serializer),
            Value::Unknown(_) => marked(serializer, "$unknown", &WrittenMap(&Map::new())),
            Value::Sensitive(inner) => marked(serializer, "$sensitive", &Written(inner)),
        }
    }
}

impl Serialize for WrittenMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.0.len()))?;
        // One more `$` before all keys that begin with one leaves their order as it is.
        for (key, value) in self.0 {
            match key.starts_with('$') {
                true => out.serialize_entry(&format!("${key}"), &Written(value))?,
                false => out.serialize_entry(key, &Written(value))?,
            }
        }
        out.end()
    }
}

fn marked<S: Serializer>(serializer: S, mark: &str, inner: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_map(Some(1))?;
    out.serialize_entry(mark, inner)?;
    out.end()
}

fn put_number<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(whole) = number.as_i128() else { return serializer.serialize_f64(number.as_f64()) };
    match (i64::try_from(whole), u64::try_from(whole)) {
        (Ok(small), _) => serializer.serialize_i64(small),
        (_, Ok(large)) => serializer.serialize_u64(large),
        _ => marked(serializer, "$number", &whole.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        document::{Document, to_json},
        number::Number,
        value::{Map, Value},
    };

    #[test]
    fn the_text_is_that_of_the_tree() {
        let number = |text: &str| Value::Number(Number::parse(text).unwrap());
        let numbers = ["0", "-7", "1.50", "2e9", "1e-7", "18446744073709551615", "123456789012345678901234567890"];
        let map: Map = [
            ("plain".to_owned(), Value::from("a \"quoted\" \u{7} text \u{2028} é")),
            ("$own".to_owned(), Value::from(true)),
            ("$".to_owned(), Value::Null),
            ("%".to_owned(), Value::unknown()),
            ("#".to_owned(), Value::from("x").sensitive()),
            ("numbers".to_owned(), Value::List(numbers.map(number).to_vec())),
            ("set".to_owned(), Value::set(vec![Value::from("b"), Value::from("a")])),
            ("empty".to_owned(), Value::Map(Map::new())),
        ]
        .into();
        let value = Value::Map(map.clone());
        let document = Document::encode(&value);
        assert_eq!(document.as_str(), to_json(&value).to_string());
        assert!(document.is_of(&map));
        let mut less = map.clone();
        less.remove("set");
        assert!(!document.is_of(&less));
        let mut other = map;
        other.insert("plain".to_owned(), Value::from("a"));
        assert!(!document.is_of(&other));
        assert!(!document.is_of(&Map::new()));
    }
}
