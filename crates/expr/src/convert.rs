//! Bringing a value to a type, as variables and their defaults need it.

use crate::{
    text,
    unify::{unify, unify_map},
};
use firma_model::{
    path::{Path, Step},
    suggest::closest,
    types::{ObjectField, Type},
    value::{Map, Unknown, Value},
};
use std::{collections::BTreeMap, fmt};

/// Why a value does not fit a type: the place inside the value, and one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError {
    /// Where inside the value; empty for the value itself.
    pub path: Path,
    /// `a number is required, not a list`
    pub message: String,
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.0.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ConvertError {}

impl ConvertError {
    fn new(message: impl Into<String>) -> ConvertError {
        ConvertError { path: Path::default(), message: message.into() }
    }

    fn within(mut self, step: Step) -> ConvertError {
        self.path.0.insert(0, step);
        self
    }
}

/// A value as the type wants it: scalars converted, sets sorted, optional attributes filled in, attributes the type does
/// not name refused. Null and unknown values fit every type; sensitive marks stay where they are.
///
/// # Errors
/// The value does not fit.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, ConvertError> {
    match value {
        Value::Sensitive(inner) => return convert(inner, ty).map(Value::sensitive),
        Value::Null => return Ok(Value::Null),
        Value::Unknown(unknown) => {
            let ty = match ty {
                Type::Any => unknown.ty.clone(),
                ty => Some(ty.clone()),
            };
            let prefix = unknown.prefix.clone().filter(|_| ty == Some(Type::String));
            return Ok(Value::Unknown(Box::new(Unknown { ty, not_null: unknown.not_null, prefix })));
        }
        _ => {}
    }
    let wrong = || ConvertError::new(format!("{} is required, not {}", describe(ty), value.type_name()));
    match ty {
        Type::Any => Ok(value.clone()),
        Type::String => text::of(value).map(Value::String).ok_or_else(wrong),
        Type::Number => text::number(value).map(Value::Number).ok_or_else(wrong),
        Type::Bool => text::truth(value).map(Value::Bool).ok_or_else(wrong),
        Type::List(element) => {
            let (Value::List(items) | Value::Set(items)) = value else { return Err(wrong()) };
            elements(items, element).map(Value::List)
        }
        Type::Set(element) => {
            let (Value::List(items) | Value::Set(items)) = value else { return Err(wrong()) };
            elements(items, element).map(Value::set)
        }
        Type::Map(element) => {
            let Value::Map(map) = value else { return Err(wrong()) };
            let mut out = Map::new();
            for (key, item) in map {
                let item = convert(item, element).map_err(|error| error.within(Step::Key(key.clone())))?;
                out.insert(key.clone(), item);
            }
            match open(element) {
                true => unify_map(out).map(Value::Map).map_err(|mixed| ConvertError::new(mixed.message())),
                false => Ok(Value::Map(out)),
            }
        }
        Type::Object(fields) => {
            let Value::Map(map) = value else { return Err(wrong()) };
            object(map, fields)
        }
        Type::Tuple(types) => {
            let Value::List(items) = value else { return Err(wrong()) };
            if items.len() != types.len() {
                let message = format!("{} elements are required, not {}", types.len(), items.len());
                return Err(ConvertError::new(message));
            }
            let converted = items
                .iter()
                .zip(types)
                .enumerate()
                .map(|(at, (item, ty))| convert(item, ty).map_err(|error| error.within(Step::Index(at))));
            converted.collect::<Result<_, _>>().map(Value::List)
        }
    }
}

fn elements(items: &[Value], ty: &Type) -> Result<Vec<Value>, ConvertError> {
    let converted =
        items.iter().enumerate().map(|(at, item)| convert(item, ty).map_err(|error| error.within(Step::Index(at))));
    let items: Vec<Value> = converted.collect::<Result<_, _>>()?;
    match open(ty) {
        true => unify(items).map_err(|mixed| ConvertError::new(mixed.message())),
        false => Ok(items),
    }
}

/// Whether a type leaves something open: then it is the same for all elements of a collection.
fn open(ty: &Type) -> bool {
    match ty {
        Type::Any => true,
        Type::String | Type::Number | Type::Bool => false,
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => open(inner),
        Type::Tuple(items) => items.iter().any(open),
        Type::Object(fields) => fields.values().any(|field| open(&field.ty)),
    }
}

fn object(map: &Map, fields: &BTreeMap<String, ObjectField>) -> Result<Value, ConvertError> {
    let absent = || fields.keys().filter(|name| !map.contains_key(*name)).map(String::as_str);
    for name in map.keys().filter(|name| !fields.contains_key(*name)) {
        // What the type does not name is left out, but for what is likely another spelling of what it names.
        if let Some(close) = closest(name, absent()) {
            return Err(ConvertError::new(misspelt(name, close)));
        }
    }
    let mut out = Map::new();
    for (name, field) in fields {
        let given = map.get(name).filter(|value| !(value.is_null() && field.default.is_some()));
        let value = match (given, &field.default) {
            (Some(value), _) => convert(value, &field.ty).map_err(|error| error.within(Step::Key(name.clone())))?,
            (None, Some(default)) => default.clone(),
            (None, None) if field.optional => Value::Null,
            (None, None) => return Err(ConvertError::new(format!("the attribute `{name}` is missing"))),
        };
        out.insert(name.clone(), value);
    }
    Ok(Value::Map(out))
}

/// What is said of an attribute that a type does not have, where it has one like it.
pub fn misspelt(name: &str, close: &str) -> String {
    format!("there is no attribute `{name}` in this type; did you mean `{close}`?")
}

fn describe(ty: &Type) -> String {
    match ty {
        Type::Any => "a value".to_owned(),
        Type::String => "a string".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::Bool => "a bool".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::Set(_) => "a list or a set".to_owned(),
        Type::Map(_) => "a map".to_owned(),
        Type::Object(_) => "a map of attributes".to_owned(),
        Type::Tuple(_) => "a list".to_owned(),
    }
}
