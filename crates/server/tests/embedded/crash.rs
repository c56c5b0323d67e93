//! A process killed in the middle of its work: what was answered is there, and the file is whole.

use crate::{open, raise_quotas, vpc, vpcs};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const FILE: &str = "FIRMA_TEST_FILE";

/// Not a test by itself: the process to be killed. It prints each id that was answered, until it dies.
#[tokio::test]
async fn child() {
    let Some(path) = std::env::var_os(FILE).map(PathBuf::from) else { return };
    let cloud = open(&path);
    for number in 0..u64::MAX {
        println!("answered {}", vpc(&cloud, &format!("v{number}")).await);
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    raise_quotas(&open(&path)).await;
    let mut answered = Vec::new();
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            // The test harness puts its own words before the first of ours.
            if let Some((_, id)) = line.split_once("answered ") {
                answered.push(id.to_owned());
            }
            if answered.len() == round * 25 {
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();
        let there = vpcs(&open(&path)).await;
        for id in &answered {
            assert!(there.contains(id), "{id} was answered and is gone");
        }
        // Whole: the file's own check, and a new change goes through.
        let file = rusqlite::Connection::open(&path).unwrap();
        let check: String = file.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
        assert_eq!(check, "ok");
    }
}
