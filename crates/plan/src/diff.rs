//! One resource, three worlds: which attributes differ, and what each difference asks for.
//!
//! Desired against inputs is intent, observed against inputs is drift. An attribute that was never set is the cloud's own
//! business; one that left the manifest goes back to its default if it has one, else it stays and that is said once.

use crate::{
    compare::{agrees, leaves, plain_elements, same},
    secret::{HashKey, concealed},
    step::{AttributeChange, Reason},
};
use firma_catalog::{
    procedure::{OnChange, Procedure},
    shape,
};
use firma_model::{
    desired::IgnoreChanges,
    document::from_plain_json,
    path::{Path, Step as PathStep},
    value::{Map, Value},
};
use std::collections::BTreeSet;

/// What comparing one resource found.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Differences for people.
    pub changes: Vec<AttributeChange>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The object must be replaced.
    pub replace: bool,
    /// Updates (indexes of the procedure's) that are needed.
    pub updates: BTreeSet<usize>,
    /// Only what is written down changes.
    pub record: bool,
    /// Where the cloud differs from what was applied.
    pub drift: Vec<AttributeChange>,
    /// Attributes as they are to be applied: desired ones, with ignored changes and defaults put in.
    pub wanted: Map,
}

/// The sides of a comparison.
pub struct Sides<'a> {
    /// The kind.
    pub procedure: &'a Procedure,
    /// Desired attributes, resolved and in normal form; unknowns where a hole remains.
    pub desired: Map,
    /// Attributes last applied.
    pub inputs: &'a Map,
    /// What the cloud says: fresh where it was asked, else as recorded.
    pub observed: &'a Map,
    /// Changes to leave alone.
    pub ignore: &'a IgnoreChanges,
    /// Key for hashes of write-only values.
    pub key: &'a HashKey,
}

/// Compares.
pub fn difference(sides: Sides<'_>) -> Difference {
    let Sides { procedure, mut desired, inputs, observed, ignore, key } = sides;
    let mut found = Difference::default();
    leave_ignored(&mut desired, inputs, observed, ignore);
    for (name, attribute) in &procedure.attributes {
        let path = Path::attribute(name);
        let applied = inputs.get(name);
        let seen = observed.get(name).filter(|_| attribute.read.is_some());
        let seen_plain = match (seen, &attribute.elements) {
            (Some(seen), Some(_)) => {
                let plain = Value::List(plain_elements(seen.as_list().unwrap_or_default()));
                let plain = shape::normalise(attribute, plain);
                Some(if seen.has_sensitive() { plain.sensitive() } else { plain })
            }
            (seen, _) => seen.cloned(),
        };
        // Server-made elements may be listed; only then they count, so compare what was applied with all of them.
        let drifted = match (applied, &seen_plain) {
            (Some(applied), Some(plain)) => match (&attribute.elements, seen) {
                (Some(rule), Some(seen)) => !crate::compare::element_changes(
                    rule,
                    applied.as_list().unwrap_or_default(),
                    seen.as_list().unwrap_or_default(),
                )
                .is_empty(),
                _ => !agrees(applied, plain),
            },
            _ => false,
        };
        if drifted {
            leaves(&path, applied, seen_plain.as_ref(), false, &mut found.drift);
        }
        let current = if drifted { seen_plain.clone() } else { applied.cloned() };
        match desired.remove(name) {
            Some(wanted) => {
                let stored = concealed(attribute, &wanted, key);
                let equal = match &current {
                    Some(current) if drifted => agrees(&stored, current) && !stored.has_unknown(),
                    Some(current) => same(&stored, current),
                    // Set now for the first time: what the cloud has may already be it.
                    None => seen_plain.as_ref().is_some_and(|seen| !seen.is_null() && same(&stored, seen)),
                };
                if !equal {
                    let before = current.clone().or_else(|| seen_plain.clone());
                    note_change(&mut found, procedure, name, before.as_ref(), Some(&wanted), drifted);
                } else if applied.is_none_or(|applied| !same(&stored, applied)) {
                    found.record = true;
                    found.reasons.push(Reason::Bookkeeping { what: "inputs".into() });
                }
                found.wanted.insert(name.clone(), wanted);
            }
            None if applied.is_some() => match &attribute.default {
                Some(default) => {
                    let default = from_plain_json(default);
                    let equal = current.as_ref().is_none_or(|current| same(current, &default));
                    if equal {
                        found.record = true;
                    } else {
                        note_change(&mut found, procedure, name, current.as_ref(), Some(&default), drifted);
                        found.wanted.insert(name.clone(), default);
                    }
                }
                // Every tag and element left the manifest together with the table: those have an obvious "none".
                None if name == "tags" && !applied.is_some_and(is_empty) => {
                    let none = Value::Map(Map::new());
                    note_change(&mut found, procedure, name, current.as_ref(), Some(&none), drifted);
                    found.wanted.insert(name.clone(), none);
                }
                None => {
                    found.record = true;
                    found.reasons.push(Reason::LeftAsIs { path });
                }
            },
            None => {}
        }
    }
    if !found.drift.is_empty() && !found.changes.is_empty() {
        found.reasons.push(Reason::Drift);
    }
    found
}

