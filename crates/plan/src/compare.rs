//! The algebra of "is this the same": three relations, because three kinds of evidence differ.

use firma_catalog::{
    procedure::Elements,
    shape::{SERVER_ID, SERVER_MADE},
};
use firma_model::{
    path::Path,
    value::{Map, Value},
};

use crate::step::AttributeChange;

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
    for element in desired {
        let place = index.get(&element_key(rule, element)).and_then(|places| places.iter().find(|at| !taken[**at]));
        match place.copied() {
            None => changes.add.push(element.clone()),
            Some(at) => {
                taken[at] = true;
                if !agrees(element, &observed[at])
                    && let Some(id) = observed[at].as_map().and_then(|map| map.get(SERVER_ID)).and_then(Value::as_str)
                {
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

/// Breaks a difference into the smallest attributes that differ. Maps are entered, lists stand as a whole.
pub fn leaves(
    path: &Path,
    before: Option<&Value>,
    after: Option<&Value>,
    forces: bool,
    out: &mut Vec<AttributeChange>,
) {
    if let (Some(Value::Map(x)), Some(Value::Map(y))) = (before, after)
        && !crate::secret::is_hashed(&Value::Map(x.clone()))
        && !crate::secret::is_hashed(&Value::Map(y.clone()))
    {
        let keys: std::collections::BTreeSet<&String> = x.keys().chain(y.keys()).collect();
        for key in keys {
            let (a, b) = (x.get(key), y.get(key));
            let equal = match (a, b) {
                (Some(a), Some(b)) => same(a, b),
                (a, b) => a.is_none_or(Value::is_null) && b.is_none_or(Value::is_null),
            };
            if !equal {
                leaves(&path.key(key), a, b, forces, out);
            }
        }
        return;
    }
    out.push(AttributeChange {
        path: path.clone(),
        before: before.cloned(),
        after: after.cloned(),
        forces_replacement: forces,
    });
}
