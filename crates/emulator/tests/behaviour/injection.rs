//! What each kind of fault does to a call, to the cloud and to the log.

use crate::cloud::{Cloud, text};
use firma_api::{Clock, Request, Response, Transport, TransportError};
use firma_emulator::CallRecord;
use serde_json::{Value, json};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

impl Cloud {
    /// Puts a fault in force.
    fn inject(&self, fault: Value) {
        let answer = self.inner.outside("fault", &json!({"add": fault}));
        assert!(answer.get("error").is_none(), "{answer}");
    }

    /// Hits of each fault in force.
    fn hits(&self) -> Vec<u64> {
        let answer = self.inner.outside("fault", &json!({}));
        let faults = answer["result"]["faults"].as_array().unwrap();
        faults.iter().map(|fault| fault["hits"].as_u64().unwrap()).collect()
    }

    /// Sends as an engine does. Neither the cloud nor its clock ever makes anybody wait.
    fn send(&self, service: &str, operation: &str, params: Value) -> Result<Response, TransportError> {
        let mut params = params.as_object().unwrap().clone();
        params.insert("regionId".into(), json!(self.region));
        let request = firma_api::build(service, operation, Some(self.region), &params).unwrap();
        ready(self, request)
    }

    fn create(&self) -> Result<Response, TransportError> {
        self.send("vpc", "createVpc", json!({"vpcName": "main", "addressPrefix": "10.0.0.0/16"}))
    }

    fn vpcs(&self) -> usize {
        let inventory = self.inner.outside("inventory", &json!({}));
        inventory["result"]["objects"].as_array().unwrap().iter().filter(|o| o["kind"] == "vpc").count()
    }

    fn take_calls(&self) -> Vec<CallRecord> {
        self.inner.with(|world| world.take_calls())
    }
}

fn ready(cloud: &Cloud, request: Request) -> Result<Response, TransportError> {
    let mut future = pin!(cloud.inner.send(request));
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("somebody waits"),
    }
}

/// What the caller learns, in a word or two.
fn learned(result: &Result<Response, TransportError>) -> String {
    match result {
        Err(TransportError::Connect(_)) => "not connected".into(),
        Err(TransportError::Ambiguous(_)) => "unknown".into(),
        Err(TransportError::Unsendable(_)) => "unsendable".into(),
        Ok(response) => match serde_json::from_slice::<Value>(&response.body) {
            Err(_) => format!("{} not JSON", response.status),
            Ok(body) if body["error"].is_object() => format!("{} {}", response.status, text(&body["error"], "status")),
            Ok(body) if body["result"].is_object() => format!("{} result", response.status),
            Ok(_) => format!("{} strange", response.status),
        },
    }
}

/// A row of the log: code, status, fault, whether the cloud changed, how many objects came.
fn row(call: &CallRecord) -> String {
    let injected = call.injected.as_deref().unwrap_or("-");
    let effect = if call.changed { "changed" } else { "unchanged" };
    assert_eq!(call.request_id.len(), 36);
    format!("{} {} {injected} {effect} {}", call.code, call.status, call.made.len())
}

