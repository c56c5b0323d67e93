//! One resource, three worlds: which attributes differ, and what each difference asks for.
//!
//! Desired against inputs is intent, observed against inputs is drift. An attribute that was never set is the cloud's own
//! business; one that left the manifest goes back to its default if it has one, else it stays and that is said once.

use crate::{
    compare::{
        agrees_in, belonging, differs, element_changes, leaves, merged, plain_elements, same, shows, shows_others,
    },
    ignore::leave_ignored,
    parts,
    secret::{HashKey, concealed},
    step::{AttributeChange, Reason},
};
use firma_catalog::{
    procedure::{Attribute, OnChange, Procedure},
    shape,
};
use firma_model::{
    desired::IgnoreChanges,
    document::from_plain_json,
    path::Path,
    value::{Map, Value},
};
use std::{borrow::Cow, collections::BTreeSet};

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

/// How an attribute stands now.
pub(crate) struct Standing<'a> {
    applied: Option<&'a Value>,
    /// What the cloud shows of it, without what is others' business.
    seen: Option<Cow<'a, Value>>,
    /// The cloud differs from what was applied.
    pub(crate) drifted: bool,
}

impl<'a> Standing<'a> {
    pub(crate) fn of(attribute: &Attribute, name: &str, sides: &Sides<'a>) -> Standing<'a> {
        let applied = sides.inputs.get(name);
        let seen = sides.observed.get(name).filter(|_| sides.procedure.shows(name));
        let like = applied.or_else(|| sides.desired.get(name));
        let plain = match (seen, &attribute.elements) {
            (Some(seen), Some(_)) => {
                let plain = Value::List(plain_elements(seen.as_list().unwrap_or_default()));
                let plain = shape::normalise(attribute, plain);
                Some(Cow::Owned(if seen.has_sensitive() { plain.sensitive() } else { plain }))
            }
            (Some(seen), None) if shows_others(attribute) => {
                let elements = like.and_then(Value::as_list).unwrap_or_default();
                let shown = Value::List(belonging(attribute, elements, seen.as_list().unwrap_or_default()));
                Some(Cow::Owned(if seen.has_sensitive() { shown.sensitive() } else { shown }))
            }
            (seen, _) => seen.map(Cow::Borrowed),
        };
        let drifted = match (applied, &plain) {
            (Some(applied), Some(plain)) => match (&attribute.elements, seen) {
                // Server-made elements may be listed; only then they count, so what was applied is compared with all.
                (Some(rule), Some(seen)) => {
                    !element_changes(rule, applied.as_list().unwrap_or_default(), seen.as_list().unwrap_or_default())
                        .is_empty()
                }
                _ => !agrees_in(&attribute.shape, applied, plain),
            },
            _ => false,
        };
        Standing { applied, seen: plain, drifted }
    }

    /// Its value now: what was applied, and where the cloud differs, what that says.
    pub(crate) fn current(&self, attribute: &Attribute) -> Option<Cow<'_, Value>> {
        match (self.applied, &self.seen) {
            (Some(applied), Some(seen)) if self.drifted => match attribute.elements {
                Some(_) => Some(Cow::Borrowed(&**seen)),
                None => Some(Cow::Owned(merged(&attribute.shape, applied, seen))),
            },
            (applied, _) => applied.map(Cow::Borrowed),
        }
    }

    /// What the cloud shows of it.
    pub(crate) fn seen(&self) -> Option<&Value> {
        self.seen.as_deref().filter(|seen| !seen.is_null())
    }
}

