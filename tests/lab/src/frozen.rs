//! A laboratory as it stands at one moment, to begin from there any number of times: what survives when a process dies.
//!
//! The cloud and the journal are kept, and the time; the client with all it has learned, the lease and whatever was under way
//! are not. A thawed laboratory is therefore a new process that finds what the old one left.

use crate::{Lab, Net, VirtualClock, Wire};
use firma_api::Clock as _;
use firma_client::Cloud;
use firma_emulator::{InProcess, snapshot};
use firma_model::{event::Event, record::Status, time::Timestamp};
use firma_plan::{procedure::Procedure, step::Plan};
use firma_store::{RunInfo, Store};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// A laboratory that stands still.
#[derive(Clone)]
pub struct Frozen {
    now: Timestamp,
    world: Vec<u8>,
    runs: Vec<(RunInfo, Vec<Event>)>,
    plans: BTreeMap<u64, Arc<Plan>>,
    counter: u64,
    procedures: BTreeMap<String, Arc<Procedure>>,
    digest: u64,
    shape: u64,
    unfinished: bool,
}

impl Lab {
    /// Keeps the laboratory as it is now.
    pub fn freeze(&self) -> Frozen {
        let now = self.clock.now();
        let world = self.world.with(|world| snapshot::write(world));
        let store = self.store.lock().unwrap();
        let mut runs = Vec::new();
        for run in store.runs().unwrap() {
            let events = store.events(run.id).unwrap().into_iter().map(|(_, event)| event).collect();
            runs.push((run.info, events));
        }
        let (mut recorded, open) = (store.snapshot().unwrap(), store.open_intents().unwrap());
        let digest = hash(&(now.0, &world, runs.len(), format!("{recorded:?} {open:?}")));
        for record in recorded.records.values_mut().chain(&mut recorded.deposed) {
            record.version = 0;
        }
        let unfinished = !open.is_empty()
            || !recorded.deposed.is_empty()
            || recorded.records.values().any(|record| record.status != Status::Ready);
        let open: Vec<_> = open.into_iter().map(|open| (open.intent, open.fault.is_some())).collect();
        let shape = hash(&[without_times(&world), without_times(format!("{recorded:?} {open:?}").as_bytes())]);
        Frozen {
            now,
            world,
            runs,
            plans: self.plans.lock().unwrap().clone(),
            counter: self.counter.load(Ordering::SeqCst),
            procedures: self.procedures.clone(),
            digest,
            shape,
            unfinished,
        }
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Blanks what only says when something was, or what was made up: long runs of digits (milliseconds, markers and tokens, which
/// a laboratory counts) and dates.
fn without_times(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let date = digits == 4
            && text.get(at..at + 19).is_some_and(|text| {
                let places = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
                places.iter().all(|(place, byte)| text[*place] == *byte)
            });
        match (date, digits) {
            (true, _) => at += 19,
            (_, 0) => {
                out.push(text[at]);
                at += 1;
            }
            (_, 8..) => at += digits,
            _ => {
                out.extend_from_slice(&text[at..at + digits]);
                at += digits;
            }
        }
    }
    out
}

impl Frozen {
    /// Whether anything is open or not finished.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// A number that is the same for two moments from which everything goes on in the same way: the cloud, the state, what is
    /// open and the time are equal. How they came about (the journal) may differ.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// A number that is the same for two moments that differ in nothing but times and in what was made up. What goes on from
    /// there goes on alike, as far as it does not depend on how long ago something was.
    pub fn shape(&self) -> u64 {
        self.shape
    }

    /// The same moment, some time later, with nothing having happened in between.
    pub fn later(mut self, millis: i64) -> Frozen {
        self.now = self.now.plus_millis(millis);
        self
    }

    /// A laboratory that goes on from there.
    pub fn thaw(&self) -> Lab {
        let clock = Arc::new(VirtualClock::at(self.now));
        let world = Arc::new(InProcess::new(snapshot::read(&self.world).unwrap(), clock.clone()));
        let wire = Arc::new(Wire::new(world.clone()));
        let cloud = Arc::new(Cloud::new(wire.clone(), clock.clone()));
        let mut store = Store::in_memory().unwrap();
        let lease = store.acquire("test", self.now, 3_600_000).unwrap();
        for (info, events) in &self.runs {
            let run = store.begin_run(info).unwrap();
            store.commit(&lease, run, events).unwrap();
        }
        store.release(&lease).unwrap();
        Lab {
            net: Net::new(world.clone(), clock.clone()),
            clock,
            world,
            wire,
            cloud,
            store: Arc::new(Mutex::new(store)),
            procedures: self.procedures.clone(),
            catalog: crate::process::catalog_digest(),
            tape: Arc::default(),
            plans: Mutex::new(self.plans.clone()),
            dead: Mutex::default(),
            counter: Arc::new(AtomicU64::new(self.counter)),
        }
    }
}
