//! Carrying a plan out: the lease, the run, the engine, and how it all ends.

use crate::{
    Context,
    args::{CarryingArgs, Events},
    exit::{Exit, Failure, Outcome as Ended},
    log,
    ops::{
        cloud::{self, Door},
        failpoint,
        held::Held,
        planning,
        signals::{Received, Signals},
        staleness,
        telling::{self, Teller},
    },
};
use firma_api::transport::Clock as _;
use firma_client::Cloud;
use firma_engine::{ApplyContext, CancelLevel, Observers, Outcome, RunEvent};
use firma_model::{diagnostic::Diagnostic, time::Timestamp};
use firma_plan::step::Plan;
use firma_store::Store;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::{mpsc::UnboundedSender, watch};

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
    still_true(&store, &plan)?;
    if door.embedded.is_none() {
        store.pin_account_of_key(&cloud::by_key(&door.access_key), &plan.identity.account)?;
    }
    let hash_key = store.hash_key()?;
    let usual: BTreeMap<_, _> =
        store.durations()?.into_iter().map(|(key, duration)| (key, duration.usual_ms)).collect();
    let young_from = planning::young_from(&store, &door)?;
    let held = Held::take(context, store, &door, command, Some(&id))?;
    // Between the plan and the lease somebody else may have been at work, and may have been killed at it.
    let refused = still_true(&held.store(), &plan).err();
    if let Some(refused) = refused {
        held.end("refused")?;
        return Err(refused);
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
    let teller = Teller::live(terminal, args.events, context.next(command));
    let telling = tokio::spawn(telling::tell(teller, events));
    let context_of_run = ApplyContext {
        cloud: watched(&door, sender.clone()),
        commit: log::commits(held.commit()),
        run: held.run,
        hash_key,
        young_from,
        guard: held.guard(),
        entropy: entropy(),
        observers: Observers::to(sender),
        cancel: cancelled,
        parallelism: args.parallelism as usize,
        usual,
    };
    failpoint::at("carrying");
    let outcome = firma_engine::apply(plan.clone(), context_of_run).await;
    listening.abort();
    // The teller ends when the last sender is gone.
    let teller = telling.await.map_err(|error| {
        Failure::new(Diagnostic::error("E0902", format!("progress could not be told to its end: {error}")))
    });
    failpoint::at("carried-out");
    let unwritten = held.store().record_durations(&outcome.durations).err();
    let ended = held.end(outcome.word());
    teller?.end(|text| terminal.prose(text));
    if args.events != Events::Json && outcome.journal.is_none() && !outcome.interrupted {
        let text = telling::outputs(&outcome);
        if !text.is_empty() {
            terminal.data(&text);
        }
    }
    if let Some(error) = &outcome.journal {
        return Err(error.clone().into());
    }
    ended?;
    if let Some(error) = unwritten {
        // What was learned is a convenience; losing it loses nothing else.
        terminal.note(&format!("how long things took could not be kept: {error}"));
    }
    let exit = exit(&outcome, &received);
    Ok(if exit == Exit::Done && !plan.postponed.is_empty() { Exit::More } else { exit })
}

/// Refuses a plan whose basis moved, and any plan while a call of another run is open.
///
/// The interleaving that breaks without the second: A plans and waits for approval; B applies the same change and is
/// killed after a create was sent, before anything of it is recorded; A takes over the dead lease, finds its basis as it
/// was, and makes the object a second time.
fn still_true(store: &Store, plan: &Plan) -> Result<(), Failure> {
    if let Some(stale) = staleness::refusal(store, plan)? {
        return Err(Failure::refused(stale));
    }
    match store.open_intents()?.first() {
        None => Ok(()),
        Some(open) => Err(Failure::refused(
            Diagnostic::error(
                "E0811",
                format!("run {} left the outcome of a {} of {} open", open.run, open.intent.action, open.intent.address),
            )
            .hint("nothing is done around a call that may have made something; `firma apply` settles it first and plans anew"),
        )),
    }
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
    Arc::new(door.cloud.watched_by(log::calls_and(Arc::new(Observers::to(sender)))))
}

/// The time now, for whoever has no door.
pub(crate) fn now() -> Timestamp {
    failpoint::clock().now()
}

#[cfg(test)]
mod tests {
    use super::still_true;
    use crate::exit::Exit;
    use firma_model::{
        document::Document,
        event::{Event, EventBody, Intent},
        time::Timestamp,
        value::Value,
    };
    use firma_plan::step::Plan;
    use firma_store::{RunInfo, Store};
    use std::collections::BTreeMap;

    #[test]
    fn a_plan_is_refused_while_a_call_of_another_run_is_open() {
        let mut store = Store::in_memory().expect("a store");
        let plan = Plan::default();
        assert!(still_true(&store, &plan).is_ok());
        let now = Timestamp::from_seconds(1);
        let lease = store.acquire("somebody", now, 1000).expect("a lease");
        let info = RunInfo {
            started: now,
            command: "apply".into(),
            argv: Vec::new(),
            who: "somebody".into(),
            git_commit: None,
            plan_id: None,
        };
        let run = store.begin_run(&info).expect("a run");
        let intent = Intent {
            step: 0,
            call: 0,
            address: "vpc.vpc.main".parse().expect("an address"),
            deposed: String::new(),
            action: "create".into(),
            class: "markable".into(),
            service: "vpc".into(),
            operation: "createVpc".into(),
            region: None,
            cloud_id: String::new(),
            parameters: Document::encode(&Value::Null),
            body_hash: String::new(),
            token: None,
            marker: Some("0123".into()),
            ids_before: None,
        };
        store.commit(&lease, run, &[Event { at: now, body: EventBody::Begin(intent) }]).expect("written");
        let refused = still_true(&store, &plan).expect_err("a refusal");
        assert_eq!(refused.exit, Exit::Refused);
        assert_eq!(refused.diagnostics.list[0].code, "E0811");
        // Until it is settled, or somebody who looked says that nothing came of it.
        store.release(&lease).expect("released");
        let forget = |store: &mut Store, address| crate::ops::recovering::forget(store, &BTreeMap::new(), address);
        assert_eq!(forget(&mut store, "vpc.vpc.other").expect("done"), 0);
        assert_eq!(forget(&mut store, "vpc.vpc.main").expect("done"), 1);
        assert!(still_true(&store, &plan).is_ok());
        assert_eq!(store.verify_all().expect("verified"), Vec::<String>::new());
    }
}
