//! Which questions the cloud is asked, and what its answers mean.
//!
//! Questions are data: the engine sends them and hands the answers back. Objects of one kind and region are asked for
//! together, a hundred ids a call, because a project of thousands of objects must not cost thousands of reads. Absence
//! from a list proves nothing; only a read by id that says so (or, for kinds without one, a repeated list) means gone.

use crate::marker::{MARKER_FIELD, MARKER_TAG, split_marker};
use firma_catalog::{
    procedure::{Host, IdFilter, Identity, List, Procedure, Read, Recovery, Source},
    shape,
};
use firma_model::{
    observed::Sighting,
    record::Recorded,
    value::{Map, Value},
};
use serde_json::{Map as JsonMap, Value as Json, json};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// A call to be made: what `api` needs to build a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Region.
    pub region: Option<String>,
    /// Parameters.
    pub parameters: JsonMap<String, Json>,
}

/// Ids of one kind and region to be looked at together.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Kind.
    pub procedure: Arc<Procedure>,
    /// Region.
    pub region: Option<String>,
    /// Cloud ids.
    pub ids: Vec<String>,
}

/// What was seen under one id.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// There.
    Seen(Box<Sighting>),
    /// Not in the answer.
    Missing,
}

/// The batches that show every recorded object, deposed ones included. Kinds without a cloud are left out, and so are kinds
/// this catalogue does not know (their records stand).
pub fn batches(recorded: &Recorded, procedures: &dyn Fn(&str) -> Option<Arc<Procedure>>) -> Vec<Batch> {
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<String>> = BTreeMap::new();
    for record in recorded.records.values().chain(&recorded.deposed) {
        let ids = groups.entry((record.kind.as_str(), record.region.as_deref())).or_default();
        ids.push(record.cloud_id.clone());
    }
    let mut batches = Vec::new();
    for ((kind, region), ids) in groups {
        let Some(procedure) = procedures(kind) else { continue };
        if procedure.read.is_none() && procedure.list.is_none() {
            continue;
        }
        batches.extend(split(&procedure, region, ids));
    }
    batches
}

/// Splits ids into batches that one question shows: of one parent, and at most a page.
pub fn split(procedure: &Arc<Procedure>, region: Option<&str>, ids: Vec<String>) -> Vec<Batch> {
    let size = procedure.list.as_ref().map_or(1, List::seen_at_once);
    chunks(procedure, region, ids, size)
}

/// Splits ids into batches of which one list question says whether they are there.
pub fn split_for_names(procedure: &Arc<Procedure>, region: Option<&str>, ids: Vec<String>) -> Vec<Batch> {
    let size = procedure.list.as_ref().map_or(1, List::asked_at_once);
    chunks(procedure, region, ids, size)
}

fn chunks(procedure: &Arc<Procedure>, region: Option<&str>, ids: Vec<String>, size: usize) -> Vec<Batch> {
    let mut parents: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for id in ids {
        let parent = procedure.list.as_ref().map(|list| parent_of(list, &id)).unwrap_or_default();
        parents.entry(parent).or_default().push(id);
    }
    let mut batches = Vec::new();
    for mut ids in parents.into_values() {
        ids.sort();
        ids.dedup();
        let chunks = ids.chunks(size.min(ids.len()).max(1));
        batches.extend(chunks.map(|chunk| Batch {
            procedure: procedure.clone(),
            region: region.map(str::to_owned),
            ids: chunk.to_vec(),
        }));
    }
    batches
}

/// The parts of an id that say in whose list it stands.
fn parent_of(list: &List, id: &str) -> Vec<String> {
    let parts = list.scope.iter().filter_map(|parameter| match parameter.source {
        Source::IdPart(index) => Some(id_part(id, index).to_owned()),
        _ => None,
    });
    parts.collect()
}

/// The parts of an id that attributes give, as far as they do: enough to say whose list is meant.
pub fn parents(procedure: &Procedure, attributes: &Map) -> String {
    let parts = procedure.id_attributes().iter().map_while(|name| attributes.get(name).and_then(Value::as_str));
    parts.collect::<Vec<_>>().join("/")
}

/// Part `index` of a composed id.
pub fn id_part(id: &str, index: usize) -> &str {
    id.split('/').nth(index).unwrap_or("")
}

fn list_key(list: &List, id: &str) -> String {
    match list.key {
        Source::IdPart(index) => id_part(id, index).to_owned(),
        _ => id.to_owned(),
    }
}

