//! States of every format there ever was are brought to the newest one, and say the same afterwards.

use crate::world::{NOW, TTL, address, begun, create, existing, fault, folder, info};
use firma_model::document::Document;
use firma_store::{Store, examine};
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Tables and rows of an old format, and the key file that was beside it.
struct Old {
    format: u32,
    tables: &'static [&'static str],
    rows: &'static str,
    key: &'static str,
}

/// One of each format before the newest. A new format adds the one it replaces.
const OLD: &[Old] = &[Old {
    format: 1,
    tables: &[include_str!("../../../../state/sqlite/0001_initial.sql")],
    rows: include_str!("../formats/1/rows.sql"),
    key: include_str!("../formats/1/state.key"),
}];

fn place(old: &Old) -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = folder();
    fs::create_dir(path.parent().expect("folder")).expect("made");
    let connection = Connection::open(&path).expect("made");
    connection.pragma_update(None, "journal_mode", "wal").expect("set");
    for sql in old.tables.iter().chain([&old.rows]) {
        connection.execute_batch(sql).expect("filled");
    }
    drop(connection);
    fs::write(path.with_extension("key"), old.key).expect("written");
    (folder, path)
}

fn format_of(path: &Path) -> u32 {
    let connection = Connection::open(path).expect("opened");
    connection.query_row("SELECT format FROM meta", [], |row| row.get(0)).expect("read")
}

fn newest() -> u32 {
    let (_folder, path) = folder();
    drop(create(&path));
    format_of(&path)
}

#[test]
fn every_older_format_has_an_example() {
    let formats: Vec<u32> = OLD.iter().map(|old| old.format).collect();
    assert_eq!(formats, (1..newest()).collect::<Vec<u32>>());
}

#[test]
fn an_old_state_says_the_same_in_the_newest_format() {
    for old in OLD {
        let (_folder, path) = place(old);
        assert_eq!(format_of(&path), old.format);
        let mut store = existing(&path);
        assert_eq!(store.verify_all(), Ok(Vec::new()), "format {}", old.format);
        assert_eq!(store.restored(), None);
        assert_eq!((store.serial(), store.last_run()), (Ok(10), Ok(2)));
        assert_eq!(store.project(), Ok(Some("shop".to_owned())));
        assert_eq!(store.account(), Ok(Some("100000000001".to_owned())));
        let world = store.snapshot().expect("read");
        assert_eq!(world.records.len(), 2);
        let main = &world.records[&address("vpc.vpc.main")];
        assert_eq!(main.inputs, Document::from_text(r#"{"name":"a","password":{"$sensitive":"not-a-secret"}}"#));
        assert_eq!(world.outputs["secret"].value.as_str(), "\"not-a-secret\"");
        let open = store.open_intents().expect("read");
        assert_eq!((open.len(), open[0].run, open[0].fault.clone()), (1, 2, Some(fault())));
        assert_eq!(store.events(1).expect("read").len(), 8);
        assert_eq!(store.durations().expect("read").len(), 1);
        // Its plans are still its own.
        let plan = store.plan("plan-1").expect("verified").expect("kept");
        assert_eq!(plan.bytes, br#"{"steps":[{"password":{"$sensitive":"not-a-secret"}}]}"#);
        assert_eq!(plan.consumed_by, Some(1));
        // And it goes on.
        let dead = store.holder().expect("read").expect("held by who was killed");
        let lease = store.take_over(&dead, "next", NOW, TTL).expect("taken over");
        let run = store.begin_run(&info()).expect("run");
        assert_eq!(run, 3);
        store.commit(&lease, run, &[begun(0, 0)]).expect("commit");
        drop(store);
        assert_eq!(format_of(&path), newest());
        assert_eq!(existing(&path).verify_all(), Ok(Vec::new()));
    }
}

#[test]
fn doctor_looks_at_an_old_state_without_changing_it() {
    for old in OLD {
        let (_folder, path) = place(old);
        let doctor = examine(&path, &[], NOW);
        let schema = doctor.iter().find(|checked| checked.name == "schema").expect("asked");
        assert_eq!(schema.says, format!("format {}; the next command brings it to {}", old.format, newest()));
        let codes: Vec<&str> =
            doctor.iter().flat_map(|checked| &checked.findings).map(|finding| finding.code).collect();
        assert!(codes.iter().all(|code| *code == "E0607"), "{doctor:?}");
        assert_eq!(format_of(&path), old.format);
    }
}

/// An old state that was altered is refused before it is brought to another format, and left as it is.
#[test]
fn a_damaged_old_state_is_not_brought_forward() {
    for old in OLD {
        let (_folder, path) = place(old);
        let connection = Connection::open(&path).expect("opened");
        connection
            .execute_batch("DROP TRIGGER event_never_changes; UPDATE event SET at = 1 WHERE serial = 3")
            .expect("altered");
        drop(connection);
        let error = Store::open(&path, firma_store::Mode::Existing).expect_err("altered");
        assert_eq!(error.code(), "E0609");
        assert_eq!(format_of(&path), old.format);
    }
}

#[test]
fn many_may_bring_it_forward_at_once() {
    for old in OLD {
        let (_folder, path) = place(old);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| assert_eq!(existing(&path).serial(), Ok(10)));
            }
        });
        assert_eq!(existing(&path).verify_all(), Ok(Vec::new()));
    }
}
