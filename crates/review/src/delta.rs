//! What differs inside a value: elements of lists and sets, keys of maps, the structure of JSON in a text.
//!
//! Everything is masked while the tree is made: what is sensitive on either side is a leaf that says nothing but that.

use crate::mask::{is_hidden, masked};
use firma_model::{
    document::from_plain_json,
    path::Step,
    value::{Map, Value},
};
use firma_plan::{
    compare::same,
    elements::{Edit, of_list, of_set},
    procedure::{Elements, Shape},
};
use std::collections::BTreeSet;

/// How two values differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Delta {
    /// As a whole: one stood there, the other will.
    #[default]
    Whole,
    /// In parts.
    Parts(Vec<Entry>),
    /// In parts of the JSON that both texts hold.
    Json(Vec<Entry>),
}

/// A line of a difference in parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// So many elements or keys stay as they are.
    Same(usize),
    /// One comes, goes or changes.
    Part(Part),
}

/// An element or a key that comes, goes or changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Key or position; nothing for an element that is told by its value.
    pub label: Label,
    /// What stands now.
    pub before: Option<Value>,
    /// What will stand.
    pub after: Option<Value>,
    /// What differs inside, where both sides are there.
    pub delta: Delta,
}

/// How a part is told from others.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// By its value.
    None,
    /// By a key.
    Key(String),
    /// By its position in the new list.
    Position(usize),
    /// By these fields of its.
    Fields(Vec<(String, Value)>),
}

/// Characters that two lists may take together on one line: then nothing says more than both.
const SHORT: usize = 56;

/// What the kind says of a value's form.
#[derive(Clone, Copy, Default)]
pub(crate) struct Form<'p> {
    pub(crate) shape: Option<&'p Shape>,
    pub(crate) elements: Option<&'p Elements>,
}

impl<'p> Form<'p> {
    fn of_item(self) -> Form<'p> {
        let shape = match self.shape {
            Some(Shape::List(item) | Shape::Set(item)) => Some(&**item),
            _ => None,
        };
        Form { shape, elements: None }
    }

    fn of_field(self, name: &str) -> Form<'p> {
        let shape = match self.shape {
            Some(Shape::Object(fields)) => fields.get(name).map(|field| &field.shape),
            _ => None,
        };
        Form { shape, elements: None }
    }

    /// The form of a part.
    pub(crate) fn at(self, path: &[Step]) -> Form<'p> {
        path.iter().fold(self, |form, step| match step {
            Step::Key(name) => form.of_field(name),
            Step::Index(_) => form.of_item(),
        })
    }

    fn key(self) -> &'p [String] {
        self.elements.map_or(&[], |elements| &elements.key)
    }
}

/// What differs between both sides of an attribute.
pub(crate) fn delta(form: Form<'_>, before: Option<&Value>, after: Option<&Value>) -> Delta {
    let empty = Value::List(Vec::new());
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        // A set of elements that comes or goes as a whole is its elements.
        (None, Some(after)) if form.elements.is_some() => (&empty, after),
        (Some(before), None) if form.elements.is_some() => (before, &empty),
        _ => return Delta::Whole,
    };
    inside(form, before, after)
}

fn inside(form: Form<'_>, before: &Value, after: &Value) -> Delta {
    if is_hidden(before) || is_hidden(after) {
        return Delta::Whole;
    }
    match (before, after) {
        (Value::List(x) | Value::Set(x), Value::List(y) | Value::Set(y)) => {
            let as_set = form.elements.is_some()
                || matches!(form.shape, Some(Shape::Set(_)))
                || matches!((before, after), (Value::Set(_), Value::Set(_)));
            if form.elements.is_none() && fits(before) + fits(after) <= SHORT {
                return Delta::Whole;
            }
            Delta::Parts(elements(form, as_set, x, y))
        }
        (Value::Map(x), Value::Map(y)) => Delta::Parts(keys(form, x, y)),
        (Value::String(x), Value::String(y)) => json(x, y),
        _ => Delta::Whole,
    }
}

fn fits(value: &Value) -> usize {
    match value {
        Value::List(items) | Value::Set(items) if items.len() > SHORT => SHORT + 1,
        other => crate::value::inline(&masked(other, None)).chars().count(),
    }
}

fn elements(form: Form<'_>, as_set: bool, before: &[Value], after: &[Value]) -> Vec<Entry> {
    let edits = if as_set { of_set(form.key(), before, after) } else { of_list(before, after) };
    let mut entries = Vec::new();
    for edit in edits {
        let (label, old, new) = match edit {
            Edit::Keep { .. } => {
                count_same(&mut entries, 1);
                continue;
            }
            Edit::Remove { before: at } => (all_fields(form, &before[at]), Some(&before[at]), None),
            Edit::Add { after: at } => (all_fields(form, &after[at]), None, Some(&after[at])),
            Edit::Change { before: old, after: new } => {
                let label = match as_set {
                    true => Label::Fields(fields(form, &after[new], false)),
                    false => Label::Position(new),
                };
                (label, Some(&before[old]), Some(&after[new]))
            }
        };
        entries.push(part(form.of_item(), label, old, new));
    }
    entries
}

