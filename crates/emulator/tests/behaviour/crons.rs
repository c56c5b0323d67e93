//! What happens to availability groups at set times.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

/// A group that scales, and one that does not.
fn groups(cloud: &Cloud) -> (String, String) {
    let (_, subnet) = cloud.network();
    let data = json!({
        "instanceType": "g.n2.medium",
        "imageId": "img-ubuntu2204",
        "primaryNetworkInterface": {"networkInterface": {"subnetId": subnet}},
    });
    let template = json!({"name": "web", "instanceTemplateData": data});
    let template = text(&cloud.ok("vm", "createInstanceTemplate", template), "instanceTemplateId");
    let group = |scaling: Value| {
        let mut params = json!({"agName": "web", "azs": ["cn-north-1a"], "instanceTemplateId": template});
        if !scaling.is_null() {
            params["autoscalingSpec"] = scaling;
        }
        text(&cloud.ok("ag", "createAg", params), "agId")
    };
    (group(json!({"minSize": 0, "maxSize": 4})), group(Value::Null))
}

fn simple(cloud: &Cloud, group: &str) -> String {
    let spec = json!({"adjustmentType": "Number", "adjustmentValue": 1});
    let params = json!({"agId": group, "name": "more", "asRuleType": "Simple", "simpleAsRuleSpec": spec});
    text(&cloud.ok("ag", "createAsRule", params), "asRuleId")
}

fn cron(group: &str, fields: Value) -> Value {
    let mut params = json!({"agId": group, "name": "night", "launchTime": "2026-01-16 02:00:00", "minSize": 1});
    for (name, value) in fields.as_object().unwrap() {
        params[name] = value.clone();
    }
    params
}

