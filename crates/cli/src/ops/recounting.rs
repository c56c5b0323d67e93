//! Reading a run again: its journal and its plan, as the events it told when it was live.

use crate::exit::Failure;
use firma_model::event::{Event, EventBody, Intent};
use firma_plan::{event::Stamped, step::Plan};
use firma_review::progress::{Recorded, replay};
use firma_store::{RunSummary, Store};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A run's events.
pub(crate) fn events(store: &Store, run: &RunSummary) -> Result<Vec<Stamped>, Failure> {
    let journal: Vec<Event> = store.events(run.id)?.into_iter().map(|(_, event)| event).collect();
    let plan = plan(store, run)?;
    // What was looked at and left open is in no event of this run: it follows from those before.
    let left_open = if run.outcome.as_deref() == Some("stuck") { open_after(store, run.id)? } else { Vec::new() };
    let recorded = Recorded {
        run: run.id,
        started: run.info.started,
        ended: run.ended,
        interrupted: run.outcome.as_deref() == Some("interrupted"),
        plan: plan.as_ref(),
        calls: &settled_calls(store, &journal)?,
        journal: &journal,
        left_open: &left_open,
    };
    Ok(replay(&recorded))
}

/// The plan of a run, as far as it is kept and can be read.
pub(crate) fn plan(store: &Store, run: &RunSummary) -> Result<Option<Arc<Plan>>, Failure> {
    let Some(id) = &run.info.plan_id else { return Ok(None) };
    let Some(stored) = store.plan(id)? else { return Ok(None) };
    Ok(firma_plan::format::decode(&stored.bytes).ok().map(Arc::new))
}

/// Calls of earlier runs that these events settle.
fn settled_calls(store: &Store, journal: &[Event]) -> Result<BTreeMap<(u64, u32, u32), Intent>, Failure> {
    let runs: BTreeSet<u64> = journal
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Settled { run, .. } => Some(*run),
            _ => None,
        })
        .collect();
    let mut calls = BTreeMap::new();
    for run in runs {
        for (_, event) in store.events(run)? {
            if let EventBody::Begin(intent) = event.body {
                calls.insert((run, intent.step, intent.call), intent);
            }
        }
    }
    Ok(calls)
}

/// Calls of earlier runs that were open when this run had ended.
fn open_after(store: &Store, last: u64) -> Result<Vec<(u64, Intent)>, Failure> {
    let mut open: BTreeMap<(u64, u32, u32), Intent> = BTreeMap::new();
    for run in store.runs()?.into_iter().map(|run| run.id).filter(|run| *run <= last) {
        for (_, event) in store.events(run)? {
            match event.body {
                EventBody::Begin(intent) => {
                    open.insert((run, intent.step, intent.call), intent);
                }
                EventBody::Accepted { step, call, .. } | EventBody::Refused { step, call, .. } => {
                    open.remove(&(run, step, call));
                }
                EventBody::Settled { run, step, call, .. } => {
                    open.remove(&(run, step, call));
                }
                EventBody::Done { step, .. } | EventBody::Removed { step, .. } => {
                    open.retain(|(of, its, _), _| (*of, *its) != (run, step));
                }
                EventBody::Unresolved { .. }
                | EventBody::Found { .. }
                | EventBody::Deposed { .. }
                | EventBody::Failed { .. }
                | EventBody::Skipped { .. }
                | EventBody::Restored { .. }
                | EventBody::Outputs(_) => {}
            }
        }
    }
    Ok(open.into_iter().filter(|((run, ..), _)| *run < last).map(|((run, ..), intent)| (run, intent)).collect())
}
