//! `firma state`: what is recorded.

use crate::{
    Context,
    args::{Format, StateCommand},
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_model::{
    address::Address,
    diagnostic::Diagnostic,
    event::EventBody,
    record::{Record, Recorded},
    suggest::closest,
    value::Value,
};
use firma_store::Store;
use serde_json::{Value as Json, json};

/// Runs it.
pub(crate) fn run(context: &Context, command: &StateCommand) -> Outcome {
    let loaded = ops::project::load(&context.directory, &context.env)?;
    let store = match command {
        StateCommand::Rm { .. } => ops::state::open_to_change(&loaded)?,
        _ => ops::state::open_existing(context, &loaded)?,
    };
    let recorded = match &store {
        Some(store) => store.snapshot()?,
        None => Recorded::default(),
    };
    match command {
        StateCommand::List(args) => {
            let mut addresses: Vec<String> = recorded.records.keys().map(ToString::to_string).collect();
            addresses.sort();
            match args.format {
                Format::Json => context.terminal.json(&json!(addresses)),
                Format::Text => {
                    let mut text = addresses.join("\n");
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    context.terminal.data(&text);
                }
            }
        }
        StateCommand::Show { address, format } => {
            let record = find(&recorded, address)?;
            match format.format {
                Format::Json => context.terminal.json(&record_json(record)),
                Format::Text => context.terminal.data(&record_text(record)),
            }
        }
        StateCommand::Rm { address } => {
            let record = find(&recorded, address)?.clone();
            let Some(mut store) = store else { return Ok(Exit::Done) };
            forget(context, &mut store, &record)?;
            context
                .terminal
                .note(&format!("forgot {address}; {} stays in the cloud and is now nobody's", record.cloud_id));
        }
    }
    Ok(Exit::Done)
}

fn find<'r>(recorded: &'r Recorded, text: &str) -> Result<&'r Record, Failure> {
    let address: Address =
        text.parse().map_err(|error| Failure::new(Diagnostic::error("E0908", format!("{error}"))))?;
    recorded.records.get(&address).ok_or_else(|| {
        let names: Vec<String> = recorded.records.keys().map(ToString::to_string).collect();
        let close = closest(text, names.iter().map(String::as_str));
        Failure::new(Diagnostic::error("E0911", format!("{text} is not in the state")).did_you_mean(close))
    })
}

fn forget(context: &Context, store: &mut Store, record: &Record) -> Result<(), Failure> {
    let body = EventBody::Removed {
        step: 0,
        address: record.address.clone(),
        deposed: String::new(),
        cloud_id: record.cloud_id.clone(),
        how: "forgotten".into(),
    };
    ops::held::write_down(store, &context.env, "state rm", vec![body])
}

/// A record for people and programs: sensitive values masked, hashes left out.
pub(crate) fn record_json(record: &Record) -> Json {
    let attributes = |document: &firma_model::document::Document| match document.decode() {
        Ok(value) => masked(&value),
        Err(_) => Json::Null,
    };
    json!({
        "address": record.address.to_string(),
        "kind": record.kind.as_str(),
        "id": record.cloud_id,
        "region": record.region,
        "zone": record.zone,
        "billing": record.billing.as_ref().map(ToString::to_string),
        "status": record.status.as_str(),
        "inputs": attributes(&record.inputs),
        "observed": attributes(&record.observed),
        "dependencies": record.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "create_before_destroy": record.create_before_destroy,
        "prevent_destroy": record.prevent_destroy,
        "on_remove": record.on_remove.as_str(),
        "version": record.version,
    })
}

/// JSON without secrets.
pub(crate) fn masked(value: &Value) -> Json {
    match value {
        Value::Sensitive(_) => json!("(sensitive)"),
        Value::Map(map) if map.len() == 1 && map.contains_key("$hash") => json!("(sensitive)"),
        Value::Map(map) => Json::Object(
            map.iter()
                .filter(|(name, _)| !name.starts_with('$'))
                .map(|(name, value)| (name.clone(), masked(value)))
                .collect(),
        ),
        Value::List(items) | Value::Set(items) => Json::Array(items.iter().map(masked).collect()),
        other => firma_model::document::to_plain_json(other),
    }
}

/// A record as text.
pub(crate) fn record_text(record: &Record) -> String {
    let mut text =
        format!("{}\n  id      = {}\n  status  = {}\n", record.address, record.cloud_id, record.status.as_str());
    if let Some(region) = &record.region {
        text.push_str(&format!("  region  = {region}\n"));
    }
    if let Some(zone) = &record.zone {
        text.push_str(&format!("  zone    = {zone}\n"));
    }
    if let Some(billing) = &record.billing {
        text.push_str(&format!("  billing = {billing}\n"));
    }
    for (title, document) in [("applied", &record.inputs), ("observed", &record.observed)] {
        let value = document.decode().map(|value| masked(&value)).unwrap_or_default();
        let pretty = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push_str(&format!("  {title}: {}\n", pretty.replace('\n', "\n  ")));
    }
    text
}
