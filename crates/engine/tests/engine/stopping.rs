//! Asked to stop: what runs is finished, or left where it stands.

use firma_engine::{CancelLevel, apply, inline};
use firma_lab::{
    Lab,
    stack::{network, server},
};
use firma_plan::step::Mode;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

#[tokio::test(start_paused = true)]
async fn the_first_request_finishes_what_runs() {
    let lab = Lab::new();
    let image = lab.image().await;
    let wanted = server(&image);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let lease = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let (cancel, cancelled) = watch::channel(CancelLevel::None);
    let work = apply(plan.clone(), lab.context(run, inline(lab.store.clone(), lease.clone(), run), cancelled));
    // The disk takes seconds: it runs by then, and the instance does not yet.
    let press = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cancel.send(CancelLevel::Finish).unwrap();
    };
    let (outcome, ()) = tokio::join!(work, press);
    lab.release(&lease);
    assert!(outcome.interrupted && outcome.failed.is_empty() && outcome.unresolved.is_empty(), "{outcome:#?}");
    assert!(!outcome.done.is_empty() && !outcome.skipped.is_empty(), "{outcome:#?}");
    assert_eq!(outcome.done.len() + outcome.skipped.len(), plan.steps.len());
    assert_eq!(outcome.word(), "interrupted");
    // Everything that was begun is done and written down: nothing is open.
    assert!(lab.store.lock().unwrap().open_intents().unwrap().is_empty());
    lab.assert_same();
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn the_second_request_stops_waiting_too() {
    let lab = Lab::new();
    let image = lab.image().await;
    let wanted = server(&image);
    for millis in [40, 300, 2_000, 12_000, 20_000, 45_000] {
        let plan = lab.plan(&wanted, Mode::Apply).await;
        let lease = lab.lease();
        let run = lab.begin("apply", Some(&plan));
        let (cancel, cancelled) = watch::channel(CancelLevel::None);
        let work = apply(plan.clone(), lab.context(run, inline(lab.store.clone(), lease.clone(), run), cancelled));
        let press = async {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            // It may be over by then.
            let _ = cancel.send(CancelLevel::Abandon);
        };
        let (outcome, ()) = tokio::join!(work, press);
        lab.release(&lease);
        assert!(outcome.failed.is_empty(), "{outcome:#?}");
        lab.recover().await;
        // What was made so far is in the state, whatever was waited for.
        lab.assert_same();
    }
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_lease_stops_every_change() {
    let lab = Lab::new();
    let plan = lab.plan(&network(), Mode::Apply).await;
    let lease = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let (_cancel, cancelled) = watch::channel(CancelLevel::None);
    let mut context = lab.context(run, inline(lab.store.clone(), lease.clone(), run), cancelled);
    context.guard = Arc::new(|| {
        Err(firma_model::fault::Fault {
            kind: firma_model::fault::FaultKind::Unavailable,
            service: String::new(),
            operation: String::new(),
            http_status: None,
            code: None,
            status: None,
            message: "the lease runs out".to_owned(),
            request_id: None,
        })
    });
    let outcome = apply(plan, context).await;
    assert!(!outcome.failed.is_empty());
    assert!(lab.in_cloud().is_empty());
    lab.release(&lease);

    // The same when the journal refuses, because somebody else took the lease.
    let plan = lab.plan(&network(), Mode::Apply).await;
    let stale = lab.lease();
    lab.release(&stale);
    let other = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let (_cancel, cancelled) = watch::channel(CancelLevel::None);
    let outcome = apply(plan, lab.context(run, inline(lab.store.clone(), stale, run), cancelled)).await;
    assert!(outcome.journal.is_some());
    assert!(lab.in_cloud().is_empty());
    lab.release(&other);
    lab.converge(&network()).await;
    lab.assert_converged(&network()).await;
}
