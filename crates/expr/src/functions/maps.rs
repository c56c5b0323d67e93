//! Maps: keys, values, merge, lookup, zipmap, transpose.

use super::{Failure, Function, Gives, Kind, Parameter, Sees};
use crate::text;
use firma_model::{
    suggest::closest,
    types::Type,
    value::{Map, Value},
};
use std::collections::BTreeMap;

pub(super) const KEYS: Function = Function::new(
    "keys",
    "The keys of a map, in order.",
    &[Parameter::new("inputMap", Kind::Map)],
    Gives::Texts,
    |arguments| {
        let keys: Vec<Value> = arguments.map(0).into_iter().flat_map(Map::keys).map(Value::string).collect();
        arguments.charge(keys.len())?;
        Ok(Value::List(keys))
    },
)
.sees(Sees::Shape)
.knows(|arguments| match arguments.value(0) {
    Value::Unknown(unknown) => match unknown.ty.as_ref()? {
        Type::Object(fields) => Some(Value::List(fields.keys().map(Value::string).collect())),
        _ => None,
    },
    _ => None,
});

pub(super) const VALUES: Function = Function::new(
    "values",
    "The values of a map, in the order of their keys.",
    &[Parameter::new("mapping", Kind::Map)],
    Gives::Any,
    |arguments| {
        let mut values = Vec::new();
        for value in arguments.map(0).into_iter().flat_map(Map::values) {
            arguments.charge(1)?;
            values.push(arguments.copy(value)?);
        }
        Ok(Value::List(values))
    },
)
.sees(Sees::Shape);

pub(super) const MERGE: Function = Function::new(
    "merge",
    "Maps as one; of equal keys the last counts. Nulls are skipped.",
    &[],
    Gives::Any,
    |arguments| {
        let mut merged = Map::new();
        for at in 0..arguments.len() {
            for (key, value) in arguments.map(at).into_iter().flatten() {
                arguments.charge(1)?;
                merged.insert(key.clone(), arguments.copy(value)?);
            }
        }
        Ok(Value::Map(merged))
    },
)
.variadic(Parameter::or_null("maps", Kind::Map))
.sees(Sees::Shape);

pub(super) const LOOKUP: Function = Function::new(
    "lookup",
    "The value of a key, or a default when the map has no such key.",
    &[
        Parameter::new("inputMap", Kind::Map),
        Parameter::new("key", Kind::Text),
        Parameter::or_null("default", Kind::Any),
    ],
    Gives::Any,
    |arguments| {
        let key = arguments.text(1);
        let map = arguments.map(0);
        match map.and_then(|map| map.get(key)).or(arguments.get(2)) {
            Some(found) => arguments.copy(found),
            None => {
                let close = closest(key, map.into_iter().flat_map(Map::keys).map(String::as_str));
                let close = close.map(|close| format!("; did you mean {}?", text::quote(close))).unwrap_or_default();
                Err(Failure::Call(format!("the map has no key {} and there is no default{close}", text::quote(key))))
            }
        }
    },
)
.optional(1)
.sees(Sees::Shape);

pub(super) const ZIPMAP: Function = Function::new(
    "zipmap",
    "A map of keys and the values at the same positions.",
    &[Parameter::new("keys", Kind::Texts), Parameter::new("values", Kind::List)],
    Gives::Any,
    |arguments| {
        let (keys, values) = (arguments.list(0), arguments.list(1));
        if keys.len() != values.len() {
            let what = format!("there are {} keys for {} values", keys.len(), values.len());
            return Err(Failure::Call(what));
        }
        if keys.iter().any(Value::has_unknown) {
            return Ok(Value::unknown());
        }
        arguments.charge(keys.len())?;
        let mut marked = false;
        let mut map = Map::new();
        for (key, value) in keys.iter().zip(values) {
            marked |= key.has_sensitive();
            map.insert(key.as_str().unwrap_or_default().to_owned(), arguments.copy(value)?);
        }
        Ok(if marked { Value::Map(map).sensitive() } else { Value::Map(map) })
    },
)
.sees(Sees::Shape);

pub(super) const TRANSPOSE: Function = Function::new(
    "transpose",
    "Swaps the keys of a map and the strings in its lists.",
    &[Parameter::new("values", Kind::Map)],
    Gives::Any,
    |arguments| {
        let mut swapped: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (key, list) in arguments.map(0).into_iter().flatten() {
            let bad = || Failure::Argument(0, "must hold lists of strings".to_owned());
            for item in list.as_list().ok_or_else(bad)? {
                arguments.charge(1)?;
                let text = text::of(item).ok_or_else(bad)?;
                swapped.entry(text.as_ref().to_owned()).or_default().push(Value::string(key));
            }
        }
        Ok(Value::Map(swapped.into_iter().map(|(key, list)| (key, Value::List(list))).collect()))
    },
);
