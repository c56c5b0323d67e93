//! The one type of several values: elements of a list, values of a map, both results of a conditional.
//!
//! Numbers and bools become text beside text. Lists of one length are brought together position by position, others
//! element by element; maps with the same keys key by key. What has no common type is an error, as in Terraform.

use crate::text;
use firma_model::{
    types::{ObjectField, Type},
    value::{Map, Unknown, Value},
};
use std::collections::BTreeMap;

/// Values that have no common type, described for people.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mixed(String);

impl Mixed {
    /// `they have no common type: a number and a list`
    pub(crate) fn message(&self) -> String {
        format!("they have no common type: {}", self.0)
    }
}

/// The type of a value as its form shows it; `any` for null and for what is unknown altogether.
pub(crate) fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Any,
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::List(items) => Type::Tuple(items.iter().map(type_of).collect()),
        Value::Set(items) => {
            let types: Vec<Type> = items.iter().map(type_of).collect();
            Type::Set(Box::new(common(&types.iter().collect::<Vec<_>>()).unwrap_or(Type::Any)))
        }
        Value::Map(map) => Type::Object(
            map.iter().map(|(name, value)| (name.clone(), ObjectField::required(type_of(value)))).collect(),
        ),
        Value::Unknown(unknown) => unknown.ty.clone().unwrap_or(Type::Any),
        Value::Sensitive(inner) => type_of(inner),
    }
}

/// The type that all of these can become; `any` among them says nothing.
pub(crate) fn common(types: &[&Type]) -> Option<Type> {
    let types: Vec<&Type> = types.iter().copied().filter(|ty| **ty != Type::Any).collect();
    let Some(first) = types.first() else { return Some(Type::Any) };
    match first {
        Type::Any => Some(Type::Any),
        Type::String | Type::Number | Type::Bool => scalar(&types),
        Type::List(_) | Type::Tuple(_) | Type::Set(_) => sequence(&types),
        Type::Map(_) | Type::Object(_) => keyed(&types),
    }
}

fn scalar(types: &[&Type]) -> Option<Type> {
    if types.iter().all(|ty| *ty == types[0]) {
        return Some(types[0].clone());
    }
    let scalars = types.iter().all(|ty| matches!(ty, Type::String | Type::Number | Type::Bool));
    (scalars && types.contains(&&Type::String)).then_some(Type::String)
}

fn sequence(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<&[Type]> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Tuple(items) => Some(items.as_slice()),
            _ => None,
        })
        .collect();
    if tuples.len() == types.len() && tuples.iter().all(|items| items.len() == tuples[0].len()) {
        let places = (0..tuples[0].len()).map(|at| common(&tuples.iter().map(|items| &items[at]).collect::<Vec<_>>()));
        if let Some(places) = places.collect::<Option<Vec<Type>>>() {
            return Some(Type::Tuple(places));
        }
    }
    let mut elements: Vec<&Type> = Vec::new();
    let mut set = false;
    for ty in types {
        match ty {
            Type::Tuple(items) => elements.extend(items),
            Type::List(element) => elements.push(element),
            Type::Set(element) => {
                set = true;
                elements.push(element);
            }
            _ => return None,
        }
    }
    let element = Box::new(common(&elements)?);
    Some(if set { Type::Set(element) } else { Type::List(element) })
}

fn keyed(types: &[&Type]) -> Option<Type> {
    let objects: Vec<&BTreeMap<String, ObjectField>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(fields) => Some(fields),
            _ => None,
        })
        .collect();
    if objects.len() == types.len() && objects.iter().all(|fields| fields.keys().eq(objects[0].keys())) {
        let fields = objects[0].keys().map(|name| {
            let all: Vec<&Type> = objects.iter().map(|fields| &fields[name].ty).collect();
            common(&all).map(|ty| (name.clone(), ObjectField::required(ty)))
        });
        return fields.collect::<Option<BTreeMap<_, _>>>().map(Type::Object);
    }
    let mut values: Vec<&Type> = Vec::new();
    for ty in types {
        match ty {
            Type::Object(fields) => values.extend(fields.values().map(|field| &field.ty)),
            Type::Map(value) => values.push(value),
            _ => return None,
        }
    }
    common(&values).map(|ty| Type::Map(Box::new(ty)))
}

