//! How a record moved: field by field, old and new, without secrets.

use crate::{
    escape::{line, shortened},
    mask::masked,
    value::inline,
};
use firma_model::{
    document::Document,
    record::Record,
    value::{Map, Value},
};
use firma_plan::compare::same;
use std::collections::BTreeSet;

/// Longest value shown, in characters.
const LONGEST: usize = 80;

/// Fields that differ, each as `vpc_name: "a" -> "b"`.
pub fn differences(old: &Record, new: &Record) -> Vec<String> {
    let mut found = Vec::new();
    let text = |text: &str| Value::string(text);
    let place = |place: &Option<String>| place.as_deref().map_or(Value::Null, Value::string);
    let nodes =
        |record: &Record| Value::set(record.dependencies.iter().map(|node| Value::string(node.to_string())).collect());
    let billing = |record: &Record| record.billing.as_ref().map_or(Value::Null, |b| Value::string(b.to_string()));
    let fields = [
        ("id", text(&old.cloud_id), text(&new.cloud_id)),
        ("status", text(old.status.as_str()), text(new.status.as_str())),
        ("region", place(&old.region), place(&new.region)),
        ("zone", place(&old.zone), place(&new.zone)),
        ("billing", billing(old), billing(new)),
    ];
    for (name, before, after) in &fields {
        found.extend(difference(name, Some(before), Some(after)));
    }
    let names = attributes(&old.inputs, &new.inputs, &BTreeSet::new(), &mut found);
    attributes(&old.observed, &new.observed, &names, &mut found);
    let rest = [
        ("dependencies", nodes(old), nodes(new)),
        ("create_before_destroy", old.create_before_destroy.into(), new.create_before_destroy.into()),
        ("prevent_destroy", old.prevent_destroy.into(), new.prevent_destroy.into()),
        ("on_remove", text(old.on_remove.as_str()), text(new.on_remove.as_str())),
        ("fingerprint", text(&old.fingerprint), text(&new.fingerprint)),
    ];
    for (name, before, after) in &rest {
        found.extend(difference(name, Some(before), Some(after)));
    }
    found
}

/// What differs between two documents, except for names that were told already.
fn attributes(old: &Document, new: &Document, told: &BTreeSet<String>, found: &mut Vec<String>) -> BTreeSet<String> {
    let map = |document: &Document| match document.decode() {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    };
    let (old, new) = (map(old), map(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).filter(|name| !told.contains(*name)).collect();
    let mut differing = BTreeSet::new();
    for name in names {
        if let Some(words) = difference(name, old.get(name), new.get(name)) {
            found.push(words);
            differing.insert(name.clone());
        }
    }
    differing
}

/// One field before and after; none where it is the same.
pub fn difference(name: &str, before: Option<&Value>, after: Option<&Value>) -> Option<String> {
    let null = &Value::Null;
    if same(before.unwrap_or(null), after.unwrap_or(null)) {
        return None;
    }
    let shown = |value: Option<&Value>, other: Option<&Value>| match value {
        Some(value) => shortened(&inline(&masked(value, other)), LONGEST).into_owned(),
        None => "(none)".to_owned(),
    };
    Some(format!("{}: {} -> {}", line(name), shown(before, after), shown(after, before)))
}
