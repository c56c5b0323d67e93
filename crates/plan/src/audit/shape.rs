//! Each step by itself: its record, its calls, its place in the basis, its other half.

use super::Finding;
use crate::step::{Action, Leg, Plan, Step};
use firma_model::{
    address::{Address, NameMap},
    record::{Record, Recorded, Status},
    records::Records,
};
use std::collections::{HashMap, HashSet, hash_map::Entry};

/// Every edge leads from a vertex to another one.
pub(super) fn edges(plan: &Plan, findings: &mut Vec<Finding>) {
    let vertices = (plan.steps.len() + plan.gates.len()) as u32;
    let afters = plan.steps.iter().map(|step| &step.after).chain(plan.gates.iter().map(|gate| &gate.after));
    for (at, after) in (0_u32..).zip(afters) {
        for edge in after.iter().filter(|edge| edge.vertex >= vertices || edge.vertex == at) {
            findings.push(Finding::BadEdge(at, edge.vertex));
        }
    }
}

/// What each step needs to be carried out, and to be found again.
pub(super) fn steps(plan: &Plan, before: &Recorded, recorded: &Recorded, findings: &mut Vec<Finding>) {
    let (stand, carried) = (Standing::of(before), Standing::of(recorded));
    let mut first: NameMap<&Address, usize> = NameMap::default();
    let mut others = HashSet::new();
    let basis: NameMap<&Address, Option<u64>> =
        plan.basis.iter().map(|(address, version)| (address, *version)).collect();
    for (at, step) in plan.steps.iter().enumerate() {
        // Most addresses have one step.
        let new = match first.entry(&step.address) {
            Entry::Vacant(free) => {
                free.insert(at);
                true
            }
            Entry::Occupied(first) => {
                let same = |other: &Step| (&step.deposed, step.leg) == (&other.deposed, other.leg);
                !same(&plan.steps[*first.get()]) && others.insert((&step.address, &step.deposed, step.leg))
            }
        };
        if !new {
            findings.push(Finding::Doubled(step.address.clone(), step.leg));
        }
        let fits = match step.leg {
            Leg::Create | Leg::Read => step.record.is_none(),
            Leg::Delete | Leg::Forget | Leg::Record | Leg::Update => step.record.is_some(),
        };
        let aside = step.record.as_ref().is_some_and(|record| {
            let here = record.address == step.address || step.leg == Leg::Record;
            record.status == Status::Deposed && record.deposed == step.deposed && here
        });
        if !fits || !step.deposed.is_empty() && !aside {
            findings.push(Finding::WrongRecord(step.address.clone(), step.leg));
        }
        if let Some(record) = &step.record {
            // What this plan sets aside is recorded as it stands.
            let known = [record.deposed.as_str(), ""];
            if !known.iter().any(|deposed| stand.has(record, deposed) || carried.has(record, deposed)) {
                findings.push(Finding::Unrecorded(step.address.clone(), record.cloud_id.clone()));
            }
        }
        if step.leg == Leg::Read {
            if !plan.lookups.contains_key(step.kind().as_str()) {
                findings.push(Finding::NoProcedure(step.address.clone()));
            }
            if !is_found_again(step) {
                findings.push(Finding::NoRecovery(step.address.clone(), step.leg));
            }
            // It stands on no record of its own.
            continue;
        }
        if !matches!(step.leg, Leg::Forget | Leg::Record) {
            match plan.procedure(step.kind()) {
                None => findings.push(Finding::NoProcedure(step.address.clone())),
                Some(procedure) if procedure.create.is_some() && !is_found_again(step) => {
                    findings.push(Finding::NoRecovery(step.address.clone(), step.leg));
                }
                Some(_) => {}
            }
        }
        match basis.get(&step.address) {
            None => findings.push(Finding::NotInBasis(step.address.clone())),
            Some(version) if before.records.get(&step.address).map(|record| record.version) != *version => {
                findings.push(Finding::WrongBasis(step.address.clone()));
            }
            Some(_) => {}
        }
    }
}

/// Objects as they are recorded.
struct Standing<'r> {
    records: &'r Records,
    /// Those without an address of their own: address, key and id.
    halves: HashSet<(&'r Address, &'r str, &'r str)>,
}

impl<'r> Standing<'r> {
    fn of(recorded: &'r Recorded) -> Standing<'r> {
        let half = |record: &'r Record| (&record.address, record.deposed.as_str(), record.cloud_id.as_str());
        Standing { records: &recorded.records, halves: recorded.deposed.iter().map(half).collect() }
    }

    /// Whether the object of a record stands under this key.
    fn has(&self, record: &Record, deposed: &str) -> bool {
        let current = self.records.get(&record.address);
        current.is_some_and(|current| current.deposed == deposed && current.cloud_id == record.cloud_id)
            || self.halves.contains(&(&record.address, deposed, record.cloud_id.as_str()))
    }
}

fn is_found_again(step: &Step) -> bool {
    let listed = step.leg == Leg::Update || !step.calls.is_empty();
    listed && step.calls.iter().all(|call| !call.class.is_empty())
}

/// The halves of replacements: both are there, and one comes first.
pub(super) fn pairs(plan: &Plan, recorded: &Recorded, findings: &mut Vec<Finding>) {
    let taken: HashSet<(&Address, &str)> =
        recorded.deposed.iter().map(|record| (&record.address, record.deposed.as_str())).collect();
    let mut deletes: HashMap<(&Address, &str), u32> = HashMap::new();
    for (at, step) in (0_u32..).zip(&plan.steps) {
        if step.leg == Leg::Delete && step.action == Action::Replace {
            deletes.insert((&step.address, &step.deposed), at);
        }
    }
    for (at, step) in (0_u32..).zip(&plan.steps) {
        let replaces = step.leg == Leg::Create && step.action == Action::Replace;
        if !replaces {
            if !step.deposes.is_empty() {
                findings.push(Finding::HalfReplaced(step.address.clone()));
            }
            continue;
        }
        let Some(delete) = deletes.remove(&(&step.address, step.deposes.as_str())) else {
            findings.push(Finding::HalfReplaced(step.address.clone()));
            continue;
        };
        let follows = |later: u32, earlier: u32| plan.steps[later as usize].after.iter().any(|e| e.vertex == earlier);
        let sound = match step.deposes.is_empty() {
            true => follows(at, delete),
            false => follows(delete, at) && !taken.contains(&(&step.address, step.deposes.as_str())),
        };
        if !sound {
            findings.push(Finding::HalfReplaced(step.address.clone()));
        }
    }
    let mut left: Vec<&Address> = deletes.into_keys().map(|(address, _)| address).collect();
    left.sort();
    findings.extend(left.into_iter().map(|address| Finding::HalfReplaced(address.clone())));
}