/// The list call of a batch, page by page (from 1); `None` when the kind has no list.
pub fn list_question(batch: &Batch, page: u32) -> Option<Question> {
    let list = batch.procedure.list.as_ref()?;
    let mut parameters = Json::Object(JsonMap::new());
    for fixed in &list.fixed {
        if let Source::Fixed(value) = &fixed.source {
            shape::put_parameter(&mut parameters, &fixed.name, value.clone());
        }
    }
    let mut keys: Vec<String> = batch.ids.iter().map(|id| list_key(list, id)).collect();
    keys.sort();
    keys.dedup();
    if let Some(id) = batch.ids.first() {
        put_scope(&mut parameters, list, id);
    }
    let Json::Object(mut parameters) = parameters else { return None };
    match &list.filter {
        IdFilter::Single(_) if keys.len() != 1 => {}
        IdFilter::Filter(name) | IdFilter::Single(name) => {
            parameters.insert("filters".into(), json!([{ "name": name, "operator": "eq", "values": keys }]));
        }
        IdFilter::Parameter(name) => {
            parameters.insert(name.clone(), json!(keys));
        }
        IdFilter::None => {}
    }
    put_page(&mut parameters, list, page);
    Some(Question {
        service: list.service.clone(),
        operation: list.operation.clone(),
        region: batch.region.clone(),
        parameters,
    })
}

fn put_page(parameters: &mut JsonMap<String, Json>, list: &List, page: u32) {
    if !list.unpaged {
        parameters.insert("pageNumber".into(), json!(page));
        parameters.insert("pageSize".into(), json!(list.page_size));
    }
}

/// Says whose list is meant: that of the parents of this id.
fn put_scope(parameters: &mut Json, list: &List, id: &str) {
    for parameter in &list.scope {
        if let Source::IdPart(index) = parameter.source {
            shape::put_parameter(parameters, &parameter.name, json!(id_part(id, index)));
        }
    }
}

/// A question for everything of a kind and region: for probes that look for a marker or for new ids. `within` names the
/// parents where each has a list of its own.
pub fn inventory_question(procedure: &Procedure, region: Option<&str>, within: &str, page: u32) -> Option<Question> {
    let list = procedure.list.as_ref()?;
    let mut parameters = Json::Object(JsonMap::new());
    for fixed in &list.fixed {
        if let Source::Fixed(value) = &fixed.source {
            shape::put_parameter(&mut parameters, &fixed.name, value.clone());
        }
    }
    put_scope(&mut parameters, list, within);
    let Json::Object(mut parameters) = parameters else { return None };
    put_page(&mut parameters, list, page);
    Some(Question {
        service: list.service.clone(),
        operation: list.operation.clone(),
        region: region.map(str::to_owned),
        parameters,
    })
}

/// Where to see whether the parent of a batch is there.
pub fn host_question(batch: &Batch, host: &Host, page: u32) -> Option<Question> {
    let id = id_part(batch.ids.first()?, host.part);
    let mut parameters = JsonMap::new();
    parameters.insert("filters".into(), json!([{ "name": host.filter, "operator": "eq", "values": [id] }]));
    parameters.insert("pageNumber".into(), json!(page));
    parameters.insert("pageSize".into(), json!(HOSTS));
    let (service, operation) = (host.service.clone(), host.operation.clone());
    Some(Question { service, operation, region: batch.region.clone(), parameters })
}

/// Whether it is among what that question found.
pub fn has_host(batch: &Batch, host: &Host, found: &[Json]) -> bool {
    let id = batch.ids.first().map(|id| id_part(id, host.part));
    found.iter().any(|item| shape::read_path(item, &host.id) == id)
}

/// The page in which one object is asked for by its id.
pub const HOSTS: u32 = 100;

/// The items of a list's answer, and the total it claims.
pub fn list_items<'a>(procedure: &Procedure, result: &'a Json) -> (Vec<&'a Json>, Option<u64>) {
    let items = procedure
        .list
        .as_ref()
        .and_then(|list| result.get(&list.items))
        .and_then(Json::as_array)
        .map(|items| items.iter().collect())
        .unwrap_or_default();
    let total = procedure.list.as_ref().and_then(|list| result.get(list.total()));
    (items, total.and_then(Json::as_u64))
}

/// The read of one object by id; `None` when the kind has none.
pub fn read_question(procedure: &Procedure, region: Option<&str>, id: &str) -> Option<Question> {
    let read = procedure.read.as_ref()?;
    let mut parameters = Json::Object(JsonMap::new());
    for parameter in &read.call.parameters {
        let value = match &parameter.source {
            Source::Id => json!(id),
            Source::IdPart(index) => json!(id_part(id, *index)),
            Source::Fixed(value) => value.clone(),
            _ => continue,
        };
        shape::put_parameter(&mut parameters, &parameter.name, value);
    }
    let Json::Object(parameters) = parameters else { return None };
    Some(Question {
        service: read.call.service.clone(),
        operation: read.call.operation.clone(),
        region: region.map(str::to_owned),
        parameters,
    })
}

