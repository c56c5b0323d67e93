//! An edit that only moves makes no calls that change anything.

use crate::{
    running::check,
    site::ending,
    story::moving_story,
    telling::{Round, tell},
};
use firma_lab::Fate;
use firma_plan::step::Leg;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

#[test]
fn what_only_moves_makes_no_calls() {
    check(40, moving_story(), |story| tell(story, look));
}

pub(crate) async fn look(round: &Round<'_>) -> Result<(), String> {
    if round.first {
        return Ok(());
    }
    let plan = &round.made.plan;
    if let Some(step) = plan.steps.iter().find(|step| step.leg != Leg::Record) {
        return Err(format!("nothing but an address changes, and it will {} {}", step.leg.as_str(), step.address));
    }
    let site = round.again();
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    site.lab.wire.script(move |request, _| {
        counter.fetch_add(usize::from(request.mutating), Ordering::SeqCst);
        Fate::Pass
    });
    let outcome = site.apply(plan, 20).await;
    if !outcome.is_complete() {
        return Err(ending(&outcome));
    }
    match calls.load(Ordering::SeqCst) {
        0 => site.settle(round.files).await,
        some => Err(format!("{some} calls that change something")),
    }
}
