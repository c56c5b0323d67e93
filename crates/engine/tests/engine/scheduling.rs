//! Whose turn it is: what a step waits for before it begins, and what it does not.

use firma_client::{Cloud, Limiter};
use firma_engine::{CancelLevel, Commit, apply, inline};
use firma_lab::{
    Fate, Lab,
    stack::{desired, disk, vpc},
};
use firma_model::event::EventBody;
use firma_plan::step::Mode;
use serde_json::{Value as Json, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Values whose journal takes ten seconds, a network that is named after one of them and one that is not.
#[tokio::test(start_paused = true)]
async fn a_call_waits_for_the_batch_it_depends_on_and_for_no_other() {
    let lab = Lab::new();
    let values: Vec<String> = (0..2_500).map(|n| format!("firma.value.v{n}")).collect();
    let mut resources: Vec<(&str, Json)> = values.iter().map(|name| (name.as_str(), json!({ "input": "x" }))).collect();
    let mut after = vpc("after");
    after["description"] = json!("@firma.value.v7#output");
    resources.push(("vpc.vpc.after", after));
    resources.push(("vpc.vpc.alone", vpc("alone")));
    let wanted = desired(&resources);
    let plan = lab.plan(&wanted, Mode::Apply).await;

    let durable = Arc::new(AtomicBool::new(false));
    let sent: Arc<Mutex<Vec<(String, bool, Duration)>>> = Arc::default();
    let (start, seen, log) = (Instant::now(), durable.clone(), sent.clone());
    lab.wire.script(move |request, _| {
        if request.mutating {
            let name = if request.body.windows(5).any(|part| part == b"after") { "after" } else { "alone" };
            log.lock().unwrap().push((name.to_owned(), seen.load(Ordering::SeqCst), start.elapsed()));
        }
        Fate::Pass
    });
    let slow = move |commit: Commit| -> Commit {
        Arc::new(move |events| {
            let (commit, durable) = (commit.clone(), durable.clone());
            Box::pin(async move {
                let about = |name: &str| {
                    events.iter().any(|event| match &event.body {
                        EventBody::Done { record, .. } => record.address.to_string() == name,
                        _ => false,
                    })
                };
                let (values, mine) = (about("firma.value.v9") || about("firma.value.v2000"), about("firma.value.v7"));
                if values || mine {
                    tokio::time::sleep(Duration::from_secs(10)).await;
                }
                let result = commit(events).await;
                durable.fetch_or(mine, Ordering::SeqCst);
                result
            })
        })
    };
    let outcome = lab.apply_through(&plan, slow).await;
    assert!(outcome.is_complete(), "{:?}", outcome.failed);
    let sent = sent.lock().unwrap().clone();
    let of = |name: &str| sent.iter().find(|(sent, ..)| sent == name).cloned().unwrap();
    let (_, durable, at) = of("after");
    assert!(durable, "the value it is named after is written down, {at:?}");
    let (_, durable, at) = of("alone");
    assert!(!durable && at < Duration::from_secs(5), "it depends on nothing, {at:?}");
    lab.wire.mend();
    lab.assert_converged(&wanted).await;
}

fn disks(count: usize) -> firma_model::desired::Desired {
    let names: Vec<String> = (0..count).map(|n| format!("disk.disk.d{n}")).collect();
    let resources: Vec<(&str, Json)> = names.iter().map(|name| (name.as_str(), disk(100))).collect();
    desired(&resources)
}

#[tokio::test(start_paused = true)]
async fn one_that_waits_for_its_object_keeps_nobody_from_beginning() {
    let lab = Lab::new();
    let wanted = disks(30);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let lease = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let (_cancel, cancelled) = watch::channel(CancelLevel::None);
    let mut context = lab.context(run, inline(lab.store.clone(), lease.clone(), run), cancelled);
    context.parallelism = 1;
    let start = Instant::now();
    let outcome = apply(plan, context).await;
    lab.release(&lease);
    assert!(outcome.is_complete(), "{outcome:#?}");
    // A disk takes up to six seconds; one after another they would take two minutes.
    assert!(start.elapsed() < Duration::from_secs(7), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whoever_only_waits_for_a_turn_is_not_waited_for() {
    let mut lab = Lab::new();
    let limiter = Limiter::new(lab.clock.clone()).with_default(60);
    lab.cloud = Arc::new(Cloud::new(lab.wire.clone(), lab.clock.clone()).with_limiter(limiter));
    let wanted = disks(200);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let lease = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let (cancel, cancelled) = watch::channel(CancelLevel::None);
    let work = apply(plan.clone(), lab.context(run, inline(lab.store.clone(), lease.clone(), run), cancelled));
    let start = Instant::now();
    let press = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        cancel.send(CancelLevel::Finish).unwrap();
    };
    let (outcome, ()) = tokio::join!(work, press);
    lab.release(&lease);
    assert!(outcome.interrupted && outcome.failed.is_empty(), "{outcome:#?}");
    assert_eq!(outcome.done.len() + outcome.skipped.len(), 200);
    assert!(outcome.skipped.len() > 150);
    // What was begun is finished: a disk's six seconds and a look.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    lab.assert_same();
}

#[tokio::test(start_paused = true)]
async fn a_place_without_allowance_holds_up_no_other() {
    let mut lab = Lab::new();
    let limiter = Limiter::new(lab.clock.clone()).with_limit("disk", 1);
    lab.cloud = Arc::new(Cloud::new(lab.wire.clone(), lab.clock.clone()).with_limiter(limiter));
    let names: Vec<String> = (0..20).map(|n| format!("disk.disk.d{n}")).collect();
    let mut resources: Vec<(&str, Json)> = names.iter().map(|name| (name.as_str(), disk(100))).collect();
    resources.push(("vpc.vpc.other", vpc("other")));
    let wanted = desired(&resources);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let (start, made) = (Instant::now(), Arc::new(Mutex::new(None)));
    let seen = made.clone();
    lab.wire.script(move |request, _| {
        if request.operation == "createVpc" {
            *seen.lock().unwrap() = Some(start.elapsed());
        }
        Fate::Pass
    });
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    let made = made.lock().unwrap().expect("it was made");
    assert!(made < Duration::from_secs(1), "{made:?}");
}
