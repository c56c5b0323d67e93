//! Every order of steps that the graph allows comes to the same end.

use crate::{
    ending::{ending, ids, same},
    running::check,
    site::ending as told,
    story::any_story,
    telling::{Round, tell},
};
use firma_plan::step::{After, Plan, Rule};
use firma_tests::simulation::chance::Chance;
use std::sync::Arc;

#[test]
fn every_order_that_the_graph_allows_ends_alike() {
    check(15, any_story(), |story| tell(story, look));
}

/// An order of the steps in which each comes after what it waits for.
fn order(plan: &Plan, chance: &mut Chance) -> Vec<u32> {
    let steps = plan.steps.len();
    let afters: Vec<&[After]> =
        plan.steps.iter().map(|step| &*step.after).chain(plan.gates.iter().map(|gate| &*gate.after)).collect();
    let mut done = vec![false; afters.len()];
    let mut order = Vec::new();
    loop {
        let free = |vertex: &usize| !done[*vertex] && afters[*vertex].iter().all(|edge| done[edge.vertex as usize]);
        let ready: Vec<usize> = (0..afters.len()).filter(free).collect();
        if ready.is_empty() {
            assert_eq!(order.len(), steps, "the steps wait for each other");
            return order;
        }
        let vertex = *chance.pick(&ready);
        done[vertex] = true;
        if vertex < steps {
            order.push(vertex as u32);
        }
    }
}

/// The same plan with its steps one after another.
fn in_line(plan: &Plan, order: &[u32]) -> Plan {
    let mut plan = plan.clone();
    for pair in order.windows(2) {
        let after = &mut plan.steps[pair[1] as usize].after;
        after.push(After { vertex: pair[0], rule: Rule::MakeAfterDependency });
        after.sort_unstable();
        after.dedup_by_key(|edge| edge.vertex);
    }
    plan
}

pub(crate) async fn look(round: &Round<'_>) -> Result<(), String> {
    let plan = &round.made.plan;
    if plan.steps.len() < 2 {
        return Ok(());
    }
    let before = ids(&round.site.lab);
    let usual = round.again();
    usual.settle(round.files).await?;
    let expected = ending(&usual.lab, &before);
    let mut chance = Chance::new(round.seed);
    for _ in 0..2 {
        let order = order(plan, &mut chance);
        let site = round.again();
        let outcome = site.apply(&Arc::new(in_line(plan, &order)), 1).await;
        let wrong = |error: String| format!("in the order {order:?}: {error}");
        if !outcome.is_complete() {
            return Err(wrong(told(&outcome)));
        }
        site.settle(round.files).await.map_err(wrong)?;
        same(&expected, &ending(&site.lab, &before)).map_err(wrong)?;
    }
    Ok(())
}
