//! Carrying a plan out: the lease, the run, the engine, and how it all ends.

use crate::{
    Context,
    args::{CarryingArgs, Events},
    exit::{Exit, Failure, Outcome as Ended},
    ops::{
        cloud::Door,
        holder,
        project::Loaded,
        recovering,
        signals::{Received, Signals},
        telling,
    },
    terminal::style,
};
use firma_api::transport::Clock;
use firma_client::Cloud;
use firma_engine::{ApplyContext, CancelLevel, Commit, LeaseGuard, Observers, Outcome, RunEvent};
use firma_model::{
    diagnostic::Diagnostic,
    fault::{Fault, FaultKind},
    time::Timestamp,
};
use firma_plan::step::Plan;
use firma_store::{Lease, RunInfo, Store, Writer};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc::UnboundedSender, watch};

/// How long a lease lasts without being renewed: long enough to outlive a slow request, short enough that the next person
/// does not wait long after a crash.
const LEASE_MILLIS: i64 = 180_000;
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(30);
/// What must remain of it when a mutating call is sent: the longest request, and some seconds for clocks.
const REQUEST_MILLIS: i64 = 65_000;

/// Takes the lease. From a process of this machine that is certainly dead it is taken at once; everybody else is waited for.
pub(crate) fn lease(store: &mut Store, holder: &str, now: Timestamp) -> Result<Lease, Failure> {
    let refused = match store.acquire(holder, now, LEASE_MILLIS) {
        Ok(lease) => return Ok(lease),
        Err(error) => error,
    };
    match store.holder()? {
        Some(held) if holder::is_dead(&held.holder) => Ok(store.take_over(&held, holder, now, LEASE_MILLIS)?),
        _ => Err(refused.into()),
    }
}

/// Refuses early, before anything is planned, when somebody else is at work on this state.
pub(crate) fn refuse_if_held(store: &Store, now: Timestamp) -> Result<(), Failure> {
    match store.holder()? {
        Some(held) if held.expires > now && !holder::is_dead(&held.holder) => Err(Failure::refused(
            Diagnostic::error("E0610", format!("{} is at work on this state", holder::shown(&held.holder)))
                .hint(format!("wait until it is done; if it was killed elsewhere, its lease ends at {}", held.expires)),
        )),
        _ => Ok(()),
    }
}

/// The state under a lease, for one run.
pub(crate) struct Held {
    store: Arc<Mutex<Store>>,
    lease: Arc<Mutex<Lease>>,
    clock: Arc<dyn Clock>,
    writer: Option<Writer>,
    renewing: tokio::task::JoinHandle<()>,
    /// The run's number.
    pub run: u64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    /// Takes the lease and begins a run.
    pub(crate) fn take(
        context: &Context,
        mut store: Store,
        door: &Door,
        command: &str,
        plan: Option<&str>,
    ) -> Result<Held, Failure> {
        let holder = holder::this(&context.env);
        let now = door.clock.now();
        let lease = lease(&mut store, &holder, now)?;
        let info = RunInfo {
            started: now,
            command: command.to_owned(),
            argv: recorded_argv(),
            who: holder::shown(&holder).to_owned(),
            git_commit: git_commit(&context.directory),
            plan_id: plan.map(str::to_owned),
        };
        let began = store.begin_run(&info).and_then(|run| match plan {
            Some(plan) => store.consume_plan(plan, run).map(|()| run),
            None => Ok(run),
        });
        let run = match began {
            Ok(run) => run,
            Err(error) => {
                // The lease is given back whatever the error; the error itself is what matters.
                let _ = store.release(&lease);
                return Err(error.into());
            }
        };
        let store = Arc::new(Mutex::new(store));
        let writer = Writer::spawn(store.clone(), lease.clone(), run)?;
        let lease = Arc::new(Mutex::new(lease));
        let renewing = tokio::spawn(renew(store.clone(), lease.clone(), door.clock.clone()));
        Ok(Held { store, lease, clock: door.clock.clone(), writer: Some(writer), renewing, run })
    }

    /// The journal.
    pub(crate) fn commit(&self) -> Commit {
        match &self.writer {
            Some(writer) => firma_engine::queued(writer.handle()),
            None => unreachable!("BUG: a run that ended has no journal"),
        }
    }