/// All of an element of a set whose kind says what makes an element itself.
fn all_fields(form: Form<'_>, element: &Value) -> Label {
    match form.elements.is_some() && !is_hidden(element) && element.as_map().is_some() {
        true => Label::Fields(fields(form, element, true)),
        false => Label::None,
    }
}

/// The fields of an element that make it itself, in their order, then the others if they are asked for. What the service
/// fills in whatever the rest says is left out, as a manifest would.
fn fields(form: Form<'_>, element: &Value, others: bool) -> Vec<(String, Value)> {
    let Some(map) = element.as_map().filter(|_| !is_hidden(element)) else { return Vec::new() };
    let usual = |name: &String, value: &Value| {
        let defaults = form.elements.map(|elements| elements.defaults.as_slice()).unwrap_or_default();
        let own = defaults.iter().find(|default| default.field == *name && default.when.is_none());
        own.is_some_and(|default| same(&from_plain_json(&default.value), value))
    };
    let key = form.key();
    let rest = map.keys().filter(|name| others && !key.contains(name));
    key.iter()
        .chain(rest)
        .filter_map(|name| map.get(name).map(|value| (name, value)))
        .filter(|(name, value)| !value.is_null() && !usual(name, value))
        .map(|(name, value)| (name.clone(), masked(value, None)))
        .collect()
}

fn keys(form: Form<'_>, before: &Map, after: &Map) -> Vec<Entry> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut entries = Vec::new();
    let mut unchanged = 0;
    for name in names {
        let there = |map: &'_ Map| map.get(name).filter(|value| !value.is_null()).cloned();
        match (there(before), there(after)) {
            (None, None) => {}
            (Some(old), Some(new)) if same(&old, &new) => unchanged += 1,
            (old, new) => {
                let label = Label::Key(name.clone());
                entries.push(part(form.of_field(name), label, old.as_ref(), new.as_ref()));
            }
        }
    }
    count_same(&mut entries, unchanged);
    entries
}

fn part(form: Form<'_>, label: Label, before: Option<&Value>, after: Option<&Value>) -> Entry {
    let delta = match (before, after) {
        (Some(before), Some(after)) => inside(form, before, after),
        _ => Delta::Whole,
    };
    let part = Part {
        label,
        before: before.map(|value| masked(value, after)),
        after: after.map(|value| masked(value, before)),
        delta,
    };
    Entry::Part(part)
}

fn count_same(entries: &mut Vec<Entry>, more: usize) {
    match entries.last_mut() {
        _ if more == 0 => {}
        Some(Entry::Same(count)) => *count += more,
        _ => entries.push(Entry::Same(more)),
    }
}

/// The structures in two texts, where both hold an object or a list.
fn json(before: &str, after: &str) -> Delta {
    let read = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        (json.is_object() || json.is_array()).then(|| from_plain_json(&json))
    };
    let (Some(old), Some(new)) = (read(before), read(after)) else { return Delta::Whole };
    let entries = match (&old, &new) {
        (Value::Map(x), Value::Map(y)) => keys(Form::default(), x, y),
        (Value::List(x), Value::List(y)) => elements(Form::default(), false, x, y),
        _ => return Delta::Whole,
    };
    // The same structure written otherwise differs as text alone.
    match entries.iter().any(|entry| matches!(entry, Entry::Part(_))) {
        true => Delta::Json(entries),
        false => Delta::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &serde_json::Value) -> Value {
        from_plain_json(json)
    }

    #[test]
    fn what_is_sensitive_shows_no_shape() {
        let secret = |text: &str| Value::List(vec![Value::from(text), Value::from("b")]).sensitive();
        assert_eq!(delta(Form::default(), Some(&secret("x")), Some(&secret("y"))), Delta::Whole);
        assert_eq!(delta(Form::default(), Some(&Value::List(vec!["x".into()])), Some(&secret("y"))), Delta::Whole);
        let long = |secret: &str| {
            let element =
                Map::from([("note".into(), "x".repeat(60).into()), ("key".into(), Value::from(secret).sensitive())]);
            Value::List(vec![Value::Map(element)])
        };
        let shown =
            format!("{:?}", delta(Form::default(), Some(&long("not-a-secret-1")), Some(&long("not-a-secret-2"))));
        assert!(shown.contains("Sensitive") && !shown.contains("not-a-secret"), "{shown}");
    }

    #[test]
    fn json_differs_in_its_structure() {
        let before = Value::from(r#"{"a": [1, 2, {"b": true}], "c": "x"}"#);
        let after = Value::from(r#"{"c":"x","a":[1,2,{"b":false}]}"#);
        let Delta::Json(entries) = delta(Form::default(), Some(&before), Some(&after)) else { panic!("structures") };
        assert_eq!(entries.len(), 2, "{entries:?}");
        assert_eq!(entries[1], Entry::Same(1));
        let spaced = Value::from(r#"{ "a": [1, 2, {"b": true}], "c": "x" }"#);
        assert_eq!(delta(Form::default(), Some(&before), Some(&spaced)), Delta::Whole);
        assert_eq!(delta(Form::default(), Some(&before), Some(&Value::from("{"))), Delta::Whole);
    }

    #[test]
    fn short_lists_stay_on_a_line() {
        let (before, after) = (value(&serde_json::json!(["a", "b"])), value(&serde_json::json!(["a"])));
        assert_eq!(delta(Form::default(), Some(&before), Some(&after)), Delta::Whole);
    }
}
