//! From what a read shows to attributes.

use super::{
    normal::{element, holds, normalise, normalise_shape},
    wire::{at, from_wire, is_name},
};
use crate::procedure::{Attribute, Elements, Procedure, Shape};
use firma_api::path as api_path;
use firma_model::value::{Map, Value};
use serde_json::Value as Json;
use std::borrow::Cow;

/// Field of an observed element that holds its server id.
pub const SERVER_ID: &str = "server_id";
/// Field of an observed element that says the service made it by itself.
pub const SERVER_MADE: &str = "server_made";

/// The object that is meant in what was read; for attachments an element of the parent. `None`: it is not there.
pub fn select<'j>(procedure: &Procedure, object: &'j Json, id_parts: &[&str]) -> Option<&'j Json> {
    let Some(rule) = &procedure.select else { return object.is_object().then_some(object) };
    let matches = |candidate: &Json| {
        rule.matches.iter().all(|(path, part)| {
            let wanted = id_parts.get(*part).copied();
            wanted.is_some_and(|wanted| !wanted.is_empty() && read_path(candidate, path) == Some(wanted))
        })
    };
    match &rule.within {
        None => matches(object).then_some(object),
        Some(within) => {
            let path = api_path::Path::parse(within).ok()?;
            api_path::get(object, &path)?.as_array()?.iter().find(|element| matches(element))
        }
    }
}

/// The attributes that a selected object shows, read-only ones included, in normal form, and `id`. What the object does
/// not show is left out.
pub fn project(procedure: &Procedure, object: &Json, id: &str) -> Map {
    let mut map = Map::new();
    for (name, attribute) in &procedure.attributes {
        let Some(json) = attribute.read.as_deref().and_then(|path| at(object, path)) else { continue };
        let value = match &attribute.elements {
            Some(rule) => observed_elements(attribute, rule, &json),
            None => normalise(attribute, from_wire(&attribute.shape, &json)),
        };
        if !value.is_null() {
            map.insert(name.clone(), value);
        }
    }
    for (name, computed) in procedure.computed.iter().filter(|(_, computed)| !computed.is_shown_once()) {
        let Some(json) = at(object, &computed.read) else { continue };
        let value = normalise_shape(&computed.shape, from_wire(&computed.shape, &json));
        if !value.is_null() {
            map.insert(name.clone(), value);
        }
    }
    // What an id is put together from is shown by the id.
    for (name, part) in procedure.id_attributes().iter().zip(id.split('/')) {
        if !map.contains_key(name) {
            map.insert(name.clone(), Value::string(part));
        }
    }
    map.insert("id".to_owned(), Value::string(id));
    map
}

/// Elements as seen: sorted by key like desired ones, each with its server id, and a mark on those the service made.
fn observed_elements(attribute: &Attribute, rule: &Elements, json: &Json) -> Value {
    let item = match &attribute.shape {
        Shape::List(item) | Shape::Set(item) => item,
        other => other,
    };
    let elements = json.as_array().into_iter().flatten().map(|json| {
        let mut value = element(rule, normalise_shape(item, from_wire(item, json)));
        if let Value::Map(map) = &mut value {
            for (field, _) in rule.derived.iter().filter(|(_, when)| holds(when, map)).collect::<Vec<_>>() {
                map.remove(field);
            }
            if let Some(id) = read_path(json, &rule.server_id) {
                map.insert(SERVER_ID.to_owned(), Value::string(id));
            }
            if rule.server_made.iter().any(|(field, made)| json.get(field) == Some(made)) {
                map.insert(SERVER_MADE.to_owned(), Value::Bool(true));
            }
        }
        value
    });
    normalise(attribute, Value::List(elements.collect()))
}

fn found<'j>(object: &'j Json, path: &str) -> Option<&'j Json> {
    if is_name(path) {
        return object.get(path);
    }
    let path = api_path::Path::parse(path).ok()?;
    api_path::get(object, &path)
}

/// The text at a read path.
pub fn read_path<'j>(object: &'j Json, path: &str) -> Option<&'j str> {
    found(object, path)?.as_str()
}

/// The id at a read path: a text, or a number as one.
pub fn read_id<'j>(object: &'j Json, path: &str) -> Option<Cow<'j, str>> {
    match found(object, path)? {
        Json::String(text) => Some(Cow::Borrowed(text)),
        Json::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// The kind's status field in a selected object.
pub fn status<'j>(procedure: &Procedure, object: &'j Json) -> Option<&'j str> {
    read_path(object, &procedure.status.as_ref()?.path)
}

/// Identity beyond the id; empty where the kind has none.
pub fn fingerprint(procedure: &Procedure, object: &Json) -> String {
    let parts: Vec<&str> =
        procedure.fingerprint.iter().map(|path| read_path(object, path).unwrap_or_default()).collect();
    parts.join("|")
}

/// When a prepaid object expires, as the cloud prints it.
pub fn expires<'j>(procedure: &Procedure, object: &'j Json) -> Option<&'j str> {
    read_path(object, procedure.expires.as_ref()?)
}
