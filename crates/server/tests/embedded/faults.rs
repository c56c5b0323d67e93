//! Faults in a file: every process counts, and what they did to the cloud is done again by whoever opens it.

use crate::{create_vpc, open, options, vpc, vpcs};
use firma_api::{BoxFuture, Clock, Transport, TransportError};
use firma_model::time::Timestamp;
use firma_server::{Embedded, WallClock};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that moves when told to.
struct Still(AtomicI64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.fetch_add(duration.as_millis() as i64, Ordering::SeqCst);
        Box::pin(async {})
    }
}

async fn inject(cloud: &Embedded, fault: Value) {
    cloud.outside("fault", &json!({"add": fault})).await.unwrap();
}

async fn rows(cloud: &Embedded) -> Vec<String> {
    let calls = cloud.calls().await.unwrap();
    let row = |call: &Value| format!("{} {} {}", call["operation"], call["status"], call["injected"]).replace('"', "");
    calls.as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn the_third_call_is_the_third_of_all_processes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let (first, second) = (open(&path), open(&path));
    inject(&first, json!({"match": {"operation": "createVpc"}, "at": {"call": 3}, "kind": "answer_lost"})).await;
    vpc(&first, "one").await;
    vpc(&second, "two").await;
    drop((first, second));
    let third = open(&path);
    assert!(matches!(third.send(create_vpc("three")).await, Err(TransportError::Ambiguous(_))));
    let faults = third.outside("fault", &json!({})).await.unwrap()["faults"].clone();
    assert_eq!((&faults[0]["seen"], &faults[0]["hits"], &faults[0]["over"]), (&json!(3), &json!(1), &json!(true)));
    assert_eq!(vpcs(&third).await.len(), 3);
    assert_eq!(rows(&third).await.last().unwrap(), "createVpc OK answer_lost");
    third.outside("fault", &json!({"clear": true})).await.unwrap();
    assert_eq!(open(&path).outside("fault", &json!({})).await.unwrap()["faults"], json!([]));
}

#[tokio::test]
async fn deliveries_are_those_of_a_network() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(Still(AtomicI64::new(WallClock.now().0)));
    let cloud = Embedded::open(&options(&directory.path().join("emulator.db")), clock.clone()).unwrap();
    inject(
        &cloud,
        json!([
            {"kind": "refused"},
            {"at": {"call": 2}, "kind": "request_lost"},
            {"at": {"call": 3}, "kind": {"slow": {"millis": 5000}}},
        ]),
    )
    .await;
    assert!(matches!(cloud.send(create_vpc("a")).await, Err(TransportError::Connect(_))));
    assert!(matches!(cloud.send(create_vpc("a")).await, Err(TransportError::Ambiguous(_))));
    assert_eq!(vpcs(&cloud).await.len(), 0);
    let before = clock.now();
    assert_eq!(cloud.send(create_vpc("a")).await.unwrap().status, 200);
    assert_eq!(clock.now().millis_since(before), 5000);
}

#[tokio::test]
async fn a_late_request_arrives_once_whoever_looks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let clock = Arc::new(Still(AtomicI64::new(WallClock.now().0)));
    let open = || Embedded::open(&options(&path), clock.clone()).unwrap();
    let (first, second) = (open(), open());
    // Both know the cloud before, so that both see the request arrive.
    vpc(&second, "known").await;
    inject(&first, json!({"match": {"mutating": true}, "kind": {"late": {"millis": 60_000}}})).await;
    assert!(matches!(first.send(create_vpc("late")).await, Err(TransportError::Ambiguous(_))));
    assert_eq!(vpcs(&second).await.len(), 1);
    drop(clock.sleep(Duration::from_secs(61)));
    let there = vpcs(&first).await;
    assert_eq!(there.len(), 2);
    assert_eq!(vpcs(&second).await, there);
    assert_eq!(vpcs(&open()).await, there);
    assert_eq!(
        rows(&second).await,
        ["createVpc OK null", "createVpc NOT_RECEIVED late", "createVpc OK late"],
        "each looked, and the log has it once"
    );
}

#[tokio::test]
async fn what_faults_did_is_done_again_from_the_file_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let clock = Arc::new(Still(AtomicI64::new(WallClock.now().0)));
    let open = || Embedded::open(&options(&path), clock.clone()).unwrap();
    let cloud = open();
    cloud.outside("settings", &json!({"speed": 1})).await.unwrap();
    inject(&cloud, json!([{"kind": "job_fails"}, {"match": {"service": "vpc"}, "kind": "twice"}])).await;
    let spec = json!({"az": "cn-north-1a", "name": "d", "diskType": "ssd.gp1", "diskSizeGB": 20});
    let params = json!({"diskSpec": spec, "maxCount": 1, "clientToken": "token"});
    let disk = firma_api::build("disk", "createDisks", Some("cn-north-1"), params.as_object().unwrap()).unwrap();
    assert_eq!(cloud.send(disk).await.unwrap().status, 200);
    assert_eq!(cloud.send(create_vpc("double")).await.unwrap().status, 200);
    cloud.outside("keys", &json!({"accessKey": "emulator", "account": "other"})).await.unwrap();
    vpc(&cloud, "theirs").await;
    drop(clock.sleep(Duration::from_secs(60)));
    let inventory = cloud.inventory().await.unwrap();
    let statuses: Vec<String> = inventory
        .as_array()
        .unwrap()
        .iter()
        .filter(|o| matches!(o["kind"].as_str(), Some("disk" | "vpc")))
        .map(|o| format!("{} {} {}", o["kind"], o["status"], o["account"]).replace('"', ""))
        .collect();
    assert_eq!(statuses, ["disk error_create null", "vpc  null", "vpc  null", "vpc  other"]);
    drop(cloud);
    // No faults, no counters, no snapshot: the changes are enough.
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute("DELETE FROM fault", []).unwrap();
    drop(file);
    assert_eq!(open().inventory().await.unwrap(), inventory);
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch(include_str!("../../../../state/emulator/0001_initial.sql")).unwrap();
    file.execute_batch(
        r#"PRAGMA application_id = 0x46454D55;
        PRAGMA user_version = 1;
        INSERT INTO origin (one, seed) VALUES (1, 1);
        INSERT INTO change (seq, at, service, operation, parameters) VALUES
            (1, 1768471200000, 'vpc', 'createVpc',
             '{"regionId": "cn-north-1", "vpcName": "old", "addressPrefix": "10.0.0.0/16"}');
        INSERT INTO snapshot (seq, world) VALUES (1, CAST('{"version": 1}' AS BLOB));
        INSERT INTO call (at, service, operation, region, code, status, request_id, mutating) VALUES
            (1768471200000, 'vpc', 'createVpc', 'cn-north-1', 200, 'OK', 'some-id', 1);"#,
    )
    .unwrap();
    drop(file);
    let cloud = open(&path);
    assert_eq!(vpcs(&cloud).await.len(), 1);
    assert_eq!(rows(&cloud).await, ["createVpc OK null"]);
    vpc(&cloud, "new").await;
    drop(cloud);
    let version: i64 =
        rusqlite::Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
    assert_eq!(version, 2);
    assert_eq!(vpcs(&open(&path)).await.len(), 2);
}
