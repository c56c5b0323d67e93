//! What a plan stands on: the records it touches or reads, as they were. An apply compares, and carries nothing out that
//! was planned on something else.
//!
//! Read are records whose values steps or outputs use, and those that stand on what is deleted. What else happened in the
//! project since is nobody's business.

use crate::{
    claims,
    compare::same,
    looked::Looked,
    step::{Leg, Plan, PlannedOutput},
    worlds::Worlds,
};
use firma_model::{
    address::{Address, Block, NameSet, Node},
    record::{Record, Recorded},
    value::Value,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

/// Something that is not as a plan saw it.
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// A record.
    Record {
        /// Address.
        address: Address,
        /// Deposed id, empty for the current object.
        deposed: String,
        /// The version the plan saw; `None` for no record.
        expected: Option<u64>,
        /// The version now; `None` for no record.
        found: Option<u64>,
    },
    /// A record that was made to stand on something the plan deletes.
    User {
        /// Address.
        address: Address,
        /// The version now.
        found: u64,
    },
    /// A record that holds a unique key which a step takes.
    Taken {
        /// The step's address.
        address: Address,
        /// Who holds it.
        holder: Address,
        /// The attributes it is made of.
        key: String,
        /// The holder's version now.
        found: u64,
    },
    /// An output, where the plan writes outputs.
    Output {
        /// Name.
        name: String,
        /// What it was.
        before: Option<Value>,
        /// What it is now.
        now: Option<Value>,
        /// Not to be shown.
        sensitive: bool,
    },
}

impl Moved {
    /// The address it is about, where it is about one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Moved::Record { address, .. } | Moved::User { address, .. } | Moved::Taken { address, .. } => Some(address),
            Moved::Output { .. } => None,
        }
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moved::Record { address, deposed, expected, found } => {
                write!(f, "{address}")?;
                if !deposed.is_empty() {
                    write!(f, " (deposed {deposed})")?;
                }
                f.write_str(match (expected, found) {
                    (None, _) => " exists by now",
                    (_, None) => " is no longer recorded",
                    _ => " was written since",
                })
            }
            Moved::User { address, .. } => write!(f, "{address} uses by now what the plan deletes"),
            Moved::Taken { address, holder, key, .. } => write!(f, "{holder} holds what {address} needs ({key})"),
            Moved::Output { name, .. } => write!(f, "output {name} was written since"),
        }
    }
}

/// Puts into the basis what the plan touches or reads, and the old halves it touches.
pub(crate) fn narrow(plan: &mut Plan, looked: &Looked<'_>, worlds: Worlds<'_>) {
    let mut nodes = Nodes::default();
    for step in &plan.steps {
        step.attributes.values().for_each(|expr| expr.each_node(&mut |node| nodes.note(node)));
        // What was known already when it was planned is no hole any more; it was read all the same.
        if matches!(step.leg, Leg::Create | Leg::Update | Leg::Read) {
            step.dependencies.iter().for_each(|node| nodes.note(node));
        }
    }
    for (name, output) in &plan.outputs {
        output.value.each_node(&mut |node| nodes.note(node));
        let wanted = worlds.desired.outputs.get(name).filter(|_| is_written(output));
        if let Some(wanted) = wanted.filter(|_| output.before.as_ref() != Some(&output.after)) {
            wanted.value.each_node(&mut |node| nodes.note(node));
        }
    }
    let Nodes { instances: mut read, blocks } = nodes;
    read.extend(blocks.into_iter().filter_map(|block| plan.blocks.get(block)).flat_map(|shape| &shape.instances));
    read.extend(plan.steps.iter().map(|step| &step.address));
    read.extend(plan.steps.iter().filter_map(|step| step.moves_from().map(|record| &record.address)));
    let deleted = Deleted::by(plan);
    read.extend(deleted.users(worlds.recorded).map(|record| &record.address));
    let mut basis = looked.of(&mut read);
    for address in read {
        // Something that is left out of the plan, and stands on what is deleted.
        if let Some(record) = worlds.recorded.records.get(address) {
            basis.insert(address.clone(), Some(record.version));
        }
    }
    let halves = halves(plan);
    (plan.basis, plan.deposed_basis) = (basis, halves);
}

/// Nodes by what they are.
#[derive(Default)]
struct Nodes<'p> {
    instances: NameSet<&'p Address>,
    blocks: NameSet<&'p Block>,
}

impl<'p> Nodes<'p> {
    fn note(&mut self, node: &'p Node) {
        match node {
            Node::Instance(address) => _ = self.instances.insert(address),
            Node::Block(block) => _ = self.blocks.insert(block),
        }
    }
}

