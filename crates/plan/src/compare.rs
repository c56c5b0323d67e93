//! The algebra of "is this the same": three relations, because three kinds of evidence differ.

use firma_catalog::{
    procedure::{Attribute, Elements, Shape},
    shape::{SERVER_ID, SERVER_MADE},
};
use firma_model::{
    path::Path,
    value::{Map, Value},
};

use crate::{parts::part, step::AttributeChange};

/// Equal below marks; a set and a list of the same elements in canonical order are the same.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a.reveal(), b.reveal()) {
        (Value::List(x) | Value::Set(x), Value::List(y) | Value::Set(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y))
        }
        (Value::Map(x), Value::Map(y)) => {
            x.len() == y.len() && x.iter().all(|(k, v)| y.get(k).is_some_and(|w| same(v, w)))
        }
        (x, y) => x == y,
    }
}

/// Whether what the cloud says agrees with what was applied, as far as it says anything: an attribute that a read does not
/// show (a password, a purchase's duration) agrees, and one the service added is its own business.
pub fn agrees(applied: &Value, seen: &Value) -> bool {
    match (applied.reveal(), seen.reveal()) {
        (_, Value::Null) | (Value::Null, _) => true,
        (applied, _) if crate::secret::is_hashed(applied) => true,
        (Value::Map(x), Value::Map(y)) => x.iter().all(|(k, v)| y.get(k).is_none_or(|w| agrees(v, w))),
        (Value::List(x) | Value::Set(x), Value::List(y) | Value::Set(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| agrees(x, y))
        }
        (x, y) => x == y,
    }
}

/// [`agrees`], knowing the form: what the cloud shows of a map of free keys (tags) is all there is of it.
pub fn agrees_in(shape: &Shape, applied: &Value, seen: &Value) -> bool {
    match (shape, applied.reveal(), seen.reveal()) {
        (_, _, Value::Null) | (_, Value::Null, _) => true,
        (_, applied, _) if crate::secret::is_hashed(applied) => true,
        (Shape::Pairs, applied @ Value::Map(_), seen @ Value::Map(_)) => same(applied, seen),
        (Shape::Object(fields), Value::Map(x), Value::Map(y)) => x.iter().all(|(name, v)| {
            y.get(name).is_none_or(|w| match fields.get(name) {
                Some(field) => agrees_in(&field.shape, v, w),
                None => agrees(v, w),
            })
        }),
        (Shape::List(of) | Shape::Set(of), Value::List(x) | Value::Set(x), Value::List(y) | Value::Set(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| agrees_in(of, x, y))
        }
        (_, x, y) => agrees(x, y),
    }
}

/// Whether anything must be done to turn `current` into `wanted`. A field of an object that is no longer written is left as
/// it is, and one that is written for the first time may be in the cloud already.
pub fn differs(shape: &Shape, wanted: &Value, current: &Value, seen: Option<&Value>) -> bool {
    if same(wanted, current) {
        return false;
    }
    let at = |index: usize| seen.and_then(Value::as_list).and_then(|seen| seen.get(index));
    match (shape, wanted.reveal(), current.reveal()) {
        (Shape::Object(fields), Value::Map(x), Value::Map(y)) => x.iter().any(|(name, wanted)| {
            let Some(field) = fields.get(name) else { return y.get(name) != Some(wanted) };
            let seen = seen.and_then(Value::as_map).and_then(|seen| seen.get(name)).filter(|seen| !seen.is_null());
            match y.get(name).filter(|current| !current.is_null()) {
                Some(current) => differs(&field.shape, wanted, current, seen),
                None => !seen.is_some_and(|seen| shows(&field.shape, wanted, seen)),
            }
        }),
        (Shape::List(of) | Shape::Set(of), Value::List(x) | Value::Set(x), Value::List(y) | Value::Set(y)) => {
            x.len() != y.len() || x.iter().zip(y).enumerate().any(|(index, (x, y))| differs(of, x, y, at(index)))
        }
        _ => true,
    }
}

