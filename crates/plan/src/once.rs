//! What a cloud shows once: in the answer that makes an object, and in no read after it (a private key, the secret half of an
//! access key).
//!
//! It is kept with what was seen of the object, marked sensitive, and carried along whenever the object is seen anew. Where the
//! answer was lost it is lost, too: the object cannot be used for what it was made for. It is written down as it is, so that it
//! is nobody's orphan, and the next plan makes another one.

use firma_api::path::{self, Path};
use firma_catalog::{
    procedure::{Call, Computed, Procedure},
    shape,
};
use firma_model::{
    record::Record,
    value::{Map, Value},
};
use serde_json::Value as Json;

/// The call that makes an object with these attributes.
pub fn maker<'p>(procedure: &'p Procedure, attributes: &Map) -> Option<&'p Call> {
    procedure.create_for(given(attributes))
}

fn given(attributes: &Map) -> impl Fn(&str) -> bool {
    move |name| attributes.get(name).is_some_and(|value| !value.is_null())
}

/// The attributes that the answer of an operation shows and nothing else ever does.
fn shown_by<'p>(procedure: &'p Procedure, operation: &str) -> impl Iterator<Item = (&'p String, &'p Computed)> {
    procedure.computed.iter().filter(move |(_, computed)| computed.once.iter().any(|once| once == operation))
}

/// The attributes that are shown once as an object is made of which these are given.
pub fn expected(procedure: &Procedure, is_given: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
    let operation = procedure.create_for(is_given).map_or("", |call| call.operation.as_str());
    shown_by(procedure, operation).map(|(name, _)| name.as_str())
}

/// What an answer shows of it.
pub fn shown(procedure: &Procedure, attributes: &Map, result: &Json) -> Map {
    let operation = maker(procedure, attributes).map_or("", |call| call.operation.as_str());
    let found = shown_by(procedure, operation).filter_map(|(name, computed)| {
        let json = path::get(result, &Path::parse(&computed.read).ok()?)?;
        let value = shape::from_wire(&computed.shape, json);
        let told = !value.is_null() && value.as_str() != Some("");
        told.then(|| (name.clone(), value.sensitive()))
    });
    found.collect()
}

/// The first attribute that should have been shown and was not.
pub fn lost<'p>(procedure: &'p Procedure, attributes: &Map, shown: &Map) -> Option<&'p str> {
    expected(procedure, given(attributes)).find(|name| shown.get(*name).is_none_or(Value::is_null))
}

/// What a record keeps of it.
pub fn kept(procedure: &Procedure, record: &Record) -> Map {
    if procedure.computed.values().all(|computed| !computed.is_shown_once()) {
        return Map::new();
    }
    let Ok(Value::Map(mut observed)) = record.observed.decode() else { return Map::new() };
    observed.retain(|name, _| procedure.computed.get(name).is_some_and(Computed::is_shown_once));
    observed
}