#[test]
fn a_call_that_creates() {
    for (kind, expected, vpcs, log) in [
        (json!("refused"), "not connected", 0, vec!["0 NOT_RECEIVED refused unchanged 0"]),
        (json!("request_lost"), "unknown", 0, vec!["0 NOT_RECEIVED request_lost unchanged 0"]),
        (json!("answer_lost"), "unknown", 1, vec!["200 OK answer_lost changed 4"]),
        (json!("twice"), "200 result", 2, vec!["200 OK twice changed 4", "200 OK twice changed 4"]),
        (json!({"late": {"millis": 5000}}), "unknown", 0, vec!["0 NOT_RECEIVED late unchanged 0"]),
        (json!({"slow": {"millis": 5000}}), "200 result", 1, vec!["200 OK slow changed 4"]),
        (json!("truncated"), "200 not JSON", 1, vec!["200 OK truncated changed 4"]),
        (json!("not_json"), "200 not JSON", 0, vec!["200 OK not_json unchanged 0"]),
        (json!("wrong_schema"), "200 strange", 1, vec!["200 OK wrong_schema changed 4"]),
        (
            json!({"error": {"code": 503, "status": "UNAVAILABLE"}}),
            "503 UNAVAILABLE",
            0,
            vec!["503 UNAVAILABLE error unchanged 0"],
        ),
        (
            json!({"error_after": {"code": 500, "status": "INTERNAL"}}),
            "500 INTERNAL",
            1,
            vec!["500 INTERNAL error_after changed 4"],
        ),
    ] {
        let cloud = Cloud::new();
        cloud.inject(json!({"match": {"operation": "createVpc"}, "kind": kind}));
        assert_eq!(learned(&cloud.create()), expected, "{kind}");
        assert_eq!(cloud.vpcs(), vpcs, "{kind}");
        assert_eq!(cloud.hits(), [1], "{kind}");
        let calls = cloud.take_calls();
        assert_eq!(calls.iter().map(row).collect::<Vec<_>>(), log, "{kind}");
        assert!(calls.iter().all(|call| call.mutating && call.parameters["vpcName"] == "main"), "{kind}");
        // It happens once.
        assert_eq!(learned(&cloud.create()), "200 result", "{kind}");
        assert_eq!(row(&cloud.take_calls()[0]), "200 OK - changed 4", "{kind}");
    }
}

#[test]
fn a_slow_answer_takes_its_time_and_the_work_does_not() {
    let cloud = Cloud::new();
    let before = cloud.clock.now();
    cloud.inject(json!({"kind": {"slow": {"millis": 90_000}}}));
    cloud.create().unwrap();
    assert_eq!(cloud.clock.now().millis_since(before), 90_000);
    assert_eq!(cloud.take_calls()[0].at.timestamp(), before);
}

#[test]
fn the_rest_of_an_answer() {
    let cloud = Cloud::new();
    cloud.inject(json!([
        {"match": {"mutating": true}, "kind": "truncated"},
        {"at": {"call": 2}, "kind": {"error": {"code": 429, "status": "RATE_LIMIT", "retryAfter": 7}}},
        {"at": {"call": 3}, "kind": "not_json"},
    ]));
    let cut = cloud.create().unwrap();
    let whole: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!(cut.body.len(), whole / 2);
    let throttled = cloud.create().unwrap();
    assert_eq!((throttled.status, throttled.header("retry-after")), (429, Some("7")));
    assert_eq!(throttled.header("x-jdcloud-request-id").map(str::len), Some(36));
    let portal = cloud.create().unwrap();
    assert_eq!(portal.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(portal.header("x-jdcloud-request-id"), None);
    // Every answer tells the time.
    for response in [&cut, &throttled, &portal] {
        assert_eq!(response.header("date"), Some("Thu, 15 Jan 2026 10:00:00 GMT"));
    }
}

#[test]
fn a_late_request_arrives_before_anything_else_is_looked_at() {
    let cloud = Cloud::new();
    cloud.inject(json!({"match": {"operation": "createVpc"}, "kind": {"late": {"millis": 5000}}}));
    assert_eq!(learned(&cloud.create()), "unknown");
    cloud.pass(4);
    assert_eq!(cloud.ok("vpc", "describeVpcs", json!({}))["totalCount"], 0);
    cloud.pass(2);
    let list = cloud.ok("vpc", "describeVpcs", json!({}));
    assert_eq!(list["totalCount"], 1);
    let calls = cloud.take_calls();
    let rows: Vec<String> = calls.iter().map(row).collect();
    assert_eq!(
        rows,
        ["0 NOT_RECEIVED late unchanged 0", "200 OK - unchanged 0", "200 OK late changed 4", "200 OK - unchanged 0"]
    );
    // The two halves of it have one id, and it arrived when it was due.
    assert_eq!(calls[0].request_id, calls[2].request_id);
    assert_eq!(calls[2].at.0 - calls[0].at.0, 5000);
    assert!(calls[2].made.contains(&text(&list["vpcs"][0], "vpcId")), "{:?}", calls[2].made);
}

#[test]
fn a_late_request_may_come_too_late() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    cloud.inject(json!([
        {"match": {"operation": "createSubnet"}, "kind": {"late": {"millis": 5000}}},
        {"match": {"operation": "createVpc"}, "kind": {"late": {"millis": 3_600_000}}},
    ]));
    let params = json!({"vpcId": vpc, "subnetName": "s", "addressPrefix": "10.0.1.0/24"});
    assert_eq!(learned(&cloud.send("vpc", "createSubnet", params)), "unknown");
    // Signed an hour before: nobody takes it.
    assert_eq!(learned(&cloud.create()), "unknown");
    cloud.ok("vpc", "deleteVpc", json!({"vpcId": vpc}));
    cloud.take_calls();
    cloud.pass(7200);
    cloud.ok("vpc", "describeVpcs", json!({}));
    assert_eq!(cloud.vpcs(), 0);
    let rows: Vec<String> = cloud.take_calls().iter().map(row).collect();
    assert_eq!(rows, ["404 NOT_FOUND late unchanged 0", "200 OK - unchanged 0"]);
}