fn is_empty(value: &Value) -> bool {
    match value.reveal() {
        Value::Map(map) => map.is_empty(),
        Value::List(items) | Value::Set(items) => items.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

fn note_change(
    found: &mut Difference,
    procedure: &Procedure,
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    drifted: bool,
) {
    let Some(attribute) = procedure.attributes.get(name) else { return };
    let path = Path::attribute(name);
    let mut on_change = attribute.on_change;
    if attribute.grows_only
        && let (Some(before), Some(after)) = (before.and_then(Value::as_number), after.and_then(Value::as_number))
        && after < before
    {
        on_change = OnChange::Replace;
    }
    let forces = on_change == OnChange::Replace;
    leaves(&path, before, after, forces, &mut found.changes);
    match on_change {
        OnChange::Replace => {
            found.replace = true;
            let pending = after.is_some_and(Value::has_unknown);
            found.reasons.push(match (name, pending) {
                ("triggers_replace", _) => Reason::Triggered { path },
                (_, true) => Reason::ImmutablePending { path },
                (_, false) => Reason::Immutable { path },
            });
        }
        OnChange::Update(index) => {
            found.updates.insert(index);
            if !drifted && !found.reasons.contains(&Reason::Changed) {
                found.reasons.push(Reason::Changed);
            }
        }
        // Kinds without a cloud: the step writes the new value down and passes it on.
        OnChange::Record => {
            found.updates.insert(usize::MAX);
            if !found.reasons.contains(&Reason::Changed) {
                found.reasons.push(Reason::Changed);
            }
        }
    }
}

/// Puts the current value back where changes are to be ignored.
fn leave_ignored(desired: &mut Map, inputs: &Map, observed: &Map, ignore: &IgnoreChanges) {
    match ignore {
        IgnoreChanges::All => {
            desired.clone_from(inputs);
        }
        IgnoreChanges::Paths(paths) => {
            for path in paths {
                let Some(head) = path.head() else { continue };
                let current = inputs.get(head).or_else(|| observed.get(head));
                if path.0.len() == 1 {
                    match inputs.get(head) {
                        // What the cloud shows now is accepted: compare it with itself.
                        Some(applied) => {
                            let kept = observed.get(head).filter(|seen| !agrees(applied, seen)).unwrap_or(applied);
                            desired.insert(head.to_owned(), kept.clone());
                        }
                        None => {
                            desired.remove(head);
                        }
                    }
                    continue;
                }
                let Some(slot) = desired.get_mut(head) else { continue };
                keep_at(slot, current, &path.0[1..]);
            }
        }
    }
}

fn keep_at(slot: &mut Value, current: Option<&Value>, rest: &[PathStep]) {
    match (rest, slot) {
        ([PathStep::Key(key)], Value::Map(map)) => {
            match current.and_then(Value::as_map).and_then(|current| current.get(key)) {
                Some(kept) => map.insert(key.clone(), kept.clone()),
                None => map.remove(key),
            };
        }
        ([PathStep::Index(index)], Value::List(items)) => {
            let kept = current.and_then(Value::as_list).and_then(|current| current.get(*index));
            if let (Some(item), Some(kept)) = (items.get_mut(*index), kept) {
                *item = kept.clone();
            }
        }
        ([PathStep::Key(key), rest @ ..], Value::Map(map)) => {
            if let Some(inner) = map.get_mut(key) {
                keep_at(inner, current.and_then(Value::as_map).and_then(|current| current.get(key)), rest);
            }
        }
        ([PathStep::Index(index), rest @ ..], Value::List(items)) => {
            let kept = current.and_then(Value::as_list).and_then(|current| current.get(*index));
            if let Some(item) = items.get_mut(*index) {
                keep_at(item, kept, rest);
            }
        }
        _ => {}
    }
}
