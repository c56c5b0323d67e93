//! `firma emulator fault`: what goes wrong on purpose.

use super::place;
use crate::{
    Context,
    args::{FaultCommand, Format},
    exit::{Exit, Failure, Outcome},
};
use firma_emulator::Injection;
use firma_model::diagnostic::Diagnostic;
use serde_json::{Value, json};
use std::path::Path;

/// Runs it.
pub(super) async fn run(context: &Context, command: &FaultCommand) -> Outcome {
    match command {
        FaultCommand::Add { faults, file, place } => {
            let given = match file {
                Some(file) => vec![from_file(file)?],
                None => faults.iter().map(|text| parse(text, "the fault")).collect::<Result<Vec<Value>, Failure>>()?,
            };
            let faults = all_of(given)?;
            let answer = place::ask(context, place, "fault", &json!({"add": faults})).await?;
            let in_force = answer["faults"].as_array().map_or(0, Vec::len);
            let added = faults.len();
            context.terminal.note(&match (added, in_force) {
                (1, 1) => "1 fault added; it is the only one".to_owned(),
                (added, all) => format!("{added} fault{} added, {all} in all", if added == 1 { "" } else { "s" }),
            });
        }
        FaultCommand::List { format, place } => {
            let faults = place::ask(context, place, "fault", &json!({})).await?["faults"].take();
            match format.format {
                Format::Json => context.terminal.json(&faults),
                Format::Text if faults == json!([]) => context.terminal.note("no faults"),
                Format::Text => context.terminal.data(&listed(&faults)),
            }
        }
        FaultCommand::Clear { place } => {
            place::ask(context, place, "fault", &json!({"clear": true})).await?;
            context.terminal.note("no faults any more");
        }
    }
    Ok(Exit::Done)
}

fn from_file(file: &Path) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::new(Diagnostic::error("E0905", format!("cannot read {}: {error}", file.display())))
    })?;
    parse(&text, &file.display().to_string())
}

fn bad(message: String) -> Failure {
    Failure::new(
        Diagnostic::error("E0908", message).hint("`firma emulator fault add --help` shows every kind, with examples"),
    )
}

fn parse(text: &str, what: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| bad(format!("{what} is not JSON: {error}")))
}

/// Every fault given, each checked: all of them are added, or none.
fn all_of(given: Vec<Value>) -> Result<Vec<Value>, Failure> {
    let faults: Vec<Value> = given
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(faults) => faults,
            fault => vec![fault],
        })
        .collect();
    if faults.is_empty() {
        return Err(bad("there is no fault in the list".to_owned()));
    }
    for (number, fault) in (1..).zip(&faults) {
        let which = if faults.len() > 1 { format!("fault {number}") } else { "the fault".to_owned() };
        Injection::read(fault).map_err(|problem| bad(format!("{which} cannot be used: {problem}")))?;
    }
    Ok(faults)
}

fn listed(faults: &Value) -> String {
    let row = |fault: &Value| {
        let count = |name: &str| fault[name].to_string();
        let state = if fault["over"] == json!(true) { "over" } else { "in force" };
        vec![
            count("id"),
            kind(&fault["fault"]["kind"]),
            calls(&fault["fault"]["match"]),
            which(&fault["fault"]["at"]),
            count("seen"),
            count("hits"),
            state.to_owned(),
        ]
    };
    let heads = ["ID", "KIND", "CALLS", "WHICH", "SEEN", "HITS", "STATE"];
    crate::commands::catalog::table(&heads, faults.as_array().into_iter().flatten().map(row))
}

/// `late 5000 ms`, `error 429 RATE_LIMIT`.
fn kind(kind: &Value) -> String {
    let Some((word, data)) = kind.as_object().and_then(|kind| kind.iter().next()) else {
        return kind.as_str().unwrap_or_default().to_owned();
    };
    let mut text = word.clone();
    if let Some(millis) = data["millis"].as_i64() {
        text.push_str(&format!(" {millis} ms"));
    }
    if let (Some(code), Some(status)) = (data["code"].as_u64(), data["status"].as_str()) {
        text.push_str(&format!(" {code} {status}"));
    }
    text
}

/// `vpc create* in cn-north-1`.
fn calls(matching: &Value) -> String {
    let text = |name: &str| matching[name].as_str();
    let mutating = matching["mutating"].as_bool().map(|mutating| if mutating { "changing" } else { "reading" });
    let parts: Vec<&str> = [mutating, text("service"), text("operation")].into_iter().flatten().collect();
    let all = if parts.is_empty() { "all".to_owned() } else { parts.join(" ") };
    match text("region") {
        Some(region) => format!("{all} in {region}"),
        None => all,
    }
}

/// `2`, `2 to 4`, `from 2`; and for how long.
fn which(at: &Value) -> String {
    let first = at["call"].as_u64().unwrap_or(1);
    let which = match at["times"].as_u64() {
        Some(1) => first.to_string(),
        Some(times) => format!("{first} to {}", first.saturating_add(times - 1)),
        None => format!("from {first}"),
    };
    match at["forMillis"].as_i64() {
        Some(millis) => format!("{which}, for {millis} ms"),
        None => which,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let row = |fault: Value| {
            let fault = serde_json::to_value(Injection::read(&fault).expect("a fault")).expect("JSON");
            format!("{} | {} | {}", kind(&fault["kind"]), calls(&fault["match"]), which(&fault["at"]))
        };
        for (fault, expected) in [
            (json!({"kind": "twice"}), "twice | all | 1"),
            (
                json!({"match": {"service": "vpc", "operation": "create*", "region": "cn-north-1"},
                       "at": {"call": 2, "times": 3}, "kind": {"late": {"millis": 5}}}),
                "late 5 ms | vpc create* in cn-north-1 | 2 to 4",
            ),
            (
                json!({"match": {"mutating": true}, "at": {"call": 2, "times": null, "forMillis": 9},
                       "kind": {"error": {"code": 429, "status": "RATE_LIMIT", "retryAfter": 1}}}),
                "error 429 RATE_LIMIT | changing | from 2, for 9 ms",
            ),
        ] {
            assert_eq!(row(fault), expected);
        }
    }

    #[test]
    fn all_or_none() {
        let twice = json!({"kind": "twice"});
        assert_eq!(all_of(vec![json!([twice, twice]), twice.clone()]).expect("three").len(), 3);
        for (given, expected) in [
            (vec![], "no fault"),
            (vec![json!([])], "no fault"),
            (vec![json!([twice, {"kind": "thrice"}])], "fault 2 cannot be used: `kind`: unknown variant `thrice`"),
            (vec![json!({"kind": "twice", "at": 3})], "the fault cannot be used: `at` must be an object"),
        ] {
            let failure = all_of(given).expect_err(expected);
            let message = &failure.diagnostics.list[0].message;
            assert!(message.contains(expected), "{message}");
        }
    }
}