/// A value of one of the types that [`common`] was made of, in the common type.
pub(crate) fn bring(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        // All elements have one type, and one of them may yet decide it.
        (value @ (Value::List(_) | Value::Set(_) | Value::Map(_)), Type::List(_) | Type::Set(_) | Type::Map(_))
            if open_within(&value) =>
        {
            match ty {
                Type::Set(_) => Value::Unknown(Box::new(Unknown { ty: None, not_null: true, prefix: None })),
                _ => beside_open(value),
            }
        }
        (value, Type::Any) | (value @ Value::Null, _) => value,
        (Value::Sensitive(inner), ty) => bring(*inner, ty).sensitive(),
        (Value::Unknown(unknown), ty) => {
            let prefix = unknown.prefix.filter(|_| *ty == Type::String);
            // What may become anything stays so.
            let ty = unknown.ty.map(|_| ty.clone());
            Value::Unknown(Box::new(Unknown { ty, not_null: unknown.not_null, prefix }))
        }
        (value @ (Value::Number(_) | Value::Bool(_)), Type::String) => text::of(&value).map_or(value, Value::String),
        (Value::List(items) | Value::Set(items), Type::Set(element)) => {
            Value::set(items.into_iter().map(|item| bring(item, element)).collect())
        }
        (Value::List(items), Type::List(element)) => {
            Value::List(items.into_iter().map(|item| bring(item, element)).collect())
        }
        (Value::List(items), Type::Tuple(types)) if items.len() == types.len() => {
            Value::List(items.into_iter().zip(types).map(|(item, ty)| bring(item, ty)).collect())
        }
        (Value::Map(map), Type::Map(element)) => {
            Value::Map(map.into_iter().map(|(key, item)| (key, bring(item, element))).collect())
        }
        (Value::Map(map), Type::Object(fields)) => {
            let brought = map.into_iter().map(|(key, item)| match fields.get(&key) {
                Some(field) => {
                    let item = bring(item, &field.ty);
                    (key, item)
                }
                None => (key, item),
            });
            Value::Map(brought.collect())
        }
        (value, _) => value,
    }
}

/// Whether all are scalars of one kind, nulls aside: the usual case, decided without making types.
fn plain<'v>(values: impl Iterator<Item = &'v Value>) -> bool {
    let mut seen = None;
    for value in values {
        let kind = match value.reveal() {
            Value::Null => continue,
            Value::String(_) => 0,
            Value::Number(_) => 1,
            Value::Bool(_) => 2,
            _ => return false,
        };
        if *seen.get_or_insert(kind) != kind {
            return false;
        }
    }
    true
}

fn element_type<'v>(values: impl Iterator<Item = &'v Value>) -> Result<Type, Mixed> {
    let types: Vec<Type> = values.map(type_of).collect();
    common(&types.iter().collect::<Vec<_>>()).ok_or_else(|| {
        let mut names: Vec<&'static str> = types.iter().filter(|ty| **ty != Type::Any).map(article).collect();
        names.sort_unstable();
        names.dedup();
        let shown = match names[..] {
            [one] => format!("{one} of several forms"),
            _ => names.join(" and "),
        };
        Mixed(shown)
    })
}

fn article(ty: &Type) -> &'static str {
    match ty {
        Type::Any => "anything",
        Type::String => "a string",
        Type::Number => "a number",
        Type::Bool => "a bool",
        Type::List(_) | Type::Tuple(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) | Type::Object(_) => "a map",
    }
}

/// Whether a value may still become of any type.
pub(crate) fn open(value: &Value) -> bool {
    matches!(value.reveal(), Value::Unknown(unknown) if unknown.ty.is_none())
}

/// Whether anything in a value may.
pub(crate) fn open_within(value: &Value) -> bool {
    match value.reveal() {
        Value::Unknown(unknown) => unknown.ty.is_none(),
        Value::List(items) | Value::Set(items) => items.iter().any(open_within),
        Value::Map(map) => map.values().any(open_within),
        _ => false,
    }
}

/// A value beside one that may become anything: text stays text whatever that turns out to be, a number may become text.
fn beside_open(value: Value) -> Value {
    let not_null = || Value::Unknown(Box::new(Unknown { ty: None, not_null: true, prefix: None }));
    match value {
        Value::Sensitive(inner) => beside_open(*inner).sensitive(),
        value @ (Value::Null | Value::String(_)) => value,
        Value::Unknown(unknown) if unknown.ty == Some(Type::String) => Value::Unknown(unknown),
        Value::Unknown(unknown) => {
            Value::Unknown(Box::new(Unknown { ty: None, prefix: None, not_null: unknown.not_null }))
        }
        Value::Number(_) | Value::Bool(_) | Value::Set(_) => not_null(),
        Value::List(items) => Value::List(items.into_iter().map(beside_open).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(key, item)| (key, beside_open(item))).collect()),
    }
}

/// The values, brought to their common type.
pub(crate) fn unify(items: Vec<Value>) -> Result<Vec<Value>, Mixed> {
    if plain(items.iter()) {
        return Ok(items);
    }
    if items.iter().any(open_within) {
        return Ok(items.into_iter().map(beside_open).collect());
    }
    let ty = element_type(items.iter())?;
    Ok(items.into_iter().map(|item| bring(item, &ty)).collect())
}

/// The same for the values of a map.
pub(crate) fn unify_map(map: Map) -> Result<Map, Mixed> {
    if plain(map.values()) {
        return Ok(map);
    }
    if map.values().any(open_within) {
        return Ok(map.into_iter().map(|(key, item)| (key, beside_open(item))).collect());
    }
    let ty = element_type(map.values())?;
    Ok(map.into_iter().map(|(key, item)| (key, bring(item, &ty))).collect())
}

/// What `one` becomes beside `other`.
pub(crate) fn beside(one: &Value, other: &Type) -> Result<Type, Mixed> {
    let mine = type_of(one);
    common(&[&mine, other]).ok_or_else(|| {
        let (a, b) = (article(&mine), article(other));
        Mixed(if a == b { format!("{a} of another form") } else { format!("{a} and {b}") })
    })
}
