//! Damage: a journal that was tampered with, a transaction that died, a disk that is full.

use crate::world::{NOW, TTL, begin, create, done, event, existing, folder, record};
use firma_model::{document::Document, event::EventBody};
use firma_store::{Mode, Store};
use std::{path::Path, process::Command};

/// A state with `count` records, made event by event.
fn filled(path: &Path, count: u32) {
    let mut store = create(path);
    let (lease, run) = begin(&mut store);
    for index in 0..count {
        store
            .commit(&lease, run, &[done(index, record(&format!("vpc.vpc.v[{index}]"), &format!("v-{index}")))])
            .expect("commit");
    }
    store
        .commit(&lease, run, &[event(EventBody::Outputs(vec![("a".to_owned(), Document::from_text("1"), false)]))])
        .expect("commit");
    store.release(&lease).expect("released");
}

#[test]
fn a_journal_that_was_altered_is_noticed() {
    let cases = [
        ("UPDATE event SET body = replace(body, '0.1', '0.2') WHERE serial = 3", "event 3 is not what was written"),
        ("UPDATE event SET at = at + 1 WHERE serial = 5", "event 5 is not what was written"),
        ("DELETE FROM event WHERE serial = 4", "event 4 is missing"),
        ("DELETE FROM event WHERE serial = 7", "the last event is 6, the high-water mark says 7"),
        ("UPDATE meta SET serial = 6", "the last event is 7, the high-water mark says 6"),
        ("UPDATE meta SET head = zeroblob(32)", "event 7 is not the last one that was written"),
    ];
    for (sql, finding) in cases {
        let (_folder, path) = folder();
        filled(&path, 6);
        let connection = rusqlite::Connection::open(&path).expect("opened");
        let triggers = "DROP TRIGGER event_never_changes; DROP TRIGGER event_never_leaves; PRAGMA foreign_keys = OFF;";
        connection.execute_batch(triggers).expect("dropped");
        connection.execute(sql, []).expect("altered");
        drop(connection);
        let error = Store::open(&path, Mode::Existing).expect_err("altered");
        assert_eq!(error.code(), "E0609", "{sql}");
        assert_eq!(
            error.to_string(),
            format!("the journal of the state `{}` was altered: {finding}", path.display()),
            "{sql}"
        );
    }
}

