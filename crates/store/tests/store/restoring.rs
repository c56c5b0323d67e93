//! A state that is not the newest one: noticed by what is kept outside of it, readable, refused, accepted.

use crate::world::{NOW, TTL, address, begin, begun, create, done, existing, folder, info, record};
use firma_model::event::EventBody;
use firma_store::{Difference, Mode, RunInfo, Store, Verification};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// One run that writes `count` records, and ends.
fn a_run(path: &Path, marks: &[PathBuf], from: u32, count: u32) {
    let mut store = Store::open_witnessed(path, Mode::CreateIfMissing, marks).expect("opened");
    let (lease, run) = begin(&mut store);
    for index in from..from + count {
        let made = done(index, record(&format!("vpc.vpc.v[{index}]"), &format!("v-{index}")));
        store.commit(&lease, run, &[made]).expect("commit");
    }
    store.end_run(run, "done", NOW).expect("ended");
    store.release(&lease).expect("released");
}

/// Everything of a state that was closed, as a backup has it.
fn backup(path: &Path, names: &[&str]) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    names.iter().map(|name| path.with_file_name(name)).map(|file| (file.clone(), fs::read(file).ok())).collect()
}

fn bring_back(backup: &[(PathBuf, Option<Vec<u8>>)]) {
    for (file, bytes) in backup {
        let _ = fs::remove_file(file);
        if let Some(bytes) = bytes {
            fs::write(file, bytes).expect("written");
        }
    }
}

const STATE: &[&str] = &["state.db", "state.db-wal", "state.db-shm", "state.key"];
const FOLDER: &[&str] = &["state.db", "state.db-wal", "state.db-shm", "state.key", "state.mark"];

fn doctor() -> RunInfo {
    RunInfo { command: "doctor".to_owned(), ..info() }
}

#[test]
fn a_backup_is_for_reading_until_it_is_accepted() {
    let (_folder, path) = folder();
    a_run(&path, &[], 0, 2);
    let old = backup(&path, STATE);
    a_run(&path, &[], 2, 3);
    bring_back(&old);

    let mut store = existing(&path);
    let restored = store.restored().expect("noticed").clone();
    assert_eq!(restored.difference, Difference::Behind);
    assert_eq!((restored.here.serial, restored.here.run, restored.here.epoch), (2, 1, 1));
    assert_eq!((restored.mark.position.serial, restored.mark.position.run, restored.mark.position.epoch), (5, 2, 2));
    // It can be read.
    assert_eq!(store.snapshot().expect("snapshot").records.len(), 2);
    assert_eq!(store.runs().expect("runs").len(), 1);
    assert_eq!(store.verify_all(), Ok(Vec::new()));
    store.hash_key().expect("a key to plan with");
    store.pin_project("shop").expect("nothing to compare with, nothing kept");
    // Nothing else.
    let error = store.acquire("a", NOW, TTL).expect_err("refused");
    assert_eq!(error.code(), "E0623");
    assert!(error.is_refusal());
    let shown = path.display().to_string();
    let mark = path.with_extension("mark").display().to_string();
    assert_eq!(
        error.to_string(),
        format!(
            "the state `{shown}` is older than what was last seen of it: it ends with event 2 of run 1, `{mark}` saw \
             event 5 of run 2 at 2027-01-15T08:00:00Z"
        )
    );
    assert!(error.diagnostic().hints.iter().any(|hint| hint.contains("firma doctor --accept")));
    for refused in [
        store.begin_run(&info()).map(|_| ()),
        store.put_plan("p", b"{}", NOW),
        store.plan_file("p", b"{}").map(|_| ()),
        store.pin_account("a"),
        store.record_duration(&crate::world::kind("vpc.vpc"), "create", 1),
    ] {
        if let Err(error) = refused {
            assert_eq!(error.code(), "E0623", "{error}");
        }
    }
    assert_eq!((store.serial(), store.last_run(), store.account()), (Ok(2), Ok(1), Ok(None)));

    let run = store.accept_restored(&doctor(), None).expect("accepted").expect("there was something");
    assert_eq!(store.restored(), None);
    assert_eq!(run, 3, "run 2 was somebody else's");
    let summary = store.run(run).expect("read").expect("there");
    assert_eq!((summary.info.command.as_str(), summary.outcome.as_deref()), ("doctor", Some("accepted")));
    let events = store.events(run).expect("events");
    assert_eq!(
        events[0].1.body,
        EventBody::Restored { difference: "behind".to_owned(), serial: 5, run: 2, epoch: 2 },
        "the journal knows what was given up"
    );
    assert_eq!(store.verify_all(), Ok(Vec::new()));
    let lease = store.acquire("a", NOW, TTL).expect("free");
    assert!(lease.epoch > 3, "above everything that was seen: {}", lease.epoch);
    drop(store);
    let mut again = existing(&path);
    assert_eq!(again.restored(), None);
    assert_eq!(again.accept_restored(&doctor(), None), Ok(None), "nothing to accept");
}

