//! Commands and processes share one cloud.

use crate::{create_vpc, open, options, raise_quotas, vpc, vpcs};
use firma_api::Transport;
use firma_server::{Embedded, Options, WallClock};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

#[tokio::test]
async fn two_users_of_one_file_see_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/emulator.db");
    let (first, second) = (open(&path), open(&path));
    let mut made = Vec::new();
    for number in 0..4 {
        let cloud = if number % 2 == 0 { &first } else { &second };
        made.push(vpc(cloud, &format!("vpc-{number}")).await);
    }
    made.sort();
    assert_eq!(vpcs(&first).await, made);
    assert_eq!(vpcs(&second).await, made);
    drop((first, second));
    assert_eq!(vpcs(&open(&path)).await, made);
}

#[tokio::test]
async fn the_log_of_calls_has_everything_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let cloud = open(&path);
    vpc(&cloud, "main").await;
    let list = firma_api::build("vpc", "describeVpcs", Some("cn-north-1"), &serde_json::Map::new()).unwrap();
    open(&path).send(list).await.unwrap();
    let rows: Vec<String> = cloud.calls().await.unwrap().as_array().unwrap().iter().map(row).collect();
    assert_eq!(rows, ["1 createVpc true OK", "2 describeVpcs false OK"]);
    cloud.reset().await.unwrap();
    assert_eq!(cloud.calls().await.unwrap(), json!([]));
    assert_eq!(cloud.inventory().await.unwrap(), json!([]));
}

fn row(call: &Value) -> String {
    let text = |name: &str| call[name].as_str().unwrap().to_owned();
    assert_eq!(text("requestId").len(), 36);
    format!("{} {} {} {}", call["seq"], text("operation"), call["mutating"], text("status"))
}

#[tokio::test]
async fn requests_that_wait_together_are_all_answered() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Arc::new(open(&directory.path().join("emulator.db")));
    raise_quotas(&cloud).await;
    let mut tasks = Vec::new();
    for number in 0..300 {
        let cloud = cloud.clone();
        tasks.push(tokio::spawn(async move { vpc(&cloud, &format!("v{number}")).await }));
    }
    let mut ids = BTreeSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 300);
    assert_eq!(vpcs(&cloud).await, ids.into_iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_snapshot_stands_for_the_changes_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let cloud = open(&path);
    raise_quotas(&cloud).await;
    for number in 0..1010 {
        let response = cloud.send(create_vpc(&format!("v{number}"))).await.unwrap();
        assert_eq!(response.status, 200);
    }
    let before = vpcs(&cloud).await;
    drop(cloud);
    let file = rusqlite::Connection::open(&path).unwrap();
    let snapshot: i64 = file.query_row("SELECT seq FROM snapshot", [], |r| r.get(0)).unwrap();
    assert!((1000..=1013).contains(&snapshot), "{snapshot}");
    // What came before the snapshot is not needed any more.
    file.execute("DELETE FROM change WHERE seq <= ?1", [snapshot]).unwrap();
    drop(file);
    assert_eq!(vpcs(&open(&path)).await, before);
}

#[tokio::test]
async fn speed_and_time_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    let cloud = Embedded::open(&Options { speed: Some(0.25), ..options(&path) }, Arc::new(WallClock)).unwrap();
    let now = cloud.advance(32 * 86_400_000).await.unwrap();
    drop(cloud);
    let again = Embedded::open(&Options { speed: None, ..options(&path) }, Arc::new(WallClock)).unwrap();
    let settings = again.outside("settings", &json!({})).await.unwrap();
    assert_eq!(settings["settings"]["speed"], 0.25);
    assert!(again.advance(0).await.unwrap().as_str() >= now.as_str(), "time never goes backwards");
}

/// A new file that several make at once is made by one of them, and all of them find it.
#[test]
fn a_file_that_many_make_at_once_is_made_once() {
    for _ in 0..100 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("emulator.db");
        let start = Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    start.wait();
                    open(&path);
                });
            }
        });
    }
}
