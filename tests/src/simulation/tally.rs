//! What a simulation has met: troubles, and the ways in which open calls were settled. What was never met was not tested.

use crate::simulation::troubles;
use std::{collections::BTreeMap, fmt::Write as _};

/// The ways of recovery that a long simulation must have gone, each at least once: action, class and ending.
pub const BRANCHES: &[&str] = &[
    "create markable created",
    "create markable not_created",
    "create named created",
    "create named not_created",
    "create tokened created",
    "create tokened not_created",
    "create tokened stuck",
    "create tokened adopted",
    "delete repeatable done",
    "delete repeatable not_done",
    "update repeatable done",
    "update repeatable not_done",
];

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Troubles that really happened.
    pub troubles: BTreeMap<String, u64>,
    /// Open calls settled by recovery.
    pub branches: BTreeMap<String, u64>,
    /// What else is worth knowing.
    pub notes: BTreeMap<String, u64>,
}

fn add(to: &mut BTreeMap<String, u64>, name: &str, count: u64) {
    if count > 0 {
        *to.entry(name.to_owned()).or_default() += count;
    }
}

impl Tally {
    /// A trouble happened.
    pub fn trouble(&mut self, name: &str, count: u64) {
        add(&mut self.troubles, name, count);
    }

    /// A call was settled.
    pub fn branch(&mut self, name: &str) {
        add(&mut self.branches, name, 1);
    }

    /// Something worth knowing.
    pub fn note(&mut self, name: &str, count: u64) {
        add(&mut self.notes, name, count);
    }

    /// Adds another one.
    pub fn join(&mut self, other: &Tally) {
        for (to, from) in [
            (&mut self.troubles, &other.troubles),
            (&mut self.branches, &other.branches),
            (&mut self.notes, &other.notes),
        ] {
            for (name, count) in from {
                add(to, name, *count);
            }
        }
    }

    /// Troubles and ways that were never met.
    pub fn missing(&self) -> Vec<String> {
        let troubles = troubles::KINDS.iter().filter(|kind| !self.troubles.contains_key(**kind));
        let branches = BRANCHES.iter().filter(|branch| !self.branches.contains_key(**branch));
        troubles.chain(branches).map(|name| (*name).to_owned()).collect()
    }

    /// As a table.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (title, counts) in
            [("troubles", &self.troubles), ("open calls settled", &self.branches), ("notes", &self.notes)]
        {
            let _ = writeln!(text, "{title}");
            for (name, count) in counts {
                let _ = writeln!(text, "  {name:<40} {count:>9}");
            }
        }
        text
    }
}
