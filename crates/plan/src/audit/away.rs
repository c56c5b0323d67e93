//! Who no longer needs what is deleted: it stands until they have been changed.

use super::{Finding, reach::Reach};
use crate::step::{Leg, Plan, Step};
use firma_model::{
    address::{Address, Block, Node},
    record::Recorded,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Pairs of a change and a deletion that are looked at; a plan has few that no gate stands for.
const PAIRS: usize = 1_000_000;

/// Deletions of objects without a successor, one by one and by block.
#[derive(Default)]
struct Ends<'p> {
    orphans: HashMap<&'p Address, Vec<u32>>,
    blocks: HashMap<&'p Block, OfBlock<'p>>,
}

/// Deletions of a block's instances, and the gates that all of them wait for.
type OfBlock<'p> = (Vec<(&'p Address, u32)>, BTreeSet<u32>);

impl<'p> Ends<'p> {
    fn of(plan: &'p Plan) -> Ends<'p> {
        let makes = |step: &&Step| matches!(step.leg, Leg::Create | Leg::Update);
        let made: HashSet<&Address> = plan.steps.iter().filter(makes).map(|step| &step.address).collect();
        let mut ends = Ends::default();
        for (at, step) in (0_u32..).zip(&plan.steps).filter(|(_, step)| step.leg == Leg::Delete) {
            if !step.deposed.is_empty() || !made.contains(&step.address) {
                ends.orphans.entry(&step.address).or_default().push(at);
                let gates = step.after.iter().map(|edge| edge.vertex).filter(|v| *v as usize >= plan.steps.len());
                let gates: BTreeSet<u32> = gates.collect();
                let (deletes, doors) = ends.blocks.entry(&step.address.block).or_default();
                match deletes.is_empty() {
                    true => *doors = gates,
                    false => doors.retain(|door| gates.contains(door)),
                }
                deletes.push((&step.address, at));
            }
        }
        ends
    }
}

/// What is deleted for good waits for those that depended on it and are changed away from it. Where a change waits for the
/// deletion itself, because of what else hangs on it, there is no other way.
pub(super) fn moved_away_in_order(
    plan: &Plan,
    recorded: &Recorded,
    reach: &mut Reach<'_>,
    findings: &mut Vec<Finding>,
) {
    let ends = Ends::of(plan);
    if ends.orphans.is_empty() {
        return;
    }
    let mut patience = PAIRS;
    for (at, step) in (0_u32..).zip(&plan.steps).filter(|(_, step)| step.leg == Leg::Update) {
        let Some(record) = &step.record else { continue };
        for node in &record.dependencies {
            let deletes: Vec<(&Address, u32)> = match node {
                Node::Instance(on) => {
                    let own = ends.orphans.get_key_value(on);
                    own.into_iter().flat_map(|(on, all)| all.iter().map(|delete| (*on, *delete))).collect()
                }
                Node::Block(on) => match ends.blocks.get(on) {
                    Some((_, doors)) if doors.iter().any(|door| reach.at_once(*door, at)) => Vec::new(),
                    // Of what was set aside long ago nobody is known to have depended on it as a part of the block.
                    Some((all, _)) => all.iter().filter(|(on, _)| recorded.records.contains_key(on)).copied().collect(),
                    None => Vec::new(),
                },
            };
            for (on, delete) in deletes {
                patience = patience.saturating_sub(1);
                if patience == 0 {
                    return;
                }
                if *on != step.address && !reach.waits(delete, at) && !reach.waits(at, delete) {
                    findings.push(Finding::DeletedEarly(on.clone(), step.address.clone()));
                }
            }
        }
    }
}
