//! What is written down of an object: the one place where records are made.

use crate::{
    compare::{belonging, shows_others},
    fill::attributes,
    once,
    reads::lasting,
    secret::{HashKey, concealed},
    step::{Action, Leg, Mode, Plan, Reason, Step},
};
use firma_catalog::procedure::Procedure;
use firma_expr::Nodes;
use firma_model::{
    diagnostic::Diagnostics,
    document::Document,
    record::{Record, Status},
    value::{Map, Value},
};

/// The record of a step's object as it stands after the named attributes were applied.
#[derive(Clone, Debug)]
pub struct RecordParts<'a> {
    /// The cloud's id.
    pub cloud_id: &'a str,
    /// How far it has come.
    pub status: Status,
    /// Attributes applied so far, in the clear.
    pub applied: &'a Map,
    /// What the cloud says.
    pub observed: &'a Map,
    /// What it said once, when it made the object.
    pub once: &'a Map,
    /// Its fingerprint.
    pub fingerprint: &'a str,
}

/// Makes a record. Write-only values are hashed here: nothing behind this line sees them.
pub fn record(step: &Step, procedure: &Procedure, parts: &RecordParts<'_>, key: &HashKey) -> Record {
    let inputs: Map = parts
        .applied
        .iter()
        .map(|(name, value)| {
            let kept = match procedure.attributes.get(name) {
                Some(attribute) => concealed(attribute, value, key),
                None => value.clone(),
            };
            (name.clone(), kept)
        })
        .collect();
    let mut observed =
        crate::nodes::marked_like(parts.applied, own(Some(procedure), parts.applied, parts.observed.clone()));
    observed.extend(parts.once.iter().map(|(name, value)| (name.clone(), value.clone())));
    Record {
        address: step.address.clone(),
        deposed: step.deposed.clone(),
        kind: step.address.kind().clone(),
        schema_version: procedure.schema_version,
        cloud_id: parts.cloud_id.to_owned(),
        region: step.region.clone(),
        zone: step.zone.clone(),
        billing: step.billing.clone(),
        status: parts.status,
        inputs: Document::encode(&Value::Map(inputs)),
        observed: Document::encode(&Value::Map(observed)),
        fingerprint: parts.fingerprint.to_owned(),
        dependencies: lasting(&step.dependencies).into_owned(),
        create_before_destroy: step.create_before_destroy,
        prevent_destroy: step.prevent_destroy,
        on_remove: step.on_remove,
        version: 0,
    }
}

/// What was seen without what belongs to others: a list may show elements that were put there by themselves.
pub fn own(procedure: Option<&Procedure>, applied: &Map, mut observed: Map) -> Map {
    let Some(procedure) = procedure else { return observed };
    for (name, attribute) in procedure.attributes.iter().filter(|(_, attribute)| shows_others(attribute)) {
        let Some(seen) = observed.remove(name) else { continue };
        if let Some(elements) = applied.get(name).and_then(Value::as_list) {
            let shown = belonging(attribute, elements, seen.as_list().unwrap_or_default());
            observed.insert(name.clone(), Value::List(shown));
        } else if attribute.found_by.is_empty() {
            observed.insert(name.clone(), seen);
        }
    }
    observed
}

/// Whether a record is rewritten because of its attributes, and not only because of what stands beside them.
fn tells_of_attributes(reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| match reason {
        Reason::LeftAsIs { .. } => true,
        Reason::Bookkeeping { what } => matches!(what.as_str(), "inputs" | "drift"),
        _ => false,
    })
}

/// Whether an object differs from what was recorded of it only in attributes that are set elsewhere, and not here.
pub fn is_no_news(procedure: &Procedure, applied: &Map, record: &Record, seen: &Map) -> bool {
    let elsewhere = |name: &str| {
        !applied.contains_key(name) && procedure.attributes.get(name).is_some_and(|attribute| attribute.set_elsewhere)
    };
    if !seen.keys().any(|name| elsewhere(name)) {
        return false;
    }
    let Ok(Value::Map(before)) = record.observed.decode() else { return false };
    let own = |map: &Map| -> Map {
        map.iter().filter(|(name, _)| !elsewhere(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    own(&before) == own(seen)
}

/// The record a record leg writes: attributes that need no call, and what was observed.
pub fn rewritten(plan: &Plan, step: &Step, nodes: &dyn Nodes, key: &HashKey) -> Result<Option<Record>, Diagnostics> {
    let (Some(old), Some(procedure)) = (&step.record, plan.procedure(step.kind())) else {
        return Ok(step.record.as_deref().cloned());
    };
    if step.leg != Leg::Record {
        return Ok(None);
    }
    // A refresh and a move have nothing to say about attributes, and neither has what is written down beside them; of what
    // is written down for their sake, none is an answer too.
    let of_attributes = plan.mode == Mode::Apply && step.action == Action::Record && tells_of_attributes(&step.reasons);
    let kept = step.attributes.is_empty() && !of_attributes;
    let applied = match kept {
        true => crate::nodes::recorded_inputs(old),
        false => attributes(step, procedure, nodes)?,
    };
    let observed = match &step.observed {
        Some(observed) => observed.clone(),
        None => match old.observed.decode() {
            Ok(Value::Map(map)) => map,
            _ => Map::new(),
        },
    };
    let parts = RecordParts {
        cloud_id: &old.cloud_id,
        status: old.status,
        applied: &applied,
        observed: &observed,
        once: &once::kept(procedure, old),
        fingerprint: &old.fingerprint,
    };
    Ok(Some(record(step, procedure, &parts, key)))
}
