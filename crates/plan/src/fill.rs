//! Filling the holes of a step and forming its calls, while applying. Pure: given what nodes are by now, the next call.

use crate::{
    compare::{agrees_in, element_changes, plain_elements},
    legible::Reader,
    lower::{self, ADDITIVE, REPEATABLE},
    marker::{MARKER_FIELD, MARKER_TAG, marked_description},
    observe::id_part,
    once,
    parts::{head, part, shape_of},
    secret::{HashKey, concealed},
    step::Step,
};
use firma_catalog::{
    procedure::{Attribute, Call, How, Identity, OnChange, Procedure, Recovery, Shape, Source, Stage},
    shape,
};
use firma_expr::{Limits, Nodes, resolve};
use firma_model::{
    diagnostic::Diagnostics,
    document::to_plain_json,
    record::{Record, Status},
    value::{Map, Value},
};
use serde_json::{Map as JsonMap, Value as Json, json};

/// What is waited for after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing.
    No,
    /// One of these status values; empty means any the kind calls ready.
    Status(Vec<String>),
    /// The object is gone.
    Gone,
}

/// A call ready to be built into a request, sent and journalled.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadyCall {
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Region.
    pub region: Option<String>,
    /// Parameters on the wire; secrets in the clear.
    pub parameters: JsonMap<String, Json>,
    /// Recovery class.
    pub class: String,
    /// Whether it is the call that makes the object.
    pub creates: bool,
    /// Whether it is the call that deletes the object.
    pub deletes: bool,
    /// Attributes that are applied once it (and its wait) is done.
    pub applies: Vec<String>,
    /// What to wait for.
    pub wait: Wait,
}

/// Attributes of a step with every hole filled.
pub fn attributes(step: &Step, procedure: &Procedure, nodes: &dyn Nodes) -> Result<Map, Diagnostics> {
    let mut filled = Map::new();
    for (name, expr) in &step.attributes {
        // Only whoever settles an interrupted call is without the values: the next plan sets what was not recorded.
        if expr.has_input() {
            continue;
        }
        let value = resolve(expr, nodes, &Limits::default())?.into_owned();
        filled.insert(name.clone(), value);
    }
    Ok(crate::decide::prepared(procedure, filled))
}

/// The parameters of a look-up with every hole filled; what came to nothing is left out.
pub fn parameters(step: &Step, nodes: &dyn Nodes) -> Result<Map, Diagnostics> {
    let mut filled = Map::new();
    for (name, expr) in &step.attributes {
        let value = resolve(expr, nodes, &Limits::default())?.into_owned();
        if !value.is_null() {
            filled.insert(name.clone(), value);
        }
    }
    Ok(filled)
}

/// The create call. `token` goes where the kind takes one, `marker` where it can carry one.
pub fn create_call(
    step: &Step,
    procedure: &Procedure,
    attributes: &Map,
    token: &str,
    marker: &str,
) -> Option<ReadyCall> {
    create_call_for(Reader::Cloud, step, procedure, attributes, token, marker)
}

/// The create call as this reader is to see it.
pub(crate) fn create_call_for(
    reader: Reader,
    step: &Step,
    procedure: &Procedure,
    attributes: &Map,
    token: &str,
    marker: &str,
) -> Option<ReadyCall> {
    let create = once::maker(procedure, attributes)?;
    let other = procedure.create_without.as_ref().filter(|without| without.call == *create);
    let mut parameters = Json::Object(JsonMap::new());
    for (name, value) in attributes.iter().filter(|(name, _)| other.is_none_or(|other| other.attribute != **name)) {
        let Some(attribute) = procedure.attributes.get(name) else { continue };
        let Some(path) = &attribute.write else { continue };
        shape::put_parameter(&mut parameters, path, wire(reader, attribute, value));
    }
    let nothing = Map::new();
    let region = step.region.as_deref();
    put_sources(reader, &mut parameters, create, "", region, procedure, attributes, &nothing, None, token);
    match &procedure.recovery {
        Recovery::Tokened(path) => shape::put_parameter(&mut parameters, path, json!(token)),
        Recovery::MarkedByTag(path) => {
            let mut tags = match attributes.get("tags").map(Value::reveal) {
                Some(Value::Map(map)) => map.clone(),
                _ => Map::new(),
            };
            tags.insert(MARKER_TAG.into(), Value::string(marker));
            let pairs = shape::to_wire(&Shape::Pairs, &reader.plain(&Value::Map(tags)));
            shape::put_parameter(&mut parameters, path, pairs);
        }
        Recovery::MarkedByDescription(path, _) => {
            let text = attributes.get("description").map(|text| reader.plain(text));
            let text = text.as_ref().and_then(Value::as_str).unwrap_or("");
            shape::put_parameter(&mut parameters, path, json!(marked_description(text, marker)));
        }
        Recovery::Named | Recovery::Bare => {}
    }
    let Json::Object(parameters) = parameters else { return None };
    let applies = attributes
        .keys()
        .filter(|name| procedure.attributes.get(*name).is_some_and(is_settled_by_create))
        .cloned()
        .collect();
    Some(ReadyCall {
        service: create.service.clone(),
        operation: create.operation.clone(),
        region: step.region.clone(),
        parameters,
        class: procedure.recovery.name().into(),
        creates: true,
        deletes: false,
        applies,
        wait: if procedure.status.is_some() { Wait::Status(Vec::new()) } else { Wait::No },
    })
}

