//! A laboratory: a cloud, a state and a clock, all in memory, and the flows that a command would run.

use crate::{
    clock::VirtualClock,
    line::Net,
    process::{Written, catalog_digest},
    wire::Wire,
};
use firma_api::Clock;
use firma_catalog::Catalog;
use firma_client::Cloud;
use firma_emulator::{InProcess, Settings, World, inventory};
use firma_engine::{
    ApplyContext, CancelLevel, Commit, Observers, Outcome, RecoverContext, Settlement, apply, inline, recover, refresh,
};
use firma_model::{address::KindId, desired::Desired, record::Recorded};
use firma_plan::{
    Options, Worlds,
    due::Due,
    procedure::Procedure,
    recover::SETTLE_MILLIS,
    step::{Mode, Plan},
};
use firma_store::{Lease, RunInfo, Store};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::watch;

/// How long a lease of this lab's own process lasts; nothing here renews it.
const HOUR_MILLIS: i64 = 3_600_000;

/// A cloud, a state and a clock. Its own methods are one process on a perfect machine; [`Process`](crate::Process)es can be
/// made of it that are not.
pub struct Lab {
    /// A clock that is right, the cloud's.
    pub clock: Arc<VirtualClock>,
    /// The emulated cloud.
    pub world: Arc<InProcess<VirtualClock>>,
    /// The network in front of it, as processes see it.
    pub net: Arc<Net>,
    /// The way there of this lab's own process.
    pub wire: Arc<Wire>,
    /// The cloud as this lab's own process sees it.
    pub cloud: Arc<Cloud>,
    /// The state.
    pub store: Arc<Mutex<Store>>,
    /// Every kind of the catalogue.
    pub procedures: BTreeMap<String, Arc<Procedure>>,
    /// The catalogue's digest.
    pub catalog: String,
    /// What processes made durable, in order.
    pub tape: Arc<Mutex<Vec<Written>>>,
    pub(crate) plans: Mutex<BTreeMap<u64, Arc<Plan>>>,
    pub(crate) dead: Mutex<BTreeSet<String>>,
    pub(crate) counter: Arc<AtomicU64>,
}

impl Default for Lab {
    fn default() -> Lab {
        Lab::new()
    }
}

/// Sixteen bytes for a number, different at both ends: a marker takes the first half, and a UUID overwrites bits in the
/// middle.
pub(crate) fn numbered(number: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    let number = (number as u32).to_be_bytes();
    bytes[..4].copy_from_slice(&number);
    bytes[12..].copy_from_slice(&number);
    bytes
}

/// The procedures of every kind, compiled once a program.
fn procedures() -> BTreeMap<String, Arc<Procedure>> {
    static ALL: OnceLock<BTreeMap<String, Arc<Procedure>>> = OnceLock::new();
    let all = || {
        let catalog = Catalog::builtin();
        let kind = |id| (String::from(id), catalog.kind(&KindId::new(id)).expect("a kind of the catalogue"));
        catalog.kind_names().map(kind).collect()
    };
    ALL.get_or_init(all).clone()
}

impl Lab {
    /// A laboratory with a cloud of the default settings.
    pub fn new() -> Lab {
        Lab::with(Settings::default())
    }

    /// A laboratory with a cloud of these settings.
    pub fn with(settings: Settings) -> Lab {
        Lab::seeded(7, settings)
    }

    /// A laboratory whose cloud makes up its ids and durations from this seed.
    pub fn seeded(seed: u64, settings: Settings) -> Lab {
        let clock = Arc::new(VirtualClock::new());
        let world = Arc::new(InProcess::new(World::new(seed, settings), clock.clone()));
        let wire = Arc::new(Wire::new(world.clone()));
        let cloud = Arc::new(Cloud::new(wire.clone(), clock.clone()));
        Lab {
            net: Net::new(world.clone(), clock.clone()),
            clock,
            world,
            wire,
            cloud,
            store: Arc::new(Mutex::new(Store::in_memory().unwrap())),
            procedures: procedures(),
            catalog: catalog_digest(),
            tape: Arc::default(),
            plans: Mutex::default(),
            dead: Mutex::default(),
            counter: Arc::default(),
        }
    }

    /// Says that a process of this machine is known to be dead: its lease may be taken before it runs out.
    pub fn bury(&self, process: &str) {
        self.dead.lock().unwrap().insert(process.to_owned());
    }

    /// Whether that was said.
    pub fn is_dead(&self, process: &str) -> bool {
        self.dead.lock().unwrap().contains(process)
    }

