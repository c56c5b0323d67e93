//! Telling what happens while it happens: a live view on a terminal, plain lines elsewhere, JSON for programs.

use crate::{Context, args::Events, exit::Failure, terminal::Terminal};
use firma_engine::{Outcome, RunEvent};
use firma_model::address::Address;
use firma_plan::step::{Action, Leg, Plan};
use firma_review::run::{Outcome as Ended, Report, Trouble};
use firma_store::Store;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::mpsc::UnboundedReceiver;

/// Version of the lines of `--events json`.
const FORMAT: &str = "firma.events/v1";
/// Steps shown at once in the live view; the bar counts the rest.
const SHOWN: usize = 12;
/// Steps of a run beyond which plain lines only say what failed and, now and then, how far it is.
const MANY: usize = 2000;

/// Who tells.
enum Teller {
    Live { bars: MultiProgress, total: ProgressBar, running: BTreeMap<String, ProgressBar>, hidden: usize },
    Lines { total: usize, done: usize },
    Json,
    Nobody,
}

/// Reads events until the run is over and tells them.
pub(crate) async fn tell(terminal: Terminal, how: Events, mut events: UnboundedReceiver<RunEvent>) {
    let mut teller = match how {
        Events::Auto if terminal.live => live(),
        Events::Auto | Events::Lines => Teller::Lines { total: 0, done: 0 },
        Events::Json => Teller::Json,
        Events::None => Teller::Nobody,
    };
    while let Some(event) = events.recv().await {
        match &mut teller {
            Teller::Live { bars, total, running, hidden } => show(bars, total, running, hidden, &event),
            Teller::Lines { total, done } => lines(terminal, total, done, &event),
            Teller::Json => terminal.data(&event_json(&event).to_string()),
            Teller::Nobody => {}
        }
    }
    if let Teller::Live { total, running, .. } = teller {
        for bar in running.into_values() {
            bar.finish_and_clear();
        }
        total.finish_and_clear();
    }
}

fn live() -> Teller {
    let bars = MultiProgress::new();
    let total = bars.add(ProgressBar::new(0));
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    total.set_style(style);
    Teller::Live { bars, total, running: BTreeMap::new(), hidden: 0 }
}

fn show(
    bars: &MultiProgress,
    total: &ProgressBar,
    running: &mut BTreeMap<String, ProgressBar>,
    hidden: &mut usize,
    event: &RunEvent,
) {
    match event {
        RunEvent::Started { steps, .. } => total.set_length(steps.len() as u64),
        RunEvent::StepStarted { address, leg } => {
            if running.len() >= SHOWN {
                *hidden += 1;
                return;
            }
            let bar = bars.insert_before(total, ProgressBar::new_spinner());
            bar.set_message(format!("{} {address}", gerund(*leg)));
            bar.enable_steady_tick(Duration::from_millis(120));
            running.insert(address.to_string(), bar);
        }
        RunEvent::StepWaiting { address, status, elapsed, usual } => {
            if let Some(bar) = running.get(&address.to_string()) {
                bar.set_message(format!("{address}: {}", waiting(status.as_deref(), *elapsed, *usual)));
            }
        }
        RunEvent::StepDone { address, leg, cloud_id, elapsed } => {
            finish(running, &address.to_string());
            if *leg != Leg::Record && total.length().unwrap_or(0) <= MANY as u64 {
                let _ = bars.println(done_line(&address.to_string(), *leg, cloud_id, *elapsed));
            }
            total.inc(1);
        }
        RunEvent::StepFailed { address, leg, fault, .. } => {
            finish(running, &address.to_string());
            let _ = bars.println(format!("  failed {address} ({}): {fault}", leg.as_str()));
            total.inc(1);
        }
        RunEvent::StepSkipped { .. } => total.inc(1),
        RunEvent::CallMade { .. } | RunEvent::Finished { .. } => {}
    }
}

fn finish(running: &mut BTreeMap<String, ProgressBar>, address: &str) {
    if let Some(bar) = running.remove(address) {
        bar.finish_and_clear();
    }
}

