//! The closed table, row by row.

use super::{Outcome, Retry, Verdict, classify};
use firma_api::request::{Method, Request, Response};
use firma_api::transport::TransportError;
use firma_model::fault::FaultKind;
use firma_model::time::Timestamp;
use serde_json::json;
use std::time::Duration;

fn request(mutating: bool) -> Request {
    Request {
        service: "vpc".into(),
        operation: if mutating { "createVpc".into() } else { "describeVpcs".into() },
        method: if mutating { Method::Post } else { Method::Get },
        region: Some("cn-north-1".into()),
        path: "/v1/regions/cn-north-1/vpcs/".into(),
        query: String::new(),
        body: Vec::new(),
        mutating,
    }
}

fn judge(mutating: bool, status: u16, headers: &[(&str, &str)], body: &str) -> Verdict {
    let response = Response {
        status,
        headers: headers.iter().map(|(n, v)| ((*n).to_string(), (*v).to_string())).collect(),
        body: body.as_bytes().to_vec(),
    };
    classify(&request(mutating), &Ok(response), Timestamp::from_seconds(1_767_225_600))
}

fn envelope(code: i64, status: &str) -> String {
    json!({"requestId": "req-1", "error": {"code": code, "status": status, "message": "no"}}).to_string()
}

#[test]
fn success() {
    let check = |status, headers: &[(&str, &str)], body: &str, expected: serde_json::Value| {
        let verdict = judge(true, status, headers, body);
        assert_eq!(verdict.outcome.into_result(), Ok(expected), "{body}");
        assert_eq!(verdict.request_id.as_deref(), Some("req-1"), "{body}");
    };
    check(200, &[], r#"{"requestId":"req-1","result":{"vpcId":"vpc-a"}}"#, json!({"vpcId": "vpc-a"}));
    check(200, &[], r#"{"requestId":"req-1"}"#, json!({}));
    check(200, &[], r#"{"requestId":"req-1","result":null,"error":null}"#, json!({}));
    check(200, &[], r#"{"requestId":"req-1","result":{},"error":{"code":0,"status":"","message":""}}"#, json!({}));
    check(204, &[("x-jdcloud-request-id", "req-1")], "", json!({}));
    check(200, &[("x-jdcloud-request-id", "req-1")], "", json!({}));
}

/// What a row of the table says of a change, and the kind a read sees.
#[derive(Debug, PartialEq)]
enum Proof {
    NoEffect,
    Unknown,
}

#[test]
fn failures() {
    use FaultKind as K;
    let check = |http: u16, code: i64, status: &str, proof: Proof, changing: K, reading: K| {
        let body = envelope(code, status);
        let verdict = judge(true, http, &[], &body);
        let (found, fault) = match verdict.outcome {
            Outcome::NoEffect(fault) => (NoEffect, fault),
            Outcome::Unknown(fault) => (Unknown, fault),
            Outcome::Ok(_) => panic!("{http} {body} is no success"),
        };
        assert_eq!((found, fault.kind), (proof, changing), "{http} {body}");
        assert_eq!(fault.code, Some(code));
        assert_eq!(fault.status.as_deref(), Some(status));
        assert_eq!(fault.request_id.as_deref(), Some("req-1"));
        assert_eq!(fault.http_status, Some(http));
        let fault = judge(false, http, &[], &body).outcome.into_result().expect_err("a failure");
        assert_eq!(fault.kind, reading, "reading {http} {body}");
    };
    use Proof::{NoEffect, Unknown};
    check(400, 400, "INVALID_ARGUMENT", NoEffect, K::Invalid, K::Invalid);
    check(400, 400, "FAILED_PRECONDITION", NoEffect, K::Invalid, K::Invalid);
    check(400, 400, "OUT_OF_RANGE", NoEffect, K::Invalid, K::Invalid);
    check(401, 401, "UNAUTHENTICATED", NoEffect, K::Denied, K::Denied);
    check(401, 401, "ACCESS_ERROR", NoEffect, K::Denied, K::Denied);
    check(403, 403, "HTTP_FORBIDDEN", NoEffect, K::Denied, K::Denied);
    check(403, 403, "PERMISSION_DENIED", NoEffect, K::Denied, K::Denied);
    check(404, 404, "NOT_FOUND", NoEffect, K::NotFound, K::NotFound);
    check(429, 429, "QUOTA_EXCEEDED", NoEffect, K::Quota, K::Quota);
    check(429, 429, "RATE_LIMIT", NoEffect, K::Throttled, K::Throttled);
    // An error inside a 200 is an error.
    check(200, 404, "NOT_FOUND", NoEffect, K::NotFound, K::NotFound);
    check(200, 500, "INTERNAL", Unknown, K::Ambiguous, K::Unavailable);
    // 409 and 5xx prove nothing, whatever they are called.
    check(409, 409, "ALREADY_EXISTS", Unknown, K::Conflict, K::Conflict);
    check(409, 409, "ABORTED", Unknown, K::Conflict, K::Conflict);
    check(409, 409, "INVALID_ARGUMENT", Unknown, K::Ambiguous, K::Unavailable);
    check(499, 499, "CANCELLED", Unknown, K::Ambiguous, K::Unavailable);
    check(500, 500, "UNKNOWN", Unknown, K::Ambiguous, K::Unavailable);
    check(500, 500, "INTERNAL", Unknown, K::Ambiguous, K::Unavailable);
    check(500, 400, "INVALID_ARGUMENT", Unknown, K::Ambiguous, K::Unavailable);
    check(501, 501, "NOT_IMPLEMENTED", Unknown, K::Ambiguous, K::Unavailable);
    check(502, 502, "SOURCE_UNAVAILABLE", Unknown, K::Ambiguous, K::Unavailable);
    check(503, 503, "UNAVAILABLE", Unknown, K::Ambiguous, K::Unavailable);
    // Names that are not in the table prove nothing either.
    check(400, 400, "SOMETHING_NEW", Unknown, K::Invalid, K::Invalid);
    check(429, 429, "SOMETHING_NEW", Unknown, K::Throttled, K::Throttled);
    check(403, 403, "", Unknown, K::Denied, K::Denied);
}

#[test]
fn a_refusal_of_the_second_delivery_proves_nothing() {
    let body = |message: &str| {
        json!({"requestId": "req-1", "error": {"code": 401, "status": "ACCESS_ERROR", "message": message}}).to_string()
    };
    let replayed = judge(true, 401, &[], &body("Nonce 12 was used before")).outcome;
    assert!(matches!(replayed, Outcome::Unknown(_)), "{replayed:?}");
    let denied = judge(true, 401, &[], &body("the signature does not match")).outcome;
    assert!(matches!(denied, Outcome::NoEffect(_)), "{denied:?}");
}

#[test]
fn unreadable_answers_are_unknown() {
    let check = |status, body: &str, says: &str| {
        let verdict = judge(true, status, &[], body);
        let Outcome::Unknown(fault) = verdict.outcome else { panic!("{status} {body} must be unknown") };
        assert_eq!(fault.kind, FaultKind::Ambiguous, "{status} {body}");
        assert!(fault.message.contains(says), "{}", fault.message);
    };
    check(200, "<html><title>Sign in</title>", "starts with `<html>");
    check(200, r#"{"requestId":"req-1","result":{"vpcId":"#, "not JSON");
    check(200, "[]", "not an answer");
    check(200, r#"{"result":{"vpcId":"vpc-a"}}"#, "not an answer");
    check(200, "", "empty");
    check(302, "", "empty");
    check(400, r#"{"requestId":"req-1"}"#, "not an answer");
    check(400, r#"{"requestId":"req-1","error":{"code":"400","status":"INVALID_ARGUMENT"}}"#, "not an answer");
    check(400, r#"{"requestId":"req-1","error":{"code":400}}"#, "not an answer");
    check(502, "Bad Gateway", "starts with `Bad Gateway`");
    assert_eq!(judge(true, 429, &[], "slow down").retry, Retry::Throttled { after: None });
}

#[test]
fn no_answer() {
    let check = |error: TransportError, no_effect: bool, kind, retry| {
        let verdict = classify(&request(true), &Err(error.clone()), Timestamp(0));
        assert_eq!(matches!(verdict.outcome, Outcome::NoEffect(_)), no_effect, "{error:?}");
        assert_eq!(verdict.outcome.fault().map(|f| f.kind), Some(kind), "{error:?}");
        assert_eq!(verdict.retry, retry, "{error:?}");
    };
    check(TransportError::Connect("refused".into()), true, FaultKind::Unavailable, Retry::Unreached);
    check(TransportError::Unsendable("no".into()), true, FaultKind::Unavailable, Retry::Never);
    check(TransportError::Ambiguous("reset".into()), false, FaultKind::Ambiguous, Retry::Transient { after: None });
}

#[test]
fn retry_after_in_both_forms() {
    let check = |text: &str, expected: Option<u64>| {
        let verdict = judge(false, 429, &[("retry-after", text)], &envelope(429, "RATE_LIMIT"));
        assert_eq!(verdict.retry, Retry::Throttled { after: expected.map(Duration::from_secs) }, "{text}");
    };
    check("7", Some(7));
    check("Thu, 01 Jan 2026 00:00:30 GMT", Some(30));
    check("Wed, 31 Dec 2025 00:00:00 GMT", Some(0));
    check("soon", None);
}

#[test]
fn what_can_be_asked_again() {
    let retry = |code: i64, status: &str| {
        judge(false, u16::try_from(code).expect("a status"), &[], &envelope(code, status)).retry
    };
    assert_eq!(retry(404, "NOT_FOUND"), Retry::Never);
    assert_eq!(retry(429, "QUOTA_EXCEEDED"), Retry::Never);
    assert_eq!(retry(501, "NOT_IMPLEMENTED"), Retry::Never);
    assert_eq!(retry(409, "ABORTED"), Retry::Never);
    assert_eq!(retry(500, "INTERNAL"), Retry::Transient { after: None });
    assert_eq!(retry(429, "RATE_LIMIT"), Retry::Throttled { after: None });
}

#[test]
fn details_reach_the_message() {
    let body = json!({"requestId": "r", "error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "bad",
        "details": [{"field": "addressPrefix"}]}});
    let fault = judge(true, 400, &[], &body.to_string()).outcome.into_result().expect_err("refused");
    assert_eq!(fault.message, r#"bad (details: [{"field":"addressPrefix"}])"#);
}
