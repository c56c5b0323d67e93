//! A corpus of damages. Each is noticed, at opening or by the full check, or it is harmless: what the state says is what it
//! said before. Nothing panics, every word has a code, and whatever is refused is left as it was found.

use crate::world::{NOW, TTL, begin, begun, create, done, event, existing, fault, folder, info, record};
use firma_model::{
    document::Document,
    event::{Event, EventBody},
    record::Recorded,
};
use firma_store::{Mode, OpenIntent, Store, examine};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

const PAGE: usize = 4096;

/// Everything a state says that a plan or a recovery stands on.
#[derive(Debug, PartialEq)]
struct Said {
    lineage: String,
    serial: u64,
    world: Recorded,
    open: Vec<OpenIntent>,
    events: Vec<(u64, Event)>,
}

fn said(store: &Store) -> Result<Said, firma_store::StoreError> {
    let mut events = Vec::new();
    for run in store.runs()? {
        events.extend(store.events(run.id)?);
    }
    Ok(Said {
        lineage: store.lineage().to_owned(),
        serial: store.serial()?,
        world: store.snapshot()?,
        open: store.open_intents()?,
        events,
    })
}

/// What became of a damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Noticed {
    AtOpening,
    ByTheMark,
    ByTheFullCheck,
    Harmless,
}

/// A state in good health, closed: a run that ended, and one that was killed with a call open.
struct Healthy {
    folder: TempDir,
    said: Said,
    files: Vec<(&'static str, Vec<u8>)>,
}

fn fill(store: &mut Store) {
    store.pin_project("shop").expect("pinned");
    store.put_plan("plan-1", br#"{"a":{"$sensitive":"not-a-secret"}}"#, NOW).expect("kept");
    let (lease, run) = begin(store);
    store.consume_plan("plan-1", run).expect("taken");
    for index in 0..25_u32 {
        let mut made = record(&format!("vpc.subnet.s[{index}]"), &format!("s-{index}"));
        if index % 5 == 0 {
            made.inputs = Document::from_text(format!(r#"{{"password":{{"$sensitive":"not-a-secret-{index}"}}}}"#));
        }
        store.commit(&lease, run, &[begun(index, 0), done(index, made)]).expect("commit");
    }
    let outputs =
        vec![("a".to_owned(), Document::from_text("1"), false), ("b".to_owned(), Document::from_text("2"), true)];
    store.commit(&lease, run, &[event(EventBody::Outputs(outputs))]).expect("commit");
    store.end_run(run, "done", NOW).expect("ended");
    let second = store.begin_run(&info()).expect("run");
    let seen = event(EventBody::Unresolved { step: 1, call: 0, fault: fault() });
    store.commit(&lease, second, &[begun(1, 0), seen]).expect("commit");
    store.end_run(second, "failed", NOW).expect("ended");
    store.release(&lease).expect("released");
}

fn healthy() -> Healthy {
    let (folder, path) = folder();
    let mut store = create(&path);
    fill(&mut store);
    drop(store);
    let store = existing(&path);
    let said = said(&store).expect("readable");
    assert_eq!(store.verify_all(), Ok(Vec::new()));
    drop(store);
    let files = ["state.db", "state.key", "state.mark"]
        .map(|name| (name, fs::read(path.with_file_name(name)).expect("there")))
        .to_vec();
    Healthy { folder, said, files }
}

/// Puts the files of a healthy state somewhere, but the database as given.
fn place(healthy: &Healthy, database: &[u8]) -> PathBuf {
    let path = healthy.folder.path().join("damaged").join("state.db");
    let _ = fs::remove_dir_all(path.parent().expect("folder"));
    fs::create_dir_all(path.parent().expect("folder")).expect("made");
    for (name, bytes) in &healthy.files {
        fs::write(path.with_file_name(name), bytes).expect("written");
    }
    fs::write(&path, database).expect("written");
    #[cfg(unix)]
    for entry in fs::read_dir(path.parent().expect("folder")).expect("read").flatten() {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o600)).expect("narrowed");
    }
    path
}

/// Opens it every way there is, and says how the damage was noticed.
#[track_caller]
fn examined(path: &Path, before: &Said, what: &str) -> Noticed {
    let bytes = fs::read(path).expect("there");
    let explained = |code: &str| assert!(firma_model::codes::page(code).is_some(), "{what}: {code}");
    let doctor = examine(path, &[], NOW);
    let findings: Vec<&str> = doctor.iter().flat_map(|checked| &checked.findings).map(|finding| finding.code).collect();
    findings.iter().for_each(|code| explained(code));
    assert!(fs::read(path).expect("there") == bytes, "{what}: doctor wrote");
    let found_by_doctor = findings.iter().any(|code| *code != "E0626");
    let noticed = match Store::open(path, Mode::Existing) {
        Err(error) => {
            explained(error.code());
            assert!(!error.diagnostic().hints.is_empty(), "{what}: {error} has no hint");
            Noticed::AtOpening
        }
        Ok(mut store) => {
            let full = store.verify_all();
            let now = said(&store);
            for error in [full.as_ref().err(), now.as_ref().err()].into_iter().flatten() {
                explained(error.code());
            }
            match (store.restored().is_some(), full, now) {
                (true, _, _) => {
                    assert_eq!(store.acquire("a", NOW, TTL).expect_err("refused").code(), "E0623", "{what}");
                    Noticed::ByTheMark
                }
                (false, Ok(findings), Ok(now)) if findings.is_empty() => {
                    assert_eq!(now, *before, "{what}: nobody noticed");
                    Noticed::Harmless
                }
                _ => Noticed::ByTheFullCheck,
            }
        }
    };
    // What is opened may be written: a file that is no write-ahead log database becomes one again, for example.
    if matches!(noticed, Noticed::AtOpening | Noticed::ByTheMark) {
        assert!(fs::read(path).expect("there") == bytes, "{what}: something was written ({noticed:?})");
    }
    if noticed != Noticed::Harmless {
        assert!(found_by_doctor, "{what}: {noticed:?}, and doctor says {doctor:?}");
    }
    noticed
}

/// Small, fast and the same everywhere: the damages of a seed are always the same ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("smaller than end")
    }
}