/// The old halves that a plan touches.
fn halves(plan: &Plan) -> BTreeMap<Address, BTreeMap<String, u64>> {
    let mut halves: BTreeMap<Address, BTreeMap<String, u64>> = BTreeMap::new();
    if plan.steps.iter().all(|step| step.deposed.is_empty()) {
        return halves;
    }
    // An old half that moves is compared where it stands now, whatever else happens to it where it goes.
    let moves: HashSet<(&Address, &str)> = plan
        .steps
        .iter()
        .filter(|step| step.moves_from().is_some())
        .map(|step| (&step.address, step.deposed.as_str()))
        .collect();
    let own = set_aside(plan);
    for step in plan.steps.iter().filter(|step| !step.deposed.is_empty()) {
        // What this plan itself sets aside stands as the current object until then, and is compared as such.
        if own.contains(&(&step.address, step.deposed.as_str())) {
            continue;
        }
        let Some(record) = &step.record else { continue };
        if step.moves_from().is_some() || !moves.contains(&(&step.address, step.deposed.as_str())) {
            halves.entry(record.address.clone()).or_default().insert(step.deposed.clone(), record.version);
        }
    }
    halves
}

fn is_written(output: &PlannedOutput) -> bool {
    output.before.as_ref().unwrap_or(&Value::Null) != &output.after
}

/// Everything in a plan's basis that moved since, and what stands by now on something that the plan deletes; empty for a
/// plan that may be carried out.
pub fn moved(plan: &Plan, recorded: &Recorded) -> Vec<Moved> {
    let mut moved: Vec<Moved> = Vec::new();
    let deleted = Deleted::by(plan);
    let mut users: BTreeMap<&Address, u64> =
        deleted.users(recorded).map(|record| (&record.address, record.version)).collect();
    for (address, expected) in &plan.basis {
        users.remove(address);
        let found = recorded.records.get(address).map(|record| record.version);
        if found != *expected {
            moved.push(Moved::Record { address: address.clone(), deposed: String::new(), expected: *expected, found });
        }
    }
    let halves: HashMap<(&Address, &str), u64> = match plan.deposed_basis.is_empty() {
        true => HashMap::new(),
        false => recorded.deposed.iter().map(|r| ((&r.address, r.deposed.as_str()), r.version)).collect(),
    };
    for (address, expected) in &plan.deposed_basis {
        for (deposed, version) in expected {
            let found = halves.get(&(address, deposed.as_str())).copied();
            if found != Some(*version) {
                let (address, deposed) = (address.clone(), deposed.clone());
                moved.push(Moved::Record { address, deposed, expected: Some(*version), found });
            }
        }
    }
    moved.extend(users.into_iter().map(|(address, found)| Moved::User { address: address.clone(), found }));
    moved.extend(claims::taken(plan, recorded));
    moved.extend(moved_outputs(plan, recorded));
    moved
}

/// All outputs are written together, so one that somebody else wrote meanwhile would be written over.
fn moved_outputs(plan: &Plan, recorded: &Recorded) -> Vec<Moved> {
    if !plan.outputs.values().any(is_written) {
        return Vec::new();
    }
    let names: BTreeSet<&String> = plan.outputs.keys().chain(recorded.outputs.keys()).collect();
    let moved = |name: &String| {
        let planned = plan.outputs.get(name);
        let before = planned.and_then(|output| output.before.clone());
        let stored = recorded.outputs.get(name);
        let now = stored.and_then(|output| output.value.decode().ok());
        let same = match (&before, &now) {
            (Some(before), Some(now)) => same(before, now),
            (before, now) => before.as_ref().is_none_or(Value::is_null) && now.as_ref().is_none_or(Value::is_null),
        };
        let sensitive = planned.is_some_and(|output| output.sensitive) || stored.is_some_and(|output| output.sensitive);
        (!same).then(|| Moved::Output { name: name.clone(), before, now, sensitive })
    };
    names.into_iter().filter_map(moved).collect()
}

/// The objects that a plan sets aside when their successors are there.
fn set_aside(plan: &Plan) -> HashSet<(&Address, &str)> {
    let makes = plan.steps.iter().filter(|step| !step.deposes.is_empty());
    makes.map(|step| (&step.address, step.deposes.as_str())).collect()
}

/// Addresses whose current objects a plan deletes, whether before or after it makes new ones.
pub(crate) fn replaced_or_deleted(plan: &Plan) -> impl Iterator<Item = &Address> {
    let own = set_aside(plan);
    let deletes = plan.steps.iter().filter(|step| step.leg == Leg::Delete);
    deletes
        .filter(move |step| step.deposed.is_empty() || own.contains(&(&step.address, step.deposed.as_str())))
        .map(|step| &step.address)
}

/// What a plan deletes, or deletes to make it anew.
struct Deleted<'a> {
    addresses: NameSet<&'a Address>,
    blocks: NameSet<&'a Block>,
}

impl<'a> Deleted<'a> {
    fn by(plan: &'a Plan) -> Deleted<'a> {
        let addresses: NameSet<&Address> = replaced_or_deleted(plan).collect();
        Deleted { blocks: addresses.iter().map(|address| &address.block).collect(), addresses }
    }

    /// Records that were made to depend on one of them.
    fn users<'r>(&'r self, recorded: &'r Recorded) -> impl Iterator<Item = &'r Record> {
        let records = if self.addresses.is_empty() { None } else { Some(recorded.records.values()) };
        records.into_iter().flatten().filter(|record| {
            record.dependencies.iter().any(|node| match node {
                Node::Instance(address) => self.addresses.contains(address),
                Node::Block(block) => self.blocks.contains(block),
            })
        })
    }
}
