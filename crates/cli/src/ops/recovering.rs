//! Settling what an interrupted run left open.

use crate::{
    Context,
    exit::{Exit, Failure},
    log,
    ops::{
        cloud::{self, Door},
        failpoint,
        held::{Held, refuse_if_held, write_down},
        patience::patiently,
        project::Loaded,
        state,
    },
};
use firma_engine::{RecoverContext, Settled, Settlement, recover};
use firma_model::{address::Address, diagnostic::Diagnostic, event::EventBody, record::Recorded};
use firma_plan::step::Plan;
use firma_store::{OpenIntent, Store};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Settles open calls under a lease, in a run of its own.
pub(crate) async fn settle(
    context: &Context,
    mut store: Store,
    door: &Door,
    adopt: Option<String>,
) -> Result<Vec<Settlement>, Failure> {
    if store.open_intents()?.is_empty() {
        return Ok(Vec::new());
    }
    if door.embedded.is_none() {
        // Another account's credentials would find nothing of what these calls made, and call that proof.
        let account = cloud::account(door).await?;
        store.pin_account_of_key(&cloud::by_key(&door.access_key), &account)?;
    }
    let hash_key = store.hash_key()?;
    let held = Held::take(context, store, door, "recover", None)?;
    // Read only now: whoever held the lease until a moment ago may have settled some of them.
    let read = read_open(&held.store());
    let (open, recorded, plans) = match read {
        Ok(read) => read,
        Err(failure) => {
            held.end("failed")?;
            return Err(failure);
        }
    };
    let find = move |run: u64| plans.get(&run).cloned();
    let recovering = RecoverContext {
        cloud: door.cloud.clone(),
        commit: log::commits(held.commit()),
        hash_key,
        guard: held.guard(),
        // Requests to the embedded cloud die with the process that made them: none can still be under way.
        settle: if door.embedded.is_some() { 0 } else { failpoint::settling() },
        adopt,
    };
    failpoint::at("recovering");
    let settled = patiently(context.terminal, door, recover(&open, &recorded, &find, &recovering)).await;
    failpoint::at("recovered");
    let stuck = settled.as_ref().is_ok_and(|all| all.iter().any(|s| matches!(s.how, Settled::Stuck { .. })));
    let outcome = match (&settled, stuck) {
        (Ok(_), false) => "done",
        (Ok(_), true) => "stuck",
        (Err(_), _) => "failed",
    };
    held.end(outcome)?;
    Ok(settled?)
}

type OpenCalls = (Vec<OpenIntent>, Recorded, BTreeMap<u64, Arc<Plan>>);

/// Open calls, the recorded world, and the plans of the runs that began the calls.
fn read_open(store: &Store) -> Result<OpenCalls, Failure> {
    let open = store.open_intents()?;
    let recorded = store.snapshot()?;
    let mut plans = BTreeMap::new();
    for run in open.iter().map(|open| open.run).collect::<BTreeSet<u64>>() {
        let Some(id) = store.run(run)?.and_then(|run| run.info.plan_id) else { continue };
        let Some(stored) = store.plan(&id)? else { continue };
        // A plan that cannot be read leaves its calls stuck, and recovery says so.
        if let Ok(plan) = firma_plan::format::decode(&stored.bytes) {
            plans.insert(run, Arc::new(plan));
        }
    }
    Ok((open, recorded, plans))
}

/// Closes the open calls of an address because somebody looked and says that nothing of them is wanted; returns how many.
/// For calls that recovery cannot settle: their plan cannot be read any more, or what they changed is no longer recorded.
pub(crate) fn forget(store: &mut Store, env: &BTreeMap<String, String>, address: &str) -> Result<usize, Failure> {
    let address: Address =
        address.parse().map_err(|error| Failure::new(Diagnostic::error("E0908", format!("{error}"))))?;
    let bodies: Vec<EventBody> = store
        .open_intents()?
        .into_iter()
        .filter(|open| open.intent.address == address)
        .map(|open| EventBody::Settled {
            run: open.run,
            step: open.intent.step,
            call: open.intent.call,
            how: "forgotten".into(),
            record: None,
        })
        .collect();
    let closed = bodies.len();
    if closed > 0 {
        write_down(store, env, "recover --forget", bodies)?;
    }
    Ok(closed)
}

/// Settles open calls; on a terminal it asks about each object that nothing but its looks identifies, where exactly one
/// could be it. What is taken without an answer is nobody's guess but the user's.
pub(crate) async fn settle_and_ask(
    context: &Context,
    loaded: &Loaded,
    store: Store,
    door: &Door,
    adopt: Option<String>,
) -> Result<Vec<Settlement>, Failure> {
    let mut settled = settle(context, store, door, adopt).await?;
    if !context.terminal.interactive {
        return Ok(settled);
    }
    for slot in &mut settled {
        let one = slot.clone();
        let Settled::Stuck { candidates, .. } = &one.how else { continue };
        let [id] = candidates.as_slice() else { continue };
        context.terminal.note(&words(context, &one));
        if !context.terminal.confirm(&format!("\nIs {id} what it made? Only `yes` takes it for {}:", one.address)) {
            continue;
        }
        let Some(store) = state::open_to_change(loaded)? else { continue };
        let again = settle(context, store, door, Some(id.clone())).await?;
        let same =
            |new: &Settlement| (new.run, &new.address, &new.operation) == (one.run, &one.address, &one.operation);
        if let Some(new) = again.into_iter().find(same) {
            *slot = new;
        }
    }
    Ok(settled)
}

fn words(context: &Context, one: &Settlement) -> String {
    firma_review::progress::settled(one, &context.next("apply"))
}

/// Says what became of each, and what happens next. What stays open is told as a finding.
pub(crate) fn tell(context: &Context, settled: &[Settlement]) {
    for one in settled.iter().filter(|one| !matches!(one.how, Settled::Stuck { .. })) {
        context.terminal.note(&words(context, one));
    }
}

/// Settles what earlier runs left open, before anything new is planned.
pub(crate) async fn first(context: &Context, loaded: &Loaded) -> Result<(), Failure> {
    let Some(store) = state::open_to_change(loaded)? else { return Ok(()) };
    refuse_if_held(&store, failpoint::clock().now())?;
    if store.open_intents()?.is_empty() {
        return Ok(());
    }
    let door = cloud::open(loaded)?;
    let settled = settle_and_ask(context, loaded, store, &door, None).await?;
    tell(context, &settled);
    let stuck = firma_engine::stuck(&settled);
    match stuck.is_empty() {
        true => Ok(()),
        // Nothing is planned around a call that may have made something: it would be made twice.
        false => Err(Failure { diagnostics: stuck, sources: Vec::new(), exit: Exit::Refused }),
    }
}