#[test]
fn the_journal_itself_refuses_changes() {
    let (_folder, path) = folder();
    filled(&path, 2);
    let connection = rusqlite::Connection::open(&path).expect("opened");
    for sql in ["UPDATE event SET at = 1", "DELETE FROM event"] {
        let error = connection.execute(sql, []).expect_err("append-only");
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[test]
fn tables_that_differ_from_the_journal_are_found() {
    let cases = [
        (
            "UPDATE object SET cloud_id = 'other' WHERE address = 'vpc.vpc.v[1]'",
            "the record of vpc.vpc.v[1] differs from the journal",
        ),
        (
            "UPDATE object SET inputs = '{}' WHERE address = 'vpc.vpc.v[1]'",
            "the record of vpc.vpc.v[1] differs from the journal",
        ),
        (
            "UPDATE object SET version = 1 WHERE address = 'vpc.vpc.v[1]'",
            "the record of vpc.vpc.v[1] differs from the journal",
        ),
        ("DELETE FROM object WHERE address = 'vpc.vpc.v[0]'", "the record of vpc.vpc.v[0] is missing"),
        (
            "UPDATE object SET deposed = 'd' WHERE address = 'vpc.vpc.v[0]'",
            "the record of vpc.vpc.v[0] is not in the journal",
        ),
        ("UPDATE output SET value = '2'", "the outputs differ from the journal"),
        ("INSERT INTO intent (run, step, call, begun) VALUES (1, 1, 1, 1)", "the open intents differ from the journal"),
    ];
    for (sql, finding) in cases {
        let (_folder, path) = folder();
        filled(&path, 3);
        rusqlite::Connection::open(&path).expect("opened").execute(sql, []).expect("altered");
        let findings = existing(&path).verify_all().expect("verified");
        assert!(findings.iter().any(|text| text == finding), "{sql}: {findings:?}");
    }
}

#[test]
fn an_old_change_is_found_by_the_full_check_only() {
    let (_folder, path) = folder();
    filled(&path, 150);
    let connection = rusqlite::Connection::open(&path).expect("opened");
    connection
        .execute_batch("DROP TRIGGER event_never_changes; UPDATE event SET at = 1 WHERE serial = 3")
        .expect("altered");
    drop(connection);
    let store = existing(&path);
    assert_eq!(store.verify_tail(100), Ok(()));
    assert_eq!(store.verify_tail(1000).expect_err("altered").code(), "E0609");
    assert_eq!(
        store.verify_all(),
        Ok(vec!["the trigger event_never_changes is missing".to_owned(), "event 3 is not what was written".to_owned()])
    );
}

/// What a kill in the middle of a transaction leaves on the disk: the files as they are while it is open. They are copied
/// by another process, because closing a descriptor here would drop this process's locks.
#[test]
fn a_transaction_that_died_never_happened() {
    let (folder, path) = folder();
    filled(&path, 3);
    let mut store = existing(&path);
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[done(9, record("vpc.vpc.last", "last"))]).expect("commit");

    let dying = rusqlite::Connection::open(&path).expect("opened");
    // A page cache of nothing: uncommitted pages go to the write-ahead log at once.
    dying.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = ON; BEGIN IMMEDIATE").expect("begun");
    for index in 0..200 {
        dying
            .execute("INSERT INTO plan (id, made, body) VALUES (?1, 0, zeroblob(4000))", [format!("half-{index}")])
            .expect("inserted");
    }
    dying.execute("UPDATE meta SET serial = 99", []).expect("updated");
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).expect("made");
    for name in ["state.db", "state.db-wal"] {
        let status = Command::new("cp").arg(path.with_file_name(name)).arg(&copy).status().expect("cp runs");
        assert!(status.success(), "{name}");
    }
    let after = existing(&copy.join("state.db"));
    assert_eq!(after.serial(), Ok(5));
    assert_eq!(after.verify_all(), Ok(Vec::new()));
    assert_eq!(after.snapshot().expect("snapshot").records.len(), 4);
    assert_eq!(after.plan("half-0"), Ok(None));

    drop(dying);
    store.commit(&lease, run, &[done(10, record("vpc.vpc.more", "more"))]).expect("the lock is free again");
}

#[test]
fn a_full_disk_refuses_the_whole_commit() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[done(0, record("vpc.vpc.a", "vpc-1"))]).expect("commit");
    store.limit_pages(Some(1)).expect("no room");
    let mut large = record("vpc.vpc.b", "vpc-2");
    large.inputs = Document::from_text(format!("\"{}\"", "x".repeat(100_000)));
    let error =
        store.commit(&lease, run, &[done(1, record("vpc.vpc.c", "vpc-3")), done(2, large.clone())]).expect_err("full");
    assert_eq!(
        (error.code(), error.to_string()),
        ("E0606", format!("there is no room to write the state `{}`", path.display()))
    );
    assert_eq!(store.serial(), Ok(1));
    assert_eq!(store.snapshot().expect("snapshot").records.len(), 1);
    assert_eq!(store.verify_all(), Ok(Vec::new()));

    store.limit_pages(None).expect("room again");
    store.commit(&lease, run, &[done(2, large)]).expect("commit");
    drop(store);
    assert_eq!(existing(&path).verify_all(), Ok(Vec::new()));
}

#[test]
fn a_lock_that_stays_is_reported_and_readers_never_wait() {
    let (_folder, path) = folder();
    filled(&path, 2);
    let mut store = existing(&path);
    let other = rusqlite::Connection::open(&path).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE; UPDATE meta SET project = 'x'").expect("locked");
    assert_eq!(store.snapshot().expect("readers do not wait").records.len(), 2);
    assert_eq!(store.project(), Ok(None));
    store.wait_for_lock(1).expect("set");
    let error = store.acquire("a", NOW, TTL).expect_err("locked");
    assert_eq!(
        (error.code(), error.to_string()),
        ("E0604", format!("the state `{}` is locked by another process", path.display()))
    );
    other.execute_batch("ROLLBACK").expect("unlocked");
    store.acquire("a", NOW, TTL).expect("lease");
}
