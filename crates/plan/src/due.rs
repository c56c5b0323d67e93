//! Replacements that a trigger called for and that no run has done yet.
//!
//! A trigger fires while a plan changes it (`replace_triggered_by`). Where the change succeeded and the replacement did not, the next
//! plan sees no change and would forget the replacement; what the earlier plan wanted says that it is still due.

use crate::step::{Plan, Reason};
use firma_model::{
    address::Address,
    record::{Record, Recorded},
};
use std::collections::{BTreeMap, BTreeSet};

/// What plans that were carried out in part still owe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// The triggers of a replacement, as a plan words them.
    replaced: BTreeMap<Address, BTreeSet<String>>,
    /// What the plans changed, and has changed since.
    changed: BTreeSet<Address>,
}

impl Due {
    /// Adds what a plan owes: replacements of what is still recorded as it was when the plan was made. What only moved is.
    pub fn add(&mut self, plan: &Plan, recorded: &Recorded) {
        let current = plan.steps.iter().filter(|step| step.deposed.is_empty());
        let moved: BTreeMap<&Address, &Record> =
            current.filter_map(|step| Some((&step.address, step.moves_from()?))).collect();
        for step in &plan.steps {
            let origin = moved.get(&step.address).copied();
            // A step that creates before it destroys has no record of its own: the plan's basis knows the version it saw.
            let own = step.record.as_ref().filter(|record| record.deposed.is_empty()).map(|record| record.version);
            let seen = || plan.basis.get(&step.address).copied().flatten();
            let Some(before) = own.or_else(seen).or(origin.map(|origin| origin.version)) else { continue };
            // Where even the move was not made, it is recorded under its former address.
            let now = recorded.records.get(&step.address);
            let now = now.or_else(|| recorded.records.get(&origin?.address));
            let as_before = |now: &Record| match origin {
                // A move writes the record, and leaves the object as it is.
                Some(origin) => now.cloud_id == origin.cloud_id && now.inputs == origin.inputs,
                None => now.version == before,
            };
            if !now.is_some_and(as_before) {
                self.changed.insert(step.address.clone());
                continue;
            }
            let triggers = step.reasons.iter().filter_map(|reason| match reason {
                Reason::TriggeredBy { by } => Some(by.clone()),
                _ => None,
            });
            let triggers: BTreeSet<String> = triggers.collect();
            if !triggers.is_empty() {
                self.replaced.entry(step.address.clone()).or_default().extend(triggers);
            }
        }
    }

    /// Whether a trigger in these words still asks for the replacement of an address.
    pub(crate) fn asks(&self, address: &Address, words: &str) -> bool {
        self.replaced.get(address).is_some_and(|triggers| triggers.contains(words))
    }

    /// Whether any address that holds has changed since.
    pub(crate) fn has_changed(&self, holds: impl Fn(&Address) -> bool) -> bool {
        self.changed.iter().any(holds)
    }

    /// Whether nothing is owed.
    pub fn is_empty(&self) -> bool {
        self.replaced.is_empty()
    }
}