#[test]
fn a_whole_folder_brought_back_is_noticed_by_the_second_witness() {
    let (folder, path) = folder();
    let marks = [folder.path().join("elsewhere").join("marks")];
    a_run(&path, &marks, 0, 2);
    let old = backup(&path, FOLDER);
    a_run(&path, &marks, 2, 1);
    bring_back(&old);
    assert_eq!(existing(&path).restored(), None, "the mark beside it came back too");
    let mut store = Store::open_witnessed(&path, Mode::Existing, &marks).expect("opened");
    let restored = store.restored().expect("noticed");
    assert_eq!(restored.witness, marks[0].join(store.lineage()).display().to_string());
    store.accept_restored(&doctor(), None).expect("accepted").expect("there was something");
    drop(store);
    assert_eq!(Store::open_witnessed(&path, Mode::Existing, &marks).expect("opened").restored(), None);
}

#[test]
fn a_mark_of_a_history_that_was_given_up_says_nothing_any_more() {
    let (folder, path) = folder();
    let (mine, hers) = ([folder.path().join("mine")], [folder.path().join("hers")]);
    a_run(&path, &hers, 0, 1);
    let old = backup(&path, FOLDER);
    a_run(&path, &hers, 1, 1);
    a_run(&path, &mine, 2, 1);
    bring_back(&old);
    let mut store = Store::open_witnessed(&path, Mode::Existing, &mine).expect("opened");
    store.accept_restored(&doctor(), None).expect("accepted").expect("there was something");
    drop(store);
    let open = || Store::open_witnessed(&path, Mode::Existing, &hers).expect("opened");
    assert_eq!(open().restored(), None, "her mark is older than what was given up");
    a_run(&path, &hers, 5, 1);
    assert_eq!(open().restored(), None);
}

#[test]
fn two_copies_that_each_went_on_are_told_apart() {
    let (folder, path) = folder();
    let marks = [folder.path().join("marks")];
    a_run(&path, &marks, 0, 1);
    let old = backup(&path, FOLDER);
    a_run(&path, &marks, 1, 1);
    bring_back(&old);
    // The copy goes on where nobody watches, with as many runs and more events.
    a_run(&path, &[], 7, 3);
    let store = Store::open_witnessed(&path, Mode::Existing, &marks).expect("opened");
    assert_eq!(store.restored().expect("noticed").difference, Difference::Forked);
}

#[test]
fn another_projects_state_is_another_state() {
    let (_one, path) = folder();
    let (_two, other) = folder();
    a_run(&path, &[], 0, 1);
    a_run(&other, &[], 0, 1);
    fs::copy(&other, &path).expect("swapped");
    let mut store = existing(&path);
    assert_eq!(store.restored().expect("noticed").difference, Difference::Other);
    let message = store.acquire("a", NOW, TTL).expect_err("refused").to_string();
    assert!(message.contains("is another state than the one"), "{message}");
}

#[test]
fn a_lost_write_ahead_log_is_a_lost_tail() {
    let (folder, path) = folder();
    a_run(&path, &[], 0, 2);
    let mut store = existing(&path);
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[done(9, record("vpc.vpc.last", "last"))]).expect("commit");
    store.end_run(run, "done", NOW).expect("ended");
    // Copied by another program: closing a descriptor here would drop this process's locks.
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).expect("made");
    for name in ["state.db", "state.mark"] {
        let status =
            std::process::Command::new("cp").arg(path.with_file_name(name)).arg(&copy).status().expect("cp runs");
        assert!(status.success(), "{name}");
    }
    let after = existing(&copy.join("state.db"));
    assert_eq!(after.verify_all(), Ok(Vec::new()), "whole in itself");
    assert_eq!(after.restored().expect("noticed").difference, Difference::Behind);
}

