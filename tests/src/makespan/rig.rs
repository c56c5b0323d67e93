//! A cloud at the end of a slow line, and one run against it. Every answer takes a while of virtual time, half of it on the
//! way there; the line notes what was sent when, and how long the cloud needs for each object.

use super::Shape;
use firma_api::{BoxFuture, Clock, Request, Response, Transport, TransportError};
use firma_client::Cloud;
use firma_emulator::{InProcess, Settings as CloudSettings};
use firma_engine::{CancelLevel, Commit, Outcome, apply, inline};
use firma_lab::{Lab, VirtualClock};
use firma_model::{
    address::{Address, KindId},
    time::Timestamp,
};
use firma_plan::step::{Mode, Plan};
use rustix::time::{ClockId, clock_gettime};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// Service and region.
pub type Place = (String, Option<String>);

/// How long things took before, by kind and action.
pub type Usual = BTreeMap<(KindId, String), i64>;

/// What a run is measured with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Resources of the graph, about.
    pub resources: usize,
    /// From a request's leaving to its answer's arrival.
    pub latency: Duration,
    /// As `--parallelism`.
    pub parallelism: usize,
    /// What earlier runs taught.
    pub usual: Usual,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            resources: 1_000,
            latency: Duration::from_millis(80),
            // What the command takes unless told otherwise.
            parallelism: 64,
            usual: Usual::new(),
        }
    }
}

/// What the line saw.
#[derive(Debug, Default)]
pub struct Log {
    /// Times at which calls left, by place.
    pub sent: BTreeMap<Place, Vec<Timestamp>>,
    /// Numbers of calls by place, operation and whether they change anything.
    pub calls: BTreeMap<(Place, String, bool), u64>,
    /// Milliseconds that the cloud's own task took, by id.
    pub jobs: BTreeMap<String, i64>,
    /// Answers that were no success.
    pub refused: u64,
    /// Processor time of the emulator.
    cpu: Duration,
}

struct Line {
    cloud: Arc<InProcess<VirtualClock>>,
    clock: Arc<VirtualClock>,
    half: Duration,
    log: Mutex<Log>,
}

impl Line {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request is there.
    fn arrive(&self, request: &Request) -> Response {
        let start = cpu();
        let response = self.cloud.call(request);
        let now = self.clock.now();
        let mut log = self.log();
        if request.mutating {
            self.cloud.with(|world| {
                for (id, at) in world.pending() {
                    let job = log.jobs.entry(id).or_insert_with(|| at.0 - now.0);
                    *job = (*job).max(at.0 - now.0);
                }
            });
        }
        log.refused += u64::from(response.status != 200);
        log.cpu += cpu().saturating_sub(start);
        response
    }
}

impl Transport for Line {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let place = (request.service.clone(), request.region.clone());
            {
                let mut log = self.log();
                log.sent.entry(place.clone()).or_default().push(self.clock.now());
                *log.calls.entry((place, request.operation.clone(), request.mutating)).or_default() += 1;
            }
            self.clock.sleep(self.half).await;
            let response = self.arrive(&request);
            self.clock.sleep(self.half).await;
            Ok(response)
        })
    }
}

/// Processor time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// A laboratory with a slow line.
pub struct Rig {
    lab: Lab,
    line: Arc<Line>,
    image: String,
}

/// What came of a run.
pub struct Measured {
    /// From its beginning to its end.
    pub makespan: Duration,
    /// What was carried out.
    pub plan: Arc<Plan>,
    /// The id of each object made.
    pub ids: BTreeMap<Address, String>,
    /// What the line saw.
    pub log: Log,
    /// How it ended.
    pub outcome: Outcome,
    /// Processor time of engine, client and plan: all but the emulator and the database.
    pub cpu: Duration,
    /// Processor time of the database.
    pub cpu_store: Duration,
}

impl Rig {
    /// A new cloud at the end of a line. Call it inside a paused runtime.
    pub async fn new(latency: Duration) -> Rig {
        let settings = CloudSettings {
            // It counts by service alone; here the pace is kept by service and region, and checked afterwards.
            rate_per_minute: None,
            quotas: BTreeMap::from([("*".to_owned(), 1_000_000)]),
            ..CloudSettings::default()
        };
        let mut lab = Lab::with(settings);
        let image = lab.image().await;
        let line = Arc::new(Line {
            cloud: lab.world.clone(),
            clock: lab.clock.clone(),
            half: latency / 2,
            log: Mutex::default(),
        });
        lab.cloud = Arc::new(Cloud::new(line.clone(), lab.clock.clone()));
        Rig { lab, line, image }
    }

    /// Makes a graph.
    ///
    /// # Panics
    /// When not everything was done.
    pub async fn run(&self, shape: Shape, settings: &Settings) -> Measured {
        let desired = shape.desired(settings.resources, &self.image);
        let plan = self.lab.plan(&desired, Mode::Apply).await;
        *self.line.log() = Log::default();

        let lease = self.lab.lease();
        let run = self.lab.begin("apply", Some(&plan));
        let cpu_store: Arc<Mutex<Duration>> = Arc::default();
        let commit = timed(inline(self.lab.store.clone(), lease.clone(), run), cpu_store.clone());
        let (_cancel, cancelled) = watch::channel(CancelLevel::None);
        let mut context = self.lab.context(run, commit, cancelled);
        context.parallelism = settings.parallelism;
        context.usual = settings.usual.clone();
        let (began, began_cpu) = (self.lab.clock.now(), cpu());
        let outcome = apply(plan.clone(), context).await;
        let makespan = self.lab.clock.now().millis_since(began);
        let spent = cpu().saturating_sub(began_cpu);
        self.lab.release(&lease);
        assert!(
            outcome.is_complete(),
            "{}: {:?} {:?}",
            shape.as_str(),
            outcome.failed.first(),
            outcome.unresolved.first()
        );

        let records = self.lab.recorded().records;
        let ids = records.into_values().map(|record| (record.address, record.cloud_id)).collect();
        let log = std::mem::take(&mut *self.line.log());
        let cpu_store = *cpu_store.lock().unwrap_or_else(PoisonError::into_inner);
        Measured {
            makespan: Duration::from_millis(makespan.unsigned_abs()),
            plan,
            ids,
            cpu: spent.saturating_sub(log.cpu).saturating_sub(cpu_store),
            cpu_store,
            log,
            outcome,
        }
    }
}

/// A commit function that says how much processor time it took.
fn timed(commit: Commit, spent: Arc<Mutex<Duration>>) -> Commit {
    Arc::new(move |events| {
        let start = cpu();
        // It commits when it is called; what it returns is ready.
        let done = commit(events);
        *spent.lock().unwrap_or_else(PoisonError::into_inner) += cpu().saturating_sub(start);
        done
    })
}

/// Makes a graph in a fresh cloud, in a runtime whose time is virtual.
///
/// # Panics
/// When not everything was done.
pub fn measure(shape: Shape, settings: &Settings) -> Measured {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread");
    runtime.block_on(async { Rig::new(settings.latency).await.run(shape, settings).await })
}

/// What a run taught, as the state would keep it.
pub fn learned(outcome: &Outcome) -> Usual {
    let mut store = firma_store::Store::in_memory().expect("a database in memory");
    store.record_durations(&outcome.durations).expect("it takes numbers");
    let durations = store.durations().expect("it gives them back");
    durations.into_iter().map(|(place, duration)| (place, duration.usual_ms)).collect()
}
