//! A plan file that was carried out in part: what is left of it goes on, where that still makes sense.

use crate::{Context, exit::Failure};
use firma_model::{diagnostic::Diagnostic, event::EventBody};
use firma_plan::{
    format,
    resume::{Rest, rest},
    step::Plan,
};
use firma_store::Store;
use std::sync::Arc;

/// Addresses that a refusal names.
const NAMED: usize = 5;

/// What a plan file comes to now: itself where nobody has carried it out, else what its run, and those that went on with it,
/// left of it.
pub(crate) fn left_of(context: &Context, store: &mut Store, id: String, plan: Plan) -> Result<(String, Plan), Failure> {
    let (mut id, mut plan) = (id, Arc::new(plan));
    // Each part is smaller than the one before, or was begun later: there is an end to it.
    while let Some(run) = store.plan_consumed_by(&id)? {
        if store.run(run)?.is_some_and(|of| of.outcome.as_deref() == Some("done")) {
            return Err(done_already(run));
        }
        let journal = journal_of(store, run)?;
        match rest(&plan, run, &journal) {
            Rest::Nothing => return Err(done_already(run)),
            Rest::Half(addresses) => {
                let mut names: Vec<String> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
                if addresses.len() > NAMED {
                    names.push(format!("{} more", addresses.len() - NAMED));
                }
                let message =
                    format!("run {run} carried out a part of this plan and left {} half done", names.join(", "));
                return Err(Failure::refused(Diagnostic::error("E0626", message).hint(
                    "what is half done is no longer as the plan saw it: `firma plan` shows what it still needs, `firma apply` does it",
                )));
            }
            Rest::Steps(left) => {
                let (steps, all) = (left.steps.len(), plan.steps.len());
                let left = *left;
                let bytes = format::encode(&left);
                id = format::id_of_encoded(&bytes, &store.hash_key()?);
                context
                    .terminal
                    .note(&format!("run {run} did {} of {all} steps of this plan; {steps} are left", all - steps));
                plan = Arc::new(left);
            }
        }
    }
    Ok((id, Arc::unwrap_or_clone(plan)))
}

/// The refusal of a plan of which nothing is left.
fn done_already(run: u64) -> Failure {
    Failure::refused(
        Diagnostic::error("E0615", format!("this plan was carried out already, by run {run}"))
            .hint(format!("`firma history show {run}` shows what it did; `firma apply` does what is left")),
    )
}

/// What a run wrote, and what later ones wrote about its calls.
fn journal_of(store: &Store, run: u64) -> Result<Vec<(u64, EventBody)>, Failure> {
    let mut journal: Vec<(u64, EventBody)> =
        store.events(run)?.into_iter().map(|(serial, event)| (serial, event.body)).collect();
    for later in store.runs()?.into_iter().map(|of| of.id).filter(|of| *of > run) {
        let settled = store
            .events(later)?
            .into_iter()
            .filter(|(_, event)| matches!(&event.body, EventBody::Settled { run: of, .. } if *of == run));
        journal.extend(settled.map(|(serial, event)| (serial, event.body)));
    }
    Ok(journal)
}
