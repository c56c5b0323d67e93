//! Faults at each changing call: the answer lost, the request lost, an error after the fact, a request carried out twice, a
//! refusal. And the whole step carried out twice.

use crate::{
    moments::Wanted,
    session::{Goal, Scene, Story, live},
    steps::unwritten,
    tally::Tally,
};
use firma_lab::{Fate, Frozen};
use firma_plan::step::Action;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// One thing that is done to a subject.
pub(crate) struct Phase {
    pub(crate) name: String,
    pub(crate) action: Action,
    pub(crate) start: Frozen,
    pub(crate) goal: Goal,
}

const FATES: [Fate; 5] = [Fate::LostAfter, Fate::LostBefore, Fate::BrokenAfter, Fate::Twice, Fate::Denied];

/// Lets each changing call of a phase meet each fate. `limited` are operations that do more when they are carried out twice.
pub(crate) async fn disturb(what: &str, phase: &Phase, undisturbed: &Story, limited: &[String], tally: &mut Tally) {
    for fate in FATES {
        for number in 0.. {
            let what = format!("{what}, {fate:?} at call {number}");
            let scene = Scene(what.clone());
            let lab = phase.start.thaw();
            let plan = lab.plan(&phase.goal.desired, phase.goal.mode).await;
            let met = Arc::new(AtomicBool::new(false));
            let (note, limited) = (met.clone(), limited.to_vec());
            lab.wire.script(move |request, sent| {
                if !request.mutating || sent != number {
                    return Fate::Pass;
                }
                note.store(true, Ordering::SeqCst);
                let name = format!("{}.{}", request.service, request.operation);
                // A second object that the network made cannot be known of; nothing on the way delivers a create twice.
                let creates = limited.contains(&name) && !name.contains(".delete");
                if fate == Fate::Twice && creates { Fate::Pass } else { fate }
            });
            let outcome = lab.apply(&plan).await;
            lab.wire.mend();
            if !met.load(Ordering::SeqCst) {
                break;
            }
            tally.faults += 1;
            // A call that nothing settles stays open until somebody adopts what it made.
            let open = phase.goal.adopts && outcome.unresolved.len() == 1;
            // What was shown once and lost is the next plan's to make anew.
            let lost = phase.goal.once && outcome.failed.len() == 1 && outcome.failed[0].incomplete;
            if fate != Fate::Denied && !outcome.is_complete() && !open && !lost {
                tally.find(format!("{what}: not complete: {outcome:?}"));
            }
            let frozen = lab.freeze();
            drop(scene);
            if frozen.shape() == undisturbed.frozen.shape() {
                continue;
            }
            let _scene = Scene(format!("{what}, the next process"));
            if let Err(trouble) = live(&frozen, &phase.goal, Wanted::None).await {
                tally.find(format!("{what}: {trouble}"));
            }
        }
    }
}

/// Carries a phase out twice, the first time without writing anything down: as if somebody else had been faster. What sets
/// and what deletes comes to the same; what makes would make a second object, and is left out.
pub(crate) async fn repeat(what: &str, phase: &Phase, tally: &mut Tally) {
    if !matches!(phase.action, Action::Update | Action::Delete) {
        return;
    }
    let _scene = Scene(format!("{what}, twice"));
    let lab = phase.start.thaw();
    let plan = lab.plan(&phase.goal.desired, phase.goal.mode).await;
    let phantom = lab.apply_through(&plan, unwritten).await;
    let outcome = lab.apply(&plan).await;
    tally.twice += plan.steps.len();
    if !phantom.is_complete() || !outcome.is_complete() {
        tally.find(format!("{what}, twice: {phantom:?} {outcome:?}"));
    }
    if let Err(trouble) = live(&lab.freeze(), &phase.goal, Wanted::None).await {
        tally.find(format!("{what}, twice: {trouble}"));
    }
}
