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
    if let Some(address) = &args.forget {
        let closed = match state::open_to_change(&loaded)? {
            Some(mut store) => recovering::forget(&mut store, &context.env, address)?,
            None => 0,
        };
        context.terminal.note(&match closed {
            0 => format!("no call of {address} is open"),
            1 => format!("closed an open call of {address}; what it may have made is now nobody's"),
            n => format!("closed {n} open calls of {address}; what they may have made is now nobody's"),
        });
        return Ok(Exit::Done);
    }
    let settled = match state::open_to_change(&loaded)? {
        None => Vec::new(),
        Some(store) => {
            let door = cloud::open(&loaded)?;
            recovering::settle_and_ask(context, &loaded, store, &door, args.adopt.clone()).await?
        }
    };
    if let Some(id) = args.adopt.as_ref().filter(|_| settled.is_empty()) {
        let message = format!("{id} was not adopted: no call is open that could have made it");
        return Err(Failure::new(Diagnostic::error("E0908", message).hint("`firma history` shows what the runs did")));
    }
    match args.format {
        Format::Json => {
            let rows: Vec<_> = settled
                .iter()
                .map(|one| {
                    let (id, why, candidates) = match &one.how {
                        Settled::Created(id) | Settled::Adopted(id) => (Some(id.clone()), None, Vec::new()),
                        Settled::Stuck { why, candidates } => (None, Some(why.clone()), candidates.clone()),
                        _ => (None, None, Vec::new()),
                    };
                    json!({
                        "run": one.run, "address": one.address.to_string(), "action": one.action, "class": one.class,
                        "service": one.service, "operation": one.operation, "how": one.how.word(), "id": id,
                        "why": why, "candidates": candidates,
                    })
                })
                .collect();
            context.terminal.json(&json!(rows));
        }
        Format::Text if settled.is_empty() => context.terminal.note("nothing is open"),
        Format::Text => recovering::tell(context, &settled),
    }
    let stuck = firma_engine::stuck(&settled);
    if !stuck.is_empty() {
        return Err(stuck.into());
    }
    Ok(Exit::Done)
}