#[test]
fn what_a_kill_leaves_is_no_restored_state() {
    let (_folder, path) = folder();
    a_run(&path, &[], 0, 1);
    let mut store = existing(&path);
    let (lease, run) = begin(&mut store);
    for index in 1..5 {
        store.commit(&lease, run, &[begun(index, 0)]).expect("commit");
    }
    // Neither ended nor released; the mark is of the run's beginning.
    drop(store);
    let mut store = existing(&path);
    assert_eq!(store.restored(), None);
    store.take_over(&lease, "next", NOW, TTL).expect("taken over");
}

#[test]
fn a_long_run_is_remembered_while_it_lasts() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    let events = |from: u32, count: u32| -> Vec<_> {
        (from..from + count).map(|i| done(i, record(&format!("vpc.vpc.v[{i}]"), &format!("v-{i}")))).collect()
    };
    store.commit(&lease, run, &events(0, 1000)).expect("commit");
    store.commit(&lease, run, &events(1000, 1)).expect("commit");
    store.renew(&lease, NOW, TTL).expect("renewed");
    let mark = fs::read_to_string(path.with_extension("mark")).expect("mark");
    assert!(mark.contains("\"serial\":1001,"), "{mark}");
    assert!(mark.contains(&format!("\"lineage\":\"{}\"", store.lineage())), "{mark}");
}

#[test]
fn a_state_without_a_mark_gets_one_and_says_so() {
    let (_folder, path) = folder();
    a_run(&path, &[], 0, 1);
    fs::remove_file(path.with_extension("mark")).expect("removed");
    let mut store = existing(&path);
    assert_eq!(store.restored(), None);
    assert_eq!(store.take_notices(), Vec::new());
    let (lease, run) = begin(&mut store);
    let notices = store.take_notices();
    assert_eq!(notices.iter().map(|n| n.code).collect::<Vec<_>>(), ["E0625"]);
    assert!(notices[0].message.contains("remembered from now on"), "{}", notices[0].message);
    store.end_run(run, "done", NOW).expect("ended");
    store.release(&lease).expect("released");
    assert!(path.with_extension("mark").exists());
    assert_eq!(existing(&path).take_notices(), Vec::new());
}

#[test]
fn what_is_no_mark_is_told_and_replaced() {
    let (_folder, path) = folder();
    a_run(&path, &[], 0, 1);
    let mark = path.with_extension("mark");
    let good = fs::read_to_string(&mark).expect("mark");
    let cases = [
        String::new(),
        "x".repeat(10_000),
        "{}".to_owned(),
        good.replace("\"serial\":1", "\"serial\":2"),
        good.replace("mark/1", "mark/2"),
        good[..40].to_owned(),
    ];
    for case in cases {
        fs::write(&mark, &case).expect("written");
        let mut store = existing(&path);
        assert_eq!(store.restored(), None, "{case}");
        let notices = store.take_notices();
        assert_eq!(notices.iter().map(|n| n.code).collect::<Vec<_>>(), ["E0625"], "{case}");
        assert!(notices[0].message.contains("state.mark"), "{}", notices[0].message);
    }
    a_run(&path, &[], 1, 1);
    assert!(fs::read_to_string(&mark).expect("mark").contains("\"serial\":2,"));
}

#[test]
fn a_mark_that_cannot_be_written_stops_nothing() {
    let (folder, path) = folder();
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("written");
    let marks = [file.join("marks")];
    let mut store = Store::open_witnessed(&path, Mode::CreateIfMissing, &marks).expect("opened");
    let (lease, run) = begin(&mut store);
    let notices = store.take_notices();
    assert_eq!(notices.iter().map(|n| n.code).collect::<Vec<_>>(), ["E0625"]);
    assert!(notices[0].message.contains("could not be remembered"), "{}", notices[0].message);
    assert!(!notices[0].hints.is_empty());
    store.commit(&lease, run, &[done(0, record("vpc.vpc.a", "a"))]).expect("commit");
    store.end_run(run, "done", NOW).expect("ended");
}

