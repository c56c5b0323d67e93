//! `firma show`: a plan, or the state.

use crate::{
    Context,
    args::{Format, ShowArgs},
    exit::{Exit, Failure, Outcome},
    ops::{files::read_plan, project, state},
    terminal::style,
};
use firma_model::diagnostic::Diagnostic;
use firma_plan::{listing::listing, step::Plan};
use firma_review::{View, text};
use firma_store::{Mode, Store, Verification, read_plan_file};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Runs it.
pub(crate) fn run(context: &Context, args: &ShowArgs) -> Outcome {
    let Some(name) = &args.plan else { return show_state(context, args.format) };
    // A plan can be read anywhere; whether it can be believed only the state it was made from can say.
    let mut store = store(context);
    let Found { id, plan, unverified } = find(store.as_ref(), name)?;
    let view = View::of(&plan, &id).with_all_drift(args.show_drift).unverified(unverified);
    let key = match (&mut store, &view.unverified) {
        (Some(store), None) => Some(store.hash_key()?),
        _ => None,
    };
    let calls = args.calls.then(|| listing(&Arc::new(plan), key.as_ref()));
    match args.format {
        Format::Json => {
            let mut shown: Json = serde_json::from_str(&firma_review::json::plan(&view)).unwrap_or_default();
            if let Some(calls) = &calls {
                shown["calls"] = firma_review::calls::json(calls);
            }
            context.terminal.json(&shown);
        }
        Format::Text => {
            let style = style(context.terminal.color_out);
            context.terminal.data(&match &calls {
                Some(calls) => text::unverified(&view, style) + &firma_review::calls::list(calls, style),
                None => text::plan(&view, style),
            });
        }
    }
    Ok(Exit::Done)
}

/// The state of the project here; without readable manifests, the one where a state usually lies. None is no reason to show
/// nothing.
fn store(context: &Context) -> Option<Store> {
    match project::load(&context.directory, &context.env) {
        Ok(loaded) => state::open_existing(context, &loaded).ok().flatten(),
        Err(_) => Store::open(&context.directory.join(".firma").join("state.db"), Mode::Existing).ok(),
    }
}

/// A plan that was asked for.
struct Found {
    id: String,
    plan: Plan,
    /// Why it cannot be believed.
    unverified: Option<String>,
}

fn find(store: Option<&Store>, name: &str) -> Result<Found, Failure> {
    let bytes = match read_plan(name.as_ref()) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(Failure::new(Diagnostic::error("E0905", format!("cannot read {name}: {error}"))));
        }
    };
    let (id, bytes, unverified) = match (bytes, store) {
        (Some(file), Some(store)) => {
            let opened = store.open_plan_file(&file)?;
            let unverified = match opened.verification {
                Verification::Verified => None,
                Verification::Unverified(why) => Some(why),
            };
            (opened.id, opened.bytes, unverified)
        }
        (Some(file), None) => {
            let opened = read_plan_file(&file)?;
            (opened.id, opened.bytes, Some("there is no state here to check it against".to_owned()))
        }
        (None, Some(store)) => match store.plan(name)? {
            Some(stored) => (name.to_owned(), stored.bytes, None),
            None => return Err(missing(name)),
        },
        (None, None) => return Err(missing(name)),
    };
    let plan = match unverified {
        None => firma_plan::format::decode(&bytes),
        Some(_) => firma_plan::format::decode_closed(&bytes),
    };
    let plan = plan.map_err(Diagnostic::from)?;
    Ok(Found { id, plan, unverified })
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
