//! Values of nodes: what a residual sees when it refers to a resource.

use firma_catalog::procedure::{Procedure, Shape};
use firma_model::{
    address::{Address, Key},
    desired::Repetition,
    record::Record,
    types::Type,
    value::{Map, Unknown, Value},
};

/// The attributes of an object that stays: what was applied, what the cloud says on top, and its id.
pub fn recorded_attributes(record: &Record) -> Map {
    let mut attributes = match record.inputs.decode() {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    };
    if let Ok(Value::Map(observed)) = record.observed.decode() {
        overlay(&mut attributes, observed);
    }
    attributes.insert("id".into(), Value::string(&record.cloud_id));
    attributes
}

/// Puts what the cloud says over what was applied; marks of what was applied stay.
pub fn overlay(attributes: &mut Map, observed: Map) {
    let observed = marked_like(attributes, observed);
    attributes.extend(observed);
}

/// What the cloud says, with the marks of what was applied: a cloud that shows a secret again does not make it public.
pub fn marked_like(applied: &Map, mut observed: Map) -> Map {
    for (name, value) in applied {
        if value.has_sensitive()
            && let Some(seen) = observed.get_mut(name)
        {
            *seen = std::mem::replace(seen, Value::Null).sensitive();
        }
    }
    observed
}

/// What references to an object see once it is recorded like this.
pub fn shown_of(record: &Record, procedure: Option<&Procedure>) -> Map {
    let mut attributes = recorded_attributes(record);
    if let Some(procedure) = procedure {
        if procedure.create.is_none() {
            let output = attributes.get("input").cloned().unwrap_or(Value::Null);
            attributes.insert("output".into(), output);
        }
        complete(procedure, &mut attributes);
    }
    attributes
}

/// The attributes of an object that will be made: what is planned, and unknowns of their type for the rest.
pub fn planned_attributes(procedure: &Procedure, planned: &Map) -> Map {
    let mut attributes = Map::new();
    for (name, attribute) in &procedure.attributes {
        attributes.insert(name.clone(), unknown(&attribute.shape, false));
    }
    for (name, computed) in procedure.computed.iter().filter(|(_, computed)| !computed.is_shown_once()) {
        attributes.insert(name.clone(), unknown(&computed.shape, false));
    }
    // What is shown once is secret before it is known, so that no plan promises to show it.
    for name in crate::once::expected(procedure, |name| planned.get(name).is_some_and(|value| !value.is_null())) {
        attributes.insert(name.to_owned(), unknown(&procedure.computed[name].shape, true).sensitive());
    }
    attributes.extend(planned.iter().map(|(k, v)| (k.clone(), v.clone())));
    if procedure.create.is_none() {
        let output = planned.get("input").cloned().unwrap_or(Value::Null);
        attributes.insert("output".into(), output);
    }
    attributes.insert(
        "id".into(),
        Value::Unknown(Box::new(Unknown { ty: Some(Type::String), not_null: true, prefix: None })),
    );
    complete(procedure, &mut attributes);
    attributes
}

fn unknown(shape: &Shape, not_null: bool) -> Value {
    Value::Unknown(Box::new(Unknown { ty: shape_type(shape), not_null, prefix: None }))
}

fn shape_type(shape: &Shape) -> Option<Type> {
    Some(match shape {
        Shape::String => Type::String,
        Shape::Integer | Shape::Number => Type::Number,
        Shape::Bool => Type::Bool,
        Shape::Pairs => Type::Map(Box::new(Type::String)),
        Shape::Any | Shape::List(_) | Shape::Set(_) | Shape::Object(_) => return None,
    })
}

/// Puts the value of a whole block together from its instances.
pub fn block_value(repetition: Repetition, instances: Vec<(Address, Value)>) -> Value {
    match repetition {
        Repetition::Single => instances.into_iter().next().map_or(Value::Null, |(_, value)| value),
        Repetition::Count => Value::List(instances.into_iter().map(|(_, value)| value).collect()),
        Repetition::ForEach => Value::Map(
            instances
                .into_iter()
                .filter_map(|(address, value)| match address.key {
                    Some(Key::Name(name)) => Some((name.to_string(), value)),
                    _ => None,
                })
                .collect(),
        ),
    }
}

/// The attributes last applied.
pub fn recorded_inputs(record: &Record) -> Map {
    match record.inputs.decode() {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    }
}

/// Gives attributes that the kind has and the object does not show as null, so that a reference to them is no error.
pub fn complete(procedure: &Procedure, attributes: &mut Map) {
    for name in procedure.attributes.keys().chain(procedure.computed.keys()) {
        if !attributes.contains_key(name) {
            attributes.insert(name.clone(), Value::Null);
        }
    }
}

/// Levels of lists and maps a value may have. Records and plans are JSON, whose readers stop at 128; some levels belong to
/// the documents around a value.
pub const DEEPEST: usize = 100;

/// Whether a value could be written down and never be read again.
pub fn is_too_deep(value: &Value) -> bool {
    fn within(value: &Value, left: usize) -> bool {
        match value {
            Value::List(items) | Value::Set(items) => left > 0 && items.iter().all(|item| within(item, left - 1)),
            Value::Map(map) => left > 0 && map.values().all(|item| within(item, left - 1)),
            Value::Sensitive(inner) => left > 0 && within(inner, left - 1),
            _ => true,
        }
    }
    !within(value, DEEPEST)
}
