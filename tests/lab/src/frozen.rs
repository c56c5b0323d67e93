//! A laboratory as it stands at one moment, to begin from there any number of times: what survives when a process dies.
//!
//! The cloud and the journal are kept, and the time; the client with all it has learned, the lease and whatever was under way
//! are not. A thawed laboratory is therefore a new process that finds what the old one left.

use crate::{Lab, VirtualClock, Wire};
use firma_api::Clock as _;
use firma_client::Cloud;
use firma_emulator::{InProcess, snapshot};
use firma_model::{event::Event, time::Timestamp};
use firma_plan::{procedure::Procedure, step::Plan};
use firma_store::{RunInfo, Store};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
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
        let mut hasher = DefaultHasher::new();
        (now.0, &world, runs.len()).hash(&mut hasher);
        format!("{:?} {:?}", store.snapshot().unwrap(), store.open_intents().unwrap()).hash(&mut hasher);
        Frozen {
            now,
            world,
            runs,
            plans: self.plans.lock().unwrap().clone(),
            counter: self.counter.load(Ordering::SeqCst),
            procedures: self.procedures.clone(),
            digest: hasher.finish(),
        }
    }
}

impl Frozen {
    /// A number that is the same for two moments from which everything goes on in the same way: the cloud, the state, what is
    /// open and the time are equal. How they came about (the journal) may differ.
    pub fn digest(&self) -> u64 {
        self.digest
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
            clock,
            world,
            wire,
            cloud,
            store: Arc::new(Mutex::new(store)),
            procedures: self.procedures.clone(),
            plans: Mutex::new(self.plans.clone()),
            counter: Arc::new(AtomicU64::new(self.counter)),
        }
    }
}