/// What a list's items say about the ids of a batch.
pub fn looks(batch: &Batch, items: &[&Json]) -> BTreeMap<String, Look> {
    let mut by_key: BTreeMap<Cow<'_, str>, &Json> = BTreeMap::new();
    if let Some(list) = &batch.procedure.list {
        for item in items {
            if let Some(key) = shape::read_id(item, &list.id) {
                by_key.insert(key, item);
            }
        }
    }
    let key_of = |id: &str| batch.procedure.list.as_ref().map(|list| list_key(list, id)).unwrap_or_default();
    batch
        .ids
        .iter()
        .map(|id| {
            let look = match by_key.get(key_of(id).as_str()) {
                Some(item) => sight(&batch.procedure, id, item).map_or(Look::Missing, |s| Look::Seen(Box::new(s))),
                None => Look::Missing,
            };
            (id.clone(), look)
        })
        .collect()
}

/// What a read's answer says about one id.
pub fn look_at_one(procedure: &Procedure, id: &str, result: &Json) -> Look {
    let object = procedure.read.as_ref().and_then(|read| read_object(read, result));
    match object.as_deref() {
        Some(object) => sight(procedure, id, object).map_or(Look::Missing, |s| Look::Seen(Box::new(s))),
        None => Look::Missing,
    }
}

/// The object of a read's answer, with what the answer tells beside it.
fn read_object<'j>(read: &Read, result: &'j Json) -> Option<Cow<'j, Json>> {
    let object = result.get(&read.object)?;
    if read.beside.is_empty() {
        return Some(Cow::Borrowed(object));
    }
    let mut whole = object.clone();
    if let Json::Object(fields) = &mut whole {
        for (name, path) in &read.beside {
            let path = firma_api::path::Path::parse(path).ok()?;
            if let Some(value) = firma_api::path::get(result, &path) {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    Some(Cow::Owned(whole))
}

/// The id of an item of this kind's list, for kinds whose id the list shows. `within` names the parents whose list it is.
pub fn item_id(procedure: &Procedure, within: &str, item: &Json) -> Option<String> {
    let own = shape::read_id(item, &procedure.list.as_ref()?.id)?;
    Some(match procedure.identity {
        Identity::Within { .. } | Identity::ListedWithin { .. } => format!("{within}/{own}"),
        _ => own.into_owned(),
    })
}

/// The object as seen; `None` when it is not in what was read, or is there only as the trace of a deleted one.
fn sight(procedure: &Procedure, id: &str, object: &Json) -> Option<Sighting> {
    let parts: Vec<&str> = id.split('/').collect();
    let element = shape::select(procedure, object, &parts)?;
    let status = shape::status(procedure, element).map(str::to_owned);
    if let (Some(rule), Some(status)) = (&procedure.status, &status)
        && rule.gone.contains(status)
    {
        return None;
    }
    let mut attributes: Map = shape::project(procedure, element, id);
    set_marker_aside(procedure, &mut attributes);
    if let Some(expires) = shape::expires(procedure, element) {
        attributes.insert(EXPIRES.into(), Value::string(expires));
    }
    Some(Sighting::Present { attributes, fingerprint: shape::fingerprint(procedure, element), status })
}

/// Name under which an observed prepaid object keeps the time it expires.
pub const EXPIRES: &str = "expires_at";

/// The marker of a create is Firma's own: it leaves the tags or the description, so that nobody compares it.
fn set_marker_aside(procedure: &Procedure, attributes: &mut Map) {
    let mut marker = None;
    if let Some(Value::Map(tags)) = attributes.get_mut("tags") {
        marker = tags.remove(MARKER_TAG);
    }
    if let Recovery::MarkedByDescription(..) = &procedure.recovery
        && let Some(text) = attributes.get("description").and_then(Value::as_str).map(str::to_owned)
    {
        let (plain, found) = split_marker(&text);
        if let Some(found) = found {
            marker = Some(Value::string(found));
            match plain.is_empty() {
                true => attributes.remove("description"),
                false => attributes.insert("description".into(), Value::string(plain)),
            };
        }
    }
    if let Some(marker) = marker {
        attributes.insert(MARKER_FIELD.into(), marker);
    }
}