#[test]
fn a_client_token_makes_the_second_delivery_the_first() {
    let cloud = Cloud::new();
    cloud.inject(json!({"match": {"service": "disk"}, "kind": "twice"}));
    cloud.disk();
    let rows: Vec<String> = cloud.take_calls().iter().map(row).collect();
    assert_eq!(rows, ["200 OK twice changed 1", "200 OK twice unchanged 0"]);
}

/// Lists with one fault: which operation, what is asked, the fault, rows and total.
#[test]
fn lists_and_reads() {
    let cloud = Cloud::new();
    cloud.inner.outside("quota", &json!({"limits": {"*": 100}}));
    for number in 0..25 {
        cloud.vpc("old", &format!("10.{number}.0.0/16"));
    }
    cloud.pass(60);
    let young = cloud.vpc("young", "10.99.0.0/16");
    let seen = |kind: Value, params: Value| {
        cloud.inner.outside("fault", &json!({"clear": true, "add": {"at": {"times": null}, "kind": kind}}));
        let result = cloud.ok("vpc", "describeVpcs", params);
        let first = result["vpcs"].as_array().unwrap().first().map(|vpc| text(vpc, "vpcId"));
        (result["vpcs"].as_array().unwrap().len(), result["totalCount"].as_u64().unwrap(), first)
    };
    let page = |number: u64| json!({"pageNumber": number, "pageSize": 10});
    let (_, _, first) = seen(json!({"slow": {"millis": 0}}), page(1));
    for (kind, params, rows, total) in [
        (json!("empty_list"), page(1), 0, 0),
        (json!("loses_page"), page(1), 10, 26),
        (json!("loses_page"), page(2), 0, 26),
        (json!("repeats_page"), page(1), 10, 26),
        (json!("repeats_page"), page(3), 10, 26),
        (json!({"lags": {"millis": 30_000}}), page(1), 10, 25),
        (json!({"lags": {"millis": 0}}), page(1), 10, 26),
        (json!({"lags": {"millis": 100_000}}), page(1), 0, 0),
    ] {
        let (found, count, head) = seen(kind.clone(), params.clone());
        assert_eq!((found, count), (rows, total), "{kind} {params}");
        if kind == json!("repeats_page") {
            assert_eq!(head, first, "{kind} {params}");
        }
    }
    cloud.inner.outside("fault", &json!({"clear": true, "add": {"kind": {"lags": {"millis": 30_000}}}}));
    assert_eq!(cloud.err("vpc", "describeVpc", json!({"vpcId": young})), (404, "NOT_FOUND".into()));
    assert_eq!(cloud.ok("vpc", "describeVpc", json!({"vpcId": young}))["vpc"]["vpcName"], "young");
    assert_eq!(cloud.vpcs(), 26);
}