/// Whether nothing is left to do for an attribute once the object is made: the call took it, or no call does.
fn is_settled_by_create(attribute: &Attribute) -> bool {
    attribute.write.is_some() || attribute.on_change == OnChange::Record
}

/// The cloud id that a create call's answer gives.
pub fn created_id(procedure: &Procedure, attributes: &Map, result: &Json) -> Option<String> {
    match &procedure.identity {
        Identity::Assigned(path) => {
            let path = firma_api::path::Path::parse(path).ok()?;
            firma_api::path::get(result, &path).and_then(Json::as_str).map(str::to_owned)
        }
        Identity::Within { parents, assigned } => {
            let path = firma_api::path::Path::parse(assigned).ok()?;
            let own = firma_api::path::get(result, &path).and_then(Json::as_str)?;
            let mut parts: Vec<&str> =
                parents.iter().map(|name| attributes.get(name).and_then(Value::as_str)).collect::<Option<_>>()?;
            parts.push(own);
            Some(parts.join("/"))
        }
        _ => known_id(procedure, attributes),
    }
}

/// Whether the manifest chooses a kind's ids, alone or put together.
pub fn chooses_id(procedure: &Procedure) -> bool {
    matches!(procedure.identity, Identity::Chosen(_) | Identity::Composed(_))
}

/// The cloud id of kinds whose manifest chooses it.
pub fn known_id(procedure: &Procedure, attributes: &Map) -> Option<String> {
    match &procedure.identity {
        Identity::Chosen(name) => attributes.get(name).and_then(Value::as_str).map(str::to_owned),
        Identity::Composed(names) => {
            let parts: Option<Vec<&str>> =
                names.iter().map(|name| attributes.get(name).and_then(Value::as_str)).collect();
            parts.map(|parts| parts.join("/"))
        }
        Identity::Assigned(_)
        | Identity::Within { .. }
        | Identity::Listed
        | Identity::ListedWithin { .. }
        | Identity::Generated => None,
    }
}

/// Calls that bring an object from what `record` says to what `attributes` say: those of an update, and what a create leaves
/// to be done after it. `record.observed` must be fresh where elements are concerned.
pub fn update_calls(
    step: &Step,
    procedure: &Procedure,
    record: &Record,
    attributes: &Map,
    key: &HashKey,
) -> Vec<ReadyCall> {
    update_calls_for(Reader::Cloud, step, procedure, record, attributes, key)
}

/// What belongs to a step of the calls that its object would need: what somebody else changed since the plan was made is the
/// next plan's to show, and nobody has seen a call about it yet.
pub fn agreed(step: &Step, mut calls: Vec<ReadyCall>) -> Vec<ReadyCall> {
    calls.retain(|call| {
        step.calls.iter().any(|listed| listed.service == call.service && listed.operation == call.operation)
    });
    calls
}