#[test]
fn times_are_written_one_way_and_lie_ahead() {
    let cloud = Cloud::new();
    let (id, idle) = groups(&cloud);
    assert_eq!(cloud.err("ag", "createAsCron", cron(&idle, json!({}))), fault(400, "FAILED_PRECONDITION"));
    for (field, value) in [
        ("launchTime", "2026-01-16T02:00:00"),
        ("launchTime", "2026-01-16 2:00:00"),
        ("launchTime", "2026-01-32 02:00:00"),
        // The cloud is at 18:00 in China.
        ("launchTime", "2026-01-15 18:00:00"),
        ("repeatEndTime", "2026-01-16 02:00:00"),
        ("repeatType", "Yearly"),
        ("name", "a b"),
    ] {
        let wrong = cron(&id, json!({"repeatValue": "1", field: value}));
        assert_eq!(cloud.err("ag", "createAsCron", wrong), fault(400, "INVALID_ARGUMENT"), "{field} = {value}");
    }
    let late = cron(&id, json!({"launchExpirationTime": 1801}));
    assert_eq!(cloud.err("ag", "createAsCron", late), fault(400, "OUT_OF_RANGE"));
    let soon = cron(&id, json!({"launchTime": "2026-01-15 18:01:59"}));
    let made = text(&cloud.ok("ag", "createAsCron", soon), "asCronId");
    let of = json!({"filters": [{"name": "asCronId", "values": [made]}]});
    let shown = || cloud.ok("ag", "describeAsCrons", of.clone())["asCrons"][0].clone();
    assert_eq!(
        (&shown()["launchTime"], &shown()["launchExpirationTime"]),
        (&json!("2026-01-15 18:01:00"), &json!(600))
    );
    // A time that has come stays, as long as nobody gives it again.
    cloud.pass(3600);
    cloud.ok("ag", "updateAsCron", json!({"asCronId": made, "name": "past"}));
    cloud.ok("ag", "disableAsCron", json!({"asCronId": made}));
    assert_eq!((&shown()["name"], &shown()["displayState"]), (&json!("past"), &json!("Disabled")));
    cloud.ok("ag", "enableAsCron", json!({"asCronId": made}));
    let again = json!({"asCronId": made, "launchTime": "2026-01-15 18:01:00"});
    assert_eq!(cloud.err("ag", "updateAsCron", again), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("ag", "deleteAsCron", json!({"asCronId": made}));
    assert_eq!(cloud.err("ag", "deleteAsCron", json!({"asCronId": made})), fault(404, "NOT_FOUND"));
}

#[test]
fn what_repeats_says_how_often() {
    let cloud = Cloud::new();
    let (id, _) = groups(&cloud);
    for (kind, value, fits) in [
        ("Daily", "1", true),
        ("Daily", "32", false),
        ("Daily", "1,2", false),
        ("Weekly", "0,6", true),
        ("Weekly", "7", false),
        ("Weekly", "1,", false),
        ("Monthly", "1-31", true),
        ("Monthly", "3-2", false),
        ("Monthly", "3", false),
        ("Cron", "0 10 * * *", true),
        ("Cron", "*/15 8-18 ? 1,2 1-5", true),
        ("Cron", "0 0 10 * * *", false),
        ("Cron", "60 * * * *", false),
        ("Cron", "* ? * * *", false),
        ("Cron", "*/0 * * * *", false),
    ] {
        let params = cron(&id, json!({"repeatType": kind, "repeatValue": value}));
        let body = cloud.body("ag", "createAsCron", params);
        assert_eq!(body.get("error").is_none(), fits, "{kind} {value}: {body}");
    }
    let lacks = cron(&id, json!({"repeatType": "Daily"}));
    assert_eq!(cloud.err("ag", "createAsCron", lacks), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn a_cron_carries_a_rule_out_or_sets_sizes() {
    let cloud = Cloud::new();
    let (id, other) = groups(&cloud);
    cloud.ok("ag", "enableAutoScaling", json!({"agId": other, "autoscalingSpec": {"minSize": 0, "maxSize": 1}}));
    let (rule, elsewhere) = (simple(&cloud, &id), simple(&cloud, &other));
    for wrong in [
        json!({"asRuleId": rule}),
        json!({"minSize": null}),
        json!({"minSize": -1}),
        json!({"minSize": 3, "maxSize": 2}),
        json!({"minSize": null, "asRuleId": elsewhere}),
    ] {
        assert_eq!(
            cloud.err("ag", "createAsCron", cron(&id, wrong.clone())),
            fault(400, "INVALID_ARGUMENT"),
            "{wrong}"
        );
    }
    let made = text(&cloud.ok("ag", "createAsCron", cron(&id, json!({"maxSize": 2}))), "asCronId");
    let shown = || cloud.ok("ag", "describeAsCrons", json!({}))["asCrons"][0].clone();
    let sizes = || ["minSize", "maxSize", "desiredCapacity"].map(|name| shown()[name].as_i64().unwrap());
    assert_eq!(sizes(), [1, 2, -1]);
    let update = |fields: Value| {
        let mut params = json!({"asCronId": made});
        params.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        params
    };
    cloud.ok("ag", "updateAsCron", update(json!({"asRuleId": rule})));
    assert_eq!((sizes(), &shown()["asRule"]["asRuleId"]), ([-1, -1, -1], &json!(rule)));
    let crons = cloud.ok("ag", "describeAsRules", json!({"agId": id}))["asRules"][0]["simpleAsRuleInfo"].clone();
    assert_eq!(crons["asCrons"][0]["asCronId"], json!(made));
    assert_eq!(cloud.err("ag", "deleteAsRule", json!({"asRuleId": rule})), fault(400, "FAILED_PRECONDITION"));
    // In another group it needs a rule of that.
    assert_eq!(cloud.err("ag", "updateAsCron", update(json!({"agId": other}))), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("ag", "updateAsCron", update(json!({"agId": other, "asRuleId": elsewhere})));
    cloud.ok("ag", "updateAsCron", update(json!({"desiredCapacity": 2})));
    assert_eq!((sizes(), &shown()["asRule"]), ([-1, -1, 2], &Value::Null));
    cloud.ok("ag", "deleteAsRule", json!({"asRuleId": rule}));
    // What scales a group goes with it.
    cloud.ok("ag", "deleteAg", json!({"agId": other}));
    assert_eq!(cloud.ok("ag", "describeAsCrons", json!({}))["totalCount"], 0);
}
