//! Tags that only the tag service shows: which question asks for them, and what its answer means.

use crate::observe::Question;
use firma_catalog::procedure::{Procedure, Shape};
use firma_model::{
    observed::Sighting,
    record::Record,
    value::{Map, Value},
};
use serde_json::{Map as JsonMap, Value as Json, json};

/// Ids that one question may hold: the largest page.
pub const MOST: usize = 100;

/// The question for the tags of these objects, at most [`MOST`]; `None` for kinds whose own reads show them.
pub fn question(procedure: &Procedure, region: Option<&str>, ids: &[String]) -> Option<Question> {
    let code = procedure.tag_service()?;
    let wanted = json!({ "serviceCodes": [code], "resourceIds": ids, "pageSize": MOST, "currentPage": 1 });
    Some(Question {
        service: "resourcetag".into(),
        operation: "describeResources".into(),
        region: region.map(str::to_owned),
        parameters: JsonMap::from_iter([("resourceVo".to_owned(), wanted)]),
    })
}

/// The tags of one object in an answer. What is not listed has none.
pub fn of(answer: &Json, id: &str) -> Value {
    let listed = answer.pointer("/data/resourceTagMappingList").and_then(Json::as_array);
    let own = listed.into_iter().flatten().find(|item| item.get("resourceId").and_then(Json::as_str) == Some(id));
    match own.and_then(|item| item.get("tags")) {
        Some(tags) if tags.is_array() => firma_catalog::shape::from_wire(&Shape::Pairs, tags),
        _ => Value::Map(Map::new()),
    }
}

/// Puts tags into what was seen.
pub fn put(sighting: &mut Sighting, tags: Value) {
    if let Sighting::Present { attributes, .. } = sighting {
        attributes.insert("tags".into(), tags);
    }
}

/// Whether a record says anything about tags: those of others are nobody's business here.
pub fn is_managed(record: &Record) -> bool {
    // Cheap, and asking once too often does no harm: the name may be a key of something else.
    record.inputs.as_str().contains("\"tags\":")
}
