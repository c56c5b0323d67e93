//! Structural checks of a finished plan: one finding per way it could be unsound. Run on every plan before anyone sees it.

use crate::step::{Leg, Plan};
use firma_model::{
    address::{Address, Block, Node},
    record::Status,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

/// A way in which a plan is unsound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Two steps do the same to one address.
    Doubled(Address, Leg),
    /// An edge leads to no vertex, or from a step to itself.
    BadEdge(u32, u32),
    /// A delete of something that is not recorded, or a create of something that is.
    WrongRecord(Address, Leg),
    /// A step's kind has no procedure in the plan.
    NoProcedure(Address),
    /// A residual refers to a node that neither a step nor the kept values will supply.
    Dangling(Address, Node),
    /// A step refers to a node whose step does not come before it.
    Unordered(Address, Node),
    /// An address is touched that the basis does not hold.
    NotInBasis(Address),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Doubled(address, leg) => write!(f, "{address}: two steps {}", leg.as_str()),
            Finding::BadEdge(from, to) => write!(f, "vertex {from} waits for vertex {to}, which is not one"),
            Finding::WrongRecord(address, leg) => write!(f, "{address}: {} does not fit its record", leg.as_str()),
            Finding::NoProcedure(address) => write!(f, "{address}: no procedure for its kind"),
            Finding::Dangling(address, node) => write!(f, "{address} refers to {node}, which nothing supplies"),
            Finding::Unordered(address, node) => write!(f, "{address} refers to {node} but does not wait for it"),
            Finding::NotInBasis(address) => write!(f, "{address} is not in the basis"),
        }
    }
}

/// Every way in which the plan is unsound; empty for a good one.
pub fn audit(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    let vertices = (plan.steps.len() + plan.gates.len()) as u32;
    let mut seen = HashSet::new();
    let mut makes: BTreeMap<&Address, u32> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        if !seen.insert((&step.address, &step.deposed, step.leg)) {
            findings.push(Finding::Doubled(step.address.clone(), step.leg));
        }
        if matches!(step.leg, Leg::Create | Leg::Update) {
            makes.insert(&step.address, at as u32);
        }
        for edge in &step.after {
            if edge.vertex >= vertices || edge.vertex == at as u32 {
                findings.push(Finding::BadEdge(at as u32, edge.vertex));
            }
        }
        let fits = match step.leg {
            Leg::Create => step.record.is_none(),
            Leg::Delete | Leg::Forget | Leg::Record | Leg::Update => step.record.is_some(),
        };
        let deposed_fits =
            step.deposed.is_empty() || step.record.as_ref().is_some_and(|record| record.status == Status::Deposed);
        if !fits || !deposed_fits {
            findings.push(Finding::WrongRecord(step.address.clone(), step.leg));
        }
        if !matches!(step.leg, Leg::Forget | Leg::Record) && plan.procedure(step.kind()).is_none() {
            findings.push(Finding::NoProcedure(step.address.clone()));
        }
        if step.deposed.is_empty() && !plan.basis.contains_key(&step.address) {
            findings.push(Finding::NotInBasis(step.address.clone()));
        }
    }
    for (at, gate) in plan.gates.iter().enumerate() {
        let own = (plan.steps.len() + at) as u32;
        for edge in gate.after.iter().filter(|edge| edge.vertex >= vertices || edge.vertex == own) {
            findings.push(Finding::BadEdge(own, edge.vertex));
        }
    }
    references(plan, &makes, &mut findings);
    findings
}

/// A block that is referred to as a whole: which steps make its instances, and whether any instance has no source.
struct BlockSources {
    makes: Vec<u32>,
    dangling: bool,
}

/// Every hole is filled by a step that comes before, or by a kept value. Whole blocks are looked through once, not once for
/// each step that refers to them.
fn references(plan: &Plan, makes: &BTreeMap<&Address, u32>, findings: &mut Vec<Finding>) {
    let behind_gate: Vec<HashSet<u32>> =
        plan.gates.iter().map(|gate| gate.after.iter().map(|edge| edge.vertex).collect()).collect();
    let blocks: HashMap<&Block, BlockSources> = plan
        .blocks
        .iter()
        .map(|(block, shape)| {
            let (made, others): (Vec<_>, Vec<_>) = shape.instances.iter().partition(|a| makes.contains_key(*a));
            let sources = BlockSources {
                makes: made.iter().filter_map(|address| makes.get(*address).copied()).collect(),
                dangling: others.iter().any(|address| !plan.kept.contains_key(*address)),
            };
            (block, sources)
        })
        .collect();
    let mut opens: HashMap<(&Block, u32), bool> = HashMap::new();
    for step in &plan.steps {
        let direct: BTreeSet<u32> = step.after.iter().map(|edge| edge.vertex).collect();
        let gates = || direct.range(plan.steps.len() as u32..);
        let behind = |gate: u32, make: u32| {
            behind_gate.get(gate as usize - plan.steps.len()).is_some_and(|makes| makes.contains(&make))
        };
        let mut nodes = Vec::new();
        for expr in step.attributes.values() {
            expr.each_node(&mut |node| nodes.push(node));
        }
        for node in nodes {
            let (ordered, dangling) = match node {
                Node::Instance(address) => match makes.get(address) {
                    Some(make) => (direct.contains(make) || gates().any(|gate| behind(*gate, *make)), false),
                    None => (true, !plan.kept.contains_key(address)),
                },
                Node::Block(block) => match blocks.get(block) {
                    Some(sources) => {
                        let ordered = sources.makes.iter().all(|make| direct.contains(make))
                            || gates().any(|gate| {
                                *opens
                                    .entry((block, *gate))
                                    .or_insert_with(|| sources.makes.iter().all(|make| behind(*gate, *make)))
                            });
                        (ordered, sources.dangling)
                    }
                    None => (true, false),
                },
            };
            if !ordered {
                findings.push(Finding::Unordered(step.address.clone(), node.clone()));
            }
            if dangling {
                findings.push(Finding::Dangling(step.address.clone(), node.clone()));
            }
        }
    }
}