/// Compares.
pub fn difference(mut sides: Sides<'_>) -> Difference {
    let mut found = Difference::default();
    let ignored = leave_ignored(&mut sides);
    let procedure = sides.procedure;
    for (name, attribute) in &procedure.attributes {
        let standing = Standing::of(attribute, name, &sides);
        let current = standing.current(attribute);
        if standing.drifted {
            leaves(&attribute.shape, &Path::attribute(name), standing.applied, current.as_deref(), &mut found.drift);
        }
        match sides.desired.remove(name) {
            Some(wanted) => {
                let stored = concealed(attribute, &wanted, sides.key);
                let equal = match &current {
                    Some(current) => !differs(&attribute.shape, &stored, current, standing.seen()),
                    // Set now for the first time: what the cloud has may already be it. A replacement wants more proof
                    // of a difference than that no read shows it.
                    None => standing.seen().is_some_and(|seen| match attribute.on_change {
                        OnChange::Replace => agrees_in(&attribute.shape, &stored, seen),
                        _ => shows(&attribute.shape, &stored, seen),
                    }),
                };
                if !equal {
                    let before = current.as_deref().or_else(|| standing.seen());
                    note_change(&mut found, procedure, name, before, Some(&wanted), standing.drifted);
                } else if !ignored.contains(name) && standing.applied.is_none_or(|applied| !same(&stored, applied)) {
                    found.note_record(standing.drifted);
                }
                found.wanted.insert(name.clone(), wanted);
            }
            None => {
                let Some(applied) = standing.applied else { continue };
                match default_of(attribute, name) {
                    Some(default) => {
                        let equal = current.as_deref().is_none_or(|current| same(current, &default));
                        if !equal {
                            note_change(
                                &mut found,
                                procedure,
                                name,
                                current.as_deref(),
                                Some(&default),
                                standing.drifted,
                            );
                            found.wanted.insert(name.clone(), default);
                        } else if !same(applied, &default) {
                            found.note_record(true);
                        }
                    }
                    None => {
                        found.record = true;
                        found.reasons.push(Reason::LeftAsIs { path: Path::attribute(name) });
                    }
                }
            }
        }
    }
    if !found.drift.is_empty() && !found.changes.is_empty() {
        found.reasons.push(Reason::Drift);
    }
    found
}

impl Difference {
    /// Takes note of what one of the changes asks for.
    fn note_meaning(&mut self, procedure: &Procedure, at: usize, meaning: OnChange, drifted: bool) {
        let path = self.changes[at].path.clone();
        let reason = match meaning {
            OnChange::Replace => {
                self.replace = true;
                self.changes[at].forces_replacement = true;
                let pending = self.changes[at].after.as_ref().is_some_and(Value::has_unknown);
                match (path.head(), pending) {
                    (Some("triggers_replace"), _) => Reason::Triggered { path },
                    (_, true) => Reason::ImmutablePending { path },
                    (_, false) => Reason::Immutable { path },
                }
            }
            OnChange::Update(index) => {
                self.updates.insert(index);
                if drifted {
                    return;
                }
                Reason::Changed
            }
            // Kinds without a cloud: the step writes the new value down and passes it on.
            OnChange::Record if procedure.create.is_none() => {
                self.updates.insert(usize::MAX);
                Reason::Changed
            }
            OnChange::Record => return self.note_record(false),
        };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Nothing is to be done, and what was applied is written down otherwise. `already`: somebody else did it.
    fn note_record(&mut self, already: bool) {
        self.record = true;
        let what = if already { "drift" } else { "inputs" };
        let reason = Reason::Bookkeeping { what: what.into() };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// What an attribute goes back to when it leaves the manifest. Tags have an obvious "none".
fn default_of(attribute: &Attribute, name: &str) -> Option<Value> {
    match &attribute.default {
        Some(default) => Some(from_plain_json(default)),
        None => (name == "tags").then(|| Value::Map(Map::new())),
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
    let first = found.changes.len();
    leaves(&attribute.shape, &Path::attribute(name), before, after, &mut found.changes);
    let shrinks = attribute.grows_only
        && before.and_then(Value::as_number).zip(after.and_then(Value::as_number)).is_some_and(|(old, new)| new < old);
    for at in first..found.changes.len() {
        let meanings = match shrinks {
            true => vec![OnChange::Replace],
            false => parts::meaning(procedure, &found.changes[at]),
        };
        for meaning in meanings {
            found.note_meaning(procedure, at, meaning, drifted);
        }
    }
}
