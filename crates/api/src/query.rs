//! The query's notation for nested values: `filters.1.name=vpcIds&filters.1.values.1=vpc-a`.
//!
//! Lists count from 1, objects and lists nest with dots, booleans are `true` and `false`. An empty list or object
//! cannot be written, and is not.

use crate::{
    encode::scalar_text,
    facts::{Operation, Type},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What stays raw in a query besides letters and digits: the unreserved marks.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Deepest nesting that is read; anything real needs four.
const MAX_DEPTH: usize = 16;

/// Encodes parameters in the order given.
pub fn encode<'p>(params: impl IntoIterator<Item = (&'p str, &'p Value)>) -> String {
    let mut out = String::new();
    for (name, value) in params {
        write(&mut out, name, value);
    }
    out
}

fn write(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                write(out, &format!("{name}.{}", at + 1), item);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                write(out, &format!("{name}.{member}"), value);
            }
        }
        scalar => {
            let Some(text) = scalar_text(scalar) else { return };
            if !out.is_empty() {
                out.push('&');
            }
            out.extend(utf8_percent_encode(name, QUERY));
            out.push('=');
            out.extend(utf8_percent_encode(&text, QUERY));
        }
    }
}

/// Decodes a raw query (without `?`), shaped and typed by the operation's parameters.
///
/// Text that does not read as the type it should have stays text, for `check` to find. Members that the facts do not
/// know keep what their shape suggests. `+` is a space, as in Go's encoder; a repeated name keeps its last value.
pub fn decode(operation: &Operation, query: &str) -> Map<String, Value> {
    let mut top = Node::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = text(name);
        let steps: Vec<&str> = name.split('.').collect();
        if steps.len() <= MAX_DEPTH && !steps.iter().any(|step| step.is_empty()) {
            top.insert(&steps, text(value));
        }
    }
    top.members
        .into_iter()
        .map(|(name, node)| {
            let value = node.value(operation.param(&name).map(|param| &param.ty));
            (name, value)
        })
        .collect()
}

fn text(encoded: &str) -> String {
    percent_decode_str(&encoded.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Members by name before it is known whether they are a list's or an object's.
#[derive(Default)]
struct Node {
    text: Option<String>,
    members: BTreeMap<String, Node>,
}

impl Node {
    fn insert(&mut self, steps: &[&str], text: String) {
        match steps.split_first() {
            Some((first, rest)) => self.members.entry((*first).to_owned()).or_default().insert(rest, text),
            None => self.text = Some(text),
        }
    }

    fn value(self, ty: Option<&Type>) -> Value {
        if self.members.is_empty() {
            let value = Value::String(self.text.unwrap_or_default());
            return ty.map_or_else(|| value.clone(), |ty| coerce(ty, value.clone()));
        }
        let numbered = self.members.keys().all(|name| name.parse::<u64>().is_ok());
        match ty {
            Some(Type::List(item)) if numbered => list(self.members, Some(item)),
            Some(ref_type @ Type::Ref { .. }) => {
                let model = ref_type.model();
                let member = |(name, node): (String, Node)| {
                    let ty = model.and_then(|model| model.field(&name)).map(|field| &field.ty);
                    let value = node.value(ty);
                    (name, value)
                };
                Value::Object(self.members.into_iter().map(member).collect())
            }
            _ if numbered => list(self.members, None),
            _ => Value::Object(self.members.into_iter().map(|(name, node)| (name, node.value(None))).collect()),
        }
    }
}

/// Items in the order of their numbers; gaps close, so that a huge number costs nothing.
fn list(members: BTreeMap<String, Node>, item: Option<&Type>) -> Value {
    let mut items: Vec<(u64, Node)> =
        members.into_iter().filter_map(|(name, node)| Some((name.parse().ok()?, node))).collect();
    items.sort_by_key(|(at, _)| *at);
    Value::Array(items.into_iter().map(|(_, node)| node.value(item)).collect())
}

/// Brings a value to its type where clients spell it differently: numbers as text, also as Go's `1e+06`, whole
/// numbers with a fraction of zero, booleans in any case as Python's `True`; nulls inside objects vanish. What does
/// not fit is left as it is.
pub fn coerce(ty: &Type, value: Value) -> Value {
    match (ty, value) {
        (Type::Integer | Type::Long, Value::String(text)) => {
            whole(&text).map_or_else(|| Value::String(text.clone()), Value::from)
        }
        (Type::Integer | Type::Long, Value::Number(number)) if number.is_f64() => {
            whole(&number.to_string()).map_or_else(|| Value::Number(number.clone()), Value::from)
        }
        (Type::Float | Type::Double, Value::String(text)) => {
            let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            let whole = text.parse::<i64>().ok().map(Value::from);
            whole.or(number.map(Value::Number)).unwrap_or(Value::String(text))
        }
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        (Type::List(item), Value::Array(items)) => {
            Value::Array(items.into_iter().map(|value| coerce(item, value)).collect())
        }
        (Type::Ref { .. }, Value::Object(members)) => {
            let model = ty.model();
            let member = |(name, value): (String, Value)| {
                let value = match model.and_then(|model| model.field(&name)) {
                    Some(field) => coerce(&field.ty, value),
                    None => value,
                };
                (name, value)
            };
            Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).map(member).collect())
        }
        (_, value) => value,
    }
}

/// A whole number from text, also from `1e+06` and `3.0`.
fn whole(text: &str) -> Option<i64> {
    // Beyond 2^53 a float no longer tells neighbouring whole numbers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    text.parse::<i64>().ok().or_else(|| {
        let number = text.parse::<f64>().ok()?;
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    })
}
