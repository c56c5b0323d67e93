//! Answers that are lost, doubled, broken or refused, one call at a time.

use crate::{
    lab::Lab,
    stack::{desired, disk, network, server},
    wire::Fate,
};
use firma_engine::Settled;
use firma_model::desired::Desired;
use firma_plan::step::Mode;

/// Lets the changing request number `k` meet a fate, with everything else going well.
async fn meet(fate: Fate, wanted: impl Fn(&str) -> Desired) {
    for k in 0.. {
        let lab = Lab::new();
        let image = lab.image().await;
        let desired = wanted(&image);
        let plan = lab.plan(&desired, Mode::Apply).await;
        let met = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let note = met.clone();
        lab.wire.script(move |request, number| {
            if request.mutating && number == k {
                note.store(true, std::sync::atomic::Ordering::SeqCst);
                return fate;
            }
            Fate::Pass
        });
        let outcome = lab.apply(&plan).await;
        lab.wire.mend();
        if !met.load(std::sync::atomic::Ordering::SeqCst) {
            assert!(k >= 6, "{fate:?} was met {k} times");
            return;
        }
        if fate != Fate::Denied {
            assert!(outcome.is_complete(), "{fate:?} at {k}: {outcome:#?}");
        }
        for settlement in lab.recover().await {
            assert!(!matches!(settlement.how, Settled::Stuck { .. }), "{fate:?} at {k}: {settlement:#?}");
        }
        lab.assert_same();
        lab.converge(&desired).await;
        lab.assert_converged(&desired).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_on_the_spot() {
    meet(Fate::LostAfter, server).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_made_again() {
    meet(Fate::LostBefore, server).await;
}

#[tokio::test(start_paused = true)]
async fn an_internal_error_proves_nothing() {
    meet(Fate::Broken, |_| network()).await;
    meet(Fate::BrokenAfter, |_| network()).await;
    meet(Fate::Garbled, |_| network()).await;
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_patient() {
    meet(Fate::Throttled, |_| network()).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_fails_its_step_and_what_hangs_on_it() {
    meet(Fate::Denied, server).await;
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_passes() {
    let lab = Lab::new();
    let desired = network();
    let plan = lab.plan(&desired, Mode::Apply).await;
    let left = std::sync::atomic::AtomicUsize::new(10);
    lab.wire.script(move |_, _| {
        let take = |n: usize| n.checked_sub(1);
        let order = std::sync::atomic::Ordering::SeqCst;
        if left.fetch_update(order, order, take).is_ok() { Fate::Throttled } else { Fate::Pass }
    });
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    lab.assert_converged(&desired).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_token_cannot_settle_any_more_is_offered() {
    let lab = Lab::new();
    let wanted = desired(&[("disk.disk.data", disk(100))]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    // The cloud makes it and falls silent.
    lab.wire.script(|request, number| match (request.mutating, number) {
        (true, 0) => Fate::LostAfter,
        (true, _) => Fate::LostBefore,
        _ => Fate::Pass,
    });
    let outcome = lab.apply(&plan).await;
    assert_eq!(outcome.unresolved.len(), 1, "{outcome:#?}");
    lab.wire.mend();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    let settlements = lab.recover().await;
    let [settlement] = &settlements[..] else { panic!("{settlements:?}") };
    let Settled::Stuck { candidates, .. } = &settlement.how else { panic!("{settlement:?}") };
    assert_eq!(candidates.len(), 1);
    assert_eq!(lab.store.lock().unwrap().open_intents().unwrap().len(), 1, "it stays open");
    let settlements = lab.recover_adopting(Some(candidates[0].clone())).await;
    assert_eq!(settlements[0].how, Settled::Adopted(candidates[0].clone()));
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
}
