//! Faults as they are written: what is read, and what is said of a bad one.

use firma_emulator::Injection;
use serde_json::{Value, json};

#[test]
fn every_kind_is_read_and_written_as_it_is() {
    for kind in [
        json!("refused"),
        json!("request_lost"),
        json!("answer_lost"),
        json!("twice"),
        json!({"late": {"millis": 5}}),
        json!({"slow": {"millis": 5}}),
        json!("truncated"),
        json!("not_json"),
        json!("wrong_schema"),
        json!({"error": {"code": 429, "status": "RATE_LIMIT", "retryAfter": 3}}),
        json!({"error_after": {"code": 500, "status": "INTERNAL"}}),
        json!("empty_list"),
        json!("loses_page"),
        json!("repeats_page"),
        json!({"lags": {"millis": 5}}),
        json!("job_fails"),
        json!({"job_sticks": {"millis": 5}}),
        json!({"job_sticks": {}}),
    ] {
        let injection = Injection::read(&json!({"kind": kind})).unwrap();
        let word = kind.as_str().unwrap_or_else(|| kind.as_object().unwrap().keys().next().unwrap());
        assert_eq!(injection.kind.word(), word);
        let written = serde_json::to_value(&injection).unwrap();
        assert_eq!(written["kind"], kind);
        assert_eq!(Injection::read(&written), Ok(injection));
    }
}

#[test]
fn what_is_wrong_with_a_fault_is_said() {
    let bad: [(Value, &[&str]); 22] = [
        (json!("answer_lost"), &["JSON object", "`match`, `at` and `kind`", "text"]),
        (json!([]), &["a list"]),
        (json!({}), &["`kind` is missing"]),
        (json!({"kind": "explode"}), &["`kind`", "explode", "answer_lost", "job_sticks"]),
        (json!({"kind": "late"}), &["`kind`"]),
        (json!({"kind": {"late": {}}}), &["`kind`", "millis"]),
        (json!({"kind": {"late": {"millis": "5"}}}), &["`kind`", "string"]),
        (json!({"kind": {"late": {"millis": -1}}}), &["kind.late.millis", "negative"]),
        (json!({"kind": {"slow": {"milis": 1}}}), &["milis", "millis"]),
        (json!({"kind": {"error": {"code": 200, "status": "OK"}}}), &["kind.error.code", "400 to 599", "200"]),
        (json!({"kind": {"error_after": {"code": 500, "status": "oops"}}}), &["kind.error_after.status", "capitals"]),
        (json!({"kind": "twice", "when": 3}), &["`when` is unknown", "`match`, `at` and `kind`"]),
        (json!({"kind": "twice", "at": 3}), &["`at` must be an object", "a number"]),
        (json!({"kind": "twice", "at": {"call": 0}}), &["`at.call` counts from 1"]),
        (json!({"kind": "twice", "at": {"times": 0}}), &["`at.times`", "at least 1"]),
        (json!({"kind": "twice", "at": {"forMillis": 0}}), &["`at.forMillis`"]),
        (json!({"kind": "twice", "at": {"for_millis": 1}}), &["`at`", "for_millis", "forMillis"]),
        (json!({"kind": "twice", "match": {"operation": "createVcp"}}), &["`match.operation`", "createVcp"]),
        (json!({"kind": "twice", "match": {"service": "vm", "operation": "createVpc"}}), &["no operation of vm"]),
        (json!({"kind": "twice", "match": {"operation": "*Vpc"}}), &["`match.operation`", "end"]),
        (json!({"kind": "twice", "match": {"service": "wm"}}), &["`match.service`", "firma catalog services"]),
        (json!({"kind": "twice", "match": {"region": "cn-west-1"}}), &["`match.region`", "firma catalog regions"]),
    ];
    for (fault, expected) in bad {
        let problem = Injection::read(&fault).unwrap_err();
        for part in expected {
            assert!(problem.contains(part), "{fault}: {problem}");
        }
    }
}
