//! Reading YAML: one document of lists, maps and scalars, with the plain scalars that Terraform knows.

use super::super::{Arguments, Failure};
use crate::text;
use firma_model::{
    number::Number,
    value::{Map, Value},
};
use num_bigint::BigUint;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::{borrow::Cow, collections::BTreeMap};

/// Why a document has no value.
pub(super) enum Problem {
    /// One clause for people.
    Text(String),
    /// A limit was reached.
    Spent(Failure),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        Problem::Spent(failure)
    }
}

fn problem<T>(what: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::Text(what.into()))
}

/// Levels of YAML; deeper ones would only exhaust the stack.
const MAX_DEPTH: usize = 100;

/// The value of the only document.
pub(super) fn decoded(arguments: &Arguments<'_>, text: &str) -> Result<Value, Problem> {
    let mut reader = Reader { arguments, parser: Parser::new_from_str(text), anchors: BTreeMap::new() };
    let mut found = None;
    loop {
        match reader.event()? {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            _ if found.is_some() => return problem("it has several documents"),
            event => found = Some(reader.node(event, 0)?),
        }
    }
    match found {
        Some(value) => Ok(value),
        None => problem("it is empty"),
    }
}

struct Reader<'r, 'c, 't> {
    arguments: &'r Arguments<'c>,
    parser: Parser<'t, StrInput<'t>>,
    anchors: BTreeMap<usize, Value>,
}

impl<'t> Reader<'_, '_, 't> {
    fn event(&mut self) -> Result<Event<'t>, Problem> {
        self.arguments.charge(1)?;
        match self.parser.next_event() {
            None => Ok(Event::StreamEnd),
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => problem(format!("{} (line {})", error.info(), error.marker().line())),
        }
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return problem(format!("it nests more than {MAX_DEPTH} levels"));
        }
        let (anchor, value) = match event {
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(value) => return Ok(self.arguments.copy(value)?),
                None => return problem("an alias stands inside of what it stands for"),
            },
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag.as_deref())?),
            Event::SequenceStart(anchor, tag) => {
                known_tag(tag.as_ref(), "seq")?;
                let mut items = Vec::new();
                loop {
                    match self.event()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.node(event, depth + 1)?),
                    }
                }
                (anchor, Value::List(items))
            }
            Event::MappingStart(anchor, tag) => {
                known_tag(tag.as_ref(), "map")?;
                (anchor, Value::Map(self.mapping(depth)?))
            }
            _ => return problem("it ends too early"),
        };
        if anchor > 0 {
            let copy = self.arguments.copy(&value)?;
            self.anchors.insert(anchor, copy);
        }
        Ok(value)
    }

    fn mapping(&mut self, depth: usize) -> Result<Map, Problem> {
        let mut map = Map::new();
        let mut merged = Map::new();
        loop {
            let event = self.event()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.node(event, depth + 1)?;
            let event = self.event()?;
            let value = self.node(event, depth + 1)?;
            if merge {
                include(&mut merged, value)?;
                continue;
            }
            match text::of(&key) {
                Some(key) => map.insert(key.as_ref().to_owned(), value),
                None => return problem(format!("a key is {}", key.type_name())),
            };
        }
        // What the map says itself counts, wherever it says it.
        merged.extend(map);
        Ok(merged)
    }
}

/// `<<: *one`, or a list of such: of equal keys the first counts.
fn include(merged: &mut Map, value: Value) -> Result<(), Problem> {
    match value {
        Value::Map(map) => {
            for (key, value) in map {
                if !merged.contains_key(&key) {
                    merged.insert(key, value);
                }
            }
            Ok(())
        }
        Value::List(items) if items.iter().all(|item| matches!(item, Value::Map(_))) => {
            items.into_iter().try_for_each(|item| include(merged, item))
        }
        _ => problem("`<<` takes a map or a list of maps"),
    }
}

fn known_tag(tag: Option<&Cow<'_, Tag>>, own: &str) -> Result<(), Problem> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == own) => {
            problem(format!("the tag `{}{}` is not known here", tag.handle, tag.suffix))
        }
        _ => Ok(()),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, Problem> {
    let string = || Value::from(text);
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain(text) } else { Ok(string()) };
    };
    if tag.handle == "!" && tag.suffix.is_empty() {
        return Ok(string());
    }
    if !tag.is_yaml_core_schema() {
        return problem(format!("the tag `{}{}` is not known here", tag.handle, tag.suffix));
    }
    let wanted = match tag.suffix.as_str() {
        "str" | "binary" => return Ok(string()),
        suffix @ ("int" | "float" | "bool" | "null" | "timestamp") => suffix,
        other => return problem(format!("the tag `!!{other}` is not known here")),
    };
    if style != ScalarStyle::Plain {
        return Ok(string());
    }
    match (wanted, plain(text)?) {
        ("null", _) => Ok(Value::Null),
        ("int" | "float", value @ Value::Number(_))
        | ("bool", value @ Value::Bool(_))
        | ("timestamp", value @ Value::String(_)) => Ok(value),
        _ => problem(format!("{} is no `!!{wanted}`", text::quote(text))),
    }
}

/// A scalar without quotes.
fn plain(text: &str) -> Result<Value, Problem> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => return problem(format!("{text} is no number here")),
        _ => match number(text) {
            Some(number) => Value::Number(number),
            None => timestamp(text).map_or_else(|| Value::from(text), Value::from),
        },
    })
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    if let Some(number) = text::number(&Value::from(text)) {
        return Some(number);
    }
    let (digits, base) = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 8),
        _ => return None,
    };
    if digits.len() > 300 || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    Number::parse(&BigUint::parse_bytes(digits.as_bytes(), base)?.to_string())
}

/// Dates and times, as RFC 3339 without fractions.
fn timestamp(text: &str) -> Option<String> {
    let digits = |range: std::ops::Range<usize>, most: u32| {
        let part = text.get(range)?;
        let all = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|number| all && *number <= most)
    };
    let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
    if !(dash(4) && dash(7)) {
        return None;
    }
    digits(0..4, 9999)?;
    let date = jiff::civil::Date::new(
        text.get(0..4)?.parse().ok()?,
        digits(5..7, 12)?.try_into().ok()?,
        digits(8..10, 31)?.try_into().ok()?,
    )
    .ok()?;
    if text.len() == 10 {
        return Some(format!("{date}T00:00:00Z"));
    }
    let rest = match text.as_bytes()[10] {
        b'T' | b't' => &text[11..],
        b' ' | b'\t' => text[10..].trim_start(),
        _ => return None,
    };
    let clock = rest.get(..8)?;
    let mut parts = clock.split(':').map(|part| part.parse::<u8>().ok().filter(|_| part.len() == 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if hour > 23 || minute > 59 || second > 59 || parts.next().is_some() {
        return None;
    }
    let zone = rest[8..]
        .strip_prefix('.')
        .map_or(&rest[8..], |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = match zone {
        "" | "Z" => "Z",
        zone if zone.len() == 6 && zone.starts_with(['+', '-']) && zone.as_bytes()[3] == b':' => zone,
        _ => return None,
    };
    Some(format!("{date}T{clock}{zone}"))
}