#[test]
fn a_fault_counts_only_what_it_can_be_about() {
    let cloud = Cloud::new();
    cloud.inject(json!([{"kind": "loses_page"}, {"kind": "job_fails"}, {"kind": "empty_list"}]));
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    cloud.ok("vpc", "describeVpc", json!({"vpcId": vpc}));
    assert_eq!(cloud.hits(), [0, 0, 0]);
    cloud.disk();
    assert_eq!(cloud.ok("vpc", "describeVpcs", json!({}))["totalCount"], 0);
    cloud.ok("vpc", "describeVpcs", json!({"pageNumber": 2}));
    assert_eq!(cloud.hits(), [1, 1, 1]);
}

#[test]
fn which_of_the_calls() {
    for (at, expected) in [
        (json!({}), "!.....".to_owned()),
        (json!({"call": 3}), "..!...".to_owned()),
        (json!({"call": 2, "times": 3}), ".!!!..".to_owned()),
        (json!({"times": null}), "!!!!!!".to_owned()),
        (json!({"call": 5, "times": null}), "....!!".to_owned()),
        (json!({"times": null, "forMillis": 3000}), "!!!...".to_owned()),
        (json!({"call": 2, "times": 1, "forMillis": 1000}), "......".to_owned()),
    ] {
        let cloud = Cloud::new();
        cloud.inject(json!({"at": at, "kind": {"error": {"code": 500, "status": "INTERNAL"}}}));
        let mut struck = String::new();
        for _ in 0..6 {
            struck.push(if cloud.raw("vpc", "describeVpcs", json!({})).status == 200 { '.' } else { '!' });
            cloud.pass(1);
        }
        assert_eq!(struck, expected, "{at}");
    }
}

#[test]
fn which_calls_at_all() {
    for (matching, expected) in [
        (json!({}), "VSvd"),
        (json!({"operation": "create*"}), "VS"),
        (json!({"operation": "createVpc"}), "V"),
        (json!({"operation": "describeVpc*"}), "v"),
        (json!({"mutating": false}), "vd"),
        (json!({"service": "disk"}), "d"),
        (json!({"service": "vpc", "mutating": true, "region": "cn-north-1"}), "VS"),
        (json!({"region": "cn-south-1"}), ""),
    ] {
        let cloud = Cloud::new();
        let vpc = cloud.vpc("main", "10.0.0.0/16");
        cloud.inject(json!({"match": matching, "at": {"times": null}, "kind": "request_lost"}));
        let subnet = json!({"vpcId": vpc, "subnetName": "s", "addressPrefix": "10.0.1.0/24"});
        let struck = [
            ('V', cloud.create()),
            ('S', cloud.send("vpc", "createSubnet", subnet)),
            ('v', cloud.send("vpc", "describeVpcs", json!({}))),
            ('d', cloud.send("disk", "describeDisks", json!({}))),
        ]
        .into_iter()
        .filter_map(|(letter, result)| result.is_err().then_some(letter))
        .collect::<String>();
        assert_eq!(struck, expected, "{matching}");
    }
}

#[test]
fn of_several_the_first_happens_and_all_have_seen_it() {
    let cloud = Cloud::new();
    let error = |status: &str| json!({"error": {"code": 500, "status": status}});
    cloud.inject(
        json!([{"kind": error("FIRST")}, {"kind": error("SECOND")}, {"at": {"call": 2}, "kind": error("THIRD")}]),
    );
    let list = || cloud.raw("vpc", "describeVpcs", json!({}));
    let word = |response: Response| text(&serde_json::from_slice::<Value>(&response.body).unwrap()["error"], "status");
    assert_eq!((word(list()), word(list())), ("FIRST".into(), "THIRD".into()));
    assert_eq!(list().status, 200);
    assert_eq!(cloud.hits(), [1, 0, 1]);
    // A clearing leaves nothing behind, and neither does a reset.
    cloud.inject(json!({"at": {"times": null}, "kind": error("FOURTH")}));
    cloud.inner.outside("fault", &json!({"clear": true}));
    assert_eq!((list().status, cloud.hits().len()), (200, 0));
    cloud.inject(json!({"at": {"times": null}, "kind": error("FIFTH")}));
    cloud.inner.outside("reset", &json!({}));
    assert_eq!((list().status, cloud.hits().len()), (200, 0));
}

