//! The server's side: which operation an incoming request means, and with which parameters.
//!
//! Routing looks at the *decoded* path (clients may send `:` raw or as `%3A`), with or without a trailing slash.
//! An id is never empty, so `GET .../networkSecurityGroups/` is the list, as it is in JD Cloud.

use crate::{
    facts::{Operation, Segment, Service},
    problem::{Problem, ProblemKind},
    query::{self, coerce},
    request::Method,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The operation that a method and decoded path mean, with its path parameters.
///
/// Literal segments win over parameters with an action, those over plain parameters, from the left. Where the API
/// itself gives two operations one method and path, the first name wins.
pub fn match_operation<'s>(
    service: &'s Service,
    method: Method,
    decoded_path: &str,
) -> Option<(&'s Operation, BTreeMap<String, String>)> {
    let path = decoded_path.strip_prefix('/')?;
    let given: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let mut best: Option<(Vec<Fit>, &Operation)> = None;
    for operation in service.operations.iter().filter(|operation| operation.method == method) {
        if let Some(fit) = fit(&operation.segments, &given)
            && best.as_ref().is_none_or(|(best, _)| fit < *best)
        {
            best = Some((fit, operation));
        }
    }
    best.map(|(_, operation)| (operation, path_params(operation, &given)))
}

/// How well a segment fits; better is less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Literal,
    Action,
    Plain,
}

fn fit(template: &[Segment], given: &[&str]) -> Option<Vec<Fit>> {
    if template.len() != given.len() {
        return None;
    }
    template
        .iter()
        .zip(given)
        .map(|(segment, text)| match segment {
            Segment::Literal(literal) => (literal == text).then_some(Fit::Literal),
            Segment::Param { suffix, .. } => {
                let id = text.strip_suffix(suffix.as_str())?;
                let fit = if suffix.is_empty() { Fit::Plain } else { Fit::Action };
                (!id.is_empty()).then_some(fit)
            }
        })
        .collect()
}

fn path_params(operation: &Operation, given: &[&str]) -> BTreeMap<String, String> {
    operation
        .segments
        .iter()
        .zip(given)
        .filter_map(|(segment, text)| match segment {
            Segment::Literal(_) => None,
            Segment::Param { name, suffix } => Some((name.clone(), text.strip_suffix(suffix.as_str())?.to_owned())),
        })
        .collect()
}

/// The parameters of an incoming call, from wherever they travelled: body and query, then the path, which wins.
///
/// Values have the types of the facts as far as they read as such (see `query::coerce`), nulls are gone; `check` then
/// finds what is unknown, missing or wrong. The only error is a body that is no JSON object.
pub fn parameters(
    operation: &Operation,
    path_params: &BTreeMap<String, String>,
    raw_query: &str,
    body: &[u8],
) -> Result<Map<String, Value>, Problem> {
    let mut params = Map::new();
    if operation.has_body() && !body.iter().all(u8::is_ascii_whitespace) {
        let members: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|error| Problem::new("", ProblemKind::Body { message: error.to_string() }))?;
        for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
            let value = match operation.param(&name) {
                Some(param) => coerce(&param.ty, value),
                None => value,
            };
            params.insert(name, value);
        }
    }
    params.extend(query::decode(operation, raw_query));
    for (name, text) in path_params {
        let value = Value::String(text.clone());
        let value = match operation.param(name) {
            Some(param) => coerce(&param.ty, value),
            None => value,
        };
        params.insert(name.clone(), value);
    }
    Ok(params)
}