/// A setting of this test, for whoever wants more of it than every run of the suite can take.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn a_flipped_bit_is_noticed_or_harmless() {
    let healthy = healthy();
    let original = &healthy.files[0].1;
    let mut dice = Dice(setting("FIRMA_DAMAGE_SEED", 0x5eed));
    let mut seen = Vec::new();
    for _ in 0..setting("FIRMA_DAMAGE_CASES", 150) {
        let (at, bit) = (dice.below(original.len()), dice.below(8));
        let mut database = original.clone();
        database[at] ^= 1 << bit;
        let path = place(&healthy, &database);
        seen.push(examined(&path, &healthy.said, &format!("bit {bit} of byte {at}")));
    }
    assert!(seen.contains(&Noticed::AtOpening) && seen.contains(&Noticed::Harmless), "{seen:?}");
}

#[test]
fn a_damaged_header_or_first_page_is_noticed_or_harmless() {
    let healthy = healthy();
    let original = &healthy.files[0].1;
    let header = (0..100).flat_map(|at| [(at, 0), (at, original[at] ^ 0x55)]);
    let page = (100..PAGE).step_by(61).map(|at| (at, original[at] ^ 0xff));
    for (at, value) in header.chain(page).filter(|(at, value)| original[*at] != *value) {
        let mut database = original.clone();
        database[at] = value;
        let path = place(&healthy, &database);
        examined(&path, &healthy.said, &format!("byte {at} = {value}"));
    }
}

#[test]
fn whole_pages_that_are_wrong_are_noticed() {
    let healthy = healthy();
    let original = &healthy.files[0].1;
    let pages = original.len() / PAGE;
    assert!(pages > 15, "{pages} pages are too few for this test");
    for page in 0..pages {
        let range = page * PAGE..(page + 1) * PAGE;
        for fill in [0, 0xff] {
            let mut database = original.clone();
            database[range.clone()].fill(fill);
            let path = place(&healthy, &database);
            examined(&path, &healthy.said, &format!("page {page} filled with {fill}"));
        }
        let mut database = original.clone();
        database.copy_within(((page + 1) % pages) * PAGE..((page + 1) % pages + 1) * PAGE, range.start);
        let path = place(&healthy, &database);
        examined(&path, &healthy.said, &format!("page {page} holds the next one"));
        // Cut off here, and in the middle of it.
        for length in [range.start, range.start + 1000] {
            let path = place(&healthy, &original[..length]);
            let noticed = examined(&path, &healthy.said, &format!("cut off at {length}"));
            assert_eq!(noticed, Noticed::AtOpening, "cut off at {length}");
        }
    }
}

