//! `firma output`: values for scripts and people.

use crate::{
    Context,
    args::{Format, OutputArgs},
    exit::{Exit, Failure, Outcome},
    ops,
};
use firma_model::{
    diagnostic::Diagnostic, document::to_plain_json, record::RecordedOutput, suggest::closest, value::Value,
};
use serde_json::{Map, Value as Json};

/// Runs it.
pub(crate) fn run(context: &Context, args: &OutputArgs) -> Outcome {
    let loaded = ops::project::load(&context.directory, &context.env)?;
    let outputs = match ops::state::open_existing(context, &loaded)? {
        Some(store) => store.snapshot()?.outputs,
        None => Default::default(),
    };
    let decoded = |output: &RecordedOutput| output.value.decode().unwrap_or(Value::Null);
    match &args.name {
        Some(name) => {
            let Some(output) = outputs.get(name) else {
                let known = outputs.keys().map(String::as_str);
                return Err(Failure::new(
                    Diagnostic::error("E0911", format!("there is no output `{name}`"))
                        .did_you_mean(closest(name, known))
                        .hint("outputs appear with the first apply after they are written"),
                ));
            };
            // Asked for by name: in the clear.
            let json = to_plain_json(&decoded(output));
            match (args.format, &json) {
                (Format::Text, Json::String(text)) => context.terminal.data(text),
                (Format::Text, _) => context.terminal.json(&json),
                (Format::Json, _) => context.terminal.json(&json),
            }
        }
        None => match args.format {
            Format::Json => {
                let all: Map<String, Json> = outputs
                    .iter()
                    .map(|(name, output)| {
                        let value = if output.sensitive { Json::Null } else { to_plain_json(&decoded(output)) };
                        (name.clone(), value)
                    })
                    .collect();
                context.terminal.json(&Json::Object(all));
            }
            Format::Text => {
                let mut text = String::new();
                for (name, output) in &outputs {
                    let shown = match output.sensitive {
                        true => "(sensitive)".to_owned(),
                        false => match to_plain_json(&decoded(output)) {
                            Json::Array(_) | Json::Object(_) => {
                                serde_json::to_string_pretty(&to_plain_json(&decoded(output))).unwrap_or_default()
                            }
                            other => other.to_string(),
                        },
                    };
                    text.push_str(&format!("{name} = {shown}\n"));
                }
                context.terminal.data(&text);
            }
        },
    }
    Ok(Exit::Done)
}
