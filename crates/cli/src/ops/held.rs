//! The state under a lease, for one run: taken, kept, given back.

use crate::{
    Context,
    exit::Failure,
    ops::{cloud::Door, failpoint, holder, provenance, state},
};
use firma_api::transport::Clock;
use firma_engine::{Commit, LeaseGuard, Tenure};
use firma_model::{
    diagnostic::Diagnostic,
    event::{Event, EventBody},
    time::Timestamp,
};
use firma_store::{ErrorKind, Lease, RunInfo, Store, StoreError, Writer};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a lease lasts without being renewed: long enough to outlive a slow request, short enough that the next person
/// does not wait long after a crash.
const TERM_MILLIS: i64 = 180_000;
/// What must remain of it when a mutating call is sent: the longest request, and some seconds for clocks.
const REQUEST: Duration = Duration::from_secs(65);

/// Takes the lease. From a process of this machine that is certainly dead it is taken at once; everybody else is waited for.
pub(crate) fn lease(store: &mut Store, holder: &str, now: Timestamp) -> Result<Lease, Failure> {
    loop {
        let refused = match store.acquire(holder, now, TERM_MILLIS) {
            Ok(lease) => return Ok(lease),
            Err(error) => error,
        };
        let Some(dead) = store.holder()?.filter(|held| holder::is_dead(&held.holder)) else {
            return Err(refused.into());
        };
        failpoint::at("taking-over");
        match store.take_over(&dead, holder, now, TERM_MILLIS) {
            // Somebody else was faster: whoever holds it now is looked at in turn.
            Err(StoreError { kind: ErrorKind::Fenced { .. }, .. }) => {}
            taken => return Ok(taken?),
        }
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

/// Writes events down in a run of their own: what a person decides about the state, without any cloud.
pub(crate) fn write_down(
    store: &mut Store,
    env: &BTreeMap<String, String>,
    command: &str,
    bodies: Vec<EventBody>,
) -> Result<(), Failure> {
    let now = failpoint::clock().now();
    let holder = holder::this(env);
    let lease = lease(store, &holder, now)?;
    failpoint::at("leased");
    let info = RunInfo {
        started: now,
        command: command.to_owned(),
        argv: provenance::argv(),
        who: holder::shown(&holder).to_owned(),
        git_commit: None,
        plan_id: None,
    };
    let events: Vec<Event> = bodies.into_iter().map(|body| Event { at: now, body }).collect();
    let written = store.begin_run(&info).and_then(|run| {
        failpoint::at("run-began");
        let written = store.commit(&lease, run, &events);
        failpoint::at("ending");
        store.end_run(run, if written.is_ok() { "done" } else { "failed" }, now)?;
        written
    });
    failpoint::at("run-ended");
    store.release(&lease)?;
    failpoint::at("released");
    written?;
    Ok(())
}

/// The state under a lease, for one run.
pub(crate) struct Held {
    store: Arc<Mutex<Store>>,
    tenure: Arc<Tenure>,
    clock: Arc<dyn Clock>,
    writer: Option<Writer>,
    keeping: tokio::task::JoinHandle<()>,
    /// The run's number.
    pub(crate) run: u64,
}

fn locked(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
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
        failpoint::at("leased");
        let info = RunInfo {
            started: now,
            command: command.to_owned(),
            argv: provenance::argv(),
            who: holder::shown(&holder).to_owned(),
            git_commit: provenance::git_commit(&context.directory),
            plan_id: plan.map(str::to_owned),
        };
        let began = store.begin_run(&info).and_then(|run| {
            failpoint::at("run-began");
            match plan {
                Some(plan) => store.consume_plan(plan, run).map(|()| run),
                None => Ok(run),
            }
        });
        failpoint::at("plan-taken");
        let run = match began {
            Ok(run) => run,
            Err(error) => {
                // The lease is given back whatever the error; the error itself is what matters.
                let _ = store.release(&lease);
                return Err(error.into());
            }
        };
        state::tell_notices(context, &mut store);
        let store = Arc::new(Mutex::new(store));
        let writer = Writer::spawn(store.clone(), lease.clone(), run)?;
        let tenure = Arc::new(Tenure::new(
            store.clone(),
            lease,
            door.clock.clone(),
            Duration::from_millis(TERM_MILLIS.unsigned_abs()),
        ));
        let keeper = tenure.clone();
        // When it cannot be renewed it runs out, and the guard stops every call before it is sent.
        let keeping = tokio::spawn(async move { drop(keeper.keep().await) });
        Ok(Held { store, tenure, clock: door.clock.clone(), writer: Some(writer), keeping, run })
    }

    /// The journal.
    pub(crate) fn commit(&self) -> Commit {
        match &self.writer {
            Some(writer) => failpoint::commit(firma_engine::queued(writer.handle())),
            None => unreachable!("BUG: a run that ended has no journal"),
        }
    }

    /// Checked before every mutating send.
    pub(crate) fn guard(&self) -> LeaseGuard {
        self.tenure.guard(REQUEST)
    }

    /// The state, for short looks.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.store)
    }

    /// Ends the run and gives the lease back.
    pub(crate) fn end(mut self, outcome: &str) -> Result<(), Failure> {
        self.keeping.abort();
        // What is queued is written before the run ends.
        drop(self.writer.take());
        let now = self.clock.now();
        let mut store = locked(&self.store);
        failpoint::at("ending");
        let ended = store.end_run(self.run, outcome, now);
        failpoint::at("run-ended");
        let released = store.release(self.tenure.lease());
        failpoint::at("released");
        ended?;
        released?;
        Ok(())
    }
}