/// What somebody with a database browser can do. With `None` the cheap check at opening is content, and the full one is not.
const EDITS: &[(&str, Option<&str>, &str)] = &[
    ("UPDATE event SET body = replace(body, '0.1', '0.2') WHERE serial = 50", Some("E0609"), "event 50"),
    ("UPDATE event SET run = 2 WHERE serial = 50", Some("E0609"), "event 50"),
    ("UPDATE event SET epoch = 7 WHERE serial = 50", Some("E0609"), "event 50"),
    ("UPDATE event SET hash = zeroblob(32) WHERE serial = 50", Some("E0609"), "event 50"),
    ("UPDATE event SET body = 'x' WHERE serial = 50", Some("E0609"), "event 50"),
    ("UPDATE event SET body = CAST(x'ff' AS TEXT) WHERE serial = 50", Some("E0605"), "event 50"),
    ("DELETE FROM event WHERE serial = 1", Some("E0609"), "event 1 is missing"),
    ("DELETE FROM event WHERE serial = 30", Some("E0609"), "event 30 is missing"),
    ("DELETE FROM event WHERE serial > 50", Some("E0609"), "the last event is 50"),
    ("DELETE FROM event", Some("E0609"), "the last event is 0"),
    (
        "UPDATE event SET serial = -serial WHERE serial IN (30, 31); UPDATE event SET serial = 30 WHERE serial = -31;
         UPDATE event SET serial = 31 WHERE serial = -30",
        Some("E0609"),
        "event 30 is not what was written",
    ),
    (
        "UPDATE event SET body = (SELECT body FROM event WHERE serial = 31) WHERE serial = 30",
        Some("E0609"),
        "event 30 is not what was written",
    ),
    (
        "ALTER TABLE event RENAME TO old; CREATE TABLE event AS SELECT * FROM old; INSERT INTO event SELECT * FROM old WHERE
         serial = 30; DROP TABLE old",
        Some("E0609"),
        "event 30 is there twice",
    ),
    ("INSERT INTO event SELECT serial + 1, run, epoch, at, body, hash FROM event WHERE serial = 53", Some("E0609"), "event 54"),
    ("UPDATE meta SET serial = serial + 1", Some("E0609"), "the high-water mark says 54"),
    ("UPDATE meta SET serial = 9223372036854775807", Some("E0609"), "is missing"),
    ("UPDATE meta SET serial = 0, head = zeroblob(32)", Some("E0609"), "high-water mark says 0"),
    ("UPDATE meta SET head = (SELECT hash FROM event WHERE serial = 52)", Some("E0609"), "event 53"),
    ("UPDATE meta SET lineage = '00000000-0000-4000-8000-000000000001'", None, ""),
    ("UPDATE meta SET restored = 3", None, "when a restored state was accepted differs"),
    ("DELETE FROM meta", Some("E0602"), "tables of another program"),
    ("DELETE FROM lease", Some("E0605"), "the lease's row is missing"),
    ("UPDATE lease SET epoch = 0", Some("E0609"), "the lease says 0"),
    ("UPDATE object SET cloud_id = 'other' WHERE address = 'vpc.subnet.s[1]'", None, "vpc.subnet.s[1] differs"),
    ("UPDATE object SET inputs = '{' WHERE address = 'vpc.subnet.s[1]'", None, "vpc.subnet.s[1] differs"),
    ("UPDATE object SET address = 'no address' WHERE address = 'vpc.subnet.s[1]'", None, "E0605"),
    ("UPDATE object SET dependencies = '[' WHERE address = 'vpc.subnet.s[1]'", None, "E0605"),
    ("UPDATE object SET billing = '7' WHERE address = 'vpc.subnet.s[1]'", None, "E0605"),
    ("DELETE FROM object WHERE address = 'vpc.subnet.s[1]'", None, "vpc.subnet.s[1] is missing"),
    (
        "INSERT INTO object SELECT 'vpc.subnet.more', deposed, kind, schema_version, 'more', region, zone, billing, status,
         inputs, observed, sealed, fingerprint, dependencies, create_before_destroy, prevent_destroy, on_remove, version
         FROM object WHERE address = 'vpc.subnet.s[1]'",
        None,
        "vpc.subnet.more is not in the journal",
    ),
    // A sealed value of one record under another address.
    (
        "UPDATE object SET inputs = (SELECT inputs FROM object WHERE address = 'vpc.subnet.s[0]') WHERE address = 'vpc.subnet.s[5]'",
        None,
        "vpc.subnet.s[5] differs",
    ),
    ("DELETE FROM output WHERE name = 'b'", None, "the outputs differ"),
    ("DELETE FROM intent", None, "the open intents differ"),
    ("DELETE FROM run WHERE id = 2", None, "refers to another one"),
    ("DROP INDEX event_run", None, "the index event_run is missing"),
    ("DROP INDEX object_cloud", None, "the index object_cloud is missing"),
    ("DROP TABLE output", None, "E06"),
    ("DROP TABLE event", Some("E0605"), "no such table"),
    ("CREATE TABLE mine (a)", None, "the table mine was not made by firma"),
    ("CREATE TRIGGER mine AFTER INSERT ON event BEGIN DELETE FROM object; END", None, "the trigger mine was not made by firma"),
    ("DELETE FROM secret", None, "E0605"),
    ("UPDATE secret SET wrapped = x'00'", None, "E0613"),
];

