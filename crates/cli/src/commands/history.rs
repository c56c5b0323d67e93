//! `firma history`: what runs did.

use crate::{
    Context,
    args::{Format, HistoryArgs, HistoryCommand},
    exit::{Exit, Failure, Outcome},
    ops::{
        self, holder, recounting,
        telling::{Teller, retell},
    },
};
use firma_model::{
    diagnostic::Diagnostic,
    event::{Event, EventBody},
};
use firma_plan::step::Scope;
use firma_review::progress::span;
use firma_store::{RunCounts, RunSummary, Store};
use serde_json::{Value as Json, json};

/// Runs it.
pub(crate) fn run(context: &Context, args: &HistoryArgs) -> Outcome {
    let loaded = ops::project::load(&context.directory, &context.env)?;
    let store = ops::state::open_existing(context, &loaded)?;
    match &args.command {
        None => list(context, store.as_ref(), args.format),
        Some(HistoryCommand::Show { run, journal }) => {
            let missing = || {
                let hint = format!("{} lists them", context.next("apply").command("history"));
                Failure::new(Diagnostic::error("E0911", format!("there is no run {run}")).hint(hint))
            };
            let store = store.ok_or_else(missing)?;
            let summary = store.run(*run)?.ok_or_else(missing)?;
            match journal {
                true => show_journal(context, &store, &summary, args.format),
                false => show(context, &store, &summary, args.format),
            }
        }
    }
}

fn list(context: &Context, store: Option<&Store>, format: Format) -> Outcome {
    let (runs, counts) = match store {
        Some(store) => (store.runs()?, store.run_counts()?),
        None => Default::default(),
    };
    let counts = |run: &RunSummary| counts.get(&run.id).copied().unwrap_or_default();
    match format {
        Format::Json => {
            let rows = runs.iter().map(|run| {
                let mut row = summary_json(run);
                let of = counts(run);
                row["done"] = json!(of.done);
                row["failed"] = json!(of.failed);
                row["skipped"] = json!(of.skipped);
                row["settled"] = json!(of.settled);
                row
            });
            context.terminal.json(&Json::Array(rows.collect()));
        }
        Format::Text if runs.is_empty() => context.terminal.note("there are no runs yet"),
        Format::Text => {
            let alive = running(store)?;
            let rows = runs.iter().map(|run| {
                vec![
                    run.id.to_string(),
                    run.info.started.to_string(),
                    run.ended.map_or_else(|| "-".into(), |end| span(end.millis_since(run.info.started))),
                    run.info.command.clone(),
                    ended(run, alive).to_owned(),
                    numbers(counts(run)),
                    run.info.plan_id.as_deref().map_or("-", |id| id.get(..12).unwrap_or(id)).to_owned(),
                    run.info.git_commit.as_deref().map_or("-", |id| id.get(..10).unwrap_or(id)).to_owned(),
                    run.info.who.clone(),
                ]
            });
            let head = ["RUN", "STARTED", "TOOK", "COMMAND", "OUTCOME", "STEPS", "PLAN", "COMMIT", "WHO"];
            context.terminal.data(&super::catalog::table(&head, rows));
        }
    }
    Ok(Exit::Done)
}

/// `12 done, 1 failed`
fn numbers(counts: RunCounts) -> String {
    let all =
        [(counts.done, "done"), (counts.failed, "failed"), (counts.skipped, "skipped"), (counts.settled, "settled")];
    let parts: Vec<String> = all.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if parts.is_empty() { "-".to_owned() } else { parts.join(", ") }
}

/// The run that is under way: the last one, if somebody who is not dead holds the lease.
fn running(store: Option<&Store>) -> Result<Option<u64>, Failure> {
    let Some(store) = store else { return Ok(None) };
    let held = store.holder()?.is_some_and(|held| !holder::is_dead(&held.holder));
    Ok(if held { Some(store.last_run()?) } else { None })
}

fn ended(run: &RunSummary, alive: Option<u64>) -> &str {
    match &run.outcome {
        Some(outcome) => outcome,
        None if alive == Some(run.id) => "running",
        None => "killed",
    }
}

/// The run as it told itself.
fn show(context: &Context, store: &Store, run: &RunSummary, format: Format) -> Outcome {
    // What a person decided about the state, and what was refused before it began, has no steps to tell of.
    let told = run.info.plan_id.is_some() || run.info.command.starts_with("recover");
    if format == Format::Text && (!told || run.outcome.as_deref() == Some("refused")) {
        return show_journal(context, store, run, format);
    }
    let events = recounting::events(store, run)?;
    let again = if run.info.command == "destroy" { "destroy" } else { "apply" };
    let next = context.next(again);
    match format {
        Format::Json => {
            let mut teller = Teller::as_json(context.terminal, next);
            retell(&mut teller, &events, |_| {});
            teller.end(|_| {});
        }
        Format::Text => {
            let terminal = context.terminal;
            terminal.data(&head(run, running(Some(store))?, &scope(store, run)));
            let mut teller = Teller::again(terminal, next);
            retell(&mut teller, &events, |text| terminal.data(text));
            teller.end(|text| terminal.data(text));
        }
    }
    Ok(Exit::Done)
}

