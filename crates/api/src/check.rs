//! Checks parameters against the facts: unknown, missing, of the wrong type. All findings at once.
//!
//! `null` is the same as absent, in every place: official SDKs send `null` for whatever was not set.

use crate::{
    facts::{Operation, Type},
    naming,
    problem::{Problem, ProblemKind},
};
use firma_model::suggest::closest;
use serde_json::{Map, Value};

/// Checks the parameters of a call, in the order of the API's parameters, then the unknown ones.
pub fn check(operation: &Operation, params: &Map<String, Value>) -> Vec<Problem> {
    let members = operation.params.iter().map(|param| (param.name.as_str(), &param.ty, param.required));
    let mut problems = Vec::new();
    object(&operation.full_name(), &members, params, "", &mut problems);
    problems
}

/// Checks one value against a type; `path` is what messages call it.
pub fn check_value(ty: &Type, value: &Value, path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    checked(ty, value, path, &mut problems);
    problems
}

fn object<'f>(
    within: &str,
    members: &(impl Iterator<Item = (&'f str, &'f Type, bool)> + Clone),
    values: &Map<String, Value>,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    for (name, ty, required) in members.clone() {
        match values.get(name).filter(|value| !value.is_null()) {
            Some(value) => checked(ty, value, &join(path, name), problems),
            None if required => {
                problems.push(Problem::new(join(path, name), ProblemKind::Missing { expected: ty.clone() }));
            }
            None => {}
        }
    }
    let mut unknown: Vec<&str> = values
        .iter()
        .filter(|(name, value)| !value.is_null() && !members.clone().any(|(known, ..)| known == name.as_str()))
        .map(|(name, _)| name.as_str())
        .collect();
    unknown.sort_unstable();
    for name in unknown {
        let names = members.clone().map(|(known, ..)| known);
        let mut problem = Problem::new(join(path, name), ProblemKind::Unknown { within: within.to_owned() });
        problem.suggestion = suggest(name, names);
        problems.push(problem);
    }
}

/// The name meant by `name`: its snake case spelled back, or the closest one.
pub(crate) fn suggest<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<String> {
    naming::find(names.clone(), &naming::snake(name)).or_else(|| closest(name, names)).map(str::to_owned)
}

fn checked(ty: &Type, value: &Value, path: &str, problems: &mut Vec<Problem>) {
    let fits = match (ty, value) {
        (Type::Any, _) | (Type::String, Value::String(_)) | (Type::Boolean, Value::Bool(_)) => true,
        (Type::Integer | Type::Long, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Type::Float | Type::Double, Value::Number(_)) => true,
        (Type::List(item), Value::Array(values)) => {
            for (at, value) in values.iter().enumerate() {
                checked(item, value, &format!("{path}[{at}]"), problems);
            }
            true
        }
        (Type::Ref { .. }, Value::Object(values)) => {
            if let Some(model) = ty.model() {
                let members = model.fields.iter().map(|field| (field.name.as_str(), &field.ty, field.required));
                object(&model.full_name(), &members, values, path, problems);
            }
            true
        }
        _ => false,
    };
    if !fits {
        let kind = ProblemKind::WrongType { expected: ty.clone(), found: describe(value) };
        problems.push(Problem::new(path, kind));
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value in words, short enough for a message. Text is not shown: it may be a password.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(number) if number.is_f64() => format!("the fraction {number}"),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(_) => "list".to_owned(),
        Value::Object(_) => "object".to_owned(),
    }
}
