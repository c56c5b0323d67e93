//! What faults make of an answer.

use crate::fault::{Answer, Fault};
use firma_api::Response;
use serde_json::{Value, json};

/// The error of a fault.
pub(crate) fn error(code: u16, status: &str) -> Fault {
    Fault { code, status: status.to_owned().into(), message: format!("injected fault: {status}"), details: Vec::new() }
}

/// Half of an answer. The announced length stays that of the whole, as it does where a connection breaks.
pub(crate) fn cut(mut response: Response) -> Response {
    response.headers.push(("content-length".to_owned(), response.body.len().to_string()));
    response.body.truncate(response.body.len() / 2);
    response
}

/// The page of a captive portal: somebody else answered, so there is no id of a request.
pub(crate) fn no_cloud(date: Option<(String, String)>) -> Response {
    let page = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\
                <body><form action=\"/login\"><button>Accept</button></form></body></html>\n";
    let mut headers = vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())];
    headers.extend(date);
    Response { status: 200, headers, body: page.as_bytes().to_vec() }
}

/// A valid answer of somebody else: JSON, and nothing that was to be there.
pub(crate) fn nothing_of_it(mut response: Response) -> Response {
    response.status = 200;
    response.body = json!({"status": "healthy", "items": [{"id": 1}, null, "text"]}).to_string().into_bytes();
    response
}

/// A list with nothing in it.
pub(crate) fn empty(answer: Answer) -> Answer {
    answer.map(|mut result| {
        let lists = lists(&mut result);
        if lists.get("totalCount").is_some() {
            lists["totalCount"] = json!(0);
        }
        clear(lists);
        result
    })
}

/// A page with nothing on it; the count still says what there is.
pub(crate) fn rows_lost(answer: Answer) -> Answer {
    answer.map(|mut result| {
        clear(lists(&mut result));
        result
    })
}

/// The object that holds the lists of an answer: the tag service wraps it once more.
fn lists(result: &mut Value) -> &mut Value {
    let wrapped = result.get("data").is_some_and(Value::is_object);
    if wrapped { &mut result["data"] } else { result }
}

fn clear(object: &mut Value) {
    for list in object.as_object_mut().into_iter().flat_map(|members| members.values_mut()).filter(|m| m.is_array()) {
        *list = json!([]);
    }
}