/// The calls of an update as this reader is to see them.
pub(crate) fn update_calls_for(
    reader: Reader,
    step: &Step,
    procedure: &Procedure,
    record: &Record,
    attributes: &Map,
    key: &HashKey,
) -> Vec<ReadyCall> {
    let inputs = crate::nodes::recorded_inputs(record);
    let observed = observed(record);
    let unfinished = record.status != Status::Ready;
    let mut calls = Vec::new();
    for update in &procedure.updates {
        let changed: Vec<&String> = update
            .attributes
            .iter()
            .filter(|name| needs_update(procedure, name, attributes, &inputs, &observed, key, unfinished))
            .collect();
        if changed.is_empty() {
            continue;
        }
        let changed: Vec<String> = changed.iter().map(|name| (*name).clone()).collect();
        let ready = |call: &Call, parameters: Json, class: &str, wait: Wait| ReadyCall {
            service: call.service.clone(),
            operation: call.operation.clone(),
            region: step.region.clone(),
            parameters: match parameters {
                Json::Object(map) => map,
                _ => JsonMap::new(),
            },
            class: class.into(),
            creates: false,
            deletes: false,
            applies: Vec::new(),
            wait,
        };
        let first = calls.len();
        match &update.how {
            How::Calls(stages) => {
                for Stage { call, until, wait, .. } in stages.iter().filter(|stage| is_called_for(stage, attributes)) {
                    let mut parameters = Json::Object(JsonMap::new());
                    let only = Some(changed.as_slice());
                    put_sources(
                        reader,
                        &mut parameters,
                        call,
                        &record.cloud_id,
                        step.region.as_deref(),
                        procedure,
                        attributes,
                        &observed,
                        only,
                        "",
                    );
                    keep_marker(procedure, &mut parameters, call, &observed);
                    let wait = if *wait { Wait::Status(until.clone()) } else { Wait::No };
                    calls.push(ready(call, parameters, REPEATABLE, wait));
                }
            }
            How::Elements { add, remove, modify, modify_id } => {
                let Some(name) = update.attributes.first() else { continue };
                let Some(attribute) = procedure.attributes.get(name) else { continue };
                let Some(rule) = &attribute.elements else { continue };
                let desired = attributes.get(name).and_then(Value::as_list).unwrap_or_default();
                let seen = observed.get(name).and_then(Value::as_list).unwrap_or_default();
                let changes = element_changes(rule, desired, seen);
                let base = |call: &Call| {
                    let mut parameters = Json::Object(JsonMap::new());
                    put_sources(
                        reader,
                        &mut parameters,
                        call,
                        &record.cloud_id,
                        step.region.as_deref(),
                        procedure,
                        attributes,
                        &observed,
                        Some(&[]),
                        "",
                    );
                    parameters
                };
                if !changes.remove.is_empty() {
                    let mut parameters = base(remove);
                    put_special(&mut parameters, remove, &Source::ElementIds, &json!(changes.remove));
                    calls.push(ready(remove, parameters, REPEATABLE, Wait::No));
                }
                if !changes.modify.is_empty() {
                    let elements: Vec<Json> = changes
                        .modify
                        .iter()
                        .map(|(id, element)| {
                            shape::modification(&attribute.shape, rule, modify_id, id, &reader.shown(element))
                        })
                        .collect();
                    let mut parameters = base(modify);
                    put_special(&mut parameters, modify, &Source::Elements, &Json::Array(elements));
                    calls.push(ready(modify, parameters, REPEATABLE, Wait::No));
                }
                if !changes.add.is_empty() {
                    let elements: Vec<Json> =
                        changes.add.iter().map(|element| element_wire(reader, attribute, element)).collect();
                    let mut parameters = base(add);
                    put_special(&mut parameters, add, &Source::Elements, &Json::Array(elements));
                    calls.push(ready(add, parameters, ADDITIVE, Wait::No));
                }
            }
            How::Members { add, remove } => {
                let Some(name) = update.attributes.first() else { continue };
                let wanted = attributes.get(name).and_then(Value::as_list).unwrap_or_default();
                let had = observed.get(name).filter(|_| procedure.shows(name)).or_else(|| inputs.get(name));
                let had = had.and_then(Value::as_list).unwrap_or_default();
                for (call, these, others) in [(remove, had, wanted), (add, wanted, had)] {
                    for member in these.iter().filter(|member| !others.contains(member)) {
                        let mut parameters = Json::Object(JsonMap::new());
                        put_sources(
                            reader,
                            &mut parameters,
                            call,
                            &record.cloud_id,
                            step.region.as_deref(),
                            procedure,
                            attributes,
                            &observed,
                            None,
                            "",
                        );
                        put_special(&mut parameters, call, &Source::Member, &to_plain_json(&reader.plain(member)));
                        let wait = if procedure.status.is_some() { Wait::Status(Vec::new()) } else { Wait::No };
                        calls.push(ready(call, parameters, REPEATABLE, wait));
                    }
                }
            }
            How::Tags(service) => {
                let empty = Map::new();
                let wanted = attributes.get("tags").and_then(Value::as_map).unwrap_or(&empty);
                let seen = observed.get("tags").or_else(|| inputs.get("tags"));
                let had = seen.and_then(Value::as_map).unwrap_or(&empty);
                for (operation, tags) in tag_changes(had, wanted) {
                    let call =
                        Call { service: "resourcetag".into(), operation: operation.into(), parameters: Vec::new() };
                    let body = json!({
                        "resources": [{ "serviceCode": service, "resourceId": [record.cloud_id] }],
                        "tags": shape::to_wire(&Shape::Pairs, &reader.shown(&Value::Map(tags))),
                    });
                    let parameters = json!({ operation: body });
                    calls.push(ready(&call, parameters, REPEATABLE, Wait::No));
                }
            }
        }
        // The last call of an update completes it.
        if let Some(last) = calls[first..].last_mut() {
            let mut heads: Vec<String> = changed.iter().map(|name| head(name).to_owned()).collect();
            heads.dedup();
            last.applies = heads;
        }
    }
    calls
}