#[test]
fn failed_jobs() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let fail = || cloud.inject(json!({"match": {"mutating": true}, "kind": "job_fails"}));
    let disk_status = |disk: &str| text(&cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"], "status");

    fail();
    let broken = cloud.instance(&subnet);
    assert_eq!(cloud.show(&broken)["status"], "pending");
    cloud.pass(120);
    assert_eq!(cloud.show(&broken)["status"], "error");
    assert_eq!(cloud.err("vm", "stopInstance", json!({"instanceId": broken})).0, 400);
    fail();
    cloud.ok("vm", "deleteInstance", json!({"instanceId": broken}));
    cloud.pass(60);
    assert_eq!(cloud.show(&broken)["status"], "error");
    cloud.ok("vm", "deleteInstance", json!({"instanceId": broken}));
    cloud.pass(60);
    assert_eq!(cloud.err("vm", "describeInstance", json!({"instanceId": broken})).0, 404);

    fail();
    let stillborn = cloud.disk();
    cloud.pass(20);
    assert_eq!(disk_status(&stillborn), "error_create");
    fail();
    cloud.ok("disk", "deleteDisk", json!({"diskId": stillborn}));
    cloud.pass(20);
    assert_eq!(disk_status(&stillborn), "error_delete");
    cloud.ok("disk", "deleteDisk", json!({"diskId": stillborn}));
    cloud.pass(20);
    assert_eq!(disk_status(&stillborn), "deleted");

    let disk = cloud.disk();
    cloud.pass(20);
    fail();
    cloud.ok("disk", "extendDisk", json!({"diskId": disk, "diskSizeGB": 200}));
    cloud.pass(20);
    let shown = cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"].clone();
    assert_eq!((&shown["status"], &shown["diskSizeGB"]), (&json!("error_extend"), &json!(100)));

    let (disk, instance) = (cloud.disk(), cloud.instance(&subnet));
    cloud.pass(120);
    let tie = json!({"instanceId": instance, "diskId": disk});
    let slot = || text(&cloud.show(&instance)["dataDisks"][0], "status");
    fail();
    cloud.ok("vm", "attachDisk", tie.clone());
    cloud.pass(20);
    assert_eq!(slot(), "error_attach");
    fail();
    cloud.ok("vm", "detachDisk", tie.clone());
    cloud.pass(20);
    assert_eq!(slot(), "error_detach");
    cloud.ok("vm", "detachDisk", tie.clone());
    cloud.pass(20);
    assert_eq!(cloud.show(&instance)["dataDisks"], json!([]));
    assert_eq!(disk_status(&disk), "available");
    cloud.ok("vm", "attachDisk", tie);
}

