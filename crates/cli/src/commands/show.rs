//! `firma show`: a plan, or the state.

use crate::{
    Context,
    args::{Format, ShowArgs},
    exit::{Exit, Failure, Outcome},
    ops::{files::read_plan, project, state},
    terminal::style,
};
use firma_model::diagnostic::Diagnostic;
use firma_plan::step::Plan;
use firma_review::View;
use firma_store::{Store, Verification, read_plan_file};
use serde_json::{Value as Json, json};

/// Runs it.
pub(crate) fn run(context: &Context, args: &ShowArgs) -> Outcome {
    let Some(name) = &args.plan else { return show_state(context, args.format) };
    // A plan can be read anywhere; whether it can be trusted only the state it was made from can say.
    let store = match project::load(&context.directory, &context.env) {
        Ok(loaded) => state::open_existing(context, &loaded).ok().flatten(),
        Err(_) => None,
    };
    let (id, plan, verified) = find(store.as_ref(), name)?;
    if !verified {
        context.terminal.note("UNVERIFIED: this plan cannot be checked against a state here; apply will refuse it");
    }
    let view = View::of(&plan, &id).with_all_drift(args.show_drift);
    match args.format {
        Format::Json => {
            let mut shown: Json = serde_json::from_str(&firma_review::json::plan(&view)).unwrap_or_default();
            if args.calls {
                shown["calls"] = calls_json(&plan);
            }
            context.terminal.json(&shown);
        }
        Format::Text => {
            let style = style(context.terminal.color_out);
            context.terminal.data(&if args.calls {
                firma_review::calls::list(&view, style)
            } else {
                firma_review::text::plan(&view, style)
            });
        }
    }
    Ok(Exit::Done)
}

fn calls_json(plan: &Plan) -> Json {
    let calls = plan.steps.iter().flat_map(|step| {
        step.calls.iter().map(|call| {
            json!({
                "address": step.address.to_string(), "leg": step.leg.as_str(), "service": call.service,
                "operation": call.operation, "class": call.class,
            })
        })
    });
    Json::Array(calls.collect())
}

fn find(store: Option<&Store>, name: &str) -> Result<(String, Plan, bool), Failure> {
    let bytes = match read_plan(name.as_ref()) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(Failure::new(Diagnostic::error("E0905", format!("cannot read {name}: {error}"))));
        }
    };
    let (id, bytes, verified) = match (bytes, store) {
        (Some(file), Some(store)) => {
            let opened = store.open_plan_file(&file)?;
            (opened.id, opened.bytes, opened.verification == Verification::Verified)
        }
        (Some(file), None) => {
            let opened = read_plan_file(&file)?;
            (opened.id, opened.bytes, false)
        }
        (None, Some(store)) => match store.plan(name)? {
            Some(stored) => (name.to_owned(), stored.bytes, true),
            None => return Err(missing(name)),
        },
        (None, None) => return Err(missing(name)),
    };
    let plan = firma_plan::format::decode(&bytes)
        .map_err(|error| Failure::new(Diagnostic::error("E0812", format!("the plan cannot be read: {error}"))))?;
    Ok((id, plan, verified))
}

fn missing(name: &str) -> Failure {
    Failure::new(
        Diagnostic::error("E0911", format!("there is no plan file and no kept plan `{name}`"))
            .hint("`firma plan --out FILE` writes one"),
    )
}

fn show_state(context: &Context, format: Format) -> Outcome {
    let loaded = project::load(&context.directory, &context.env)?;
    let recorded = match state::open_existing(context, &loaded)? {
        Some(store) => store.snapshot()?,
        None => Default::default(),
    };
    let records = recorded.records.values().chain(&recorded.deposed);
    match format {
        Format::Json => {
            let outputs: serde_json::Map<String, Json> = recorded
                .outputs
                .iter()
                .map(|(name, output)| {
                    let value = match output.sensitive {
                        true => Json::Null,
                        false => output.value.decode().map(|value| super::state::masked(&value)).unwrap_or_default(),
                    };
                    (name.clone(), json!({ "value": value, "sensitive": output.sensitive }))
                })
                .collect();
            context.terminal.json(&json!({
                "format": "firma.state/v1",
                "resources": records.map(super::state::record_json).collect::<Vec<_>>(),
                "outputs": outputs,
            }));
        }
        Format::Text => {
            let text: Vec<String> = records.map(super::state::record_text).collect();
            context.terminal.data(&text.join("\n"));
        }
    }
    Ok(Exit::Done)
}
