//! What fails is made up for: some steps fail, the plan is made again and applied, and the end is that of a day on which
//! nothing failed.

use crate::{
    ending::{ending, ids, same},
    running::check,
    story::any_story,
    telling::{Round, tell},
};
use firma_lab::Fate;
use firma_plan::step::Plan;
use firma_tests::simulation::chance::Chance;
use std::{collections::BTreeSet, sync::Arc};

#[test]
fn what_fails_is_made_up_for_by_the_next_apply() {
    check(15, any_story(), |story| tell(story, look));
}

/// What is left of a plan when some of its steps fail before they have done anything: neither they nor what waits for them.
fn without(plan: &Plan, failed: &BTreeSet<u32>) -> Plan {
    let steps = plan.steps.len();
    let afters =
        || plan.steps.iter().map(|step| &step.after).chain(plan.gates.iter().map(|gate| &gate.after)).enumerate();
    let mut lost: BTreeSet<u32> = failed.clone();
    loop {
        let more: Vec<u32> = afters()
            .filter(|(at, after)| !lost.contains(&(*at as u32)) && after.iter().any(|edge| lost.contains(&edge.vertex)))
            .map(|(at, _)| at as u32)
            .collect();
        if more.is_empty() {
            break;
        }
        lost.extend(more);
    }
    let kept: Vec<u32> = (0..(steps + plan.gates.len()) as u32).filter(|vertex| !lost.contains(vertex)).collect();
    let number = |old: u32| kept.binary_search(&old).expect("what is kept waits for what is kept") as u32;
    let mut left = plan.clone();
    let stays = |at: usize| !lost.contains(&(at as u32));
    let mut at = 0;
    left.steps.retain(|_| {
        at += 1;
        stays(at - 1)
    });
    left.gates.retain(|_| {
        at += 1;
        stays(at - 1)
    });
    let afters = left.steps.iter_mut().map(|step| &mut step.after).chain(left.gates.iter_mut().map(|g| &mut g.after));
    afters.flatten().for_each(|edge| edge.vertex = number(edge.vertex));
    left
}

pub(crate) async fn look(round: &Round<'_>) -> Result<(), String> {
    let plan = &round.made.plan;
    if plan.steps.is_empty() {
        return Ok(());
    }
    let before = ids(&round.site.lab);
    let usual = round.again();
    usual.settle(round.files).await?;
    let expected = ending(&usual.lab, &before);
    let mut chance = Chance::new(round.seed);
    let some = |chance: &mut Chance, of: u64| -> BTreeSet<u32> {
        (0..chance.between(1, 3)).map(|_| chance.below(of) as u32).collect()
    };
    // Steps that fail at once, and calls that are refused in the middle of some.
    let failed = some(&mut chance, plan.steps.len() as u64);
    let site = round.again();
    site.apply_part(plan, &Arc::new(without(plan, &failed)), 20).await;
    site.settle(round.files).await.map_err(|error| format!("after the steps {failed:?} failed: {error}"))?;
    same(&expected, &ending(&site.lab, &before))
        .map_err(|error| format!("after the steps {failed:?} failed: {error}"))?;

    let calls: u64 = plan.steps.iter().map(|step| step.calls.len() as u64).sum();
    if calls == 0 {
        return Ok(());
    }
    let denied = some(&mut chance, calls);
    let site = round.again();
    let numbers = denied.clone();
    site.lab.wire.script(move |request, number| match request.mutating && numbers.contains(&(number as u32)) {
        true => Fate::Denied,
        false => Fate::Pass,
    });
    site.apply(plan, 1).await;
    site.lab.wire.mend();
    site.settle(round.files).await.map_err(|error| format!("after the calls {denied:?} were refused: {error}"))?;
    same(&expected, &ending(&site.lab, &before))
        .map_err(|error| format!("after the calls {denied:?} were refused: {error}"))
}
