//! Requests that arrive after their sender has given them up.

use firma_api::Request;
use firma_client::{Cloud, RetrySettings};
use firma_lab::{
    Fate, Lab,
    stack::{desired, disk, keypair},
};
use firma_model::desired::Desired;
use firma_plan::step::Mode;
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// The first sending of `operation` gets lost and arrives this much later; the second meets `then`, all others pass.
fn lose(lab: &Lab, operation: &'static str, millis: u64, then: Fate) -> tokio::task::JoinHandle<()> {
    let lost: Arc<Mutex<Option<Request>>> = Arc::default();
    let (keep, arrived) = (lost.clone(), Arc::new(tokio::sync::Notify::new()));
    let bell = arrived.clone();
    let sends = Mutex::new(0);
    lab.wire.script(move |request, _| {
        if request.operation != operation {
            return Fate::Pass;
        }
        let mut sends = sends.lock().unwrap();
        *sends += 1;
        match *sends {
            1 => {
                *keep.lock().unwrap() = Some(request.clone());
                bell.notify_one();
                Fate::LostBefore
            }
            2 => then,
            _ => Fate::Pass,
        }
    });
    let world = lab.world.clone();
    tokio::spawn(async move {
        arrived.notified().await;
        tokio::time::sleep(Duration::from_millis(millis)).await;
        let request = lost.lock().unwrap().take().expect("it was lost before the bell rang");
        world.call(&request);
    })
}

/// From one world to another while a request arrives late; afterwards everything is as wished.
async fn arrives(from: &Desired, to: &Desired, mode: Mode, operation: &'static str, then: Fate) {
    let lab = Lab::new();
    lab.converge(from).await;
    let plan = lab.plan(to, mode).await;
    let late = lose(&lab, operation, 40_000, then);
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    late.await.unwrap();
    lab.wire.mend();
    match mode {
        Mode::Destroy => lab.assert_same(),
        _ => lab.assert_converged(to).await,
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_deletion_does_not_meet_the_next_object_of_that_name() {
    let mut other = keypair();
    other["public_key"] =
        json!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFub3RoZXIgb25seTogbm8gcHJpdmF0ZSBoYWxmLi4u web@example");
    let (from, to) = (desired(&[("vm.keypair.admin", keypair())]), desired(&[("vm.keypair.admin", other)]));
    arrives(&from, &to, Mode::Apply, "deleteKeypair", Fate::Pass).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_repetition_does_not_end_a_deletion_that_is_under_way() {
    let from = desired(&[("disk.disk.data", disk(100))]);
    arrives(&from, &from, Mode::Destroy, "deleteDisk", Fate::Denied).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_repetition_does_not_end_a_change_that_is_under_way() {
    let mut renamed = disk(100);
    renamed["name"] = json!("other");
    let (from, to) = (desired(&[("disk.disk.data", disk(100))]), desired(&[("disk.disk.data", renamed)]));
    arrives(&from, &to, Mode::Apply, "modifyDiskAttribute", Fate::Denied).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_leaves_long_after_it_was_written_down() {
    let mut lab = Lab::new();
    // One call a minute, all refused, and more patience than is good: at some time a repetition's turn comes too late.
    let limiter = firma_client::Limiter::new(lab.clock.clone()).with_default(1);
    let hour = Duration::from_secs(3_600);
    let patient = RetrySettings { attempts_throttled: 100, deadline: hour, ..RetrySettings::default() };
    lab.cloud = Arc::new(Cloud::new(lab.wire.clone(), lab.clock.clone()).with_limiter(limiter).with_retry(patient));
    let names: Vec<String> = (0..3).map(|n| format!("disk.disk.d{n}")).collect();
    let resources: Vec<_> = names.iter().map(|name| (name.as_str(), disk(100))).collect();
    let wanted = desired(&resources);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    lab.wire.script(|request, _| if request.mutating { Fate::Throttled } else { Fate::Pass });
    let outcome = lab.apply(&plan).await;
    assert_eq!(outcome.failed.len(), 3);
    for step in &outcome.failed {
        assert!(step.fault.message.contains("nothing was sent"), "{}", step.fault);
    }
    assert!(lab.store.lock().unwrap().open_intents().unwrap().is_empty());
    lab.assert_same();
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_has_no_open_intent() {
    let mut lab = Lab::new();
    let limiter = firma_client::Limiter::new(lab.clock.clone()).with_default(1);
    lab.cloud = Arc::new(Cloud::new(lab.wire.clone(), lab.clock.clone()).with_limiter(limiter));
    let names: Vec<String> = (0..14).map(|n| format!("disk.disk.d{n}")).collect();
    let resources: Vec<_> = names.iter().map(|name| (name.as_str(), disk(100))).collect();
    let wanted = desired(&resources);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    let store = lab.store.clone();
    lab.wire.script(move |request, _| {
        if request.mutating {
            // Its own, and perhaps that of one whose answer has just come.
            assert!(store.lock().unwrap().open_intents().unwrap().len() <= 2);
        }
        Fate::Pass
    });
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    lab.assert_same();
}