/// Whether the cloud shows all of a value: each of its fields is there and agrees.
pub fn shows(shape: &Shape, wanted: &Value, seen: &Value) -> bool {
    match (shape, wanted.reveal(), seen.reveal()) {
        (Shape::Object(fields), Value::Map(x), Value::Map(y)) => x.iter().all(|(name, wanted)| {
            y.get(name).zip(fields.get(name)).is_some_and(|(seen, field)| shows(&field.shape, wanted, seen))
        }),
        (Shape::List(of) | Shape::Set(of), Value::List(x) | Value::Set(x), Value::List(y) | Value::Set(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| shows(of, x, y))
        }
        (_, wanted, seen) => same(wanted, seen),
    }
}

/// What was applied, with what the cloud shows of it put over it: fields that no read shows stand as they were applied.
pub fn merged(shape: &Shape, applied: &Value, seen: &Value) -> Value {
    match (shape, applied, seen) {
        (_, Value::Sensitive(applied), seen) => merged(shape, applied, seen.reveal()).sensitive(),
        (_, applied, Value::Sensitive(seen)) => merged(shape, applied, seen).sensitive(),
        (_, applied, Value::Null) => applied.clone(),
        (_, applied, _) if crate::secret::is_hashed(applied) => applied.clone(),
        (Shape::Object(fields), Value::Map(x), Value::Map(y)) => {
            let merge = |(name, applied): (&String, &Value)| {
                let value = match (fields.get(name), y.get(name)) {
                    (Some(field), Some(seen)) => merged(&field.shape, applied, seen),
                    _ => applied.clone(),
                };
                (name.clone(), value)
            };
            Value::Map(x.iter().map(merge).collect())
        }
        (Shape::List(of) | Shape::Set(of), Value::List(x), Value::List(y)) if x.len() == y.len() => {
            Value::List(x.iter().zip(y).map(|(x, y)| merged(of, x, y)).collect())
        }
        (_, _, seen) => seen.clone(),
    }
}

/// The part of what a read shows that is about these elements, in their order: each is found by the first of the fields
/// that it gives. Others belong to somebody else.
fn found(by: &[String], elements: &[Value], seen: &[Value]) -> Vec<Value> {
    let mut taken = vec![false; seen.len()];
    let mut matching = Vec::new();
    for element in elements {
        let given = |path: &String| element.as_map().and_then(|map| part(map, path)).filter(|value| !value.is_null());
        let Some((path, wanted)) = by.iter().find_map(|path| given(path).map(|value| (path, value))) else { continue };
        let hit = seen.iter().enumerate().position(|(at, seen)| {
            !taken[at] && seen.as_map().and_then(|map| part(map, path)).is_some_and(|seen| same(wanted, seen))
        });
        if let Some(at) = hit {
            taken[at] = true;
            matching.push(seen[at].clone());
        }
    }
    matching
}

/// What a read shows of an attribute that is like `elements`, without what the service or somebody else put there.
pub fn belonging(attribute: &Attribute, elements: &[Value], seen: &[Value]) -> Vec<Value> {
    if !attribute.found_by.is_empty() {
        return found(&attribute.found_by, elements, seen);
    }
    let all_there = elements.iter().all(|element| seen.iter().any(|seen| same(element, seen)));
    match attribute.one_more && seen.len() == elements.len() + 1 && all_there {
        true => elements.to_vec(),
        false => seen.to_vec(),
    }
}

/// Whether a read of the attribute may show more than belongs to it.
pub fn shows_others(attribute: &Attribute) -> bool {
    attribute.one_more || !attribute.found_by.is_empty()
}

/// What must be done to turn the observed elements into the desired ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ElementChanges {
    /// To be added.
    pub add: Vec<Value>,
    /// Server ids to be removed.
    pub remove: Vec<String>,
    /// Server id and the element as it will be.
    pub modify: Vec<(String, Value)>,
}

impl ElementChanges {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.modify.is_empty()
    }
}

fn element_key<'v>(rule: &Elements, element: &'v Value) -> Vec<Option<&'v Value>> {
    let map = element.as_map();
    rule.key.iter().map(|field| map.and_then(|map| map.get(field)).filter(|value| !value.is_null())).collect()
}

