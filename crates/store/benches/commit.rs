//! What it costs to make one event durable, in a small state and in a large one: it must not grow with the state.
//!
//! `cargo bench -p firma-store --bench commit`. Both states are on disk with every guarantee on, and take turns, so that
//! whatever else the machine does meets both alike. Medians are compared: the rest of a disk's latency is its own business.

use firma_model::{
    address::{Address, NodeSet},
    desired::OnRemove,
    document::Document,
    event::{Event, EventBody, Intent},
    record::{Record, Status},
    time::Timestamp,
};
use firma_store::{Lease, Mode, RunInfo, Store};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const SIZES: [usize; 2] = [1_000, 100_000];
/// Steps measured in each state, each with an intent and an end as an apply writes them.
const STEPS: usize = 400;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut states: Vec<State> =
        SIZES.iter().map(|size| State::new(&folder.path().join(size.to_string()), *size)).collect();
    // The first ones warm the caches.
    for step in 0..STEPS + 50 {
        for state in &mut states {
            state.step(step, step >= 50);
        }
    }
    println!("| objects | begin, median | done, median | done, 9 of 10 | after opening |");
    println!("|---------|---------------|--------------|---------------|---------------|");
    for state in &mut states {
        println!(
            "| {:>7} | {:>10.0} us | {:>9.0} us | {:>10.0} us | {:>10.0} us |",
            state.size,
            micros(quantile(&mut state.begun, 0.5)),
            micros(quantile(&mut state.done, 0.5)),
            micros(quantile(&mut state.done, 0.9)),
            micros(state.first),
        );
    }
    let [small, large] = &mut states[..] else { unreachable!("two sizes") };
    println!(
        "\n{} objects beside {}: {:.2} times as long to begin, {:.2} times to end",
        large.size,
        small.size,
        quantile(&mut large.begun, 0.5).as_secs_f64() / quantile(&mut small.begun, 0.5).as_secs_f64(),
        quantile(&mut large.done, 0.5).as_secs_f64() / quantile(&mut small.done, 0.5).as_secs_f64(),
    );
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn quantile(times: &mut [Duration], part: f64) -> Duration {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * part) as usize]
}

struct State {
    size: usize,
    store: Store,
    lease: Lease,
    run: u64,
    begun: Vec<Duration>,
    done: Vec<Duration>,
    /// The first commit after the state was opened.
    first: Duration,
}

impl State {
    /// A state of this many objects, on disk.
    fn new(folder: &Path, size: usize) -> State {
        let path = folder.join("state.db");
        let mut store = Store::open(&path, Mode::CreateIfMissing).expect("a new state");
        let (lease, run) = begin(&mut store);
        for start in (0..size).step_by(1_000) {
            let events: Vec<Event> = (start..(start + 1_000).min(size)).map(|at| ended(at, "made")).collect();
            store.commit(&lease, run, &events).expect("objects");
        }
        store.end_run(run, "done", NOW).expect("the end");
        store.release(&lease).expect("released");
        drop(store);
        let mut store = Store::open(&path, Mode::Existing).expect("the state");
        let (lease, run) = begin(&mut store);
        let start = Instant::now();
        store.commit(&lease, run, &[ended(0, "again")]).expect("a commit");
        State { size, store, lease, run, begun: Vec::new(), done: Vec::new(), first: start.elapsed() }
    }

    /// One step: its intent, its end. It changes an object somewhere in the state.
    fn step(&mut self, step: usize, counts: bool) {
        let at = step * 7_919 % self.size;
        let call = Event { at: NOW, body: EventBody::Begin(intent(at, step)) };
        let accepted =
            Event { at: NOW, body: EventBody::Accepted { step: step as u32, call: 0, record: None, request_id: None } };
        let start = Instant::now();
        self.store.commit(&self.lease, self.run, &[call]).expect("a commit");
        let begun = start.elapsed();
        let mut done = ended(at, "changed");
        if let EventBody::Done { step: number, .. } = &mut done.body {
            *number = step as u32;
        }
        let start = Instant::now();
        self.store.commit(&self.lease, self.run, &[accepted, done]).expect("a commit");
        if counts {
            self.begun.push(begun);
            self.done.push(start.elapsed());
        }
    }
}

fn begin(store: &mut Store) -> (Lease, u64) {
    let lease = store.acquire("a benchmark", NOW, 3_600_000).expect("the lease");
    let info = RunInfo {
        started: NOW,
        command: "apply".to_owned(),
        argv: Vec::new(),
        who: "a benchmark".to_owned(),
        git_commit: None,
        plan_id: None,
    };
    let run = store.begin_run(&info).expect("a run");
    (lease, run)
}

fn address(at: usize) -> Address {
    format!("vpc.subnet.s[{at}]").parse().expect("an address")
}

fn ended(at: usize, name: &str) -> Event {
    let address = address(at);
    let record = Record {
        kind: address.kind().clone(),
        address,
        deposed: String::new(),
        schema_version: 1,
        cloud_id: format!("subnet-{at:010}"),
        region: Some("cn-north-1".to_owned()),
        zone: None,
        billing: None,
        status: Status::Ready,
        inputs: Document::from_text(format!(r#"{{"name":"{name}","address_prefix":"10.0.0.0/24"}}"#)),
        observed: Document::from_text(format!(r#"{{"id":"subnet-{at:010}","name":"{name}"}}"#)),
        fingerprint: format!("vpc-1 {at}"),
        dependencies: NodeSet::default(),
        prevent_destroy: false,
        on_remove: OnRemove::Destroy,
        create_before_destroy: false,
        version: 0,
    };
    Event { at: NOW, body: EventBody::Done { step: at as u32, record } }
}

fn intent(at: usize, step: usize) -> Intent {
    Intent {
        step: step as u32,
        call: 0,
        address: address(at),
        deposed: String::new(),
        action: "update".to_owned(),
        class: "marked".to_owned(),
        service: "vpc".to_owned(),
        operation: "modifySubnet".to_owned(),
        region: Some("cn-north-1".to_owned()),
        cloud_id: format!("subnet-{at:010}"),
        parameters: Document::from_text(r#"{"subnetName":"changed"}"#),
        body_hash: String::new(),
        token: None,
        marker: None,
        ids_before: None,
    }
}
