//! Priorities: the longest chain behind each step.

use crate::{
    procedure::{Procedure, Source},
    step::{Leg, Plan, Step},
};
use firma_model::address::Node;
use std::sync::Arc;

/// For each step the length of the longest chain that begins with it, where `own` is the length of one step. None when
/// steps wait for each other.
///
/// Steps that an object takes one at a time, such as attachments to one instance, follow it one after another and not side
/// by side, although no edge says so. Whoever starts the longest chains first is done first, as far as an order can bring
/// that about: with lengths learned in earlier runs better than with those the plan was made with.
pub fn chains(plan: &Plan, own: impl Fn(&Step) -> u64) -> Option<Vec<u64>> {
    let vertices = plan.steps.len() + plan.gates.len();
    let before = |vertex: usize| match plan.steps.get(vertex) {
        Some(step) => &step.after,
        None => &plan.gates[vertex - plan.steps.len()].after,
    };
    // From the ends backwards: a vertex is reached when everything that waits for it was.
    let mut waiting = vec![0u32; vertices];
    for edge in (0..vertices).flat_map(before) {
        waiting[edge.vertex as usize] += 1;
    }
    let mut reached: Vec<usize> = (0..vertices).filter(|vertex| waiting[*vertex] == 0).collect();
    let mut lengths = vec![0u64; vertices];
    // Of those that follow one at a time: their own lengths together, and the longest chain behind one of them.
    let mut queues = vec![(0u64, 0u64); vertices];
    let mut done = 0;
    while let Some(vertex) = reached.pop() {
        done += 1;
        let step = plan.steps.get(vertex);
        let own = step.map_or(0, &own);
        let (queued, behind) = queues[vertex];
        let rest = lengths[vertex].max(queued + behind);
        lengths[vertex] = rest + own;
        for edge in before(vertex) {
            let earlier = edge.vertex as usize;
            match (step, plan.steps.get(earlier)) {
                (Some(step), Some(object)) if takes_turns(plan, step, object) => {
                    let (queued, behind) = queues[earlier];
                    queues[earlier] = (queued + own, behind.max(rest));
                }
                _ => lengths[earlier] = lengths[earlier].max(lengths[vertex]),
            }
            waiting[earlier] -= 1;
            if waiting[earlier] == 0 {
                reached.push(earlier);
            }
        }
    }
    lengths.truncate(plan.steps.len());
    (done == vertices).then_some(lengths)
}

/// Whether a step is one of those that the object of another takes one at a time.
fn takes_turns(plan: &Plan, step: &Step, object: &Step) -> bool {
    let takes = |procedure: &&Arc<Procedure>| step.leg != Leg::Read && !procedure.serial.is_empty();
    let Some(procedure) = plan.procedure(step.kind()).filter(takes) else { return false };
    procedure.serial.iter().any(|source| {
        let (Source::Attribute(name) | Source::AttributeAlways(name)) = source else { return false };
        let mut refers = false;
        if let Some(expr) = step.attributes.get(name) {
            expr.each_node(&mut |node| refers |= matches!(node, Node::Instance(address) if *address == object.address));
        }
        refers
    })
}

/// Seconds a step usually takes.
pub(super) fn usual_seconds(plan: &Plan, step: &Step) -> u64 {
    let seconds = plan.procedure(step.kind()).filter(|_| step.leg != Leg::Read).map(|procedure| match step.leg {
        Leg::Create => procedure.usual_seconds.create,
        Leg::Update => procedure.usual_seconds.update,
        Leg::Delete => procedure.usual_seconds.delete,
        Leg::Forget | Leg::Record | Leg::Read => 0,
    });
    u64::from(seconds.unwrap_or(0)) + 1
}