#[test]
fn every_edit_behind_our_back_is_noticed() {
    let healthy = healthy();
    for (sql, at_opening, finding) in EDITS {
        let path = place(&healthy, &healthy.files[0].1);
        // An edit of the lineage is an edit of the mark too, for the full check to have something to find.
        let connection = rusqlite::Connection::open(&path).expect("opened");
        let preparation =
            "DROP TRIGGER event_never_changes; DROP TRIGGER event_never_leaves; PRAGMA foreign_keys = OFF;";
        connection.execute_batch(preparation).expect("prepared");
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("moved into the file");
        drop(connection);
        let noticed = examined(&path, &healthy.said, sql);
        let said = match Store::open(&path, Mode::Existing) {
            Err(error) => {
                assert_eq!(Some(error.code()), *at_opening, "{sql}: {error}");
                error.to_string()
            }
            Ok(store) => {
                assert_eq!(None, *at_opening, "{sql}: opened");
                let full = store.verify_all().unwrap_or_else(|error| vec![error.code().to_owned()]);
                // What is sealed is not opened by the full check, but by whoever reads it, and by doctor.
                let read = store.snapshot().map_or_else(|error| error.code().to_owned(), |_| String::new());
                format!("{} {read}", full.join("; "))
            }
        };
        assert!(noticed != Noticed::Harmless, "{sql}");
        assert!(said.contains(finding), "{sql}: {said}");
    }
}

/// The files of a state while it is open: the write-ahead log holds nearly everything. Copied by another program, because
/// closing a descriptor here would drop this process's locks.
#[test]
fn a_damaged_write_ahead_log_is_noticed_or_harmless() {
    let (folder, path) = folder();
    let mut store = create(&path);
    fill(&mut store);
    let before = said(&store).expect("readable");
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).expect("made");
    for name in ["state.db", "state.db-wal", "state.key", "state.mark"] {
        assert!(Command::new("cp").arg(path.with_file_name(name)).arg(&copy).status().expect("cp runs").success());
    }
    drop(store);
    let read = |name: &str| fs::read(copy.join(name)).expect("there");
    let log = read("state.db-wal");
    let files =
        vec![("state.db", read("state.db")), ("state.key", read("state.key")), ("state.mark", read("state.mark"))];
    let healthy = Healthy { folder, said: before, files };
    let with = |log: &[u8], what: &str| {
        let path = place(&healthy, &healthy.files[0].1);
        fs::write(path.with_file_name("state.db-wal"), log).expect("written");
        examined_with_log(&path, &healthy.said, what)
    };
    assert_eq!(with(&log, "nothing"), Noticed::Harmless);
    let frame = PAGE + 24;
    let mut seen = Vec::new();
    for frames in (0..log.len() / frame).step_by(7) {
        seen.push(with(&log[..32 + frames * frame], &format!("log cut off after {frames} frames")));
    }
    assert!(seen.contains(&Noticed::ByTheMark), "{seen:?}");
    let mut dice = Dice(setting("FIRMA_DAMAGE_SEED", 0x5eed));
    for _ in 0..40 {
        let (at, bit) = (dice.below(log.len()), dice.below(8));
        let mut damaged = log.clone();
        damaged[at] ^= 1 << bit;
        with(&damaged, &format!("bit {bit} of byte {at} of the log"));
    }
    // An older database under the log of a newer one, and the log of another state.
    let older = place(&healthy, &healthy.files[0].1);
    drop(existing_or_not(&older));
    let (_other_folder, other) = crate::world::folder();
    let mut stranger = create(&other);
    fill(&mut stranger);
    let foreign = healthy.folder.path().join("foreign-wal");
    assert!(
        Command::new("cp").arg(other.with_file_name("state.db-wal")).arg(&foreign).status().expect("cp runs").success()
    );
    let noticed = with(&fs::read(&foreign).expect("copied"), "the log of another state");
    assert!(noticed != Noticed::Harmless, "{noticed:?}");
}

