//! The door: signatures, clocks, nonces, routes, limits.

use crate::cloud::Cloud;
use firma_api::Clock;
use firma_emulator::{HttpRequest, sign_local};
use firma_model::time::Timestamp;
use firma_signature::{Coverage, Credential, PathRule, Scheme, SignRequest, sign};
use serde_json::{Value, json};

/// A good request for the list of VPCs, to be spoiled.
fn list_vpcs(now: Timestamp, nonce: &str) -> HttpRequest {
    let request = firma_api::build("vpc", "describeVpcs", Some("cn-north-1"), &serde_json::Map::new()).unwrap();
    sign_local(&request, now, nonce)
}

/// Code and message of the answer; code 200 for success.
fn answer(cloud: &Cloud, request: &HttpRequest) -> (i64, String) {
    let response = cloud.inner.receive(request);
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert!(body["requestId"].as_str().is_some_and(|id| !id.is_empty()), "every answer has an id");
    match body.get("error") {
        None => (200, String::new()),
        Some(error) => (
            error["code"].as_i64().unwrap(),
            format!("{} {}", error["status"].as_str().unwrap(), error["message"].as_str().unwrap()),
        ),
    }
}

fn set(request: &mut HttpRequest, name: &str, value: Option<&str>) {
    request.headers.retain(|(n, _)| n != name);
    request.headers.extend(value.map(|v| (name.to_owned(), v.to_owned())));
}

#[test]
fn what_is_not_believed() {
    let cloud = Cloud::new();
    let now = cloud.clock.now();
    type Spoil = fn(&mut HttpRequest);
    let cases: [(&str, Spoil, &str); 8] = [
        ("no header", |r| set(r, "authorization", None), "ACCESS_ERROR lack of header authorization[gw]"),
        ("not a signature", |r| set(r, "authorization", Some("Bearer x")), "ACCESS_ERROR"),
        ("no date", |r| set(r, "x-jdcloud-date", None), "x-jdcloud-date"),
        ("no nonce", |r| set(r, "x-jdcloud-nonce", None), "x-jdcloud-nonce"),
        ("another query", |r| r.query = "pageSize=50".into(), "signature"),
        ("another path", |r| r.path = r.path.replace("north", "south"), "signature"),
        ("another method", |r| r.method = "DELETE".into(), "signature"),
        ("another body", |r| r.body = b"{}".to_vec(), "signature"),
    ];
    for (number, (name, spoil, expected)) in cases.into_iter().enumerate() {
        let mut request = list_vpcs(now, &format!("nonce-{number}"));
        spoil(&mut request);
        let (code, message) = answer(&cloud, &request);
        assert_eq!(code, 401, "{name}");
        assert!(message.starts_with("ACCESS_ERROR") && message.contains(expected), "{name}: {message}");
    }
    assert_eq!(answer(&cloud, &list_vpcs(now, "good")).0, 200);
    assert_eq!(answer(&cloud, &list_vpcs(now, "good")), (401, "ACCESS_ERROR nonce good was used before[gw]".into()));
}

#[test]
fn the_clocks_may_differ_by_a_quarter_of_an_hour() {
    let cloud = Cloud::new();
    let now = cloud.clock.now();
    for (minutes, expected) in [(-16, 401), (-14, 200), (14, 200), (16, 401)] {
        let then = now.plus_millis(minutes * 60_000);
        assert_eq!(answer(&cloud, &list_vpcs(then, &format!("n{minutes}"))).0, expected, "{minutes}");
    }
    // Moving emulated time ahead does not make callers late.
    cloud.inner.outside("clock", &json!({"advanceMillis": 86_400_000}));
    assert_eq!(answer(&cloud, &list_vpcs(now, "later")).0, 200);
}

#[test]
fn keys_can_be_disabled_and_added() {
    let cloud = Cloud::new();
    let now = cloud.clock.now();
    cloud.inner.outside("keys", &json!({"accessKey": "emulator", "enabled": false}));
    let (code, message) = answer(&cloud, &list_vpcs(now, "1"));
    assert_eq!((code, message.contains("disabled")), (401, true));
    cloud.inner.outside("keys", &json!({"accessKey": "emulator", "enabled": true, "secretKey": "not-a-secret"}));
    assert_eq!(answer(&cloud, &list_vpcs(now, "2")).0, 401);
    cloud.inner.outside("keys", &json!({"accessKey": "emulator", "secretKey": "emulator"}));
    assert_eq!(answer(&cloud, &list_vpcs(now, "3")).0, 200);
}

/// A request as another client would make it.
fn foreign(
    scheme: Scheme,
    coverage: Coverage,
    now: Timestamp,
    nonce: &str,
    (method, path): (&str, &str),
) -> HttpRequest {
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/json".to_owned()),
        ("Host".to_owned(), "127.0.0.1:7700".to_owned()),
    ];
    let signed = sign(
        scheme,
        if scheme == Scheme::Jdcloud2 { PathRule::Decoded } else { PathRule::DecodedCollapsed },
        &Credential::new("emulator", "emulator"),
        &SignRequest {
            method,
            path,
            query: "",
            headers: &headers,
            body: b"",
            service: "vpc",
            region: Some("cn-north-1"),
            date: &now.basic(),
            nonce,
            coverage,
        },
    );
    headers.extend(signed.headers_to_add);
    HttpRequest { method: method.to_owned(), path: path.to_owned(), headers, ..HttpRequest::default() }
}