/// Whether the attribute that a stage hangs on is to have the value for which it is made.
fn is_called_for(stage: &Stage, attributes: &Map) -> bool {
    let Some((name, values)) = &stage.when else { return true };
    attributes.get(name).is_some_and(|value| lower::is_among(value, values))
}

fn needs_update(
    procedure: &Procedure,
    name: &str,
    attributes: &Map,
    inputs: &Map,
    observed: &Map,
    key: &HashKey,
    unfinished: bool,
) -> bool {
    let Some(attribute) = procedure.attributes.get(head(name)) else { return false };
    let Some(shape) = shape_of(procedure, name) else { return false };
    let Some(wanted) = part(attributes, name) else { return false };
    let is_part = head(name) != name;
    if let (Some(rule), Some(desired)) = (&attribute.elements, wanted.as_list()) {
        let seen = observed.get(name).and_then(Value::as_list).unwrap_or_default();
        return !element_changes(rule, desired, seen).is_empty();
    }
    let stored = if is_part { wanted.clone() } else { concealed(attribute, wanted, key) };
    let seen = part(observed, name).filter(|_| procedure.shows(head(name)));
    match part(inputs, name) {
        Some(applied) if !crate::compare::same(&stored, applied) => true,
        Some(applied) => seen.is_some_and(|seen| !agrees_in(shape, applied, seen)),
        None => {
            let seen = seen.filter(|seen| !seen.is_null());
            let already = seen.is_some_and(|seen| crate::compare::same(&stored, seen));
            !already && (!unfinished || lower::follows_create(procedure, name, wanted) || attribute.write.is_some())
        }
    }
}

