//! The shape of every answer: `{requestId, result}` or `{requestId, error}`, and the id in a header too.

use crate::fault::Answer;
use firma_api::Response;
use serde_json::{Value, json};

/// Wraps what an operation answered.
pub(crate) fn wrap(request_id: &str, answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(Value::Null) => (200, json!({"requestId": request_id, "result": {}})),
        Ok(result) => (200, json!({"requestId": request_id, "result": result})),
        Err(fault) => (fault.code, json!({"requestId": request_id, "error": fault.body()})),
    };
    Response {
        status,
        headers: vec![
            ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
            ("x-jdcloud-request-id".to_owned(), request_id.to_owned()),
        ],
        body: body.to_string().into_bytes(),
    }
}
