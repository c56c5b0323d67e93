//! `firma history`: what runs did.

use crate::{
    Context,
    args::{Format, HistoryArgs, HistoryCommand},
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_model::{diagnostic::Diagnostic, event::EventBody};
use firma_store::RunSummary;
use serde_json::{Value as Json, json};

/// Runs it.
pub(crate) fn run(context: &Context, args: &HistoryArgs) -> Outcome {
    let loaded = ops::project::load(&context.directory, &context.env)?;
    let store = ops::state::open_existing(context, &loaded)?;
    match &args.command {
        None => {
            let runs = match &store {
                Some(store) => store.runs()?,
                None => Vec::new(),
            };
            match args.format {
                Format::Json => context.terminal.json(&Json::Array(runs.iter().map(summary_json).collect())),
                Format::Text => {
                    let rows = runs.iter().map(|run| {
                        vec![
                            run.id.to_string(),
                            run.info.started.to_string(),
                            run.info.command.clone(),
                            run.outcome.clone().unwrap_or_else(|| "unfinished".into()),
                            run.events.to_string(),
                            run.info.who.clone(),
                        ]
                    });
                    let head = ["RUN", "STARTED", "COMMAND", "OUTCOME", "EVENTS", "WHO"];
                    context.terminal.data(&super::catalog::table(&head, rows));
                }
            }
        }
        Some(HistoryCommand::Show { run }) => {
            let missing = || Failure::new(Diagnostic::error("E0911", format!("there is no run {run}")));
            let store = store.ok_or_else(missing)?;
            let summary = store.run(*run)?.ok_or_else(missing)?;
            let events = store.events(*run)?;
            match args.format {
                Format::Json => {
                    let events: Vec<Json> = events
                        .iter()
                        .map(|(serial, event)| {
                            let mut row = event_json(&event.body);
                            row["serial"] = json!(serial);
                            row["at"] = json!(event.at.to_string());
                            row
                        })
                        .collect();
                    let mut shown = summary_json(&summary);
                    shown["journal"] = Json::Array(events);
                    context.terminal.json(&shown);
                }
                Format::Text => {
                    let mut text = format!(
                        "run {}: {} by {} at {}: {}\n",
                        summary.id,
                        summary.info.command,
                        summary.info.who,
                        summary.info.started,
                        summary.outcome.as_deref().unwrap_or("unfinished")
                    );
                    for (serial, event) in &events {
                        text.push_str(&format!("{serial:>6}  {}  {}\n", event.at, line(&event.body)));
                    }
                    context.terminal.data(&text);
                }
            }
        }
    }
    Ok(Exit::Done)
}

fn summary_json(run: &RunSummary) -> Json {
    json!({
        "run": run.id,
        "command": run.info.command,
        "argv": run.info.argv,
        "who": run.info.who,
        "git_commit": run.info.git_commit,
        "plan_id": run.info.plan_id,
        "started": run.info.started.to_string(),
        "ended": run.ended.map(|at| at.to_string()),
        "outcome": run.outcome,
        "events": run.events,
    })
}

/// An event for programs: what happened, never with what secrets.
pub(crate) fn event_json(body: &EventBody) -> Json {
    let mut row = match body {
        EventBody::Begin(intent) => json!({
            "step": intent.step, "call": intent.call, "address": intent.address.to_string(), "action": intent.action,
            "class": intent.class, "service": intent.service, "operation": intent.operation, "id": intent.cloud_id,
        }),
        EventBody::Accepted { step, call, record, request_id } => json!({
            "step": step, "call": call, "request_id": request_id,
            "address": record.as_ref().map(|record| record.address.to_string()),
            "id": record.as_ref().map(|record| record.cloud_id.clone()),
        }),
        EventBody::Refused { step, call, fault } | EventBody::Unresolved { step, call, fault } => {
            json!({ "step": step, "call": call, "fault": fault.to_string(), "request_id": fault.request_id })
        }
        EventBody::Done { step, record } => {
            json!({ "step": step, "address": record.address.to_string(), "id": record.cloud_id, "status": record.status.as_str() })
        }
        EventBody::Removed { step, address, cloud_id, how, .. } => {
            json!({ "step": step, "address": address.to_string(), "id": cloud_id, "how": how })
        }
        EventBody::Failed { step, fault, record } => json!({
            "step": step, "fault": fault.to_string(), "request_id": fault.request_id,
            "address": record.as_ref().map(|record| record.address.to_string()),
        }),
        EventBody::Skipped { step, because } => json!({ "step": step, "because": because }),
        EventBody::Settled { run, step, call, how, record } => json!({
            "of_run": run, "step": step, "call": call, "how": how,
            "address": record.as_ref().map(|record| record.address.to_string()),
        }),
        EventBody::Restored { difference, serial, run, epoch } => json!({
            "difference": difference, "given_up": { "serial": serial, "run": run, "epoch": epoch },
        }),
        EventBody::Outputs(outputs) => {
            json!({ "outputs": outputs.iter().map(|(name, _, _)| name.clone()).collect::<Vec<_>>() })
        }
    };
    row["event"] = json!(body.name());
    row
}

fn line(body: &EventBody) -> String {
    match body {
        EventBody::Begin(intent) => {
            format!("{} {}: {} {}", intent.action, intent.address, intent.service, intent.operation)
        }
        EventBody::Accepted { record: Some(record), .. } => format!("accepted {}: {}", record.address, record.cloud_id),
        EventBody::Accepted { step, .. } => format!("accepted (step {step})"),
        EventBody::Refused { fault, .. } => format!("refused: {fault}"),
        EventBody::Unresolved { fault, .. } => format!("answer unknown: {fault}"),
        EventBody::Done { record, .. } => format!("done {}: {}", record.address, record.cloud_id),
        EventBody::Removed { address, how, cloud_id, .. } => format!("{how} {address}: {cloud_id}"),
        EventBody::Failed { fault, .. } => format!("failed: {fault}"),
        EventBody::Skipped { because, .. } => format!("skipped: {because}"),
        EventBody::Settled { run, how, .. } => format!("settled a call of run {run}: {how}"),
        EventBody::Restored { difference, serial, run, .. } => {
            format!("accepted a restored state ({difference}); given up: what led to event {serial} of run {run}")
        }
        EventBody::Outputs(outputs) => format!("outputs written: {}", outputs.len()),
    }
}