#[test]
fn stuck_jobs() {
    let cloud = Cloud::new();
    let status = |disk: &str| text(&cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"], "status");
    cloud.inject(
        json!([{"kind": {"job_sticks": {"millis": 600_000}}}, {"at": {"call": 2}, "kind": {"job_sticks": {}}}]),
    );
    let (late, never) = (cloud.disk(), cloud.disk());
    cloud.pass(500);
    assert_eq!((status(&late), status(&never)), ("creating".into(), "creating".into()));
    cloud.pass(200);
    assert_eq!(status(&late), "available");
    cloud.pass(1_000_000);
    assert_eq!(status(&never), "creating");
}

#[test]
fn the_log_tells_what_came_and_went() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let instance = cloud.instance(&subnet);
    cloud.ok("vm", "createKeypair", json!({"keyName": "key"}));
    cloud.pass(120);
    cloud.ok("vm", "deleteInstance", json!({"instanceId": instance}));
    cloud.pass(60);
    cloud.ok("vm", "deleteKeypair", json!({"keyName": "key"}));
    cloud.ok("vpc", "modifySubnet", json!({"subnetId": subnet, "subnetName": "other"}));
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": subnet}));
    cloud.err("vpc", "deleteSubnet", json!({"subnetId": subnet}));
    let calls = cloud.take_calls();
    let named = |operation: &str| calls.iter().find(|call| call.operation == operation).unwrap();
    assert!(named("createVpc").made.contains(&vpc));
    assert_eq!(named("createSubnet").made, std::slice::from_ref(&subnet));
    assert!(named("createInstances").made.contains(&instance));
    assert_eq!(named("createKeypair").made, ["key"]);
    assert_eq!(named("deleteInstance").unmade, [instance]);
    assert_eq!(named("deleteKeypair").unmade, ["key"]);
    let modify = named("modifySubnet");
    assert_eq!((modify.changed, modify.made.len(), modify.unmade.len()), (true, 0, 0));
    assert_eq!(named("deleteSubnet").unmade, std::slice::from_ref(&subnet));
    let refused = calls.last().unwrap();
    assert_eq!((refused.changed, refused.unmade.len(), &refused.parameters["subnetId"]), (false, 0, &json!(subnet)));
    // Passwords are in the parameters, and the parameters are in no log that anybody prints.
    assert!(!cloud.inner.outside("log", &json!({})).to_string().contains("DevOps2018"));
}

#[test]
fn another_account_sees_another_cloud() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let who = || cloud.ok("user", "describeUser", json!({}))["accountId"].clone();
    assert_eq!(who(), "000000000001");
    let key = json!({"accessKey": "other", "secretKey": "not-a-secret", "account": "000000000002"});
    cloud.inner.outside("keys", &key);
    cloud.inner.use_key("other", "not-a-secret");
    assert_eq!(who(), "000000000002");
    assert_eq!(cloud.ok("vpc", "describeVpcs", json!({}))["totalCount"], 0);
    assert_eq!(cloud.err("vpc", "deleteVpc", json!({"vpcId": vpc})).0, 404);
    let theirs = cloud.vpc("theirs", "10.0.0.0/16");
    assert_ne!(vpc, theirs);
    let inventory = cloud.inner.outside("inventory", &json!({}))["result"]["objects"].clone();
    let accounts: Vec<(&Value, &Value)> = inventory
        .as_array()
        .unwrap()
        .iter()
        .filter(|o| o["kind"] == "vpc")
        .map(|o| (&o["id"], &o["account"]))
        .collect();
    assert_eq!(accounts, [(&json!(vpc), &Value::Null), (&json!(theirs), &json!("000000000002"))]);
    // Jobs go on in every account.
    let disk = cloud.disk();
    cloud.pass(60);
    cloud.inner.use_key("emulator", "emulator");
    assert_eq!(cloud.ok("vpc", "describeVpcs", json!({}))["vpcs"][0]["vpcId"], vpc);
    cloud.inner.use_key("other", "not-a-secret");
    assert_eq!(cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"]["status"], "available");
}

#[test]
fn a_cloud_whose_clock_is_off() {
    let cloud = Cloud::new();
    for (minutes, expected) in [(-20, 401), (-10, 200), (10, 200), (20, 401)] {
        cloud.inner.outside("settings", &json!({"clockShiftMillis": minutes * 60_000}));
        let response = cloud.raw("vpc", "describeVpcs", json!({}));
        assert_eq!(response.status, expected, "{minutes}");
        // The header tells a caller by how much.
        let shifted = cloud.clock.now().plus_millis(minutes * 60_000).to_string();
        let date = response.header("date").unwrap();
        assert!(date.contains(&shifted[11..19]), "{date} {shifted}");
    }
    cloud.inner.outside("settings", &json!({"clockShiftMillis": null}));
    cloud.ok("vpc", "describeVpcs", json!({}));
}