fn existing_or_not(path: &Path) -> Option<Store> {
    Store::open(path, Mode::Existing).ok()
}

/// As [`examined`], for files with a log: SQLite moves a good one into the database when it is closed.
#[track_caller]
fn examined_with_log(path: &Path, before: &Said, what: &str) -> Noticed {
    examine(path, &[], NOW);
    match Store::open(path, Mode::Existing) {
        Err(error) => {
            assert!(firma_model::codes::page(error.code()).is_some(), "{what}: {error}");
            Noticed::AtOpening
        }
        Ok(store) if store.restored().is_some() => Noticed::ByTheMark,
        Ok(store) => match (store.verify_all(), said(&store)) {
            (Ok(findings), Ok(now)) if findings.is_empty() => {
                assert_eq!(now, *before, "{what}: nobody noticed");
                Noticed::Harmless
            }
            _ => Noticed::ByTheFullCheck,
        },
    }
}

#[test]
fn another_states_key_is_refused_and_found() {
    let healthy = healthy();
    let (_other_folder, other) = folder();
    create(&other).hash_key().expect("key");
    let path = place(&healthy, &healthy.files[0].1);
    fs::copy(other.with_file_name("state.key"), path.with_file_name("state.key")).expect("swapped");
    let mut store = existing(&path);
    assert_eq!(store.acquire("a", NOW, TTL).expect_err("refused").code(), "E0613");
    assert_eq!(store.begin_run(&info()).expect_err("refused").code(), "E0613");
    assert_eq!(store.snapshot().expect_err("sealed").code(), "E0613");
    assert_eq!(store.holder(), Ok(None), "nothing was taken");
    drop(store);
    let doctor = examine(&path, &[], NOW);
    let key = doctor.iter().find(|checked| checked.name == "key").expect("asked");
    assert_eq!(key.findings[0].code, "E0613");
    fs::remove_file(path.with_file_name("state.key")).expect("removed");
    let doctor = examine(&path, &[], NOW);
    assert!(doctor.iter().any(|checked| checked.name == "key" && checked.findings[0].code == "E0612"), "{doctor:?}");
}

#[test]
fn doctor_has_nothing_to_say_about_a_healthy_state() {
    let healthy = healthy();
    let path = healthy.folder.path().join(".firma").join("state.db");
    let doctor = examine(&path, &[], NOW);
    let names: Vec<&str> = doctor.iter().map(|checked| checked.name).collect();
    let expected =
        ["file", "schema", "integrity", "journal", "records", "calls", "key", "permissions", "lease", "mark"];
    assert_eq!(names, expected);
    for checked in &doctor {
        let codes: Vec<&str> = checked.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, if checked.name == "calls" { vec!["E0626"] } else { Vec::new() }, "{checked:?}");
        assert!(!checked.says.is_empty(), "{checked:?}");
    }
    let missing = examine(&path.with_file_name("nothing.db"), &[], NOW);
    assert_eq!(missing[0].findings[0].code, "E0601");
}
