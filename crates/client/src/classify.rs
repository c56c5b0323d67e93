//! What an answer proves: done, certainly not done, or unknown. A closed table whose default is *unknown*.

use firma_api::request::{Request, Response};
use firma_api::transport::TransportError;
use firma_model::fault::{Fault, FaultKind};
use firma_model::time::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// Header with the request id: the only place of it when there is no body.
const REQUEST_ID: &str = "x-jdcloud-request-id";
/// The longest part of the cloud's own words that is kept.
const QUOTED: usize = 400;

/// What a call that was done brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The envelope's `result`; an empty object when there is none.
    pub result: Value,
    /// The cloud's name for the call, for its support.
    pub request_id: String,
}

/// What became of one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Done.
    Ok(Answer),
    /// Certainly not done: nothing was sent, or the cloud said that it refused.
    NoEffect(Fault),
    /// Perhaps done.
    Unknown(Fault),
}

impl Outcome {
    /// For reads, where "not done" and "perhaps done" are the same.
    ///
    /// # Errors
    /// The fault of either failed outcome.
    pub fn into_result(self) -> Result<Value, Fault> {
        match self {
            Outcome::Ok(answer) => Ok(answer.result),
            Outcome::NoEffect(fault) | Outcome::Unknown(fault) => Err(fault),
        }
    }

    /// The fault, to be completed.
    pub(crate) fn fault_mut(&mut self) -> Option<&mut Fault> {
        match self {
            Outcome::Ok(_) => None,
            Outcome::NoEffect(fault) | Outcome::Unknown(fault) => Some(fault),
        }
    }

    /// The fault, unless done.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Outcome::Ok(_) => None,
            Outcome::NoEffect(fault) | Outcome::Unknown(fault) => Some(fault),
        }
    }
}

/// Whether asking again could help. Whether it is *safe* is for the outcome to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same answer would come.
    Never,
    /// Too many calls.
    Throttled {
        /// How long the cloud asked to wait.
        after: Option<Duration>,
    },
    /// Nobody was reached.
    Unreached,
    /// Something broke on the way or over there.
    Transient {
        /// How long the cloud asked to wait.
        after: Option<Duration>,
    },
}

/// An outcome with what the retry loop and the log want to know besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What became of the call.
    pub outcome: Outcome,
    /// HTTP status, when an answer came.
    pub http_status: Option<u16>,
    /// The cloud's request id.
    pub request_id: Option<String>,
    /// Whether asking again could help.
    pub retry: Retry,
}

/// How an error status is understood.
struct Meaning {
    kind: FaultKind,
    /// The request was looked at and refused.
    refused: bool,
}

/// The statuses of the error envelope. A name not listed here proves nothing.
fn meaning(status: &str) -> Option<Meaning> {
    let (kind, refused) = match status {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => (FaultKind::Invalid, true),
        // ACCESS_ERROR is the gateway's own word for UNAUTHENTICATED.
        "UNAUTHENTICATED" | "ACCESS_ERROR" | "HTTP_FORBIDDEN" | "PERMISSION_DENIED" => (FaultKind::Denied, true),
        "NOT_FOUND" => (FaultKind::NotFound, true),
        // Both are 429; only the second is a matter of pace.
        "QUOTA_EXCEEDED" => (FaultKind::Quota, true),
        "RATE_LIMIT" => (FaultKind::Throttled, true),
        // What exists already may be what we made and were not told about.
        "ABORTED" | "ALREADY_EXISTS" => (FaultKind::Conflict, false),
        "CANCELLED" | "UNKNOWN" | "INTERNAL" | "NOT_IMPLEMENTED" | "SOURCE_UNAVAILABLE" | "UNAVAILABLE" => {
            (FaultKind::Unavailable, false)
        }
        _ => return None,
    };
    Some(Meaning { kind, refused })
}

/// Judges the answer to `request`. `now` gives a Retry-After date its meaning.
pub fn classify(request: &Request, answer: &Result<Response, TransportError>, now: Timestamp) -> Verdict {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return unanswered(request, error),
    };
    let envelope: Option<Value> = serde_json::from_slice(&response.body).ok();
    let envelope = envelope.as_ref().and_then(Value::as_object);
    let request_id = envelope
        .and_then(|fields| fields.get("requestId")?.as_str())
        .or_else(|| response.header(REQUEST_ID))
        .filter(|id| !id.is_empty())
        .map(str::to_string);
    let error = envelope.and_then(|fields| fields.get("error")?.as_object());
    let code = error.and_then(|error| error.get("code")).and_then(whole_number);
    let failed = error.is_some_and(|error| !error.is_empty()) && code.is_none_or(|code| code >= 400);
    let succeeded = (200..300).contains(&response.status) && !failed;

    if succeeded && let Some(id) = &request_id {
        // With no body at all the id in the header vouches for the answer.
        let result = match envelope {
            Some(fields) => fields.get("result").filter(|result| !result.is_null()).cloned(),
            None if response.body.is_empty() => None,
            None => return unreadable(request, response, request_id.clone(), now),
        };
        return Verdict {
            outcome: Outcome::Ok(Answer {
                result: result.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
                request_id: id.clone(),
            }),
            http_status: Some(response.status),
            request_id: Some(id.clone()),
            retry: Retry::Never,
        };
    }
    let (Some(error), Some(code), true) = (error, code, failed) else {
        return unreadable(request, response, request_id, now);
    };
    let Some(status) = error.get("status").and_then(Value::as_str) else {
        return unreadable(request, response, request_id, now);
    };
    refused(request, response, &Said { code, status, error }, request_id, now)
}

