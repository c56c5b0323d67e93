//! Calls formed from procedures and ordinary values pass the API's own check: nothing unknown, missing or wrongly typed.

use firma_catalog::{
    Catalog, Procedure,
    procedure::{Call, How, Shape, Source},
    shape,
};
use firma_model::{
    address::KindId,
    document::from_plain_json,
    value::{Map, Value},
};
use serde_json::{Value as Json, json};
use std::path::Path;

/// Ordinary values of a kind: everything that can be set, from `tests/kinds`, with ids for what refers to other objects. What
/// excludes what `full.toml` sets is in another file there.
fn sample(kind: &str) -> Json {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kinds").join(kind);
    let (service, name) = kind.split_once('.').expect("service.kind");
    let read = |file: &str| {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let table: toml::Table = text.parse().expect("TOML");
        serde_json::to_value(&table[service][name]["it"]).expect("JSON")
    };
    let mut sample = read("full.toml");
    let files = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut files: Vec<String> = files.filter_map(|name| name.into_string().ok()).collect();
    files.sort();
    for file in files.iter().filter(|file| !["around.toml", "full.toml", "left-out.toml"].contains(&file.as_str())) {
        let (Json::Object(sample), Json::Object(more)) = (&mut sample, read(file)) else { panic!("{file}: a table") };
        for (name, value) in more {
            sample.entry(name).or_insert(value);
        }
    }
    replace_references(&mut sample);
    sample
}

fn replace_references(json: &mut Json) {
    match json {
        Json::String(text) if text.starts_with("${") => "an-id".clone_into(text),
        Json::Array(items) => items.iter_mut().for_each(replace_references),
        Json::Object(map) => map.values_mut().for_each(replace_references),
        _ => {}
    }
}

fn normal(procedure: &Procedure, json: &Json) -> Map {
    let Value::Map(map) = from_plain_json(json) else { panic!("a table") };
    let normal = |(name, value): (String, Value)| {
        let value = shape::normalise(&procedure.attributes[&name], value);
        (name, value)
    };
    // A block says more than attributes: where the object is, and how it lives.
    map.into_iter().filter(|(name, _)| procedure.attributes.contains_key(name)).map(normal).collect()
}

/// The parameters of a call, as an interpreter of procedures fills them in.
fn fill(procedure: &Procedure, call: &Call, values: &Map, elements: &str, mut parameters: Json) -> Json {
    let wire = |name: &str| {
        let mut steps = name.split('.');
        let head = steps.next().expect("a name");
        let Some(mut value) = values.get(head) else { return Json::Null };
        let mut shape = &procedure.attributes[head].shape;
        for step in steps {
            let Shape::Object(fields) = shape else { panic!("{name} leads nowhere") };
            shape = &fields[step].shape;
            match value.as_map().and_then(|map| map.get(step)) {
                Some(inner) => value = inner,
                None => return Json::Null,
            }
        }
        shape::to_wire(shape, value)
    };
    for parameter in &call.parameters {
        let value = match &parameter.source {
            Source::Id | Source::IdPart(_) => json!("an-id"),
            Source::Attribute(name) | Source::AttributeAlways(name) => wire(name),
            Source::AttributeOr(name, otherwise) => match wire(name) {
                Json::Null => otherwise.clone(),
                value => value,
            },
            Source::Mapped { attribute, values } => {
                let mapped = values.get(&wire(attribute).to_string()).or_else(|| values.values().next());
                mapped.cloned().unwrap_or_default()
            }
            Source::Observed(_) | Source::Member | Source::Region => json!("an-id"),
            Source::Fixed(value) => value.clone(),
            Source::Token => json!("a-token"),
            Source::Elements => wire(elements),
            Source::ElementIds => json!(["sgr-1"]),
        };
        shape::put_parameter(&mut parameters, &parameter.name, value);
    }
    parameters
}

#[track_caller]
fn check(procedure: &Procedure, call: &Call, values: &Map, elements: &str, parameters: Json) {
    let parameters = fill(procedure, call, values, elements, parameters);
    let operation = firma_api::operation(&call.service, &call.operation).expect("an operation");
    let mut parameters = parameters.as_object().expect("an object").clone();
    if operation.param("regionId").is_some() {
        parameters.insert("regionId".into(), json!("cn-north-1"));
    }
    let problems = firma_api::check(operation, &parameters);
    assert!(problems.is_empty(), "{}: {problems:?} in {parameters:?}", operation.full_name());
}

#[test]
fn every_call_of_every_kind() {
    for kind in Catalog::builtin().kind_names() {
        let procedure = Catalog::builtin().kind(&KindId::new(kind)).expect("a kind");
        let Some(create) = &procedure.create else { continue };
        let values = normal(&procedure, &sample(kind));
        let mut parameters = json!({});
        for (name, attribute) in &procedure.attributes {
            if let (Some(path), Some(value)) = (&attribute.write, values.get(name)) {
                shape::put_parameter(&mut parameters, path, shape::to_wire(&attribute.shape, value));
            }
        }
        check(&procedure, create, &values, "", parameters);
        for call in procedure.read.iter().map(|read| &read.call).chain(&procedure.delete) {
            check(&procedure, call, &values, "", json!({}));
        }
        for update in &procedure.updates {
            let name = update.attributes[0].as_str();
            match &update.how {
                How::Calls(stages) => {
                    for stage in stages {
                        check(&procedure, &stage.call, &values, "", json!({}));
                    }
                }
                How::Elements { add, remove, modify, modify_id } => {
                    check(&procedure, add, &values, name, json!({}));
                    check(&procedure, remove, &values, name, json!({}));
                    let rule = &procedure.attributes[name];
                    let element = &values[name].as_list().expect("a list of elements")[0];
                    let elements = rule.elements.as_ref().expect("elements");
                    let changed = shape::modification(&rule.shape, elements, modify_id, "sgr-1", element);
                    let mut call = modify.clone();
                    for parameter in call.parameters.iter_mut().filter(|p| p.source == Source::Elements) {
                        parameter.source = Source::Fixed(json!([changed]));
                    }
                    check(&procedure, &call, &values, name, json!({}));
                }
                How::Members { add, remove } => {
                    check(&procedure, add, &values, name, json!({}));
                    check(&procedure, remove, &values, name, json!({}));
                }
                How::Tags(code) => assert!(!code.is_empty()),
            }
        }
    }
}
