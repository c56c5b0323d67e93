//! What must hold besides: identity, the basis of a plan, secrets, events, the lease.

use firma_api::Clock as _;
use firma_engine::{CancelLevel, Observers, RunEvent, Tenure, apply, inline, moved, stale};
use firma_lab::{
    Lab,
    stack::{REGION, desired, keypair, network, server},
};
use firma_model::{address::Address, expr::Expr, fault::FaultKind, record::Status, value::Value};
use firma_plan::step::Mode;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::{mpsc, watch};

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn outside(lab: &Lab, service: &str, operation: &str, parameters: &serde_json::Value) {
    let request = firma_api::build(service, operation, Some(REGION), parameters.as_object().unwrap()).unwrap();
    let response = lab.world.call(&request);
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
}

#[tokio::test(start_paused = true)]
async fn another_object_under_the_same_id_is_not_deleted() {
    let lab = Lab::new();
    let wanted = desired(&[("vm.keypair.admin", keypair())]);
    lab.converge(&wanted).await;
    let plan = lab.plan(&wanted, Mode::Destroy).await;
    // Between plan and apply somebody deletes the key and makes another of the same name.
    outside(&lab, "vm", "deleteKeypair", &json!({ "keyName": "admin" }));
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG5vdC1hLXNlY3JldC1idXQtYW5vdGhlci1vbmUu b@example";
    tokio::time::sleep(Duration::from_secs(5)).await;
    outside(&lab, "vm", "importKeypair", &json!({ "keyName": "admin", "publicKey": key }));
    let outcome = lab.apply(&plan).await;
    assert_eq!(outcome.failed.len(), 1, "{outcome:#?}");
    assert_eq!(outcome.failed[0].fault.kind, FaultKind::Conflict);
    assert!(outcome.failed[0].fault.message.contains("another object"), "{}", outcome.failed[0].fault);
    assert_eq!(lab.in_cloud().len(), 1);
    assert_eq!(lab.recorded().records.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_exists_already_is_not_taken_over() {
    let lab = Lab::new();
    outside(&lab, "vm", "importKeypair", &json!({ "keyName": "admin", "publicKey": keypair()["public_key"] }));
    let wanted = desired(&[("vm.keypair.admin", keypair())]);
    let plan = lab.plan(&wanted, Mode::Apply).await;
    lab.wire.take_sent();
    let outcome = lab.apply(&plan).await;
    assert_eq!(outcome.failed[0].fault.kind, FaultKind::Conflict, "{outcome:#?}");
    assert!(!lab.wire.take_sent().contains(&"importKeypair".to_owned()));
    assert!(lab.recorded().records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_counts_as_deleted() {
    let lab = Lab::new();
    let wanted = network();
    lab.converge(&wanted).await;
    let plan = lab.plan(&wanted, Mode::Destroy).await;
    outside(&lab, "vm", "deleteKeypair", &json!({ "keyName": "admin" }));
    let outcome = lab.apply(&plan).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert!(lab.recorded().records.is_empty() && lab.in_cloud().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_stale_when_its_basis_moved() {
    let lab = Lab::new();
    let first = network();
    let plan = lab.plan(&first, Mode::Apply).await;
    assert!(moved(&plan, &lab.recorded()).is_empty() && stale(&[]).is_none());
    lab.apply(&plan).await;
    let found = moved(&plan, &lab.recorded());
    // Every address, and the name of the key pair, which is free no longer.
    assert_eq!(found.len(), plan.basis.len() + 1);
    let refusal = stale(&found).unwrap();
    assert_eq!(refusal.code, "E0806");
    assert!(refusal.message.contains("and 2 more"), "{}", refusal.message);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_nowhere_in_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let mut lab = Lab::new();
    let path = folder.path().join("state.db");
    let store = firma_store::Store::open(&path, firma_store::Mode::CreateIfMissing).unwrap();
    lab.store = Arc::new(std::sync::Mutex::new(store));
    let image = lab.image().await;
    let mut wanted = server(&image);
    let secret = "Not-a-secret-4711";
    let password = |text: &str| Expr::literal(Value::string(text).sensitive());
    let instance = wanted.resources.get_mut(&address("vm.instance.web")).unwrap();
    instance.attributes.insert("password".into(), password(secret));
    // What the cloud shows again is no less a secret for that.
    let shown = "Not-a-secret-2342";
    let vpc = wanted.resources.get_mut(&address("vpc.vpc.main")).unwrap();
    vpc.attributes.insert("description".into(), password(shown));
    lab.converge(&wanted).await;
    lab.assert_converged(&wanted).await;
    assert!(lab.plan(&wanted, Mode::RefreshOnly).await.steps.is_empty());
    let other = "Not-a-secret-0815";
    let instance = wanted.resources.get_mut(&address("vm.instance.web")).unwrap();
    instance.attributes.insert("password".into(), password(other));
    let plan = lab.converge(&wanted).await;
    assert_eq!(plan.steps.len(), 1);
    lab.assert_converged(&wanted).await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in [secret, shown, other] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", path.display());
        }
    }
}

/// Both may be given to a runtime of many threads.
fn may_move<T: Send>(future: T) -> T {
    future
}

#[tokio::test(start_paused = true)]
async fn events_tell_the_whole_run() {
    let mut lab = Lab::new();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let observers = Observers::to(sender);
    let cloud = firma_client::Cloud::new(lab.wire.clone(), lab.clock.clone()).with_log(Arc::new(observers.clone()));
    lab.cloud = Arc::new(cloud);
    let image = lab.image().await;
    let plan = lab.plan(&server(&image), Mode::Apply).await;
    let lease = lab.lease();
    let run = lab.begin("apply", Some(&plan));
    let (_cancel, cancelled) = watch::channel(CancelLevel::None);
    let mut context = lab.context(run, inline(lab.store.clone(), lease.clone(), run), cancelled);
    context.observers = observers;
    while receiver.try_recv().is_ok() {}
    let outcome = may_move(apply(plan.clone(), context)).await;
    assert!(outcome.is_complete(), "{outcome:#?}");
    let mut events = Vec::new();
    while let Ok(event) = receiver.try_recv() {
        events.push(event);
    }
    assert!(matches!(&events[0], RunEvent::Started { steps, .. } if steps.len() == plan.steps.len()));
    assert!(matches!(events.last(), Some(RunEvent::Finished { failed: 0, skipped: 0, interrupted: false, .. })));
    let count = |is: fn(&RunEvent) -> bool| events.iter().filter(|event| is(event)).count();
    assert_eq!(count(|event| matches!(event, RunEvent::StepStarted { .. })), plan.steps.len());
    assert_eq!(count(|event| matches!(event, RunEvent::StepDone { .. })), plan.steps.len());
    assert!(count(|event| matches!(event, RunEvent::StepWaiting { status: Some(_), .. })) > 0);
    assert!(count(|event| matches!(event, RunEvent::CallMade { request_id: Some(_), .. })) > plan.steps.len());
    assert!(!outcome.durations.is_empty());
    // Nobody listening is no reason to stop.
    drop(receiver);
    lab.release(&lease);
    let plan = lab.plan(&server(&image), Mode::Destroy).await;
    assert!(lab.apply(&plan).await.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_run_with_no_room_for_an_object_fails_only_what_hangs_on_it() {
    let lab = Lab::new();
    lab.world.outside("quota", &json!({ "limits": { "network_security_group": 1, "subnet": 0 } }));
    let plan = lab.plan(&network(), Mode::Apply).await;
    let outcome = lab.apply(&plan).await;
    assert_eq!(outcome.failed.len(), 1, "{outcome:#?}");
    assert_eq!(outcome.failed[0].fault.kind, FaultKind::Quota);
    assert_eq!(outcome.word(), "failed");
    assert_eq!(outcome.diagnostics().list[0].code, "E0801");
    assert_eq!(lab.recorded().records.len(), 5);
    assert!(lab.recorded().records.values().all(|record| record.status == Status::Ready));
    lab.world.outside("quota", &json!({ "limits": { "subnet": 100 } }));
    lab.converge(&network()).await;
    lab.assert_converged(&network()).await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_and_not_relied_on_too_long() {
    let lab = Lab::new();
    let ttl = Duration::from_secs(60);
    let lease = lab.store.lock().unwrap().acquire("test", lab.clock.now(), 60_000).unwrap();
    let tenure = Tenure::new(lab.store.clone(), lease.clone(), lab.clock.clone(), ttl);
    let guard = tenure.guard(Duration::from_secs(30));
    assert!(guard().is_ok());
    tokio::time::sleep(Duration::from_secs(35)).await;
    assert!(guard().is_err(), "25 s are less than a request may take");
    let ended = tokio::time::timeout(Duration::from_secs(100), tenure.keep()).await;
    assert!(ended.is_err(), "kept for as long as nobody takes it");
    assert!(guard().is_ok());
    lab.release(&lease);
    let other = lab.lease();
    let error = tenure.keep().await;
    assert!(matches!(error.kind, firma_store::ErrorKind::Fenced { .. }), "{error}");
    lab.release(&other);
}