fn lines(terminal: Terminal, total: &mut usize, done: &mut usize, event: &RunEvent) {
    match event {
        RunEvent::Started { run, steps, .. } => {
            *total = steps.len();
            terminal.note(&format!("run {run}: {}", counted_steps(steps.len())));
        }
        RunEvent::StepStarted { address, leg } => {
            if *total <= MANY && !matches!(leg, Leg::Record | Leg::Forget) {
                terminal.note(&format!("  {} {address}", gerund(*leg)));
            }
        }
        RunEvent::StepDone { address, leg, cloud_id, elapsed } => {
            *done += 1;
            if *total <= MANY {
                terminal.note(&done_line(&address.to_string(), *leg, cloud_id, *elapsed));
            } else if done.is_multiple_of(MANY) {
                terminal.note(&format!("  {done} of {total} steps done"));
            }
        }
        RunEvent::StepFailed { address, leg, fault, unresolved } => {
            *done += 1;
            let what = if *unresolved { "unknown outcome" } else { "failed" };
            terminal.note(&format!("  {what} {address} ({}): {fault}", leg.as_str()));
        }
        RunEvent::StepSkipped { address, because, .. } => {
            *done += 1;
            if *total <= MANY {
                terminal.note(&format!("  skipped {address}: {because}"));
            }
        }
        RunEvent::StepWaiting { .. } | RunEvent::CallMade { .. } | RunEvent::Finished { .. } => {}
    }
}

fn gerund(leg: Leg) -> &'static str {
    match leg {
        Leg::Create => "creating",
        Leg::Update => "changing",
        Leg::Delete => "deleting",
        Leg::Forget => "forgetting",
        Leg::Record => "recording",
    }
}

fn done_line(address: &str, leg: Leg, cloud_id: &str, elapsed: i64) -> String {
    let what = match leg {
        Leg::Create => "created",
        Leg::Update => "changed",
        Leg::Delete => "deleted",
        Leg::Forget => "forgot",
        Leg::Record => "recorded",
    };
    let id = if cloud_id.is_empty() { String::new() } else { format!(" ({cloud_id})") };
    format!("  {what} {address}{id} in {}", seconds(elapsed))
}

fn waiting(status: Option<&str>, elapsed: i64, usual: i64) -> String {
    let status = status.unwrap_or("waiting");
    match usual > 0 {
        true => format!("{status}, {} of usually {}", seconds(elapsed), seconds(usual)),
        false => format!("{status}, {}", seconds(elapsed)),
    }
}

fn seconds(millis: i64) -> String {
    match millis {
        ..10_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        10_000..120_000 => format!("{} s", millis / 1000),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
    }
}

/// An event as one JSON line.
fn event_json(event: &RunEvent) -> serde_json::Value {
    let mut row = match event {
        RunEvent::Started { run, at, steps } => json!({
            "event": "started", "run": run, "at": at.to_string(),
            "steps": steps.iter().map(|(address, leg, action): &(_, Leg, Action)| json!({
                "address": address.to_string(), "leg": leg.as_str(), "action": action.as_str(),
            })).collect::<Vec<_>>(),
        }),
        RunEvent::StepStarted { address, leg } => {
            json!({ "event": "step_started", "address": address.to_string(), "leg": leg.as_str() })
        }
        RunEvent::StepWaiting { address, status, elapsed, usual } => json!({
            "event": "step_waiting", "address": address.to_string(), "status": status,
            "elapsed_ms": elapsed, "usual_ms": usual,
        }),
        RunEvent::StepDone { address, leg, cloud_id, elapsed } => json!({
            "event": "step_done", "address": address.to_string(), "leg": leg.as_str(), "id": cloud_id,
            "elapsed_ms": elapsed,
        }),
        RunEvent::StepFailed { address, leg, fault, unresolved } => json!({
            "event": "step_failed", "address": address.to_string(), "leg": leg.as_str(), "unresolved": unresolved,
            "fault": { "kind": fault.kind.as_str(), "service": fault.service, "operation": fault.operation,
                "http_status": fault.http_status, "status": fault.status, "message": fault.message,
                "request_id": fault.request_id },
        }),
        RunEvent::StepSkipped { address, leg, because } => json!({
            "event": "step_skipped", "address": address.to_string(), "leg": leg.as_str(), "because": because,
        }),
        RunEvent::CallMade { service, operation, region, status, outcome, request_id, elapsed } => json!({
            "event": "call", "service": service, "operation": operation, "region": region, "http_status": status,
            "outcome": outcome, "request_id": request_id, "elapsed_ms": elapsed,
        }),
        RunEvent::Finished { at, done, failed, skipped, interrupted } => json!({
            "event": "finished", "at": at.to_string(), "done": done, "failed": failed, "skipped": skipped,
            "interrupted": interrupted,
        }),
    };
    row["format"] = json!(FORMAT);
    row
}

