//! The holes of a plan: each is filled by a step that comes before, or by a kept value.

use super::Finding;
use crate::step::{Leg, Plan};
use firma_model::address::{Address, Block, NameMap, Node};
use std::collections::{HashMap, HashSet};

/// A block that is referred to as a whole: which steps make its instances, and whether any instance has no source.
struct BlockSources {
    makes: Vec<u32>,
    dangling: bool,
}

/// Every hole is filled by a step that comes before, or by a kept value. Whole blocks are looked through once, not once for
/// each step that refers to them.
pub(super) fn holes(plan: &Plan, findings: &mut Vec<Finding>) {
    let makes: NameMap<&Address, u32> = (0_u32..)
        .zip(&plan.steps)
        .filter(|(_, step)| matches!(step.leg, Leg::Create | Leg::Update | Leg::Read))
        .map(|(at, step)| (&step.address, at))
        .collect();
    let behind_gate: Vec<HashSet<u32>> =
        plan.gates.iter().map(|gate| gate.after.iter().map(|edge| edge.vertex).collect()).collect();
    let blocks: NameMap<&Block, BlockSources> = plan
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
    let mut direct: Vec<u32> = Vec::new();
    for step in &plan.steps {
        // Sorted once for all that it refers to.
        direct.clear();
        direct.extend(step.after.iter().map(|edge| edge.vertex));
        direct.sort_unstable();
        let gates = || direct[direct.partition_point(|vertex| (*vertex as usize) < plan.steps.len())..].iter();
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
                    Some(make) => {
                        (direct.binary_search(make).is_ok() || gates().any(|gate| behind(*gate, *make)), false)
                    }
                    None => (true, !plan.kept.contains_key(address)),
                },
                Node::Block(block) => match blocks.get(block) {
                    Some(sources) => {
                        let ordered = sources.makes.iter().all(|make| direct.binary_search(make).is_ok())
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
