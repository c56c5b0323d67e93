//! Create before destroy: which objects it holds for, and what it makes of a replacement.
//!
//! The wish of one object spreads to everything it depends on (R6): while a new object is made and the old one still
//! stands, what both need must not go away between them. It matters only where something is replaced. There the deletion
//! becomes that of an object *set aside*: the moment the cloud has accepted the new object, the old one's record leaves the
//! address and is kept under a key of its own until it is deleted. A create that comes to nothing leaves it where it was.

use crate::{
    looked::Looked,
    nodes::recorded_attributes,
    step::{Action, Leg, Mode, Plan, Reason, Step},
    unique::{self, of_record, of_step},
    worlds::Worlds,
};
use firma_model::{
    address::{Address, Block, Node},
    desired::DesiredResource,
    diagnostic::{Diagnostic, Diagnostics},
    record::{Record, Status},
};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque, hash_map::Entry};

/// What the record says of it.
const FLAG: &str = "create_before_destroy";

/// Everything that is created before it is destroyed, each with the address that wishes it.
type Effective<'a> = HashMap<&'a Address, &'a Address>;

/// Works out for what a replacement creates first, turns such replacements round, and has it written down where it changed.
pub(crate) fn create_first(plan: &mut Plan, worlds: Worlds<'_>, looked: &Looked<'_>, diagnostics: &mut Diagnostics) {
    if plan.mode != Mode::Apply {
        return;
    }
    let effective = spread(worlds);
    let mut recorded = worlds.recorded.records.values();
    if effective.is_empty() && !recorded.any(|record| record.create_before_destroy) {
        return;
    }
    for step in &mut plan.steps {
        if worlds.desired.resources.contains_key(&step.address) {
            step.create_before_destroy = effective.contains_key(&step.address);
        }
    }
    turn_round(plan, worlds, &effective, diagnostics);
    write_down(plan, worlds, looked, &effective);
}

/// From each that wishes it down to all that it depends on.
fn spread(worlds: Worlds<'_>) -> Effective<'_> {
    let resources = &worlds.desired.resources;
    let mut effective: Effective<'_> = HashMap::new();
    let mut queue = VecDeque::new();
    for resource in resources.values().filter(|resource| resource.lifecycle.create_before_destroy) {
        effective.insert(&resource.address, &resource.address);
        queue.push_back(resource);
    }
    let mut instances: BTreeMap<&Block, Vec<&Box<DesiredResource>>> = BTreeMap::new();
    if !queue.is_empty() {
        for resource in resources.values() {
            instances.entry(&resource.address.block).or_default().push(resource);
        }
    }
    let mut blocks: HashSet<&Block> = HashSet::new();
    while let Some(resource) = queue.pop_front() {
        let who = effective[&resource.address];
        for node in &resource.dependencies {
            let found: Vec<&Box<DesiredResource>> = match node {
                Node::Instance(on) => resources.get(on).into_iter().collect(),
                Node::Block(on) if blocks.insert(on) => instances.get(on).cloned().unwrap_or_default(),
                Node::Block(_) => Vec::new(),
            };
            for on in found {
                if let Entry::Vacant(free) = effective.entry(&on.address) {
                    free.insert(who);
                    queue.push_back(on);
                }
            }
        }
    }
    effective
}

/// The two legs of a replacement.
#[derive(Clone, Copy, Default)]
struct Pair {
    delete: Option<usize>,
    create: Option<usize>,
}

fn turn_round(plan: &mut Plan, worlds: Worlds<'_>, effective: &Effective<'_>, diagnostics: &mut Diagnostics) {
    let mut pairs: BTreeMap<Address, Pair> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        if step.action != Action::Replace || !step.deposed.is_empty() || !effective.contains_key(&step.address) {
            continue;
        }
        let pair = pairs.entry(step.address.clone()).or_default();
        match step.leg {
            Leg::Delete => pair.delete = Some(at),
            Leg::Create => pair.create = Some(at),
            _ => {}
        }
    }
    let mut taken: HashSet<(&Address, &str)> = HashSet::new();
    taken.extend(worlds.recorded.deposed.iter().map(|record| (&record.address, record.deposed.as_str())));
    for (address, pair) in pairs {
        let (Some(delete), Some(create)) = (pair.delete, pair.create) else { continue };
        if let Some(refusal) = both(plan, worlds, effective, (delete, create)) {
            // What is of no use to anybody need not stand until its successor does: it goes first.
            let useless = |at: usize| plan.steps[at].reasons.iter().any(|r| matches!(r, Reason::SecretLost { .. }));
            if !useless(delete) && !useless(create) {
                diagnostics.push(refusal);
            }
            continue;
        }
        let key = (1_u32..).map(|n| n.to_string()).find(|key| !taken.contains(&(&address, key.as_str())));
        let key = key.unwrap_or_default();
        let delete = &mut plan.steps[delete];
        delete.deposed.clone_from(&key);
        if let Some(record) = &mut delete.record {
            record.deposed.clone_from(&key);
            record.status = Status::Deposed;
        }
        plan.steps[create].deposes = key;
    }
}

