//! A process that runs the flows of the command: recover first, observe, plan, keep the plan, take the lease, carry it out.
//!
//! Several processes share a state and a cloud. Each has a line, a clock that may be wrong and a [`Heart`]; wrap what it
//! does in [`Heart::live`], or nothing can happen to it.

use crate::{clock::VirtualClock, heart::Heart, lab::Lab, line::Line};
use firma_api::Clock;
use firma_catalog::Catalog;
use firma_client::Cloud;
use firma_engine::{
    ApplyContext, Commit, Moved, Observers, Outcome, RecoverContext, RunEvent, Settled, Settlement, Tenure, apply,
    inline, moved, recover, refresh,
};
use firma_model::{
    desired::Desired,
    diagnostic::Diagnostics,
    event::{Event, EventBody},
    time::Timestamp,
};
use firma_plan::{
    Options, Worlds, format,
    recover::SETTLE_MILLIS,
    step::{Identity, Mode, Plan},
};
use firma_store::{ErrorKind, Lease, OpenIntent, RunInfo, Store, StoreError};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};
use tokio::sync::mpsc;

/// How long a lease lasts without being renewed: as in the command.
pub const TERM_MILLIS: i64 = 180_000;
/// The account of everybody's credentials, unless they are changed.
const ACCOUNT: &str = "ours";
/// What must remain of it when a changing request is sent: as in the command.
pub const REQUEST: Duration = Duration::from_secs(65);

/// Why a command changed nothing, or stopped before its work.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Somebody else is at work on the state.
    Held,
    /// Open calls that nobody can settle; nothing is planned around them.
    Stuck(Vec<Settlement>),
    /// No plan came of it.
    NoPlan(Diagnostics),
    /// The plan is no longer true.
    Stale(Vec<Moved>),
    /// A call of another run is open.
    Open(Box<OpenIntent>),
    /// The plan belongs to another account.
    Account(String),
    /// The state said no, or could not be reached.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        match error.kind {
            ErrorKind::Held { .. } => Refusal::Held,
            _ => Refusal::Store(error),
        }
    }
}

/// A plan that is kept in the state.
#[derive(Clone)]
pub struct Planned {
    /// Its id there.
    pub id: String,
    /// It.
    pub plan: Arc<Plan>,
}

/// Events as a run made them durable.
#[derive(Clone, Debug)]
pub struct Written {
    /// The run.
    pub run: u64,
    /// The process.
    pub by: String,
    /// When, by a clock that is right.
    pub at: Timestamp,
    /// How many requests had arrived in the cloud by then.
    pub delivered: usize,
    /// The events of one commit.
    pub events: Vec<Event>,
}

/// A process.
pub struct Process<'l> {
    lab: &'l Lab,
    /// Its name: the holder of its leases, and the sender of its requests.
    pub name: String,
    /// Its clock.
    pub clock: Arc<VirtualClock>,
    /// Its life.
    pub heart: Arc<Heart>,
    /// The cloud, through its line.
    pub cloud: Arc<Cloud>,
    line: Arc<Line>,
    account: Mutex<String>,
    /// Steps at once.
    pub parallelism: usize,
    entropy: Arc<AtomicU64>,
    epoch: Arc<AtomicU64>,
    /// What it told whoever watched it.
    pub told: Mutex<Vec<RunEvent>>,
    /// Its runs, each with the plan it carries out.
    pub runs: Mutex<Vec<(u64, Option<String>)>>,
    /// How many requests had arrived in the cloud when a commit failed for the first time.
    pub failed: Arc<Mutex<Option<usize>>>,
}

/// The state under a lease, for one run.
struct Held {
    store: Arc<Mutex<Store>>,
    tenure: Tenure,
    commit: Commit,
    run: u64,
}

fn locked(store: &Mutex<Store>) -> std::sync::MutexGuard<'_, Store> {
    store.lock().unwrap()
}

