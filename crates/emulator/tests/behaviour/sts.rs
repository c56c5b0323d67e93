//! Sessions: how long they last, and that their keys need their tokens.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn role(cloud: &Cloud, seconds: i64) {
    let info = json!({
        "roleName": "deploy", "type": 4, "assumeRolePolicyDocument": "{}", "maxSessionDuration": seconds,
    });
    cloud.ok("iam", "createRole", json!({"createRoleInfo": info}));
}

fn ask(jrn: &str, seconds: Option<i64>) -> Value {
    let mut info = json!({"roleJrn": jrn, "roleSessionName": "test"});
    if let Some(seconds) = seconds {
        info["durationSeconds"] = json!(seconds);
    }
    json!({"assumeRoleInfo": info})
}

#[test]
fn a_session_lasts_an_hour_or_as_long_as_the_role_allows() {
    let cloud = Cloud::new();
    role(&cloud, 7200);
    let jrn = text(&cloud.ok("iam", "describeRole", json!({"roleName": "deploy"}))["roleInfo"], "jrn");
    let until = |seconds| text(&cloud.ok("sts", "assumeRole", ask(&jrn, seconds))["credentials"], "expiration");
    assert_eq!(until(None), "2026-01-15 11:00:00");
    assert_eq!(until(Some(7200)), "2026-01-15 12:00:00");
    assert_eq!(cloud.err("sts", "assumeRole", ask(&jrn, Some(7201))), fault(400, "OUT_OF_RANGE"));
    assert_eq!(cloud.err("sts", "assumeRole", ask(&jrn, Some(60))), fault(400, "OUT_OF_RANGE"));
    let other = ask("jrn:iam::000000000001:role/nobody", None);
    assert_eq!(cloud.err("sts", "assumeRole", other), fault(404, "NOT_FOUND"));
}
