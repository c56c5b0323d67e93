//! No room, and a disk that fails: at every statement of a run, nothing is half-written, and with room again it goes on.

use crate::{
    child::{Running, say},
    world::{NOW, TTL, begin, begun, create, done, existing, folder, info, kind, record},
};
use firma_model::{document::Document, record::Recorded};
use firma_store::{Lease, Mode, RunInfo, Store, StoreError};
use std::path::Path;

/// Longer than any page, so that writing it needs new ones.
fn long() -> String {
    "x".repeat(60_000)
}

/// What a run asks of its state, each with so much to write that it needs room.
type Act = fn(&mut Store, &Lease, u64) -> Result<(), StoreError>;

const ACTS: &[(&str, Act)] = &[
    ("the key", |store, _, _| store.hash_key().map(|_| ())),
    ("a lease", |store, lease, _| {
        store.release(lease)?;
        store.acquire(&long(), NOW, TTL).map(|_| ())
    }),
    ("a run", |store, _, _| store.begin_run(&RunInfo { argv: vec![long()], ..info() }).map(|_| ())),
    ("a plan", |store, _, _| store.put_plan("plan", format!("\"{}\"", long()).as_bytes(), NOW)),
    ("events", |store, lease, run| {
        let mut large = record("vpc.vpc.large", "large");
        large.inputs = Document::from_text(format!("\"{}\"", long()));
        store.commit(lease, run, &[begun(1, 0), done(1, record("vpc.vpc.small", "small")), done(2, large)]).map(|_| ())
    }),
    ("a sealed event", |store, lease, run| {
        let mut large = record("vpc.vpc.sealed", "sealed");
        large.inputs = Document::from_text(format!("{{\"$sensitive\":\"{}\"}}", long()));
        store.commit(lease, run, &[done(3, large)]).map(|_| ())
    }),
    ("durations", |store, _, _| {
        let many: Vec<_> = (0..3000).map(|index| (kind("vpc.vpc"), format!("create {index}"), 1)).collect();
        store.record_durations(&many)
    }),
    ("an account", |store, _, _| store.pin_account(&long())),
    ("the end of a run", |store, _, run| store.end_run(run, &long(), NOW)),
];

/// What must not be half-changed.
fn said(store: &Store) -> (u64, Recorded, usize, usize, Option<String>, usize) {
    (
        store.serial().expect("read"),
        store.snapshot().expect("read"),
        store.open_intents().expect("read").len(),
        store.runs().expect("read").len(),
        store.account().expect("read"),
        store.durations().expect("read").len(),
    )
}

#[test]
fn every_statement_of_a_run_meets_a_full_disk() {
    for (name, act) in ACTS {
        let (_folder, path) = folder();
        let mut store = create(&path);
        let (lease, run) = begin(&mut store);
        if *name != "the key" {
            store.hash_key().expect("key");
        }
        store.take_notices();
        let before = said(&store);
        let mut refused = 0;
        let limits = (1..80).step_by(4);
        // The first pages of it fit, and at some point all of it does: each size stops it at another place.
        for pages in limits.clone() {
            store.limit_pages(Some(pages)).expect("limited");
            let Err(error) = act(&mut store, &lease, run) else { break };
            refused += 1;
            assert_eq!(error.code(), "E0606", "{name}, {pages} pages: {error}");
            assert!(!error.diagnostic().hints.is_empty());
            assert_eq!(store.verify_all(), Ok(Vec::new()), "{name}, {pages} pages");
            if *name == "a lease" {
                // It was given back before; only taking it needed room.
                assert_eq!(store.holder(), Ok(None));
            }
            assert_eq!(said(&store), before, "{name}, {pages} pages");
        }
        store.limit_pages(None).expect("room again");
        if refused > 0 && refused < limits.len() {
            assert_eq!(store.verify_all(), Ok(Vec::new()), "{name}");
            drop(store);
            assert_eq!(existing(&path).verify_all(), Ok(Vec::new()), "{name}");
        } else {
            // The data key is one small row of a page that is there already.
            assert_eq!((*name, refused), ("the key", 0));
        }
    }
}

/// What needs no room works on a full disk: a run can end, and give its lease back.
#[test]
fn a_full_disk_keeps_nobody_from_stopping() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    store.put_plan("plan", b"{}", NOW).expect("kept");
    store.commit(&lease, run, &[begun(1, 0)]).expect("commit");
    store.limit_pages(Some(1)).expect("full");
    store.consume_plan("plan", run).expect("taken");
    store.renew(&lease, NOW, TTL).expect("renewed");
    store.end_run(run, "failed", NOW).expect("ended");
    store.release(&lease).expect("released");
    assert_eq!(store.holder(), Ok(None));
}