    /// Checked before every mutating send.
    pub(crate) fn guard(&self) -> LeaseGuard {
        let (lease, clock) = (self.lease.clone(), self.clock.clone());
        Arc::new(move || {
            let remaining = locked(&lease).expires.millis_since(clock.now());
            if remaining > REQUEST_MILLIS {
                return Ok(());
            }
            Err(Fault {
                kind: FaultKind::Unavailable,
                service: String::new(),
                operation: String::new(),
                http_status: None,
                code: None,
                status: None,
                message: "the lease on the state is about to run out and could not be renewed; nothing was sent".into(),
                request_id: None,
            })
        })
    }

    /// The state, for short looks.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.store)
    }

    /// Ends the run and gives the lease back.
    pub(crate) fn end(mut self, outcome: &str) -> Result<(), Failure> {
        self.renewing.abort();
        // What is queued is written before the run ends.
        drop(self.writer.take());
        let now = self.clock.now();
        let mut store = locked(&self.store);
        let ended = store.end_run(self.run, outcome, now);
        let released = store.release(&locked(&self.lease));
        ended?;
        released?;
        Ok(())
    }
}

async fn renew(store: Arc<Mutex<Store>>, lease: Arc<Mutex<Lease>>, clock: Arc<dyn Clock>) {
    loop {
        clock.sleep(RENEW).await;
        let old = locked(&lease).clone();
        // A lease that cannot be renewed runs out; the guard then stops every call before it is sent.
        if let Ok(new) = locked(&store).renew(&old, clock.now(), LEASE_MILLIS) {
            *locked(&lease) = new;
        }
    }
}

/// The command line as history keeps it: values of variables may be secret.
fn recorded_argv() -> Vec<String> {
    let mut argv = Vec::new();
    let mut hide = false;
    for arg in std::env::args_os().skip(1) {
        let arg = arg.to_string_lossy().into_owned();
        let shown = match (hide, arg.strip_prefix("--var=")) {
            (true, _) => format!("{}=...", arg.split('=').next().unwrap_or_default()),
            (false, Some(pair)) => format!("--var={}=...", pair.split('=').next().unwrap_or_default()),
            (false, None) => arg.clone(),
        };
        hide = arg == "--var";
        argv.push(shown);
    }
    argv
}

/// The commit of the manifests, read from the repository's files; `None` outside one.
fn git_commit(directory: &std::path::Path) -> Option<String> {
    let start = std::fs::canonicalize(directory).ok()?;
    let git = start.ancestors().map(|dir| dir.join(".git")).find(|git| git.is_dir())?;
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    let commit = match head.trim().strip_prefix("ref: ") {
        None => head.trim().to_owned(),
        Some(reference) => match std::fs::read_to_string(git.join(reference)) {
            Ok(commit) => commit.trim().to_owned(),
            Err(_) => std::fs::read_to_string(git.join("packed-refs"))
                .ok()?
                .lines()
                .find_map(|line| line.strip_suffix(reference).map(|commit| commit.trim().to_owned()))?,
        },
    };
    (commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())).then_some(commit)
}

/// Sixteen random bytes.
pub(crate) fn entropy() -> firma_engine::Entropy {
    Arc::new(|| {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("BUG: the operating system has no randomness");
        bytes
    })
}

/// Everything that is needed to carry a plan out.
pub(crate) struct Approved {
    /// Its state.
    pub store: Store,
    /// The cloud.
    pub door: Door,
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its id.
    pub id: String,
    /// `apply` or `destroy`.
    pub command: &'static str,
}

