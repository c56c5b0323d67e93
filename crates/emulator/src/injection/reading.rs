//! Reading a fault that somebody wrote: what is wrong with it, member by member.

use super::{At, Injection, Kind, Match};
use crate::coverage::covered;
use crate::places;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Statuses that stand for an error.
const CODES: std::ops::RangeInclusive<u16> = 400..=599;

impl Injection {
    /// Reads `{"match": {..}, "at": {..}, "kind": ..}`.
    ///
    /// # Errors
    /// What is wrong, naming the member and what would be right.
    pub fn read(value: &Value) -> Result<Injection, String> {
        let Some(members) = value.as_object() else {
            return Err(format!(
                "a fault is a JSON object with `match`, `at` and `kind`, such as {}; this is {}",
                r#"{"match": {"operation": "createVpc"}, "kind": "answer_lost"}"#,
                what(value)
            ));
        };
        if let Some(unknown) = members.keys().find(|name| !matches!(name.as_str(), "match" | "at" | "kind")) {
            return Err(format!("`{unknown}` is unknown: a fault has `match`, `at` and `kind`"));
        }
        let kind = members.get("kind").ok_or("`kind` is missing: it says what happens, such as \"answer_lost\"")?;
        let injection = Injection {
            matching: member(value, "match")?.unwrap_or_default(),
            at: member(value, "at")?.unwrap_or_default(),
            kind: serde_json::from_value(kind.clone()).map_err(|error| format!("`kind`: {error}"))?,
        };
        check_match(&injection.matching)?;
        check_at(&injection.at)?;
        check_kind(&injection.kind)?;
        Ok(injection)
    }
}

fn member<T: DeserializeOwned>(value: &Value, name: &str) -> Result<Option<T>, String> {
    let Some(member) = value.get(name).filter(|member| !member.is_null()) else { return Ok(None) };
    if !member.is_object() {
        return Err(format!("`{name}` must be an object; this is {}", what(member)));
    }
    serde_json::from_value(member.clone()).map(Some).map_err(|error| format!("`{name}`: {error}"))
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A fault that can never happen is a mistake of whoever wrote it.
fn check_match(matching: &Match) -> Result<(), String> {
    if let Some(service) = &matching.service
        && firma_api::service(service).is_none()
    {
        return Err(format!("`match.service`: `{service}` is not a service; `firma catalog services` lists them"));
    }
    if let Some(operation) = &matching.operation {
        let stem = operation.strip_suffix('*');
        if stem.unwrap_or(operation).contains('*') {
            return Err(format!(
                "`match.operation`: in `{operation}` a `*` stands before the end; only one at the end is"
            ));
        }
        let named = |name: &str| stem.map_or(name == operation, |stem| name.starts_with(stem));
        let known = match &matching.service {
            Some(service) => knows(service, &named),
            // Decoding every service takes a while, and what is emulated is meant almost always.
            None => {
                covered().iter().any(|c| named(c.operation))
                    || firma_api::services().any(|outline| knows(outline.service, &named))
            }
        };
        if !known {
            let place = matching.service.as_ref().map_or(String::new(), |service| format!(" of {service}"));
            return Err(format!("`match.operation`: `{operation}` is no operation{place}"));
        }
    }
    if let Some(region) = &matching.region
        && !places::is_region(region)
    {
        return Err(format!("`match.region`: `{region}` is not a region; `firma catalog regions` lists them"));
    }
    Ok(())
}

fn knows(service: &str, named: &dyn Fn(&str) -> bool) -> bool {
    firma_api::service(service).is_some_and(|s| s.operations.iter().any(|operation| named(&operation.name)))
}

fn check_at(at: &At) -> Result<(), String> {
    if at.call == 0 {
        return Err("`at.call` counts from 1".to_owned());
    }
    if at.times == Some(0) {
        return Err("`at.times` must be at least 1, or null for all".to_owned());
    }
    if at.for_millis.is_some_and(|millis| millis <= 0) {
        return Err("`at.forMillis` must be more than 0".to_owned());
    }
    Ok(())
}

fn check_kind(kind: &Kind) -> Result<(), String> {
    let word = kind.word();
    match kind {
        Kind::Late { millis }
        | Kind::Slow { millis }
        | Kind::Lags { millis }
        | Kind::JobSticks { millis: Some(millis) }
            if *millis < 0 =>
        {
            Err(format!("`kind.{word}.millis` must not be negative"))
        }
        Kind::Error { code, .. } | Kind::ErrorAfter { code, .. } if !CODES.contains(code) => {
            Err(format!("`kind.{word}.code` must be {} to {}, not {code}", CODES.start(), CODES.end()))
        }
        Kind::Error { status, .. } | Kind::ErrorAfter { status, .. }
            if status.is_empty()
                || !status.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') =>
        {
            Err(format!("`kind.{word}.status` is a word in capitals such as RATE_LIMIT, not `{status}`"))
        }
        _ => Ok(()),
    }
}