fn head(run: &RunSummary, alive: Option<u64>, scope: &Scope) -> String {
    let mut text = format!("{} by {} at {}: {}\n", run.info.command, run.info.who, run.info.started, ended(run, alive));
    if !run.info.argv.is_empty() {
        text.push_str(&format!("  command: firma {}\n", run.info.argv.join(" ")));
    }
    if let Some(id) = &run.info.plan_id {
        text.push_str(&format!("  plan:    {id}\n"));
    }
    if !scope.is_whole() {
        text.push_str(&format!("  part:    {scope}\n"));
    }
    if let Some(commit) = &run.info.git_commit {
        text.push_str(&format!("  commit:  {commit}\n"));
    }
    text
}

/// Which part of the project its plan was about; a plan that cannot be read any more says nothing.
fn scope(store: &Store, run: &RunSummary) -> Scope {
    recounting::plan(store, run).ok().flatten().map(|plan| plan.scope.clone()).unwrap_or_default()
}

/// The journal itself, event by event.
fn show_journal(context: &Context, store: &Store, run: &RunSummary, format: Format) -> Outcome {
    let events: Vec<(u64, Event)> = store.events(run.id)?;
    match format {
        Format::Json => {
            let rows = events.iter().map(|(serial, event)| {
                let mut row = event_json(&event.body);
                row["serial"] = json!(serial);
                row["at"] = json!(event.at.to_string());
                row
            });
            let mut shown = summary_json(run);
            let Scope { target, exclude, replace, left_out } = scope(store, run);
            shown["scope"] = json!({ "target": target, "exclude": exclude, "replace": replace, "left_out": left_out });
            shown["journal"] = Json::Array(rows.collect());
            context.terminal.json(&shown);
        }
        Format::Text => {
            let mut text = format!("run {}: {}", run.id, head(run, running(Some(store))?, &scope(store, run)));
            if run.outcome.as_deref() == Some("refused") {
                text.push_str("nothing was begun: its plan was stale, or a call of another run was open\n");
            }
            for (serial, event) in &events {
                text.push_str(&format!("{serial:>6}  {}  {}\n", event.at, line(&event.body)));
            }
            context.terminal.data(&text);
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
        EventBody::Found { step, .. } => json!({ "step": step }),
        EventBody::Removed { step, address, cloud_id, how, .. } => {
            json!({ "step": step, "address": address.to_string(), "id": cloud_id, "how": how })
        }
        EventBody::Deposed { step, address, deposed } => {
            json!({ "step": step, "address": address.to_string(), "deposed": deposed })
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
    let request = |id: &Option<String>| id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    match body {
        EventBody::Begin(intent) => {
            let id = if intent.cloud_id.is_empty() { String::new() } else { format!(" of {}", intent.cloud_id) };
            format!(
                "begin    step {}: {} {}: {} {}{id} [{}]",
                intent.step, intent.action, intent.address, intent.service, intent.operation, intent.class
            )
        }
        EventBody::Accepted { step, record, request_id, .. } => match record {
            Some(record) => {
                format!("accepted step {step}: {}: {}{}", record.address, record.cloud_id, request(request_id))
            }
            None => format!("accepted step {step}{}", request(request_id)),
        },
        EventBody::Refused { step, fault, .. } => format!("refused  step {step}: {fault}"),
        EventBody::Unresolved { step, fault, .. } => format!("unclear  step {step}: {fault}"),
        EventBody::Done { step, record } => {
            format!("done     step {step}: {}: {} is {}", record.address, record.cloud_id, record.status.as_str())
        }
        EventBody::Found { step, .. } => format!("found    step {step}"),
        EventBody::Removed { step, address, how, cloud_id, .. } => {
            format!("removed  step {step}: {address}: {cloud_id} {how}")
        }
        EventBody::Deposed { step, address, deposed } => {
            format!("deposed  step {step}: {address}: what stood there is set aside as {deposed}")
        }
        EventBody::Failed { step, fault, record } => {
            let left = record.as_ref().map(|record| format!("; {} is {}", record.cloud_id, record.status.as_str()));
            format!("failed   step {step}: {fault}{}", left.unwrap_or_default())
        }
        EventBody::Skipped { step, because } => format!("skipped  step {step}: {because}"),
        EventBody::Settled { run, step, how, record, .. } => {
            let made = record.as_ref().map(|record| format!(": {}: {}", record.address, record.cloud_id));
            format!("settled  run {run}, step {step}: {how}{}", made.unwrap_or_default())
        }
        EventBody::Restored { difference, serial, run, .. } => {
            format!("restored accepted ({difference}); given up: what led to event {serial} of run {run}")
        }
        EventBody::Outputs(outputs) => format!("outputs  {}", outputs.len()),
    }
}
