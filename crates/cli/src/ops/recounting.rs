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
    let recorded = Recorded {
        run: run.id,
        started: run.info.started,
        ended: run.ended,
        interrupted: run.outcome.as_deref() == Some("interrupted"),
        plan: plan.as_ref(),
        calls: &settled_calls(store, &journal)?,
        journal: &journal,
    };
    Ok(replay(&recorded))
}

fn plan(store: &Store, run: &RunSummary) -> Result<Option<Arc<Plan>>, Failure> {
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