    /// What is written down.
    pub fn recorded(&self) -> Recorded {
        self.store.lock().unwrap().snapshot().unwrap()
    }

    /// What was written within the settling time.
    pub fn young_from(&self) -> u64 {
        let since = self.clock.now().plus_millis(-SETTLE_MILLIS);
        self.store.lock().unwrap().first_since(since).unwrap()
    }

    fn hash_key(&self) -> [u8; 32] {
        self.store.lock().unwrap().hash_key().unwrap()
    }

    /// Refreshes and plans; errors of the planner fail the test.
    pub async fn plan(&self, desired: &Desired, mode: Mode) -> Arc<Plan> {
        self.try_plan(desired, mode).await.unwrap_or_else(|codes| panic!("no plan: {codes:?}"))
    }

    /// The plan of a world, or the codes of what is wrong with it.
    ///
    /// # Errors
    /// There is no plan.
    pub async fn try_plan(&self, desired: &Desired, mode: Mode) -> Result<Arc<Plan>, Vec<&'static str>> {
        let recorded = self.recorded();
        let procedure = |kind: &str| self.procedures.get(kind).cloned();
        let mut observed = refresh(&self.cloud, &recorded, &procedure, self.young_from()).await;
        if mode == Mode::Apply {
            let worlds = Worlds { desired, recorded: &recorded, observed: &observed, procedures: &self.procedures };
            let candidates = firma_plan::imports::candidates(worlds);
            observed.found = firma_engine::find(&self.cloud, &candidates, &procedure).await;
        }
        let worlds = Worlds { desired, recorded: &recorded, observed: &observed, procedures: &self.procedures };
        let options = Options {
            mode,
            now: self.clock.now(),
            hash_key: self.hash_key(),
            accept_loss: true,
            due: self.owing(&recorded),
            ..Options::default()
        };
        let (plan, diagnostics) = firma_plan::plan(worlds, &options);
        plan.map(Arc::new).ok_or_else(|| diagnostics.list.iter().map(|d| d.code).collect())
    }

    /// What the runs since the last complete one still owe.
    pub fn owing(&self, recorded: &Recorded) -> Due {
        let mut due = Due::default();
        let store = self.store.lock().unwrap();
        for (run, plan) in self.plans.lock().unwrap().iter().rev() {
            if store.run(*run).unwrap().is_some_and(|run| run.outcome.as_deref() == Some("done")) {
                break;
            }
            due.add(plan, recorded);
        }
        due
    }

    /// Takes the lease; it must be free.
    pub fn lease(&self) -> Lease {
        self.store.lock().unwrap().acquire("test", self.clock.now(), HOUR_MILLIS).unwrap()
    }

    /// Begins a run, and keeps its plan for recovery.
    pub fn begin(&self, command: &str, plan: Option<&Arc<Plan>>) -> u64 {
        let info = RunInfo {
            started: self.clock.now(),
            command: command.to_owned(),
            argv: Vec::new(),
            who: "test".to_owned(),
            git_commit: None,
            plan_id: None,
        };
        let run = self.store.lock().unwrap().begin_run(&info).unwrap();
        if let Some(plan) = plan {
            self.plans.lock().unwrap().insert(run, plan.clone());
        }
        run
    }

    /// Gives a lease back.
    pub fn release(&self, lease: &Lease) {
        self.store.lock().unwrap().release(lease).unwrap();
    }

    /// What an apply of this run works with.
    pub fn context(&self, run: u64, commit: Commit, cancel: watch::Receiver<CancelLevel>) -> ApplyContext {
        let counter = self.counter.clone();
        ApplyContext {
            cloud: self.cloud.clone(),
            commit,
            run,
            hash_key: self.hash_key(),
            young_from: self.young_from(),
            guard: Arc::new(|| Ok(())),
            entropy: Arc::new(move || numbered(counter.fetch_add(1, Ordering::SeqCst))),
            observers: Observers::none(),
            cancel,
            parallelism: 20,
            usual: BTreeMap::new(),
        }
    }

    /// Carries out a plan through a commit function made from the ordinary one.
    pub async fn apply_through(&self, plan: &Arc<Plan>, through: impl FnOnce(Commit) -> Commit) -> Outcome {
        let lease = self.lease();
        let run = self.begin("apply", Some(plan));
        let commit = through(inline(self.store.clone(), lease.clone(), run));
        let (_cancel, cancelled) = watch::channel(CancelLevel::None);
        let outcome = apply(plan.clone(), self.context(run, commit, cancelled)).await;
        self.store.lock().unwrap().end_run(run, outcome.word(), self.clock.now()).unwrap();
        self.release(&lease);
        outcome
    }

    /// Carries a plan out.
    pub async fn apply(&self, plan: &Arc<Plan>) -> Outcome {
        self.apply_through(plan, |commit| commit).await
    }

    /// Plans and applies; everything must be done.
    pub async fn converge(&self, desired: &Desired) -> Arc<Plan> {
        let plan = self.plan(desired, Mode::Apply).await;
        let outcome = self.apply(&plan).await;
        assert!(outcome.is_complete(), "{outcome:#?}");
        plan
    }

    /// After this a plan is empty, the cloud holds what the state says and nothing else, and nothing is open.
    pub async fn assert_converged(&self, desired: &Desired) {
        let plan = self.plan(desired, Mode::Apply).await;
        let steps: Vec<String> =
            plan.steps.iter().map(|s| format!("{} {} {:?}", s.leg.as_str(), s.address, s.reasons)).collect();
        assert!(steps.is_empty(), "still to do: {steps:#?}");
        assert!(self.store.lock().unwrap().open_intents().unwrap().is_empty());
        self.assert_same();
    }

    /// The cloud holds exactly what the state says.
    pub fn assert_same(&self) {
        assert_eq!(self.in_state(), self.in_cloud());
    }

    /// Nothing is in the cloud that the state does not know. (What is deleted and could not be looked at afterwards is still
    /// in the state: the next refresh finds it gone.)
    pub fn assert_no_orphan(&self) {
        let (state, cloud) = (self.in_state(), self.in_cloud());
        assert!(cloud.is_subset(&state), "{cloud:?} {state:?}");
    }

    fn in_state(&self) -> BTreeSet<(String, String)> {
        self.recorded()
            .records
            .values()
            .filter(|r| !r.kind.as_str().ends_with("_attachment") && r.kind.service() != "firma")
            .map(|r| (r.kind.to_string(), r.cloud_id.clone()))
            .collect()
    }

    /// What is in the cloud by itself: kinds and ids.
    pub fn in_cloud(&self) -> BTreeSet<(String, String)> {
        let view = self.world.with(|world| inventory::view(world));
        let objects = view["objects"].as_array().unwrap();
        let text = |object: &serde_json::Value, name: &str| object[name].as_str().unwrap().to_owned();
        objects
            .iter()
            .filter(|object| object.get("madeBy").is_none())
            .map(|object| (format!("{}.{}", text(object, "service"), text(object, "kind")), text(object, "id")))
            .collect()
    }

    /// Settles what is open.
    pub async fn recover(&self) -> Vec<Settlement> {
        self.recover_adopting(None).await
    }

    /// Settles what is open, with an id that somebody vouches for.
    pub async fn recover_adopting(&self, adopt: Option<String>) -> Vec<Settlement> {
        self.recover_through(adopt, |commit| commit).await
    }

    /// Settles what is open, through a commit function made from the ordinary one.
    pub async fn recover_through(
        &self,
        adopt: Option<String>,
        through: impl FnOnce(Commit) -> Commit,
    ) -> Vec<Settlement> {
        let open = self.store.lock().unwrap().open_intents().unwrap();
        let recorded = self.recorded();
        let lease = self.lease();
        let run = self.begin("recover", None);
        let context = RecoverContext {
            cloud: self.cloud.clone(),
            commit: through(inline(self.store.clone(), lease.clone(), run)),
            hash_key: self.hash_key(),
            guard: Arc::new(|| Ok(())),
            settle: SETTLE_MILLIS,
            adopt,
        };
        let plans = |run| self.plans.lock().unwrap().get(&run).cloned();
        let settlements = recover(&open, &recorded, &plans, &context).await.unwrap();
        self.release(&lease);
        settlements
    }

    /// The lease of whoever died with it.
    pub fn holder(&self) -> Lease {
        self.store.lock().unwrap().holder().unwrap().expect("somebody died with the lease")
    }

    /// The id of an image to start from.
    pub async fn image(&self) -> String {
        let procedure = Catalog::builtin().lookup(&KindId::new("vm.image")).unwrap();
        let parameters = firma_model::value::Map::from([("image_source".to_owned(), "public".into())]);
        let found = firma_engine::look_up(&self.cloud, &procedure, Some(crate::stack::REGION), &parameters).await;
        let found = found.unwrap();
        let images = found.as_list().unwrap();
        assert!(!images.is_empty());
        images[0].as_map().unwrap()["id"].as_str().unwrap().to_owned()
    }
}
