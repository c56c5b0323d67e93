//! What earlier runs planned, did not do, and no later plan would think of by itself.

use firma_model::record::Recorded;
use firma_plan::{due::Due, format};
use firma_store::{Store, StoreError};

/// Runs that are looked at, from the last one backwards.
const RUNS: u64 = 10;

/// What the runs since the last complete one still owe. A plan that cannot be read any more owes nothing.
///
/// # Errors
/// The state cannot be read.
pub fn owing(store: &Store, recorded: &Recorded) -> Result<Due, StoreError> {
    let mut due = Due::default();
    let last = store.last_run()?;
    for id in (last.saturating_sub(RUNS - 1).max(1)..=last).rev() {
        let Some(run) = store.run(id)? else { break };
        // A run without a plan settles calls, or corrects the state.
        let Some(plan) = run.info.plan_id else { continue };
        if run.outcome.as_deref() == Some("done") {
            break;
        }
        let Ok(Some(kept)) = store.plan(&plan) else { continue };
        if let Ok(plan) = format::decode(&kept.bytes) {
            due.add(&plan, recorded);
        }
    }
    Ok(due)
}
