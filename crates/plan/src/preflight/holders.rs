//! Holders: what is in an object that the plan deletes, and stays.

use super::inquiry::{Answer, Asked};
use crate::{
    observe::{Batch, item_id, split},
    step::{Leg, Plan},
    worlds::Worlds,
};
use firma_catalog::limits::Holder;
use firma_model::{
    address::Address,
    diagnostic::{Diagnostic, Diagnostics},
    record::Record,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Holders named in a message.
const SHOWN: usize = 5;

/// Deletions whose objects are in one answer.
#[derive(Debug)]
pub(super) struct Deletion {
    question: usize,
    kind: String,
    /// Cloud id and address.
    objects: BTreeMap<String, Address>,
}

/// Asks for everything that is deleted and could be held.
pub(super) fn deletions(plan: &Plan, worlds: Worlds<'_>, ask: &mut dyn FnMut(Asked) -> usize) -> Vec<Deletion> {
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<&Record>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.leg == Leg::Delete) {
        let Some(record) = &step.record else { continue };
        let held = worlds.procedures.get(step.kind().as_str()).is_some_and(|procedure| !procedure.held_by.is_empty());
        if held {
            groups.entry((record.kind.as_str(), record.region.as_deref())).or_default().push(record);
        }
    }
    let mut deletions = Vec::new();
    for ((kind, region), records) in groups {
        let procedure = &worlds.procedures[kind];
        let addresses: BTreeMap<&str, &Address> =
            records.iter().map(|record| (record.cloud_id.as_str(), &record.address)).collect();
        let ids = records.iter().map(|record| record.cloud_id.clone()).collect();
        for batch in split(procedure, region, ids) {
            let objects = batch.ids.iter().map(|id| (id.clone(), addresses[id.as_str()].clone())).collect();
            let question = ask(Asked::Objects(Batch { ..batch }));
            deletions.push(Deletion { question, kind: kind.to_owned(), objects });
        }
    }
    deletions
}

/// What stays in an object that is to be deleted.
pub(super) fn judge(
    deletions: &[Deletion],
    plan: &Plan,
    worlds: Worlds<'_>,
    answers: &[Answer],
    diagnostics: &mut Diagnostics,
) {
    if deletions.is_empty() {
        return;
    }
    let released = Released::by(plan);
    for deletion in deletions {
        let Some(Ok(items)) = answers.get(deletion.question) else { continue };
        let Some(procedure) = worlds.procedures.get(&deletion.kind) else { continue };
        // One batch is of one parent.
        let within = deletion.objects.keys().next().and_then(|id| id.rsplit_once('/')).map_or("", |(within, _)| within);
        for item in items {
            let shown = item_id(procedure, within, item);
            let Some((id, address)) = shown.and_then(|id| deletion.objects.get_key_value(&id)) else { continue };
            for holder in &procedure.held_by {
                let staying: Vec<String> =
                    ids(item, holder).into_iter().filter(|holding| !released.has(holding, id)).collect();
                if !staying.is_empty() {
                    diagnostics.push(held(address, id, holder, &staying, worlds));
                }
            }
        }
    }
}

/// Ids that something of the plan deletes or changes, or that what it deletes or changes mentions: an interface goes with
/// its instance.
struct Released {
    ids: BTreeSet<String>,
}

impl Released {
    fn by(plan: &Plan) -> Released {
        let mut ids = BTreeSet::new();
        for step in &plan.steps {
            let Some(record) = &step.record else { continue };
            if !matches!(step.leg, Leg::Delete | Leg::Update) {
                continue;
            }
            // A composed id, as that of an attachment, names the holder and the object.
            let parts: Vec<&str> = record.cloud_id.split('/').collect();
            match step.leg {
                Leg::Delete if parts.len() > 1 => {
                    for holder in &parts {
                        ids.extend(parts.iter().filter(|id| *id != holder).map(|id| format!("{holder} {id}")));
                    }
                }
                Leg::Delete => {
                    ids.insert(record.cloud_id.clone());
                }
                _ => {}
            }
            if let Ok(observed) = record.observed.decode() {
                texts(&observed, &mut ids);
            }
        }
        Released { ids }
    }

    fn has(&self, holder: &str, id: &str) -> bool {
        self.ids.contains(holder) || self.ids.contains(&format!("{holder} {id}"))
    }
}

/// Every text in a value that looks like an id: short, and without spaces.
fn texts(value: &firma_model::value::Value, into: &mut BTreeSet<String>) {
    use firma_model::value::Value;
    match value {
        Value::String(text) if text.len() < 64 && text.contains('-') && !text.contains(' ') => {
            into.insert(text.to_string());
        }
        Value::List(items) | Value::Set(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Map(map) => map.values().for_each(|item| texts(item, into)),
        _ => {}
    }
}

/// The ids at a holder's path: `subnets[].subnetId`, `networkInterfaceIds`, `instanceId`.
fn ids(object: &Json, holder: &Holder) -> Vec<String> {
    let mut at = vec![object];
    for part in holder.path.split('.') {
        let name = part.trim_end_matches("[]");
        at = at
            .into_iter()
            .filter_map(|value| value.get(name))
            .flat_map(|value| match value {
                Json::Array(items) => items.iter().collect(),
                other => vec![other],
            })
            .collect();
    }
    let mut ids: Vec<String> =
        at.into_iter().filter_map(Json::as_str).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn held(address: &Address, id: &str, holder: &Holder, staying: &[String], worlds: Worlds<'_>) -> Diagnostic {
    let more = staying.len().saturating_sub(SHOWN);
    let mut named = staying.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        named.push_str(&format!(" and {more} more"));
    }
    let message = format!("{address} ({id}) cannot be deleted while it has {}: {named}", holder.what);
    let diagnostic = Diagnostic::error("E0534", message)
        .hint("this plan leaves them as they are: they belong to nobody here, or to another project")
        .hint("remove them first, or keep the object with lifecycle.on_remove = \"retain\"");
    match worlds.desired.resources.get(address) {
        Some(resource) => diagnostic.at(resource.span),
        None => diagnostic,
    }
}
