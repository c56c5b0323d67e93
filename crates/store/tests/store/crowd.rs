//! Many at once: threads and processes that open, take leases, write, and are gone at any moment. Whatever they do, there
//! is one holder at a time, serials are dense, epochs only grow, and what was acknowledged stays.

use crate::{
    child::{Running, say},
    world::{NOW, TTL, create, event, existing, folder, info},
};
use firma_model::{event::EventBody, time::Timestamp};
use firma_store::{ErrorKind, Lease, Mode, Store};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Barrier, RwLock,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// An event that says who wrote it.
fn by(who: &str) -> firma_model::event::Event {
    event(EventBody::Skipped { step: 0, because: who.to_owned() })
}

/// The same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn one_in(&mut self, n: u64) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.is_multiple_of(n)
    }
}

/// Each epoch's events by whoever held it, as the journal has them; and that it is whole.
fn holders(store: &Store) -> BTreeMap<u64, String> {
    assert_eq!(store.verify_all(), Ok(Vec::new()));
    let mut serials = 0;
    let mut writers = BTreeMap::new();
    for run in store.runs().expect("read") {
        for (_, event) in store.events(run.id).expect("read") {
            let EventBody::Skipped { because, .. } = event.body else { panic!("another event") };
            let (epoch, who) = because.split_once(' ').expect("an epoch and a name");
            let known = writers.entry(epoch.parse().expect("epoch")).or_insert_with(|| who.to_owned());
            assert_eq!(known, who, "two holders of epoch {epoch}");
            serials += 1;
        }
    }
    assert_eq!(store.serial(), Ok(serials), "dense");
    writers
}

#[test]
fn of_many_threads_one_at_a_time_holds_it() {
    let (_folder, path) = folder();
    create(&path);
    // A clock that everybody shares and that moves with every look: leases run out under their holders.
    let clock = AtomicI64::new(NOW.0);
    // Nobody acts on a time from before a leap: a lease that begins with one would be over as soon as it is held.
    let leap = RwLock::new(());
    let inside = AtomicU32::new(0);
    let written = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for thread in 0..6_u64 {
            let (path, clock, leap, inside, written) = (&path, &clock, &leap, &inside, &written);
            scope.spawn(move || {
                let mut dice = Dice(0x5eed + thread);
                let name = format!("thread {thread}");
                let mut store = existing(path);
                for _ in 0..30 {
                    let steady = leap.read().expect("nobody panicked");
                    let now = Timestamp(clock.fetch_add(1, Ordering::SeqCst));
                    let lease = match store.acquire(&name, now, TTL) {
                        Ok(lease) => lease,
                        Err(error) => {
                            assert_eq!(error.code(), "E0610", "{error}");
                            continue;
                        }
                    };
                    drop(steady);
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two inside");
                    let run = store.begin_run(&info()).expect("run");
                    for _ in 0..3 {
                        let who = format!("{} {name}", lease.epoch);
                        store.commit(&lease, run, &[by(&who), by(&who)]).expect("held");
                        written.fetch_add(2, Ordering::SeqCst);
                    }
                    inside.fetch_sub(1, Ordering::SeqCst);
                    if dice.one_in(3) {
                        // Gone without a word: its lease has to run out.
                        drop(store);
                        let leaping = leap.write().expect("nobody panicked");
                        clock.fetch_add(TTL + 1, Ordering::SeqCst);
                        drop(leaping);
                        store = existing(path);
                    } else {
                        store.end_run(run, "done", now).expect("ended");
                        store.release(&lease).expect("released");
                    }
                }
            });
        }
    });
    let store = existing(&path);
    assert_eq!(store.serial(), Ok(u64::from(written.load(Ordering::SeqCst))), "everything that was acknowledged");
    assert!(holders(&store).len() > 5);
}

/// Whoever was fenced writes nothing more, also when it never noticed that its time was over.
#[test]
fn a_holder_that_slept_through_its_lease_writes_nothing() {
    let (_folder, path) = folder();
    create(&path);
    let clock = AtomicI64::new(NOW.0);
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (path, clock) = (&path, &clock);
            scope.spawn(move || {
                let name = format!("thread {thread}");
                let mut store = existing(path);
                for _ in 0..25 {
                    // Every look takes longer than a lease lasts.
                    let now = Timestamp(clock.fetch_add(TTL + 1, Ordering::SeqCst));
                    let Ok(lease) = store.acquire(&name, now, TTL) else { continue };
                    let run = store.begin_run(&info()).expect("run");
                    for _ in 0..4 {
                        match store.commit(&lease, run, &[by(&format!("{} {name}", lease.epoch))]) {
                            Ok(_) => {}
                            Err(error) => assert!(matches!(error.kind, ErrorKind::Fenced { .. }), "{error}"),
                        }
                    }
                }
            });
        }
    });
    assert!(holders(&existing(&path)).len() > 5);
}

/// How long a lease of a busy process lasts; so short that it is often lost.
const SHORT: i64 = 20;

fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_millis()).expect("this millennium"))
}

/// The body of a process that works until it is killed.
pub(crate) fn in_a_busy_process(path: &Path, name: &str) {
    let mut dice = Dice(name.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte)));
    let mut store = existing(path);
    loop {
        if dice.one_in(5) {
            store = existing(path);
        }
        let lease = match store.acquire(name, wall_clock(), SHORT) {
            Ok(lease) => lease,
            Err(error) => {
                assert!(["E0610", "E0604"].contains(&error.code()), "{error}");
                continue;
            }
        };
        if let Err(error) = work(&mut store, &lease, name, &mut dice) {
            assert!(matches!(error.kind, ErrorKind::Fenced { .. } | ErrorKind::Locked), "{error}");
        }
    }
}

fn work(store: &mut Store, lease: &Lease, name: &str, dice: &mut Dice) -> Result<(), firma_store::StoreError> {
    let run = store.begin_run(&info())?;
    let who = format!("{} {name}", lease.epoch);
    for _ in 0..4 {
        let serials = store.commit(lease, run, &[by(&who), by(&who)])?;
        for serial in serials {
            say(&format!("{serial} {who}"));
        }
        if dice.one_in(4) {
            store.renew(lease, wall_clock(), SHORT)?;
        }
    }
    store.end_run(run, "done", wall_clock())?;
    if dice.one_in(2) { store.release(lease) } else { Ok(()) }
}

/// A new state that several make at once is made by one of them, and all of them find it.
#[test]
fn a_state_that_many_make_is_made_once() {
    for _ in 0..100 {
        let (_folder, path) = folder();
        let start = Barrier::new(6);
        let lineages: BTreeSet<String> = std::thread::scope(|scope| {
            let open = || {
                start.wait();
                Store::open(&path, Mode::CreateIfMissing).expect("it opens").lineage().to_owned()
            };
            let opened: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            opened.into_iter().map(|one| one.join().expect("it opens")).collect()
        });
        assert_eq!(lineages.len(), 1);
    }
}

/// Opening compares many rows with each other. What is committed between two looks must not be taken for damage.
#[test]
fn a_state_can_be_opened_while_others_write() {
    let (_folder, path) = folder();
    create(&path);
    let done = AtomicU32::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut store = existing(&path);
            let lease = store.acquire("writer", NOW, TTL).expect("free");
            let run = store.begin_run(&info()).expect("run");
            for _ in 0..300 {
                store.commit(&lease, run, &[by("1 writer")]).expect("commit");
            }
            store.end_run(run, "done", NOW).expect("ended");
            done.store(1, Ordering::SeqCst);
        });
        for _ in 0..3 {
            scope.spawn(|| {
                while done.load(Ordering::SeqCst) == 0 {
                    assert_eq!(existing(&path).restored(), None);
                    let doctor = firma_store::examine(&path, &[], NOW);
                    assert!(doctor.iter().all(|checked| checked.findings.is_empty()), "{doctor:?}");
                }
            });
        }
    });
}

#[test]
fn processes_that_are_killed_at_any_moment_lose_nothing() {
    let (_folder, path) = folder();
    create(&path);
    let mut acknowledged: Vec<String> = Vec::new();
    let mut dice = Dice(0x5eed);
    let start = |number: u32| Running::start("busy", &path, &format!("process {number}"), None);
    let mut crowd: Vec<Running> = (0..3).map(start).collect();
    for number in 3..12 {
        // Some lines of one of them, then its end; another one takes its place.
        let at = if dice.one_in(2) { 0 } else { crowd.len() - 1 };
        for _ in 0..5 + number {
            acknowledged.push(crowd[at].next().expect("it works until it is killed"));
        }
        acknowledged.extend(crowd.swap_remove(at).kill());
        // Whole at every moment, also while the others go on; and nobody takes what they write meanwhile for damage.
        assert_eq!(existing(&path).verify_all(), Ok(Vec::new()));
        let doctor = firma_store::examine(&path, &[], NOW);
        assert!(doctor.iter().all(|checked| checked.findings.is_empty()), "{doctor:?}");
        crowd.push(start(number));
    }
    for running in crowd {
        acknowledged.extend(running.kill());
    }
    let store = existing(&path);
    assert_eq!(store.restored(), None);
    let written: BTreeMap<u64, String> = store
        .runs()
        .expect("read")
        .iter()
        .flat_map(|run| store.events(run.id).expect("read"))
        .map(|(serial, event)| match event.body {
            EventBody::Skipped { because, .. } => (serial, because),
            other => panic!("another event: {other:?}"),
        })
        .collect();
    assert!(acknowledged.len() > 90, "{} lines", acknowledged.len());
    for line in &acknowledged {
        let Some((serial, who)) = line.split_once(' ') else { continue };
        let serial: u64 = serial.parse().expect("serial");
        assert_eq!(written.get(&serial).map(String::as_str), Some(who), "event {serial} was acknowledged");
    }
    assert!(holders(&store).len() > 5);
}
