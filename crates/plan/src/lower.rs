//! Which calls a step makes: listed for the reviewer while planning, formed for sending while applying.

use crate::{once, step::CallOutline};
use firma_catalog::procedure::{Call, How, Procedure, Stage};
use firma_model::{
    document::to_plain_json,
    value::{Map, Value},
};

/// Calls that may simply be repeated: they set, they do not add.
pub const REPEATABLE: &str = "repeatable";
/// Calls that add: what is there is read before they are repeated.
pub const ADDITIVE: &str = "additive";

fn outline(call: &Call, class: &str) -> CallOutline {
    CallOutline { service: call.service.clone(), operation: call.operation.clone(), class: class.to_owned() }
}

fn tag_outline(operation: &str) -> CallOutline {
    CallOutline { service: "resourcetag".into(), operation: operation.into(), class: REPEATABLE.into() }
}

/// Whether an attribute is applied after create: it is set and create does not take it.
pub fn follows_create(procedure: &Procedure, name: &str, value: &Value) -> bool {
    let empty = match value.reveal() {
        Value::Map(map) => map.is_empty(),
        Value::List(items) | Value::Set(items) => items.is_empty(),
        Value::Null => true,
        _ => false,
    };
    !empty && procedure.attributes.get(name).is_some_and(|attribute| attribute.write.is_none())
}

/// Whether a value is one of these, or may be.
pub(crate) fn is_among(value: &Value, values: &[serde_json::Value]) -> bool {
    value.has_unknown() || values.contains(&to_plain_json(value))
}

/// The stages of an update that can be called for.
fn stages_for<'p>(stages: &'p [Stage], wanted: &'p Map) -> impl Iterator<Item = &'p Stage> {
    stages.iter().filter(move |stage| match &stage.when {
        Some((name, values)) => wanted.get(name).is_none_or(|value| is_among(value, values)),
        None => true,
    })
}

/// Updates that follow a create: those of set attributes that create does not take.
pub fn updates_after_create(procedure: &Procedure, wanted: &Map) -> Vec<usize> {
    procedure
        .updates
        .iter()
        .enumerate()
        .filter(|(_, update)| {
            update
                .attributes
                .iter()
                .any(|name| wanted.get(name).is_some_and(|value| follows_create(procedure, name, value)))
        })
        .map(|(index, _)| index)
        .collect()
}

/// Calls of a create.
pub fn create_outline(procedure: &Procedure, wanted: &Map) -> Vec<CallOutline> {
    let Some(create) = once::maker(procedure, wanted) else { return Vec::new() };
    let mut calls = vec![outline(create, procedure.recovery.name())];
    for index in updates_after_create(procedure, wanted) {
        match &procedure.updates[index].how {
            How::Calls(stages) => {
                calls.extend(stages_for(stages, wanted).map(|stage| outline(&stage.call, REPEATABLE)));
            }
            // A new object has no elements but the service's own, and those stay.
            How::Elements { add, .. } => calls.push(outline(add, ADDITIVE)),
            // Create takes the members; a kind whose create does not is not there yet.
            How::Members { add, .. } => calls.push(outline(add, REPEATABLE)),
            How::Tags(_) => calls.push(tag_outline("tagResources")),
        }
    }
    calls
}

/// Calls of an update. `unfinished` objects also get what their interrupted making left out.
pub fn update_outline(procedure: &Procedure, updates: &[usize], wanted: &Map, unfinished: bool) -> Vec<CallOutline> {
    let mut indexes = updates.to_vec();
    if unfinished {
        indexes.extend(updates_after_create(procedure, wanted));
    }
    indexes.sort_unstable();
    indexes.dedup();
    let mut calls = Vec::new();
    for index in indexes {
        let Some(update) = procedure.updates.get(index) else { continue };
        match &update.how {
            How::Calls(stages) => {
                calls.extend(stages_for(stages, wanted).map(|stage| outline(&stage.call, REPEATABLE)));
            }
            How::Elements { add, remove, modify, .. } => {
                calls.push(outline(remove, REPEATABLE));
                calls.push(outline(modify, REPEATABLE));
                calls.push(outline(add, ADDITIVE));
            }
            How::Members { add, remove } => {
                calls.push(outline(remove, REPEATABLE));
                calls.push(outline(add, REPEATABLE));
            }
            How::Tags(_) => {
                calls.push(tag_outline("unTagResources"));
                calls.push(tag_outline("tagResources"));
            }
        }
    }
    calls
}

/// Calls of a delete.
pub fn delete_outline(procedure: &Procedure) -> Vec<CallOutline> {
    let before = procedure.before_delete.iter().map(|stage| &stage.call);
    before.chain(&procedure.delete).map(|call| outline(call, REPEATABLE)).collect()
}
