//! Builds the request of an operation from its parameters.
//!
//! Path parameters are percent-encoded into the template, with `:` left raw. GET, DELETE and HEAD carry the other
//! parameters in the query; POST, PUT and PATCH carry *all* parameters, path ones included, in a JSON object, as
//! the official SDKs do. Absent and `null` parameters are not sent at all.

use crate::{
    check::{self, check},
    effect::is_mutating,
    facts::{self, Operation, Place, Segment},
    problem::{Problem, ProblemKind},
    query,
    request::Request,
};
use firma_model::suggest::closest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// What stays raw in a path besides letters and digits: the unreserved marks, and `:` before an action.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// The parameter that carries the region.
const REGION: &str = "regionId";

/// Finds an operation, or says what was probably meant.
pub fn find(service_id: &str, operation_name: &str) -> Result<&'static Operation, Problem> {
    let Some(service) = facts::service(service_id) else {
        let kind = ProblemKind::UnknownService { service: service_id.to_owned() };
        let known = facts::services().map(|outline| outline.service);
        let suggestion = closest(service_id, known).map(str::to_owned);
        return Err(Problem { suggestion, ..Problem::new("", kind) });
    };
    service.operation(operation_name).ok_or_else(|| {
        let kind =
            ProblemKind::UnknownOperation { service: service_id.to_owned(), operation: operation_name.to_owned() };
        let known = service.operations.iter().map(|operation| operation.name.as_str());
        Problem { suggestion: check::suggest(operation_name, known), ..Problem::new("", kind) }
    })
}

/// Builds the request of an operation found by name.
///
/// `region` fills the `regionId` parameter where the operation has one and the parameters do not give it; operations
/// without a region ignore it. Errors are every problem of the call, not only the first.
pub fn build(
    service: &str,
    operation: &str,
    region: Option<&str>,
    params: &Map<String, Value>,
) -> Result<Request, Vec<Problem>> {
    build_operation(find(service, operation).map_err(|problem| vec![problem])?, region, params)
}

/// Builds the request of an operation.
pub fn build_operation(
    operation: &Operation,
    region: Option<&str>,
    params: &Map<String, Value>,
) -> Result<Request, Vec<Problem>> {
    let params = with_region(operation, region, params);
    let mut problems = check(operation, &params);
    let path = fill_path(operation, &params, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let in_query = operation
        .params
        .iter()
        .filter(|param| param.place == Place::Query)
        .filter_map(|param| Some((param.name.as_str(), params.get(&param.name)?)));
    Ok(Request {
        service: operation.service.clone(),
        operation: operation.name.clone(),
        method: operation.method,
        region: params.get(REGION).and_then(Value::as_str).map(str::to_owned),
        path,
        query: query::encode(in_query),
        body: if operation.has_body() { body(&params) } else { Vec::new() },
        mutating: is_mutating(operation),
    })
}

/// The parameters that are there, and the region where the operation has one.
pub(crate) fn with_region(
    operation: &Operation,
    region: Option<&str>,
    params: &Map<String, Value>,
) -> Map<String, Value> {
    let mut params: Map<String, Value> = params
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if operation.param(REGION).is_some()
        && !params.contains_key(REGION)
        && let Some(region) = region
    {
        params.insert(REGION.to_owned(), Value::String(region.to_owned()));
    }
    params
}

/// Puts the path parameters into the template; a value that would address something else is a problem.
fn fill_path(operation: &Operation, params: &Map<String, Value>, problems: &mut Vec<Problem>) -> String {
    let mut path = String::with_capacity(operation.path.len() + 32);
    for segment in &operation.segments {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Param { name, suffix } => {
                match params.get(name).and_then(scalar_text) {
                    Some(value) if is_usable(&value) => path.extend(utf8_percent_encode(&value, PATH)),
                    Some(value) => problems.push(Problem::new(name, ProblemKind::UnusableInPath { value })),
                    // A path cannot be formed without it, whatever the facts say about being required.
                    None => missing(operation, name, problems),
                }
                path.push_str(suffix);
            }
        }
    }
    if operation.path.ends_with('/') {
        path.push('/');
    }
    path
}

fn missing(operation: &Operation, name: &str, problems: &mut Vec<Problem>) {
    if let Some(param) = operation.param(name)
        && !problems.iter().any(|problem| problem.path == name)
    {
        problems.push(Problem::new(name, ProblemKind::Missing { expected: param.ty.clone() }));
    }
}

/// HTTP stacks resolve `.` and `..` away, also when they are percent-encoded, and an empty id names the collection.
fn is_usable(value: &str) -> bool {
    !value.trim().is_empty() && value != "." && value != ".."
}

/// A scalar as it stands in a path or query.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn body(params: &Map<String, Value>) -> Vec<u8> {
    Value::Object(params.iter().map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        .to_string()
        .into_bytes()
}

/// The value without `null` members of objects: they mean absent.
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.clone(), without_nulls(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}
