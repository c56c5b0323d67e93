//! The shape of every answer: `{requestId, result}` or `{requestId, error}`, the id and the time in headers too.

use crate::fault::Answer;
use firma_api::Response;
use firma_model::time::Timestamp;
use serde_json::{Value, json};

/// Wraps what an operation answered.
pub(crate) fn wrap(request_id: &str, at: Timestamp, answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(Value::Null) => (200, json!({"requestId": request_id, "result": {}})),
        Ok(result) => (200, json!({"requestId": request_id, "result": result})),
        Err(fault) => (fault.code, json!({"requestId": request_id, "error": fault.body()})),
    };
    let mut headers = vec![
        ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ("x-jdcloud-request-id".to_owned(), request_id.to_owned()),
    ];
    headers.extend(date(at));
    Response { status, headers, body: body.to_string().into_bytes() }
}

/// The `Date` header; none for a time no calendar has.
pub(crate) fn date(at: Timestamp) -> Option<(String, String)> {
    let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
    Some(("date".to_owned(), at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()))
}