/// Tag calls that lead from one set to another: what to take away first, then what to set.
fn tag_changes(had: &Map, wanted: &Map) -> Vec<(&'static str, Map)> {
    let removed: Map = had
        .iter()
        .filter(|(name, _)| !wanted.contains_key(*name) && *name != MARKER_TAG)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let set: Map = wanted
        .iter()
        .filter(|(name, value)| had.get(*name).is_none_or(|old| !crate::compare::same(old, value)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut changes = Vec::new();
    if !removed.is_empty() {
        changes.push(("unTagResources", removed));
    }
    if !set.is_empty() {
        changes.push(("tagResources", set));
    }
    changes
}

/// Calls before a deletion, one for each of the procedure's: each is made unless the object is in a state it leads to.
pub fn before_delete_calls(step: &Step, procedure: &Procedure, record: &Record) -> Vec<ReadyCall> {
    before_delete_calls_for(Reader::Cloud, step, procedure, record)
}

/// The calls before a deletion as this reader is to see them.
pub(crate) fn before_delete_calls_for(
    reader: Reader,
    step: &Step,
    procedure: &Procedure,
    record: &Record,
) -> Vec<ReadyCall> {
    let stages = procedure.before_delete.iter();
    stages
        .map(|stage| ReadyCall {
            wait: if stage.wait { Wait::Status(stage.until.clone()) } else { Wait::No },
            ..deleting(reader, step, procedure, record, &stage.call)
        })
        .collect()
}

/// The delete call.
pub fn delete_call(step: &Step, procedure: &Procedure, record: &Record) -> Option<ReadyCall> {
    delete_call_for(Reader::Cloud, step, procedure, record)
}

/// The delete call as this reader is to see it.
pub(crate) fn delete_call_for(
    reader: Reader,
    step: &Step,
    procedure: &Procedure,
    record: &Record,
) -> Option<ReadyCall> {
    procedure.delete.as_ref().map(|delete| deleting(reader, step, procedure, record, delete))
}

/// A call of a deletion.
fn deleting(reader: Reader, step: &Step, procedure: &Procedure, record: &Record, call: &Call) -> ReadyCall {
    let mut parameters = Json::Object(JsonMap::new());
    let attributes = crate::nodes::recorded_inputs(record);
    put_sources(
        reader,
        &mut parameters,
        call,
        &record.cloud_id,
        step.region.as_deref(),
        procedure,
        &attributes,
        &observed(record),
        None,
        "",
    );
    ReadyCall {
        service: call.service.clone(),
        operation: call.operation.clone(),
        region: step.region.clone(),
        parameters: match parameters {
            Json::Object(map) => map,
            _ => JsonMap::new(),
        },
        class: REPEATABLE.into(),
        creates: false,
        deletes: true,
        applies: Vec::new(),
        wait: if procedure.status.is_some() { Wait::Gone } else { Wait::No },
    }
}

/// Ids on which no other task may run while this step does.
pub fn serial_keys(procedure: &Procedure, id: Option<&str>, attributes: &Map) -> Vec<String> {
    let id = id.map(str::to_owned).or_else(|| known_id(procedure, attributes));
    procedure
        .serial
        .iter()
        .filter_map(|source| match (source, &id) {
            (Source::Id, Some(id)) => Some(id.clone()),
            (Source::IdPart(index), Some(id)) => Some(id_part(id, *index).to_owned()),
            (Source::Attribute(name) | Source::AttributeAlways(name), _) => {
                attributes.get(name).and_then(Value::as_str).map(str::to_owned)
            }
            _ => None,
        })
        .collect()
}

fn wire(reader: Reader, attribute: &Attribute, value: &Value) -> Json {
    shape::to_wire(&attribute.shape, &reader.plain(value))
}

fn element_wire(reader: Reader, attribute: &Attribute, element: &Value) -> Json {
    let element = reader.shown(element);
    match shape::to_wire(&attribute.shape, &Value::List(plain_elements(std::slice::from_ref(&element)))) {
        Json::Array(mut items) if !items.is_empty() => items.remove(0),
        other => other,
    }
}

fn put_special(parameters: &mut Json, call: &Call, source: &Source, value: &Json) {
    for parameter in &call.parameters {
        if parameter.source == *source {
            shape::put_parameter(parameters, &parameter.name, value.clone());
        }
    }
}

/// What a read showed of an object.
fn observed(record: &Record) -> Map {
    match record.observed.decode() {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    }
}

/// A scalar as the key of a mapping.
fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An update of a marked description must not lose the marker.
fn keep_marker(procedure: &Procedure, parameters: &mut Json, call: &Call, observed: &Map) {
    let Recovery::MarkedByDescription(..) = &procedure.recovery else { return };
    let Some(marker) = observed.get(MARKER_FIELD).and_then(Value::as_str) else { return };
    for parameter in &call.parameters {
        let description = matches!(&parameter.source, Source::Attribute(name) | Source::AttributeAlways(name) if name == "description");
        if description
            && let Some(map) = parameters.as_object_mut()
            && let Some(Json::String(text)) = map.get_mut(&parameter.name)
        {
            *text = marked_description(text, marker);
        }
    }
}

/// Puts the parameters that a call names. `changed` limits attributes to these (all, for `None`); `observed` has the ids that
/// the service made for parts of the object.
#[expect(clippy::too_many_arguments, reason = "everything a parameter may come from, in one place")]
fn put_sources(
    reader: Reader,
    parameters: &mut Json,
    call: &Call,
    id: &str,
    region: Option<&str>,
    procedure: &Procedure,
    attributes: &Map,
    observed: &Map,
    changed: Option<&[String]>,
    token: &str,
) {
    for parameter in &call.parameters {
        let attribute_value = |name: &String| {
            let shape = shape_of(procedure, name)?;
            part(attributes, name).map(|value| shape::to_wire(shape, &reader.plain(value)))
        };
        let value = match &parameter.source {
            Source::Id => Some(json!(id)),
            Source::IdPart(index) => Some(json!(id_part(id, *index))),
            Source::Region => region.map(|region| json!(region)),
            Source::Fixed(value) => Some(value.clone()),
            Source::Token => Some(json!(token)),
            Source::Attribute(name) => match changed {
                Some(changed) if !changed.contains(name) => None,
                _ => attribute_value(name),
            },
            Source::AttributeAlways(name) => attribute_value(name),
            Source::AttributeOr(name, otherwise) => attribute_value(name).or_else(|| Some(otherwise.clone())),
            Source::Mapped { attribute, values } => {
                attribute_value(attribute).and_then(|value| match values.get(&text(&value)) {
                    // What stands for a value that is not known or not shown is in no table.
                    None if reader == Reader::Person => Some(value),
                    found => found.cloned(),
                })
            }
            Source::Observed(name) => observed.get(name).map(|value| to_plain_json(&reader.plain(value))),
            Source::Elements | Source::ElementIds | Source::Member => None,
        };
        if let Some(value) = value {
            shape::put_parameter(parameters, &parameter.name, value);
        }
    }
}
