//! JSON: jsonencode and jsondecode, numbers exact in both directions.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter};
use crate::decimal;
use firma_model::{
    number::Number,
    value::{Map, Value},
};

pub(super) const JSONENCODE: Function = Function::new(
    "jsonencode",
    "A value as JSON.",
    &[Parameter::or_null("val", Kind::Any)],
    Gives::Text,
    |arguments| {
        let mut out = String::new();
        write(arguments, arguments.value(0), &mut out)?;
        arguments.made(out)
    },
);

/// A value as JSON, for other functions that print values.
pub(super) fn encoded(arguments: &Arguments<'_>, value: &Value) -> Result<String, Failure> {
    let mut out = String::new();
    write(arguments, value, &mut out)?;
    Ok(out)
}

fn write(arguments: &Arguments<'_>, value: &Value, out: &mut String) -> Result<(), Failure> {
    arguments.charge(1)?;
    if out.len() > arguments.max_text() {
        arguments.afford(out.len())?;
    }
    match value {
        Value::Null | Value::Unknown(_) => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&decimal::spelled(number)),
        Value::String(text) => string(text, out),
        Value::List(items) | Value::Set(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(arguments, item, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                write(arguments, item, out)?;
            }
            out.push('}');
        }
        Value::Sensitive(inner) => write(arguments, inner, out)?,
    }
    Ok(())
}

/// As Go's encoder writes strings: safe inside of HTML.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

pub(super) const JSONDECODE: Function = Function::new(
    "jsondecode",
    "The value that JSON stands for.",
    &[Parameter::new("str", Kind::Text)],
    Gives::Any,
    |arguments| {
        let text = arguments.text(0);
        let mut reader = Reader { arguments, text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        if reader.at < text.len() {
            return Err(reader.error("there is more after the value"));
        }
        Ok(value)
    },
)
.makes_text();

/// Levels of JSON; deeper ones would only exhaust the stack.
const MAX_DEPTH: usize = 100;

/// A reader of its own, as the numbers of `serde_json` lose digits beyond 64 bits.
struct Reader<'r, 'c> {
    arguments: &'r Arguments<'c>,
    text: &'r str,
    at: usize,
}

impl Reader<'_, '_> {
    fn error(&self, what: &str) -> Failure {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        Failure::Argument(0, format!("is not JSON: {what} (line {line}, byte {})", self.at))
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\n', '\r', '\t']).len();
    }

    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Failure> {
        if !self.rest().starts_with(word) {
            return Err(self.error("this is no value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Value, Failure> {
        self.arguments.charge(1)?;
        if depth > MAX_DEPTH {
            return Err(self.error("it nests more than 100 levels"));
        }
        match self.peek() {
            None => Err(self.error("it ends too early")),
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'"') => self.string().map(Value::from),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Value::List(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    if self.separator(b']')? {
                        return Ok(Value::List(items));
                    }
                }
            }
            Some(b'{') => {
                self.at += 1;
                let mut map = Map::new();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Value::Map(map));
                }
                loop {
                    if self.peek() != Some(b'"') {
                        return Err(self.error("a key in quotes is expected"));
                    }
                    let key = self.string()?;
                    if self.peek() != Some(b':') {
                        return Err(self.error("a colon is expected"));
                    }
                    self.at += 1;
                    let value = self.value(depth + 1)?;
                    map.insert(key, value);
                    if self.separator(b'}')? {
                        return Ok(Value::Map(map));
                    }
                }
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.error("this is no value")),
        }
    }

    /// Whether the closing mark came instead of a comma.
    fn separator(&mut self, close: u8) -> Result<bool, Failure> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(found) if found == close => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.error("a comma or a closing bracket is expected")),
        }
    }

    fn number(&mut self) -> Result<Value, Failure> {
        let length = self
            .rest()
            .bytes()
            .take_while(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
            .count();
        let literal = &self.rest()[..length];
        let digits = literal.trim_start_matches('-');
        let padded = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let number = Number::parse(literal).filter(|_| !padded && !literal.starts_with('+'));
        let number = number.ok_or_else(|| self.error("this is no number"))?;
        self.at += length;
        Ok(Value::Number(number))
    }

    fn string(&mut self) -> Result<String, Failure> {
        // Finding the end is enough: what is inside is read by serde_json.
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        while bytes.get(end).is_some_and(|byte| *byte != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let literal = self.text.get(self.at..=end).ok_or_else(|| self.error("a string has no end"))?;
        let text = serde_json::from_str(literal)
            .or_else(|_| serde_json::from_str(&whole_pairs(literal)))
            .map_err(|_| self.error("this is no string"))?;
        self.at = end + 1;
        Ok(text)
    }
}

/// Halves of surrogate pairs replaced by U+FFFD: what encoders make of text that is no text.
fn whole_pairs(literal: &str) -> String {
    let unit = |at: usize| match literal.get(at..at + 2) {
        Some("\\u") => literal.get(at + 2..at + 6).and_then(|digits| u16::from_str_radix(digits, 16).ok()),
        _ => None,
    };
    let mut out = String::with_capacity(literal.len());
    let mut at = 0;
    while let Some(c) = literal[at..].chars().next() {
        let length = match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push('\u{fffd}');
                at += 6;
                continue;
            }
            (Some(_), _) => 6,
            (None, _) if c == '\\' => 1 + literal[at + 1..].chars().next().map_or(0, char::len_utf8),
            (None, _) => c.len_utf8(),
        };
        out.push_str(&literal[at..at + length]);
        at += length;
    }
    out
}
