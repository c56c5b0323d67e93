//! From the bytes of a data file to the facts.

use super::{Field, Hints, Model, Operation, Param, Place, Range, Segment, Service, Type};
use crate::request::Method;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct ServiceText {
    service: String,
    endpoint: Option<String>,
    revision: Option<String>,
    operations: Vec<OperationText>,
    models: Vec<ModelText>,
}

#[derive(Deserialize)]
struct OperationText {
    name: String,
    method: String,
    path: String,
    params: Vec<MemberText>,
    result: Vec<MemberText>,
}

#[derive(Deserialize)]
struct ModelText {
    name: String,
    fields: Vec<MemberText>,
}

#[derive(Deserialize)]
struct MemberText {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    #[serde(default)]
    required: bool,
    #[serde(default, rename = "in")]
    place: Option<String>,
    #[serde(default)]
    values_seen: Vec<Value>,
    #[serde(default)]
    range_seen: Option<(Option<f64>, Option<f64>)>,
    #[serde(default)]
    range_unit: Option<String>,
    #[serde(default)]
    default_seen: Option<Value>,
    #[serde(default)]
    max_chars_seen: Option<u64>,
}

/// Reads one file; the message of a failure is for whoever edits the data.
pub(super) fn service(text: &[u8]) -> Result<Service, String> {
    let text: ServiceText = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let id = text.service;
    let mut operations =
        text.operations.into_iter().map(|text| operation(&id, text)).collect::<Result<Vec<_>, String>>()?;
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    let mut models = text.models.into_iter().map(|text| model(&id, text)).collect::<Result<Vec<_>, String>>()?;
    models.sort_by(|a, b| a.name.cmp(&b.name));
    let version = operations.first().and_then(|first| first.path.split('/').nth(1)).map(str::to_owned);
    Ok(Service { id, endpoint: text.endpoint, revision: text.revision, version, operations, models })
}

fn operation(service: &str, text: OperationText) -> Result<Operation, String> {
    let method = Method::parse(&text.method).ok_or_else(|| format!("{}: method {}", text.name, text.method))?;
    Ok(Operation {
        service: service.to_owned(),
        method,
        segments: Segment::split(&text.path),
        params: text.params.into_iter().map(param).collect::<Result<_, _>>()?,
        result: text.result.into_iter().map(field).collect::<Result<_, _>>()?,
        path: text.path,
        name: text.name,
    })
}

fn model(package: &str, text: ModelText) -> Result<Model, String> {
    let fields = text.fields.into_iter().map(field).collect::<Result<_, _>>()?;
    Ok(Model { package: package.to_owned(), name: text.name, fields })
}

fn param(mut text: MemberText) -> Result<Param, String> {
    let place = match text.place.as_deref() {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("body") => Place::Body,
        other => return Err(format!("{}: place {other:?}", text.name)),
    };
    let hints = hints(&mut text);
    Ok(Param { ty: ty(&text)?, required: text.required, place, hints, name: text.name })
}

fn field(mut text: MemberText) -> Result<Field, String> {
    let hints = hints(&mut text);
    Ok(Field { ty: ty(&text)?, required: text.required, hints, name: text.name })
}

fn ty(text: &MemberText) -> Result<Type, String> {
    Type::parse(&text.ty).ok_or_else(|| format!("{}: type {}", text.name, text.ty))
}

fn hints(text: &mut MemberText) -> Hints {
    let plain = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let unit = text.range_unit.take();
    let range = text.range_seen.map(|(min, max)| Range { min, max, unit });
    let values = std::mem::take(&mut text.values_seen).into_iter().map(plain).collect();
    Hints::new(values, range, text.default_seen.take().map(plain), text.max_chars_seen)
}