impl<'l> Process<'l> {
    /// A process of this name. `seed` is for its back-off; its entropy is a counter that it shares with all of this lab.
    pub fn new(lab: &'l Lab, name: &str, seed: u64) -> Process<'l> {
        let clock = Arc::new(lab.clock.another());
        let heart = Arc::new(Heart::default());
        let epoch = Arc::new(AtomicU64::new(0));
        let (store, own) = (lab.store.clone(), epoch.clone());
        let holding = move || {
            let holder = locked(&store).holder().unwrap();
            holder.is_some_and(|lease| lease.epoch == own.load(Ordering::SeqCst))
        };
        let line = Line::new(lab.net.clone(), heart.clone(), clock.clone(), name, Arc::new(holding));
        let line = Arc::new(line);
        let cloud = Arc::new(Cloud::new(line.clone(), clock.clone()).with_seed(seed));
        Process {
            lab,
            name: name.to_owned(),
            clock,
            heart,
            cloud,
            line,
            account: Mutex::new(ACCOUNT.to_owned()),
            parallelism: 20,
            entropy: lab.counter.clone(),
            epoch,
            told: Mutex::default(),
            runs: Mutex::default(),
            failed: Arc::default(),
        }
    }

    /// Uses the credentials of another account from now on.
    pub fn change_account(&self, account: &str) {
        self.line.change_account(account);
        account.clone_into(&mut self.account.lock().unwrap());
    }

    /// The account of its credentials, as the command asks the cloud for it.
    fn account(&self) -> String {
        self.account.lock().unwrap().clone()
    }

    /// The whole of `firma apply --auto-approve`: settles what is open, plans, and carries the plan out. `None` for an empty
    /// plan.
    pub async fn command(&self, desired: &Desired, mode: Mode) -> Result<Option<Outcome>, Refusal> {
        self.recover_first(None).await?;
        let planned = self.plan(desired, mode).await?;
        match planned.plan.has_changes() {
            true => self.apply(&planned).await.map(Some),
            false => Ok(None),
        }
    }

    /// What every command does first: refuses beside a holder who lives, and settles what is open.
    pub async fn recover_first(&self, adopt: Option<String>) -> Result<Vec<Settlement>, Refusal> {
        let now = self.clock.now();
        if locked(&self.lab.store).holder()?.is_some_and(|held| held.expires > now && !self.lab.is_dead(&held.holder)) {
            return Err(Refusal::Held);
        }
        let settled = self.settle(adopt).await?;
        match settled.iter().any(|settlement| matches!(settlement.how, Settled::Stuck { .. })) {
            true => Err(Refusal::Stuck(settled)),
            false => Ok(settled),
        }
    }

    /// `firma recover`: settles what is open, in a run of its own.
    pub async fn settle(&self, adopt: Option<String>) -> Result<Vec<Settlement>, Refusal> {
        if locked(&self.lab.store).open_intents()?.is_empty() {
            return Ok(Vec::new());
        }
        // In another account nothing of what is open can be found.
        locked(&self.lab.store).pin_account(&self.account())?;
        let hash_key = locked(&self.lab.store).hash_key()?;
        let held = self.take("recover", None)?;
        // Read only now: whoever held the lease until a moment ago may have settled some of them.
        let open = locked(&held.store).open_intents()?;
        let recorded = locked(&held.store).snapshot()?;
        let mut plans = BTreeMap::new();
        for run in open.iter().map(|open| open.run).collect::<BTreeSet<u64>>() {
            plans.insert(run, self.kept_plan(run)?);
        }
        let context = RecoverContext {
            cloud: self.cloud.clone(),
            commit: held.commit.clone(),
            hash_key,
            guard: held.tenure.guard(REQUEST),
            settle: SETTLE_MILLIS,
            adopt,
        };
        let find = |run: u64| plans.get(&run).cloned().flatten();
        let settled = held.beside(recover(&open, &recorded, &find, &context)).await;
        let outcome = if settled.is_ok() { "done" } else { "failed" };
        held.end(outcome, self.clock.now())?;
        Ok(settled?)
    }

    fn kept_plan(&self, run: u64) -> Result<Option<Arc<Plan>>, StoreError> {
        let store = locked(&self.lab.store);
        let Some(id) = store.run(run)?.and_then(|run| run.info.plan_id) else { return Ok(None) };
        let Some(stored) = store.plan(&id)? else { return Ok(None) };
        Ok(format::decode(&stored.bytes).ok().map(Arc::new))
    }

    /// `firma recover --forget ADDRESS`, for every call that is open: somebody looked, and wants nothing of them.
    pub fn forget_open(&self) -> Result<usize, Refusal> {
        let open = locked(&self.lab.store).open_intents()?;
        if open.is_empty() {
            return Ok(0);
        }
        let now = self.clock.now();
        let bodies = open.iter().map(|open| EventBody::Settled {
            run: open.run,
            step: open.intent.step,
            call: open.intent.call,
            how: "forgotten".into(),
            record: None,
        });
        let events: Vec<Event> = bodies.map(|body| Event { at: now, body }).collect();
        let held = self.take("recover --forget", None)?;
        locked(&held.store).commit(held.tenure.lease(), held.run, &events)?;
        held.end("done", now)?;
        Ok(open.len())
    }

    /// Observes, plans, and keeps the plan in the state.
    pub async fn plan(&self, desired: &Desired, mode: Mode) -> Result<Planned, Refusal> {
        self.plan_with(desired, mode, false).await
    }

    /// The same, if need be although much is gone from the cloud.
    pub async fn plan_with(&self, desired: &Desired, mode: Mode, accept_loss: bool) -> Result<Planned, Refusal> {
        let (recorded, due, hash_key, lineage, after_run) = {
            let mut store = locked(&self.lab.store);
            let recorded = store.snapshot()?;
            let due = firma_engine::owing(&store, &recorded)?;
            (recorded, due, store.hash_key()?, store.lineage().to_owned(), store.last_run()?)
        };
        let procedures = &self.lab.procedures;
        let young = self.young_from()?;
        let mut observed = refresh(&self.cloud, &recorded, &|kind| procedures.get(kind).cloned(), young).await;
        let worlds = Worlds { desired, recorded: &recorded, observed: &observed, procedures };
        let candidates = firma_plan::imports::candidates(worlds);
        observed.found = firma_engine::find(&self.cloud, &candidates, &|kind| procedures.get(kind).cloned()).await;
        let worlds = Worlds { desired, recorded: &recorded, observed: &observed, procedures };
        let options = Options {
            mode,
            accept_loss,
            // The command asks the cloud for its time, from the headers of its answers.
            now: self.lab.clock.now(),
            hash_key,
            identity: Identity {
                project: "laboratory".to_owned(),
                lineage,
                endpoint: "in process".to_owned(),
                account: self.account(),
                catalog: self.lab.catalog.clone(),
                after_run,
            },
            declared: desired.blocks.keys().cloned().collect(),
            due,
            ..Options::default()
        };
        let (plan, diagnostics) = firma_plan::plan(worlds, &options);
        let Some(plan) = plan else { return Err(Refusal::NoPlan(diagnostics)) };
        let bytes = format::encode(&plan);
        let id = format::id_of_encoded(&bytes, &hash_key);
        locked(&self.lab.store).put_plan(&id, &bytes, self.clock.now())?;
        Ok(Planned { id, plan: Arc::new(plan) })
    }

    /// What was written so lately, by this process's clock, that it may not show yet.
    fn young_from(&self) -> Result<u64, StoreError> {
        locked(&self.lab.store).first_since(self.clock.now().plus_millis(-SETTLE_MILLIS))
    }

    fn still_true(&self, plan: &Plan) -> Result<(), Refusal> {
        let store = locked(&self.lab.store);
        let moved = moved(plan, &store.snapshot()?);
        if !moved.is_empty() {
            return Err(Refusal::Stale(moved));
        }
        match store.open_intents()?.into_iter().next() {
            None => Ok(()),
            Some(open) => Err(Refusal::Open(Box::new(open))),
        }
    }

    /// Carries a kept plan out.
    pub async fn apply(&self, planned: &Planned) -> Result<Outcome, Refusal> {
        let Planned { id, plan } = planned;
        if plan.identity.account != self.account() {
            return Err(Refusal::Account(plan.identity.account.clone()));
        }
        self.still_true(plan)?;
        let hash_key = {
            let mut store = locked(&self.lab.store);
            store.pin_account(&self.account())?;
            store.hash_key()?
        };
        let young_from = self.young_from()?;
        let held = self.take("apply", Some(id))?;
        // Between the plan and the lease somebody else may have been at work, and may have been killed at it.
        if let Err(refusal) = self.still_true(plan) {
            held.end("refused", self.clock.now())?;
            return Err(refusal);
        }
        let (sender, mut told) = mpsc::unbounded_channel();
        let counter = self.entropy.clone();
        let context = ApplyContext {
            cloud: self.cloud.clone(),
            commit: held.commit.clone(),
            run: held.run,
            hash_key,
            guard: held.tenure.guard(REQUEST),
            entropy: Arc::new(move || crate::lab::numbered(counter.fetch_add(1, Ordering::SeqCst))),
            observers: Observers::to(sender),
            cancel: self.heart.cancelled(),
            parallelism: self.parallelism,
            usual: BTreeMap::new(),
            young_from,
        };
        let outcome = held.beside(apply(plan.clone(), context)).await;
        while let Ok(event) = told.try_recv() {
            self.told.lock().unwrap().push(event);
        }
        // A disk that is full takes neither; the outcome says so already.
        let ended = held.end(outcome.word(), self.clock.now());
        match (&outcome.journal, ended) {
            (None, Err(error)) => Err(error.into()),
            _ => Ok(outcome),
        }
    }

    /// Takes the lease and begins a run. From a process that is known to be dead it is taken at once.
    fn take(&self, command: &str, plan: Option<&str>) -> Result<Held, Refusal> {
        let now = self.clock.now();
        let mut store = locked(&self.lab.store);
        let lease = match store.acquire(&self.name, now, TERM_MILLIS) {
            Ok(lease) => lease,
            Err(error) => match store.holder()? {
                Some(held) if self.lab.is_dead(&held.holder) => store.take_over(&held, &self.name, now, TERM_MILLIS)?,
                _ => return Err(error.into()),
            },
        };
        let info = RunInfo {
            started: now,
            command: command.to_owned(),
            argv: Vec::new(),
            who: self.name.clone(),
            git_commit: None,
            plan_id: plan.map(str::to_owned),
        };
        let began = store.begin_run(&info).and_then(|run| match plan {
            Some(plan) => store.consume_plan(plan, run).map(|()| run),
            None => Ok(run),
        });
        let run = match began {
            Ok(run) => run,
            Err(error) => {
                store.release(&lease)?;
                return Err(error.into());
            }
        };
        drop(store);
        self.runs.lock().unwrap().push((run, plan.map(str::to_owned)));
        self.epoch.store(lease.epoch, Ordering::SeqCst);
        Ok(self.held(lease, run))
    }

    fn held(&self, lease: Lease, run: u64) -> Held {
        let store = self.lab.store.clone();
        let commit = self.taped(inline(store.clone(), lease.clone(), run), run);
        let term = Duration::from_millis(TERM_MILLIS.unsigned_abs());
        let tenure = Tenure::new(store.clone(), lease, self.clock.clone(), term);
        Held { store, tenure, commit: self.noting(self.heart.through(commit)), run }
    }

    /// Takes note of when a commit failed: nothing may be sent after that.
    fn noting(&self, commit: Commit) -> Commit {
        let (failed, net) = (self.failed.clone(), self.lab.net.clone());
        Arc::new(move |events| {
            let (written, failed, net) = (commit(events), failed.clone(), net.clone());
            Box::pin(async move {
                let written = written.await;
                if written.is_err() {
                    failed.lock().unwrap().get_or_insert(net.delivered());
                }
                written
            })
        })
    }

    /// Keeps what was made durable, for those who compare it with what happened.
    fn taped(&self, commit: Commit, run: u64) -> Commit {
        let (tape, by, clock, net) =
            (self.lab.tape.clone(), self.name.clone(), self.lab.clock.clone(), self.lab.net.clone());
        Arc::new(move |events| {
            let copy = events.clone();
            let written = commit(events);
            let (tape, by, at, delivered) = (tape.clone(), by.clone(), clock.now(), net.delivered());
            Box::pin(async move {
                let serials = written.await?;
                tape.lock().unwrap().push(Written { run, by, at, delivered, events: copy });
                Ok(serials)
            })
        })
    }
}

impl Held {
    /// Works while the lease is renewed. When it cannot be it runs out, and the guard stops every call before it is sent.
    async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut keeping = pin!(self.tenure.keep());
        let mut kept = true;
        std::future::poll_fn(|context| {
            if let Poll::Ready(value) = work.as_mut().poll(context) {
                return Poll::Ready(value);
            }
            if kept && keeping.as_mut().poll(context).is_ready() {
                kept = false;
            }
            Poll::Pending
        })
        .await
    }

    fn end(self, outcome: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut store = locked(&self.store);
        let ended = store.end_run(self.run, outcome, now);
        let released = store.release(self.tenure.lease());
        ended?;
        released
    }
}

/// The catalogue's digest, made once.
pub(crate) fn catalog_digest() -> String {
    static DIGEST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DIGEST.get_or_init(|| Catalog::builtin().digest()).clone()
}