/// The body of a process with little room: a whole run, and whatever it is told is repeated to its parent.
pub(crate) fn in_a_short_process(path: &Path) {
    let mut store = match Store::open(path, Mode::CreateIfMissing) {
        Ok(store) => store,
        Err(error) => return say(&format!("refused {} {error}", error.code())),
    };
    let tell = |what: &str, result: Result<(), StoreError>| match result {
        Ok(()) => say(&format!("done {what}")),
        Err(error) => say(&format!("refused {} {what}: {error}", error.code())),
    };
    tell("key", store.hash_key().map(|_| ()));
    tell("plan", store.put_plan("plan", b"{\"a\":1}", NOW));
    let lease = match store.acquire("short, pid 1", NOW, TTL) {
        Ok(lease) => lease,
        Err(error) => return say(&format!("refused {} {error}", error.code())),
    };
    let run = match store.begin_run(&info()) {
        Ok(run) => run,
        Err(error) => return say(&format!("refused {} {error}", error.code())),
    };
    tell("consume", store.consume_plan("plan", run));
    for index in 0..120_u32 {
        let mut made = record(&format!("vpc.vpc.v[{index}]"), &format!("v-{index}"));
        made.inputs = Document::from_text(format!("{{\"a\":\"{}\",\"b\":{{\"$sensitive\":1}}}}", "x".repeat(800)));
        match store.commit(&lease, run, &[done(index, made)]) {
            Ok(serials) => say(&format!("event {} {index}", serials[0])),
            Err(error) => say(&format!("refused {} event {index}: {error}", error.code())),
        }
    }
    tell("durations", store.record_duration(&kind("vpc.vpc"), "create", 5));
    tell("end", store.end_run(run, "done", NOW));
    tell("release", store.release(&lease));
    for notice in store.take_notices() {
        say(&format!("notice {} {}", notice.code, notice.message));
    }
}

/// An I/O error of the system itself, at whichever write the limit falls on: of the database, of its log, of its index, of
/// the key file, of the mark. What was acknowledged is there, and with room again everything continues.
#[cfg(unix)]
#[test]
fn a_disk_that_fails_at_any_write_loses_nothing() {
    let mut codes = std::collections::BTreeSet::new();
    let limits = [0, 1, 2, 4, 8, 16, 40, 63, 64, 65].into_iter().chain((80..1200).step_by(100)).chain([100_000]);
    for blocks in limits {
        let (_folder, path) = folder();
        let (said, well) = Running::start("short", &path, "", Some(blocks)).end();
        assert!(well, "{blocks} blocks: the child died: {said:?}");
        assert!(!said.is_empty(), "{blocks} blocks");
        let acknowledged: Vec<(u64, u32)> = said
            .iter()
            .filter_map(|line| line.strip_prefix("event ")?.split_once(' '))
            .map(|(serial, index)| (serial.parse().expect("serial"), index.parse().expect("index")))
            .collect();
        for line in said.iter().filter_map(|line| line.strip_prefix("refused ").or(line.strip_prefix("notice "))) {
            codes.insert(line.split(' ').next().unwrap_or_default().to_owned());
        }
        // With room again: what there is is whole, and goes on.
        let mut store = Store::open(&path, Mode::CreateIfMissing).unwrap_or_else(|e| panic!("{blocks} blocks: {e}"));
        assert_eq!(store.restored(), None, "{blocks} blocks: {said:?}");
        assert_eq!(store.verify_all(), Ok(Vec::new()), "{blocks} blocks");
        let records = store.snapshot().expect("read").records;
        assert_eq!(store.serial(), Ok(acknowledged.len() as u64), "{blocks} blocks");
        for (_, index) in &acknowledged {
            let address = crate::world::address(&format!("vpc.vpc.v[{index}]"));
            assert!(records.contains_key(&address), "{blocks} blocks: {address}");
        }
        let lease = match store.holder().expect("read") {
            Some(dead) => store.take_over(&dead, "next", NOW, TTL),
            None => store.acquire("next", NOW, TTL),
        };
        let lease = lease.unwrap_or_else(|error| panic!("{blocks} blocks: {error}"));
        let run = store.begin_run(&info()).expect("run");
        store.commit(&lease, run, &[done(0, record("vpc.vpc.after", "after"))]).expect("commit");
        store.end_run(run, "done", NOW).expect("ended");
        assert_eq!(store.verify_all(), Ok(Vec::new()), "{blocks} blocks");
    }
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    assert!(codes.contains(&"E0608"), "no write ever failed: {codes:?}");
    assert!(
        codes.iter().all(|code| ["E0601", "E0606", "E0607", "E0608", "E0614", "E0625"].contains(code)),
        "{codes:?}"
    );
}

/// Another process has the state open, so that looking at it needs no new file; the first thing to be written is the key.
#[cfg(unix)]
#[test]
fn half_a_key_file_is_not_left_behind() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    store.pin_project("shop").expect("pinned");
    let (said, well) = Running::start("short", &path, "", Some(0)).end();
    assert!(well, "{said:?}");
    assert!(said[0].starts_with("refused E0608 key: the disk failed"), "{said:?}");
    assert!(said[1].starts_with("refused E0608 plan"), "{said:?}");
    assert!(said[2].starts_with("refused E0608"), "{said:?}");
    assert!(!path.with_extension("key").exists());
    store.hash_key().expect("with room it is made");
    assert_eq!(store.verify_all(), Ok(Vec::new()));
}
