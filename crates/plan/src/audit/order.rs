//! Who must wait for whom: by what steps and records say they depend on, and by unique keys.

use super::{Finding, reach::Reach};
use crate::{
    step::{Leg, Plan, Step},
    unique::{self, Held},
};
use firma_model::{
    address::{Address, Block, NameMap, Node},
    record::Recorded,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Objects between two deletions that are looked through at most; a plan has few such chains.
const THROUGH: usize = 1_000_000;

fn makes(plan: &Plan) -> NameMap<&Address, u32> {
    let makes = |step: &Step| matches!(step.leg, Leg::Create | Leg::Update | Leg::Read);
    let steps = (0_u32..).zip(&plan.steps).filter(|(_, step)| makes(step));
    steps.map(|(at, step)| (&step.address, at)).collect()
}

/// What is made waits for what it depends on; an object set aside in this plan waits for those that depend on its address.
pub(super) fn makes_in_order(plan: &Plan, reach: &mut Reach<'_>, findings: &mut Vec<Finding>) {
    let makes = makes(plan);
    let nodes = plan.steps.iter().flat_map(|step| &step.dependencies);
    // Only blocks that are depended on as a whole are looked up.
    let mut by_block: NameMap<&Block, Vec<u32>> = nodes
        .filter_map(|node| match node {
            Node::Block(on) => Some((on, Vec::new())),
            Node::Instance(_) => None,
        })
        .collect();
    if !by_block.is_empty() {
        for (address, at) in &makes {
            by_block.entry(&address.block).and_modify(|made| made.push(*at));
        }
    }
    let asides: NameMap<&Address, u32> = (0_u32..)
        .zip(&plan.steps)
        .filter(|(_, step)| {
            let make = makes.get(&step.address).map(|at| &plan.steps[*at as usize]);
            step.leg == Leg::Delete && !step.deposed.is_empty() && make.is_some_and(|m| m.deposes == step.deposed)
        })
        .map(|(at, step)| (&step.address, at))
        .collect();
    // Of a block that many refer to as a whole, the gates that wait for all of it.
    let mut whole: HashMap<(&Block, u32), bool> = HashMap::new();
    for (at, step) in (0_u32..).zip(&plan.steps) {
        if !matches!(step.leg, Leg::Create | Leg::Update | Leg::Read) {
            continue;
        }
        for node in &step.dependencies {
            let ordered = match node {
                Node::Instance(on) => makes.get(on).is_none_or(|make| reach.waits(at, *make)),
                Node::Block(on) => {
                    let all = by_block.get(on).map(Vec::as_slice).unwrap_or_default();
                    let gates = step.after.iter().map(|edge| edge.vertex).filter(|v| *v as usize >= plan.steps.len());
                    let by_gate = gates.into_iter().any(|gate| {
                        *whole.entry((on, gate)).or_insert_with(|| all.iter().all(|make| reach.at_once(gate, *make)))
                    });
                    by_gate || all.iter().all(|make| reach.waits(at, *make))
                }
            };
            if !ordered {
                findings.push(Finding::Unordered(step.address.clone(), node.clone()));
            }
            let stands: Vec<(&Address, u32)> = match node {
                Node::Instance(on) => asides.get_key_value(on).map(|(on, aside)| (*on, *aside)).into_iter().collect(),
                Node::Block(on) if asides.is_empty() || !by_block.contains_key(on) => Vec::new(),
                Node::Block(on) => by_block[on]
                    .iter()
                    .filter_map(|make| asides.get_key_value(&plan.steps[*make as usize].address))
                    .map(|(on, aside)| (*on, *aside))
                    .collect(),
            };
            for (on, aside) in stands {
                if !reach.waits(aside, at) {
                    findings.push(Finding::DeletedEarly(on.clone(), step.address.clone()));
                }
            }
        }
    }
}

/// The steps that end or change an address.
#[derive(Default)]
struct Ends {
    deletes: Vec<u32>,
    current: Option<u32>,
    update: Option<u32>,
    /// What makes another object before this one is deleted.
    successor: Option<u32>,
}

/// What is deleted waits for the deletions of all that depended on it, through what stays; what is changed does too.
pub(super) fn deletes_in_order(plan: &Plan, recorded: &Recorded, reach: &mut Reach<'_>, findings: &mut Vec<Finding>) {
    if plan.steps.iter().all(|step| step.leg != Leg::Delete) {
        return;
    }
    let mut ends: NameMap<&Address, Ends> = NameMap::default();
    for (at, step) in (0_u32..).zip(&plan.steps) {
        let ends = ends.entry(&step.address).or_default();
        match step.leg {
            Leg::Delete => {
                ends.deletes.push(at);
                // Whoever is replaced ends as well: its successor is another object.
                if step.deposed.is_empty() || step.action == crate::step::Action::Replace {
                    ends.current = Some(at);
                }
            }
            Leg::Update => ends.update = Some(at),
            Leg::Create if !step.deposes.is_empty() => ends.successor = Some(at),
            _ => {}
        }
    }
    let mut instances: NameMap<&Block, Vec<&Address>> = NameMap::default();
    for address in recorded.records.keys() {
        instances.entry(&address.block).or_default().push(address);
    }
    let mut patience = THROUGH;
    // Gates behind which all deletions of a block are, by block: whoever is in front of one is in front of all.
    let mut doors: HashMap<&Block, BTreeSet<u32>> = HashMap::new();
    for (at, step) in (0_u32..).zip(&plan.steps) {
        let Some(record) = step.record.as_ref().filter(|_| step.leg == Leg::Delete) else { continue };
        let mut seen: HashSet<&Address> = HashSet::new();
        let mut work: Vec<&Node> = record.dependencies.iter().collect();
        while let Some(node) = work.pop() {
            let found: Vec<&Address> = match node {
                Node::Instance(on) => vec![on],
                Node::Block(on) => {
                    let all = instances.get(on).map(Vec::as_slice).unwrap_or_default();
                    let doors = doors.entry(on).or_insert_with(|| doors_of(plan, all, &ends));
                    if doors.iter().any(|door| reach.at_once(*door, at)) {
                        continue;
                    }
                    all.to_vec()
                }
            };
            for on in found {
                patience = patience.saturating_sub(1);
                if patience == 0 {
                    return;
                }
                if !seen.insert(on) || *on == step.address && step.deposed.is_empty() {
                    continue;
                }
                let here = ends.get(on);
                for delete in here.into_iter().flat_map(|ends| &ends.deletes).filter(|delete| **delete != at) {
                    if !reach.waits(*delete, at) {
                        findings.push(Finding::DeletedEarly(on.clone(), step.address.clone()));
                    }
                }
                let update = here.and_then(|ends| ends.update).filter(|_| step.deposed.is_empty());
                // What is itself created first may be deleted last.
                let first = !step.deposed.is_empty() || record.create_before_destroy;
                let successor = here.and_then(|ends| ends.successor).filter(|_| !first);
                if update.into_iter().chain(successor).any(|make| !reach.waits(make, at)) {
                    findings.push(Finding::ChangedEarly(on.clone(), step.address.clone()));
                }
                if here.is_none_or(|ends| ends.current.is_none())
                    && let Some(record) = recorded.records.get(on)
                {
                    work.extend(&record.dependencies);
                }
            }
        }
    }
}

/// The gates that every deletion in a block waits for; none where one of its instances is not simply deleted.
fn doors_of(plan: &Plan, all: &[&Address], ends: &NameMap<&Address, Ends>) -> BTreeSet<u32> {
    let gates = |step: &Step| -> BTreeSet<u32> {
        step.after.iter().map(|edge| edge.vertex).filter(|vertex| *vertex as usize >= plan.steps.len()).collect()
    };
    let mut common: Option<BTreeSet<u32>> = None;
    for address in all {
        let gone = |ends: &&Ends| ends.current.is_some() && ends.successor.is_none();
        let Some(ends) = ends.get(address).filter(gone) else { return BTreeSet::new() };
        for delete in &ends.deletes {
            let own = gates(&plan.steps[*delete as usize]);
            common = Some(common.map_or_else(|| own.clone(), |common| common.intersection(&own).copied().collect()));
        }
    }
    common.unwrap_or_default()
}

/// Whoever takes a unique key waits for the deletion of whoever has it.
pub(super) fn keys_in_order(plan: &Plan, reach: &mut Reach<'_>, findings: &mut Vec<Finding>) {
    type Place<'p> = (&'p str, usize, Option<String>, Vec<String>);
    let keyed = |step: &Step| plan.procedure(step.kind()).filter(|procedure| !procedure.unique.is_empty()).cloned();
    let mut held: HashMap<Place<'_>, Vec<(u32, Held)>> = HashMap::new();
    for (at, step) in (0_u32..).zip(&plan.steps).filter(|(_, step)| step.leg == Leg::Delete) {
        let (Some(procedure), Some(record)) = (keyed(step), &step.record) else { continue };
        for key in unique::of_record(&procedure, record) {
            let place = (step.kind().as_str(), key.key, key.region.clone(), key.equal.clone());
            held.entry(place).or_default().push((at, key));
        }
    }
    let mut patience = THROUGH;
    for (at, step) in (0_u32..).zip(&plan.steps).filter(|(_, step)| step.leg == Leg::Create) {
        let Some(procedure) = keyed(step) else { continue };
        for key in unique::of_step(&procedure, step) {
            let place = (step.kind().as_str(), key.key, key.region.clone(), key.equal.clone());
            for (delete, other) in held.get(&place).into_iter().flatten() {
                patience = patience.saturating_sub(1);
                if patience == 0 {
                    return;
                }
                if key.collides(other) && !reach.waits(at, *delete) {
                    let other = plan.steps[*delete as usize].address.clone();
                    findings.push(Finding::TakenEarly(step.address.clone(), other));
                }
            }
        }
    }
}