/// Says what earlier runs left open, if anything.
pub(crate) fn open_work(context: &Context, store: &Store) -> Result<(), Failure> {
    let open = store.open_intents()?;
    if !open.is_empty() {
        let names: Vec<String> = open
            .iter()
            .map(|open| format!("{} {} (run {})", open.intent.action, open.intent.address, open.run))
            .collect();
        context.terminal.note(&format!(
            "an earlier run left open: {}; `firma apply` settles that first, `firma recover` does only that",
            names.join(", ")
        ));
    }
    Ok(())
}

fn counted_steps(count: usize) -> String {
    if count == 1 { "1 step".to_owned() } else { format!("{count} steps") }
}

/// How a run ended: what review prints.
pub(crate) fn report(run: u64, plan: &Plan, outcome: &Outcome, millis: i64) -> Report {
    // A replacement is done when its second half is.
    let actions: BTreeMap<(&Address, Leg), Action> =
        plan.steps.iter().map(|step| ((&step.address, step.leg), step.action)).collect();
    let mut done: BTreeMap<Action, u64> = BTreeMap::new();
    for (address, leg) in &outcome.done {
        match actions.get(&(address, *leg)) {
            Some(Action::Replace) if *leg == Leg::Delete => {}
            // The move before an update is part of it.
            Some(Action::Update) if *leg == Leg::Record => {}
            Some(action) => *done.entry(*action).or_default() += 1,
            None => {}
        }
    }
    let leg_of = |address: &Address| {
        plan.steps.iter().rfind(|step| step.address == *address).map_or("", |step| step.leg.as_str()).to_owned()
    };
    let failed = outcome.failed.iter().map(|step| Trouble {
        address: step.address.to_string(),
        leg: step.leg.as_str().to_owned(),
        outcome: Ended::Failed(step.fault.clone()),
    });
    let unresolved = outcome.unresolved.iter().map(|(address, fault)| Trouble {
        address: address.to_string(),
        leg: leg_of(address),
        outcome: Ended::Unresolved { fault: fault.clone(), candidates: Vec::new() },
    });
    let skipped = outcome.skipped.iter().map(|(address, because)| Trouble {
        address: address.to_string(),
        leg: leg_of(address),
        outcome: Ended::Skipped { because: because.clone() },
    });
    Report {
        run,
        done,
        troubles: failed.chain(unresolved).chain(skipped).collect(),
        interrupted: outcome.interrupted,
        millis: u64::try_from(millis).unwrap_or(0),
    }
}

/// The outputs as they are now.
pub(crate) fn outputs(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (name, (value, sensitive)) in &outcome.outputs.values {
        let shown = match (*sensitive, firma_model::document::to_plain_json(value)) {
            (true, _) => "(sensitive)".to_owned(),
            (false, json @ (serde_json::Value::Array(_) | serde_json::Value::Object(_))) => {
                serde_json::to_string_pretty(&json).unwrap_or_default()
            }
            (false, json) => json.to_string(),
        };
        text.push_str(&format!("{name} = {shown}\n"));
    }
    text
}