/// Compares sets of elements by their key fields. Elements the service made by itself stay when they are not listed.
pub fn element_changes(rule: &Elements, desired: &[Value], observed: &[Value]) -> ElementChanges {
    let mut changes = ElementChanges::default();
    let mut taken = vec![false; observed.len()];
    let mut index: std::collections::BTreeMap<Vec<Option<&Value>>, Vec<usize>> = std::collections::BTreeMap::new();
    for (at, element) in observed.iter().enumerate() {
        index.entry(element_key(rule, element)).or_default().push(at);
    }
    // Of several with one key, those that are as they should be stay so: only what is left is changed into something.
    let mut others = Vec::new();
    for element in desired {
        let places = index.get(&element_key(rule, element)).map(Vec::as_slice).unwrap_or_default();
        match places.iter().find(|at| !taken[**at] && agrees(element, &observed[**at])) {
            Some(at) => taken[*at] = true,
            None => others.push((element, places)),
        }
    }
    for (element, places) in others {
        match places.iter().find(|at| !taken[**at]) {
            None => changes.add.push(element.clone()),
            Some(at) => {
                taken[*at] = true;
                if let Some(id) = observed[*at].as_map().and_then(|map| map.get(SERVER_ID)).and_then(Value::as_str) {
                    changes.modify.push((id.to_owned(), element.clone()));
                }
            }
        }
    }
    for (at, element) in observed.iter().enumerate() {
        let map = element.as_map();
        let server_made = map.and_then(|map| map.get(SERVER_MADE)).and_then(Value::as_bool).unwrap_or(false);
        if !taken[at]
            && !server_made
            && let Some(id) = map.and_then(|map| map.get(SERVER_ID)).and_then(Value::as_str)
        {
            changes.remove.push(id.to_owned());
        }
    }
    changes
}

/// Observed elements as people compare them: without the server's own ones and without server ids.
pub fn plain_elements(observed: &[Value]) -> Vec<Value> {
    observed
        .iter()
        .filter(|element| {
            !element.as_map().and_then(|map| map.get(SERVER_MADE)).and_then(Value::as_bool).unwrap_or(false)
        })
        .map(|element| match element {
            Value::Map(map) => {
                let mut map: Map = map.clone();
                map.remove(SERVER_ID);
                map.remove(SERVER_MADE);
                Value::Map(map)
            }
            other => other.clone(),
        })
        .collect()
}

/// Breaks a difference into the smallest attributes that differ. Maps are entered, lists stand as a whole. A field of an
/// object that is no longer written is no difference: it stays as it is.
pub fn leaves(
    shape: &Shape,
    path: &Path,
    before: Option<&Value>,
    after: Option<&Value>,
    out: &mut Vec<AttributeChange>,
) {
    if let (Some(Value::Map(x)), Some(Value::Map(y))) = (before, after)
        && !crate::secret::is_hashed(&Value::Map(x.clone()))
        && !crate::secret::is_hashed(&Value::Map(y.clone()))
    {
        let fields = match shape {
            Shape::Object(fields) => Some(fields),
            _ => None,
        };
        let left: Vec<&String> = match fields {
            Some(_) => Vec::new(),
            None => x.keys().filter(|key| !y.contains_key(*key)).collect(),
        };
        let mut keys: Vec<&String> = y.keys().chain(left).collect();
        keys.sort();
        for key in keys {
            let (a, b) = (x.get(key), y.get(key));
            let equal = match (a, b) {
                (Some(a), Some(b)) => same(a, b),
                (a, b) => a.is_none_or(Value::is_null) && b.is_none_or(Value::is_null),
            };
            if !equal {
                let shape = fields.and_then(|fields| fields.get(key)).map_or(&Shape::Any, |field| &field.shape);
                leaves(shape, &path.key(key), a, b, out);
            }
        }
        return;
    }
    out.push(AttributeChange {
        path: path.clone(),
        before: before.cloned(),
        after: after.cloned(),
        forces_replacement: false,
    });
}
