//! The order of a whole plan.

use super::{
    chains::{chains, usual_seconds},
    circle::{give_way, told},
    edges::{Edges, Through},
    holding,
    legs::Legs,
};
use crate::{
    step::{After, Gate, Plan},
    worlds::Worlds,
};
use firma_model::diagnostic::Diagnostics;

/// Orders the steps of a plan and gives each its priority. A circle is a diagnostic.
pub fn order(plan: &mut Plan, worlds: Worlds<'_>, diagnostics: &mut Diagnostics) {
    let mut edges = Edges::new(Legs::of(plan), worlds);
    edges.written_first();
    edges.making();
    edges.removing();
    edges.keys();
    edges.holding(&plan.conditions);
    let Edges { after, gates, through, preferences, .. } = edges;
    let names: Vec<String> = through.iter().map(named).collect();
    let mut lists: Vec<Vec<After>> = after.into_iter().chain(gates).collect();
    lists.iter_mut().for_each(tidy);
    // What is demanded is not wished for as well.
    let mut wishes = preferences;
    wishes.retain(|wish| {
        let list = &lists[wish.later as usize];
        list.binary_search_by_key(&wish.after.vertex, |after| after.vertex).is_err()
    });
    for wish in &wishes {
        lists[wish.later as usize].push(wish.after);
    }
    lists.iter_mut().for_each(tidy);
    let gates = lists.split_off(plan.steps.len());
    for (step, after) in plan.steps.iter_mut().zip(lists) {
        step.after = after;
    }
    plan.gates = gates.into_iter().map(|after| Gate { after }).collect();

    let mut lengths = chains(plan, |step| usual_seconds(plan, step));
    if lengths.is_none() {
        give_way(plan, &wishes);
        holding::told(plan, &wishes, diagnostics);
        lengths = chains(plan, |step| usual_seconds(plan, step));
    }
    match lengths {
        Some(lengths) => plan.steps.iter_mut().zip(lengths).for_each(|(step, length)| step.priority = length),
        None => diagnostics.push(told(plan, worlds, &names)),
    }
}

fn tidy(after: &mut Vec<After>) {
    after.sort_unstable();
    after.dedup_by_key(|edge| edge.vertex);
}

fn named(through: &Through<'_>) -> String {
    match through {
        Through::Block(block) => format!("{block}[*]"),
        Through::Kept(address) => format!("{address}, which stays"),
    }
}
