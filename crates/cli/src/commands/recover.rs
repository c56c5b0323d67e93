//! `firma recover`: what an interrupted run left open, and nothing else.

use crate::{
    Context,
    args::{Format, RecoverArgs},
    exit::{Exit, Failure, Outcome},
    ops::{cloud, project, recovering, state},
};
use firma_engine::Settled;
use firma_model::diagnostic::Diagnostic;
use serde_json::json;

/// Runs it.
pub(crate) async fn run(context: &Context, args: &RecoverArgs) -> Outcome {
    let loaded = project::load(&context.directory, &context.env)?;
    let settled = match state::open_existing(&loaded)? {
        None => Vec::new(),
        Some(store) => {
            let door = cloud::open(&loaded)?;
            recovering::settle(context, store, &door, args.adopt.clone()).await?
        }
    };
    let stuck = settled.iter().any(|one| matches!(one.how, Settled::Stuck { .. }));
    match args.format {
        Format::Json => {
            let rows: Vec<_> = settled
                .iter()
                .map(|one| {
                    let (id, candidates) = match &one.how {
                        Settled::Created(id) | Settled::Adopted(id) => (Some(id.clone()), Vec::new()),
                        Settled::Stuck { candidates, .. } => (None, candidates.clone()),
                        _ => (None, Vec::new()),
                    };
                    json!({
                        "run": one.run, "address": one.address.to_string(), "action": one.action, "class": one.class,
                        "service": one.service, "operation": one.operation, "how": one.how.word(), "id": id,
                        "candidates": candidates,
                    })
                })
                .collect();
            context.terminal.json(&json!(rows));
        }
        Format::Text if settled.is_empty() => context.terminal.note("nothing is open"),
        Format::Text => recovering::tell(context, &settled),
    }
    if stuck {
        return Err(Failure::new(
            Diagnostic::error("E0811", "something stays open that nobody but you can decide")
                .hint("look at the named ids in the cloud; then `firma recover --adopt ID`, or run it again later"),
        ));
    }
    Ok(Exit::Done)
}