/// A well-formed error envelope.
struct Said<'a> {
    code: i64,
    status: &'a str,
    error: &'a serde_json::Map<String, Value>,
}

fn refused(
    request: &Request,
    response: &Response,
    said: &Said<'_>,
    request_id: Option<String>,
    now: Timestamp,
) -> Verdict {
    let known = meaning(said.status);
    // The number, the name and HTTP's status must agree that the request was refused. 409 never proves it.
    let rejecting = |number: i64| (400..500).contains(&number) && number != 409;
    let http = i64::from(response.status);
    let no_effect = known.as_ref().is_some_and(|m| m.refused)
        && !is_replay(said)
        && rejecting(said.code)
        && (rejecting(http) || (200..300).contains(&http));

    let kind = match &known {
        Some(known) if known.refused && !no_effect => lost(request),
        Some(known) if known.kind == FaultKind::Unavailable => lost(request),
        Some(known) => known.kind,
        None => by_number(request, said.code),
    };
    let after = retry_after(response, now);
    let retry = match kind {
        FaultKind::Throttled => Retry::Throttled { after },
        FaultKind::Unavailable | FaultKind::Ambiguous if said.code != 501 => Retry::Transient { after },
        _ => Retry::Never,
    };
    let mut message = match said.error.get("message").and_then(Value::as_str) {
        Some(message) if !message.is_empty() => cut(message),
        _ => "the cloud gave no message".to_string(),
    };
    match said.error.get("details") {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) if list.is_empty() => {}
        Some(details) => message = format!("{message} (details: {})", cut(&details.to_string())),
    }
    let fault = Fault {
        http_status: Some(response.status),
        code: Some(said.code),
        status: Some(said.status.to_string()),
        request_id: request_id.clone(),
        ..fault(request, kind, message)
    };
    Verdict {
        outcome: if no_effect { Outcome::NoEffect(fault) } else { Outcome::Unknown(fault) },
        http_status: Some(response.status),
        request_id,
        retry,
    }
}

/// Whether the request is refused because it came before: something on the way delivered it twice, and this answer is to the
/// second delivery. Every request has a nonce of its own, so that nothing else can be meant.
fn is_replay(said: &Said<'_>) -> bool {
    let message = said.error.get("message").and_then(Value::as_str).unwrap_or_default();
    message.to_ascii_lowercase().contains("nonce")
}

/// An answer without a readable envelope: a proxy's page, a cut text, a number without a name.
fn unreadable(request: &Request, response: &Response, request_id: Option<String>, now: Timestamp) -> Verdict {
    let after = retry_after(response, now);
    let (kind, retry) = match response.status {
        429 => (FaultKind::Throttled, Retry::Throttled { after }),
        _ => (lost(request), Retry::Transient { after }),
    };
    let text = String::from_utf8_lossy(&response.body);
    let start: String = text.trim_start().chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let message = if response.body.is_empty() {
        "an empty answer".to_string()
    } else if serde_json::from_slice::<Value>(&response.body).is_ok() {
        "the answer is JSON, but not an answer of JD Cloud's OpenAPI".to_string()
    } else if start.starts_with('<') {
        format!(
            "a web page came instead of JD Cloud's answer, as from a proxy or a network's sign-in page; it starts with `{}`",
            start.trim_end()
        )
    } else {
        format!("the answer is not JSON; it starts with `{}`", start.trim_end())
    };
    let fault =
        Fault { http_status: Some(response.status), request_id: request_id.clone(), ..fault(request, kind, message) };
    Verdict { outcome: Outcome::Unknown(fault), http_status: Some(response.status), request_id, retry }
}

fn unanswered(request: &Request, error: &TransportError) -> Verdict {
    let (outcome, retry) = match error {
        TransportError::Connect(_) => {
            (Outcome::NoEffect(fault(request, FaultKind::Unavailable, error.to_string())), Retry::Unreached)
        }
        TransportError::Unsendable(_) => {
            (Outcome::NoEffect(fault(request, FaultKind::Unavailable, error.to_string())), Retry::Never)
        }
        TransportError::Ambiguous(_) => {
            (Outcome::Unknown(fault(request, lost(request), error.to_string())), Retry::Transient { after: None })
        }
    };
    Verdict { outcome, http_status: None, request_id: None, retry }
}

/// The kind of a call whose fate is open: for a read that is merely an answer that did not come.
fn lost(request: &Request) -> FaultKind {
    if request.mutating { FaultKind::Ambiguous } else { FaultKind::Unavailable }
}

/// The kind of an error whose name is not in the table. For people only: it proves nothing.
fn by_number(request: &Request, code: i64) -> FaultKind {
    match code {
        401 | 403 => FaultKind::Denied,
        404 => FaultKind::NotFound,
        409 => FaultKind::Conflict,
        408 | 499 => lost(request),
        429 => FaultKind::Throttled,
        400..500 => FaultKind::Invalid,
        _ => lost(request),
    }
}

fn fault(request: &Request, kind: FaultKind, message: String) -> Fault {
    Fault {
        kind,
        service: request.service.clone(),
        operation: request.operation.clone(),
        http_status: None,
        code: None,
        status: None,
        message,
        request_id: None,
    }
}

/// A JSON number without fraction, even if written `404.0`.
pub(crate) fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        // Beyond 2^53 a float names no exact whole number.
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    })
}

/// Retry-After as a duration: a number of seconds, or a date.
fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let millis = Timestamp(date.as_millisecond()).millis_since(now);
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests;