#[cfg(unix)]
#[test]
fn a_mark_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = folder();
    let marks = [folder.path().join("marks")];
    a_run(&path, &marks, 0, 1);
    let lineage = existing(&path).lineage().to_owned();
    let mode = |path: &Path| fs::metadata(path).expect("exists").permissions().mode() & 0o777;
    assert_eq!(mode(&path.with_extension("mark")), 0o600);
    assert_eq!((mode(&marks[0]), mode(&marks[0].join(lineage))), (0o700, 0o600));
    let parts = fs::read_dir(path.parent().expect("folder")).expect("read").flatten();
    assert!(parts.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part")).count() == 0);
}

#[test]
fn plans_of_the_lost_history_are_refused() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let before = store.plan_file("before", b"{\"a\":1}").expect("file");
    store.put_plan("kept", b"{\"a\":1}", NOW).expect("kept");
    drop(store);
    a_run(&path, &[], 0, 1);
    let old = backup(&path, STATE);
    a_run(&path, &[], 1, 1);
    let lost = existing(&path).plan_file("lost", b"{\"a\":1}").expect("file");
    bring_back(&old);
    let mut store = existing(&path);
    store.accept_restored(&doctor(), None).expect("accepted").expect("there was something");
    for file in [before, lost] {
        let opened = store.open_plan_file(&file).expect("read");
        assert_eq!(
            opened.verification,
            Verification::Unverified("it was made before this state was brought back from a copy".to_owned())
        );
    }
    // A kept one can be read, for the calls that its run left open, and not be carried out.
    assert!(store.plan("kept").expect("read").is_some());
    let (_lease, run) = begin(&mut store);
    assert_eq!(store.consume_plan("kept", run).expect_err("given up").code(), "E0616");
    store.put_plan("new", b"{\"a\":1}", NOW).expect("kept");
    store.consume_plan("new", run).expect("of this history");
    let file = store.plan_file("new", b"{\"a\":1}").expect("file");
    assert_eq!(store.open_plan_file(&file).expect("read").verification, Verification::Verified);
}

#[test]
fn a_backup_made_during_a_run_is_accepted_when_its_holder_is_dead() {
    let (folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[begun(0, 0)]).expect("commit");
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).expect("made");
    for name in ["state.db", "state.db-wal"] {
        assert!(
            std::process::Command::new("cp").arg(path.with_file_name(name)).arg(&copy).status().expect("cp").success()
        );
    }
    store.commit(&lease, run, &[done(0, record("vpc.vpc.a", "a"))]).expect("commit");
    store.end_run(run, "done", NOW).expect("ended");
    drop(store);
    fs::copy(path.with_extension("mark"), copy.join("state.mark")).expect("copied");
    let mut store = existing(&copy.join("state.db"));
    assert!(store.restored().is_some());
    assert_eq!(store.accept_restored(&doctor(), None).expect_err("held").code(), "E0610");
    assert!(store.restored().is_some(), "still for reading only");
    let held = store.holder().expect("read").expect("held");
    store.accept_restored(&doctor(), Some(&held)).expect("accepted").expect("there was something");
    // Its call is open, as it was when the backup was made.
    assert_eq!(store.open_intents().expect("read").len(), 1);
    assert_eq!(store.open_intents().expect("read")[0].intent.address, address("vpc.subnet.web[\"a\"]"));
    // The holder in the backup is fenced.
    assert_eq!(store.commit(&held, run, &[begun(1, 0)]).expect_err("fenced").code(), "E0611");
}

#[test]
fn a_file_put_in_the_place_of_an_open_state_is_not_written_behind() {
    let (_folder, path) = folder();
    a_run(&path, &[], 0, 1);
    let old = fs::read(&path).expect("read");
    let mut store = existing(&path);
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[begun(0, 0)]).expect("commit");
    fs::rename(&path, path.with_extension("moved")).expect("moved");
    let error = store.commit(&lease, run, &[begun(1, 0)]).expect_err("gone");
    assert_eq!(error.code(), "E0624", "{error}");
    fs::write(&path, old).expect("another file");
    assert_eq!(store.commit(&lease, run, &[begun(1, 0)]).expect_err("another").code(), "E0624");
    assert_eq!(store.end_run(run, "done", NOW).expect_err("another").code(), "E0624");
}