#[test]
fn both_schemes_and_every_spelling_of_a_path() {
    let cloud = Cloud::new();
    let now = cloud.clock.now();
    let mut number = 0;
    for scheme in [Scheme::Jdcloud2, Scheme::Jdcloud3] {
        for coverage in [Coverage::Everything, Coverage::GivenOnly] {
            for (method, path, expected) in [
                ("GET", "/v1/regions/cn-north-1/vpcs/", 200),
                ("GET", "/v1/regions/cn-north-1/vpcs", 200),
                ("GET", "/v1/regions/cn%2Dnorth-1/vpcs", 200),
                ("POST", "/v1/regions/cn-north-1/routeTables/rtb-1%3AaddRouteTableRules", 400),
                ("POST", "/v1/regions/cn-north-1/routeTables/rtb-1:addRouteTableRules", 400),
                ("GET", "/v1/regions/cn-nowhere-1/vpcs/", 400),
                ("GET", "/v1/regions/cn-north-1/nothing", 404),
                ("GET", "/v1/regions/cn-north-1/elasticIpPool/", 501),
            ] {
                number += 1;
                let request = foreign(scheme, coverage, now, &format!("f{number}"), (method, path));
                assert_eq!(answer(&cloud, &request).0, expected, "{scheme:?} {coverage:?} {path}");
            }
        }
    }
}

#[test]
fn parameters_are_checked_against_the_facts_first() {
    let cloud = Cloud::new();
    let mut request =
        firma_api::build("vpc", "createVpc", Some("cn-north-1"), json!({"vpcName": "x"}).as_object().unwrap()).unwrap();
    request.body = br#"{"vpcname": "x", "addressPrefix": 7}"#.to_vec();
    let response = cloud.inner.call(&request);
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!((response.status, body["error"]["status"].as_str()), (400, Some("INVALID_ARGUMENT")));
    let fields: Vec<&str> =
        body["error"]["details"].as_array().unwrap().iter().filter_map(|d| d["field"].as_str()).collect();
    assert_eq!(fields, ["vpcName", "addressPrefix", "vpcname"]);
    request.body = b"not json".to_vec();
    assert_eq!(cloud.inner.call(&request).status, 400);

    // A call without behaviour says so by name, but only when it is right otherwise.
    let (code, status, message) = cloud.error("vpc", "describeElasticIpPools", json!({}));
    assert_eq!((code, status.as_str()), (501, "NOT_IMPLEMENTED"));
    assert!(message.contains("describeElasticIpPools"), "{message}");
}

#[test]
fn a_thousand_calls_a_minute_and_service() {
    let cloud = Cloud::new();
    for _ in 0..1000 {
        cloud.ok("vpc", "describeVpcs", json!({}));
    }
    assert_eq!(cloud.err("vpc", "describeVpcs", json!({})), (429, "RATE_LIMIT".into()));
    cloud.ok("vm", "describeInstances", json!({}));
    cloud.pass(60);
    cloud.ok("vpc", "describeVpcs", json!({}));
    cloud.inner.outside("settings", &json!({"ratePerMinute": null}));
    for _ in 0..1100 {
        cloud.ok("vpc", "describeVpcs", json!({}));
    }
}

#[test]
fn the_log_has_refused_calls_too() {
    let cloud = Cloud::new();
    cloud.vpc("main", "10.0.0.0/16");
    cloud.err("vpc", "describeVpc", json!({"vpcId": "vpc-none"}));
    let mut unsigned = list_vpcs(cloud.clock.now(), "x");
    set(&mut unsigned, "authorization", None);
    answer(&cloud, &unsigned);
    let log = cloud.inner.outside("log", &json!({}));
    let rows: Vec<String> = log["result"]["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| format!("{} {} {} {} {}", c["seq"], c["service"], c["operation"], c["status"], c["mutating"]))
        .collect();
    assert_eq!(
        rows,
        [
            r#"1 "vpc" "createVpc" "OK" true"#,
            r#"2 "vpc" "describeVpc" "NOT_FOUND" false"#,
            r#"3 "vpc" "describeVpcs" "ACCESS_ERROR" false"#,
        ]
    );
}

#[test]
fn seeded_objects_take_the_given_ids() {
    let cloud = Cloud::new();
    let seed = |id: &str| {
        json!({"service": "vpc", "operation": "createVpc", "ids": [id],
            "parameters": {"regionId": "cn-north-1", "vpcName": "known", "addressPrefix": "10.0.0.0/16"}})
    };
    let made = cloud.inner.outside("seed", &seed("vpc-known00001"));
    assert_eq!(made["result"]["vpcId"], "vpc-known00001");
    assert_eq!(cloud.ok("vpc", "describeVpc", json!({"vpcId": "vpc-known00001"}))["vpc"]["vpcName"], "known");
    assert_eq!(cloud.inner.outside("seed", &seed("vpc-known00001"))["error"]["status"], "ALREADY_EXISTS");
}
