//! Several objects as instances of one block: what they share is written once, the rest by key.

use super::text::{Part, quoted};
use firma_model::address::Key;
use std::collections::BTreeMap;

/// What is written of one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Instance {
    pub(super) key: Option<Key>,
    /// Attributes, in the order in which they are written.
    pub(super) entries: Vec<(String, Part)>,
    /// What is said about it.
    pub(super) notes: Vec<String>,
    /// Attributes with a stand-in.
    pub(super) left_alone: Vec<String>,
}

/// The instances as one.
pub(super) fn together(mut instances: Vec<Instance>) -> Instance {
    if let [Instance { key: None, .. }] = &instances[..] {
        return instances.remove(0);
    }
    let mut whole = Instance::default();
    let mut names: Vec<String> = Vec::new();
    for instance in &mut instances {
        // The order of all is the order of each.
        let mut at = 0;
        for (name, _) in &instance.entries {
            match names.iter().position(|known| known == name) {
                Some(found) => at = found + 1,
                None => {
                    names.insert(at, name.clone());
                    at += 1;
                }
            }
        }
        add_new(&mut whole.notes, std::mem::take(&mut instance.notes));
        add_new(&mut whole.left_alone, std::mem::take(&mut instance.left_alone));
    }
    let keys: Vec<Option<Key>> = instances.iter().map(|instance| instance.key.clone()).collect();
    let mut maps: Vec<BTreeMap<String, Part>> =
        instances.into_iter().map(|instance| instance.entries.into_iter().collect()).collect();
    let numbered = keys.iter().all(|key| matches!(key, Some(Key::Index(_))));
    let mut apart: Vec<String> = Vec::new();
    for name in names {
        let first = maps[0].get(&name);
        let part = match first.filter(|_| maps.iter().all(|map| map.get(&name) == first)) {
            Some(shared) => shared.clone(),
            None if numbered => {
                let each: Vec<String> =
                    maps.iter().map(|map| map.get(&name).map_or("null".to_owned(), Part::inline)).collect();
                Part::Scalar(quoted(&format!("${{[{}][count.index]}}", each.join(", "))))
            }
            None => {
                apart.push(name.clone());
                Part::Scalar(quoted(&format!("${{each.value.{name}}}")))
            }
        };
        whole.entries.push((name, part));
    }
    let (how, repeats) = match (numbered, apart.is_empty()) {
        (true, _) => ("count", Part::Scalar(keys.len().to_string())),
        (false, true) => {
            let keys: Vec<String> = keys.iter().map(|key| quoted(name_of(key))).collect();
            ("for_each", Part::Scalar(quoted(&format!("${{toset([{}])}}", keys.join(", ")))))
        }
        (false, false) => {
            let null = || Part::Scalar(quoted("${null}"));
            let value = |map: &mut BTreeMap<String, Part>| {
                Part::Table(apart.iter().map(|name| (name.clone(), map.remove(name).unwrap_or_else(null))).collect())
            };
            let entries = keys.iter().zip(&mut maps).map(|(key, map)| (name_of(key).to_owned(), value(map)));
            ("for_each", Part::Table(entries.collect()))
        }
    };
    whole.entries.insert(0, (how.to_owned(), repeats));
    whole
}

fn name_of(key: &Option<Key>) -> &str {
    match key {
        Some(Key::Name(name)) => name,
        _ => "",
    }
}

fn add_new(all: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}