/// Refuses a pair that cannot stand side by side.
fn both(
    plan: &Plan,
    worlds: Worlds<'_>,
    effective: &Effective<'_>,
    (delete, create): (usize, usize),
) -> Option<Diagnostic> {
    let (old, new) = (plan.steps[delete].record.as_ref()?, &plan.steps[create]);
    let procedure = worlds.procedures.get(new.kind().as_str())?;
    let key = unique::collision(procedure, &of_record(procedure, old), &of_step(procedure, new))?;
    let (address, who) = (&new.address, effective.get(&new.address)?);
    let mut diagnostic = Diagnostic::error(
        "E0540",
        format!(
            "{address} would be created anew before `{}` is destroyed, and both would have {}: the cloud allows one",
            old.cloud_id,
            unique::shown(&key, &recorded_attributes(old)),
        ),
    );
    if let Some(resource) = worlds.desired.resources.get(address) {
        diagnostic = diagnostic.at(resource.span);
    }
    diagnostic = match who == &address {
        true => diagnostic,
        false => match worlds.desired.resources.get(*who) {
            Some(resource) => diagnostic.related(resource.span, format!("{who} depends on it and wishes it so")),
            None => diagnostic,
        },
    };
    Some(
        diagnostic
            .hint(format!("set lifecycle.create_before_destroy = false on {who}: the old one is then deleted first"))
            .hint("or give the new one a key of its own in the same edit"),
    )
}

/// Has a record say what holds now, where nothing else of it changes.
fn write_down(plan: &mut Plan, worlds: Worlds<'_>, looked: &Looked<'_>, effective: &Effective<'_>) {
    let differs = |record: &Record| record.create_before_destroy != effective.contains_key(&record.address);
    let reason = || Reason::Bookkeeping { what: FLAG.into() };
    let mut touched: HashSet<Address> = HashSet::new();
    for step in &mut plan.steps {
        if !step.deposed.is_empty() {
            continue;
        }
        touched.insert(step.address.clone());
        let known = step.record.as_ref().filter(|_| step.action == Action::Record);
        if known.is_some_and(|record| record.create_before_destroy != step.create_before_destroy) {
            step.reasons.push(reason());
        }
    }
    let looked = looked.addresses();
    for record in worlds.recorded.records.values().filter(|record| differs(record)) {
        let Some(resource) = worlds.desired.resources.get(&record.address) else { continue };
        // What this plan did not look at stays as it is.
        if touched.contains(&record.address) || !looked.contains(&record.address) {
            continue;
        }
        plan.unchanged = plan.unchanged.saturating_sub(1);
        plan.steps.push(Step {
            address: record.address.clone(),
            deposed: String::new(),
            leg: Leg::Record,
            action: Action::Record,
            reasons: vec![reason()],
            region: record.region.clone(),
            zone: record.zone.clone(),
            billing: record.billing.clone(),
            record: Some(Box::new(record.clone())),
            attributes: Default::default(),
            changes: Vec::new(),
            dependencies: resource.dependencies.clone(),
            deposes: String::new(),
            create_before_destroy: effective.contains_key(&record.address),
            prevent_destroy: resource.lifecycle.prevent_destroy,
            on_remove: resource.lifecycle.on_remove,
            observed: None,
            timeout_seconds: None,
            calls: Vec::new(),
            after: Vec::new(),
            priority: 0,
        });
    }
}