/// Carries a plan out.
pub(crate) async fn carry(context: &Context, approved: Approved, args: &CarryingArgs) -> Ended {
    let Approved { mut store, door, plan, id, command } = approved;
    let recorded = store.snapshot()?;
    if let Some(stale) = firma_engine::stale(&firma_engine::moved(&plan, &recorded)) {
        return Err(Failure::refused(stale));
    }
    if door.embedded.is_none() {
        store.pin_account(&plan.identity.account)?;
    }
    let hash_key = store.hash_key()?;
    let usual: BTreeMap<_, _> =
        store.durations()?.into_iter().map(|(key, duration)| (key, duration.usual_ms)).collect();
    let held = Held::take(context, store, &door, command, Some(&id))?;
    // Between the snapshot and the lease somebody else may have been at work.
    let recorded = held.store().snapshot()?;
    if let Some(stale) = firma_engine::stale(&firma_engine::moved(&plan, &recorded)) {
        held.end("refused")?;
        return Err(Failure::refused(stale));
    }

    let mut signals = Signals::listen();
    let received = signals.received();
    let (cancel, cancelled) = watch::channel(CancelLevel::None);
    let terminal = context.terminal;
    let listening = tokio::spawn(async move {
        for level in [CancelLevel::Finish, CancelLevel::Abandon] {
            signals.next().await;
            terminal.note(match level {
                CancelLevel::Finish => "stopping: what runs is finished, nothing new begins; once more to stop waiting",
                _ => "stopping now: the journal stays open, the next apply continues from there",
            });
            // Nobody listens once the run is over.
            let _ = cancel.send(level);
        }
    });
    let (sender, events) = tokio::sync::mpsc::unbounded_channel();
    let telling = tokio::spawn(telling::tell(terminal, args.events, events));
    let context_of_run = ApplyContext {
        cloud: watched(&door, sender.clone()),
        commit: held.commit(),
        run: held.run,
        hash_key,
        guard: held.guard(),
        entropy: entropy(),
        observers: Observers::to(sender),
        cancel: cancelled,
        parallelism: args.parallelism as usize,
        usual,
    };
    let started = door.clock.now();
    let outcome = firma_engine::apply(plan.clone(), context_of_run).await;
    listening.abort();
    // The teller ends when the last sender is gone.
    let _ = telling.await;
    let unwritten = held.store().record_durations(&outcome.durations).err();
    let run = held.run;
    let ended = held.end(outcome.word());
    summary(context, run, &plan, &outcome, args.events, door.clock.now().millis_since(started));
    if let Some(error) = &outcome.journal {
        return Err(error.clone().into());
    }
    ended?;
    if let Some(error) = unwritten {
        // What was learned is a convenience; losing it loses nothing else.
        terminal.note(&format!("how long things took could not be kept: {error}"));
    }
    Ok(exit(&outcome, &received))
}

fn exit(outcome: &Outcome, received: &Received) -> Exit {
    match (received.exit(), outcome.is_complete()) {
        (Exit::Done, true) => Exit::Done,
        (Exit::Done, false) => Exit::Error,
        (signal, _) => signal,
    }
}

/// The cloud of a door, with every call told to the observers of this run.
fn watched(door: &Door, sender: UnboundedSender<RunEvent>) -> Arc<Cloud> {
    let transport = door.transport.clone();
    Arc::new(Cloud::new(transport, door.clock.clone()).with_log(Arc::new(Observers::to(sender))))
}

/// Says how the run ended and what to do about what is not done.
fn summary(context: &Context, run: u64, plan: &Plan, outcome: &Outcome, events: Events, millis: i64) {
    let terminal = &context.terminal;
    let report = telling::report(run, plan, outcome, millis);
    terminal.note(firma_review::run::summary(&report, style(terminal.color_err)).trim_end());
    if events != Events::Json && outcome.journal.is_none() && !outcome.interrupted {
        let text = telling::outputs(outcome);
        if !text.is_empty() {
            terminal.data(&text);
        }
    }
}

/// Settles what earlier runs left open, before anything new is planned.
pub(crate) async fn recover_first(context: &Context, loaded: &Loaded) -> Result<(), Failure> {
    let Some(store) = crate::ops::state::open_existing(loaded)? else { return Ok(()) };
    refuse_if_held(&store, now())?;
    if store.open_intents()?.is_empty() {
        return Ok(());
    }
    let door = crate::ops::cloud::open(loaded)?;
    let settled = recovering::settle(context, store, &door, None).await?;
    recovering::tell(context, &settled);
    let stuck = firma_engine::stuck(&settled);
    match stuck.is_empty() {
        true => Ok(()),
        // Nothing is planned around a call that may have made something: it would be made twice.
        false => Err(Failure { diagnostics: stuck, sources: Vec::new(), exit: Exit::Refused }),
    }
}

/// The time now, for whoever has no door.
pub(crate) fn now() -> Timestamp {
    firma_client::WallClock.now()
}
