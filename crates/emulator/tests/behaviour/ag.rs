//! Instance templates, availability groups, and what scales them.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn data(subnet: &str) -> Value {
    json!({
        "instanceType": "g.n2.medium",
        "imageId": "img-ubuntu2204",
        "primaryNetworkInterface": {"networkInterface": {"subnetId": subnet}},
    })
}

fn template(cloud: &Cloud, subnet: &str) -> String {
    let params = json!({"name": "web", "instanceTemplateData": data(subnet)});
    text(&cloud.ok("vm", "createInstanceTemplate", params), "instanceTemplateId")
}

fn group(cloud: &Cloud, template: &str, scaling: Value) -> String {
    let mut params = json!({"agName": "web", "azs": ["cn-north-1a"], "instanceTemplateId": template});
    if !scaling.is_null() {
        params["autoscalingSpec"] = scaling;
    }
    text(&cloud.ok("ag", "createAg", params), "agId")
}

fn alarm(group: &str) -> Value {
    json!({
        "agId": group, "name": "busy", "metricType": "System", "metricName": "cpu_util", "period": 5,
        "statistic": "avg", "threshold": 80, "comparison": "gte",
    })
}

#[test]
fn a_template_is_checked_and_each_field_is_overwritten() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    for (field, value, expected) in [
        ("instanceType", json!("g.n9.huge"), fault(400, "INVALID_ARGUMENT")),
        ("imageId", json!("img-nothing"), fault(404, "NOT_FOUND")),
        ("keyNames", json!(["nobody"]), fault(404, "NOT_FOUND")),
        ("elasticIp", json!({"bandwidthMbps": 5, "chargeMode": "bandwidth"}), fault(400, "INVALID_ARGUMENT")),
        ("elasticIp", json!({"bandwidthMbps": 201, "chargeMode": "flow"}), fault(400, "OUT_OF_RANGE")),
        ("systemDisk", json!({"cloudDiskSpec": {"diskType": "ssd.gp1", "diskSizeGB": 20}}), fault(400, "OUT_OF_RANGE")),
        ("password", json!("short"), fault(400, "INVALID_ARGUMENT")),
    ] {
        let mut wrong = data(&subnet);
        wrong[field] = value.clone();
        let params = json!({"name": "web", "instanceTemplateData": wrong});
        assert_eq!(cloud.err("vm", "createInstanceTemplate", params), expected, "{field} = {value}");
    }
    let id = template(&cloud, &subnet);
    let shown =
        || cloud.ok("vm", "describeInstanceTemplate", json!({"instanceTemplateId": id}))["instanceTemplate"].clone();
    let update = |data: Value| json!({"instanceTemplateId": id, "instanceTemplateData": data});
    let nothing = json!({"instanceTemplateId": id});
    assert_eq!(cloud.err("vm", "updateInstanceTemplate", nothing), fault(400, "INVALID_ARGUMENT"));
    let disk = json!({"deviceName": "vdb", "cloudDiskSpec": {"diskType": "ssd.gp1", "diskSizeGB": 20}});
    let tags = |value: &str| json!([{"key": "stage", "value": value}]);
    let first = json!({"password": "DevOps2018~", "dataDisks": [disk], "instanceTags": tags("one")});
    cloud.ok("vm", "updateInstanceTemplate", update(first));
    let read = shown()["instanceTemplateData"].clone();
    assert_eq!((&read["includePassword"], &read["instanceType"]), (&json!(true), &json!("g.n2.medium")));
    assert_eq!(read["dataDisks"][0]["instanceTemplateDisk"]["diskSizeGB"], 20, "read under another name");
    let more = json!([{"key": "more", "value": "x"}]);
    let second = json!({"dataDisks": [], "noPassword": true, "instanceTags": more});
    cloud.ok("vm", "updateInstanceTemplate", update(second));
    let read = shown()["instanceTemplateData"].clone();
    assert_eq!((&read["includePassword"], &read["dataDisks"]), (&json!(false), &json!([])));
    assert_eq!(read["instanceTags"].as_array().unwrap().len(), 2, "tags are added to");
}

#[test]
fn a_template_in_use_stays() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let (first, second) = (template(&cloud, &subnet), template(&cloud, &subnet));
    let of = |id: &str| json!({"instanceTemplateId": id});
    let strict = json!({"agName": "web", "azs": ["cn-north-1a"]});
    assert_eq!(cloud.err("ag", "createAg", strict), fault(400, "INVALID_ARGUMENT"), "a strict group wants a template");
    let id = group(&cloud, &first, Value::Null);
    assert_eq!(cloud.err("vm", "deleteInstanceTemplate", of(&first)), fault(400, "FAILED_PRECONDITION"));
    let used = cloud.ok("vm", "describeInstanceTemplate", of(&first))["instanceTemplate"]["ags"].clone();
    assert_eq!(used, json!([{"id": id, "name": "web"}]));
    cloud.ok("ag", "setInstanceTemplate", json!({"agId": id, "instanceTemplateId": second}));
    cloud.ok("vm", "deleteInstanceTemplate", of(&first));
    cloud.ok("ag", "deleteAg", json!({"agId": id}));
    cloud.ok("vm", "deleteInstanceTemplate", of(&second));
    let loose = json!({"agName": "web", "azs": ["cn-north-1a"], "configurationType": "loose"});
    let id = text(&cloud.ok("ag", "createAg", loose), "agId");
    let third = template(&cloud, &subnet);
    let set = json!({"agId": id, "instanceTemplateId": third});
    assert_eq!(cloud.err("ag", "setInstanceTemplate", set), fault(400, "FAILED_PRECONDITION"));
}

#[test]
fn instances_join_and_are_abandoned() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let other_vpc = cloud.vpc("other", "10.1.0.0/16");
    let elsewhere = cloud.subnet(&other_vpc, "10.1.1.0/24");
    let instance = cloud.instance(&subnet);
    let (near, far) = (template(&cloud, &subnet), template(&cloud, &elsewhere));
    let (id, foreign) = (group(&cloud, &near, Value::Null), group(&cloud, &far, Value::Null));
    let join = |group: &str| json!({"instanceId": instance, "agId": group});
    assert_eq!(cloud.err("vm", "modifyInstancePlacement", join(&id)), fault(400, "FAILED_PRECONDITION"), "pending");
    cloud.pass(60);
    assert_eq!(cloud.err("vm", "modifyInstancePlacement", join(&foreign)), fault(400, "INVALID_ARGUMENT"));
    let mut balanced = join(&id);
    balanced["balance"] = json!(true);
    assert_eq!(cloud.err("vm", "modifyInstancePlacement", balanced), fault(400, "FAILED_PRECONDITION"), "it runs");
    cloud.ok("vm", "modifyInstancePlacement", join(&id));
    assert_eq!(cloud.show(&instance)["ag"]["id"], json!(id));
    let shown = || cloud.ok("ag", "describeAg", json!({"agId": id}))["ag"].clone();
    assert_eq!((&shown()["count"], &shown()["instances"][0]["instanceId"]), (&json!(1), &json!(instance)));
    assert_eq!(cloud.err("ag", "deleteAg", json!({"agId": id})), fault(400, "FAILED_PRECONDITION"));
    let managed = json!({"agId": id, "instanceIds": [instance], "isManaged": true});
    assert_eq!(cloud.err("ag", "modifyInstancesManaged", managed.clone()), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("ag", "enableAutoScaling", json!({"agId": id, "autoscalingSpec": {"minSize": 0, "maxSize": 2}}));
    cloud.ok("ag", "modifyInstancesManaged", managed);
    assert_eq!(shown()["instances"][0]["isManaged"], true);
    let abandon = json!({"agId": id, "instanceIds": [instance]});
    cloud.ok("ag", "abandonInstances", abandon.clone());
    assert_eq!(cloud.err("ag", "abandonInstances", abandon), fault(400, "INVALID_ARGUMENT"));
    assert!(cloud.show(&instance)["ag"].is_null());
    cloud.ok("vm", "modifyInstancePlacement", join(&id));
    cloud.ok("vm", "deleteInstance", json!({"instanceId": instance}));
    cloud.pass(60);
    cloud.ok("ag", "deleteAg", json!({"agId": id}));
}

#[test]
fn scaling_is_turned_on_and_off_and_remembers() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let id = group(&cloud, &template(&cloud, &subnet), Value::Null);
    let shown = || cloud.ok("ag", "describeAg", json!({"agId": id}))["ag"].clone();
    let spec = |min: i64, max: i64| json!({"agId": id, "autoscalingSpec": {"minSize": min, "maxSize": max}});
    assert_eq!(cloud.err("ag", "updateAutoScaling", spec(0, 4)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("ag", "enableAutoScaling", json!({"agId": id})), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(cloud.err("ag", "enableAutoScaling", spec(0, 301)), fault(400, "OUT_OF_RANGE"));
    assert_eq!(cloud.err("ag", "enableAutoScaling", spec(5, 4)), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("ag", "enableAutoScaling", spec(0, 4));
    assert_eq!((&shown()["autoScaling"], &shown()["autoscalingSpec"]["coolDownSeconds"]), (&json!(true), &json!(300)));
    cloud.ok("ag", "disableAutoScaling", json!({"agId": id}));
    assert!(shown()["autoscalingSpec"].is_null());
    cloud.ok("ag", "enableAutoScaling", spec(0, 9));
    assert_eq!(shown()["autoscalingSpec"]["maxSize"], 4, "it scaled before: the specification is ignored");
    cloud.ok("ag", "updateAutoScaling", spec(0, 9));
    assert_eq!(shown()["autoscalingSpec"]["maxSize"], 9);
    let quota = cloud.ok("ag", "describeQuotas", json!({}))["quotas"][0].clone();
    assert_eq!((&quota["resourceType"], &quota["used"]), (&json!("ag"), &json!(1)));
}

#[test]
fn alarms_and_rules_hold_each_other() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let template = template(&cloud, &subnet);
    let idle = group(&cloud, &template, Value::Null);
    let id = group(&cloud, &template, json!({"minSize": 0, "maxSize": 4}));
    assert_eq!(cloud.err("ag", "createAsAlarm", alarm(&idle)), fault(400, "FAILED_PRECONDITION"));
    for (field, value) in [
        ("metricName", json!("moon.phase")),
        ("metricType", json!("Custom")),
        ("period", json!(3)),
        ("hitCount", json!(4)),
        ("comparison", json!("eq")),
        ("statistic", json!("sum")),
    ] {
        let mut wrong = alarm(&id);
        wrong[field] = value.clone();
        assert_eq!(cloud.err("ag", "createAsAlarm", wrong), fault(400, "INVALID_ARGUMENT"), "{field} = {value}");
    }
    let busy = text(&cloud.ok("ag", "createAsAlarm", alarm(&id)), "asAlarmId");
    let rule = |kind: &str, parameter: &str, spec: Value| {
        let mut params = json!({"agId": id, "name": "more", "asRuleType": kind});
        params[parameter] = spec;
        params
    };
    let too_many = json!({"adjustmentType": "Number", "adjustmentValue": 301});
    let too_many = rule("Simple", "simpleAsRuleSpec", too_many);
    assert_eq!(cloud.err("ag", "createAsRule", too_many), fault(400, "OUT_OF_RANGE"));
    let simple = rule("Simple", "simpleAsRuleSpec", json!({"adjustmentType": "Number", "adjustmentValue": 1}));
    let simple = text(&cloud.ok("ag", "createAsRule", simple), "asRuleId");
    cloud.ok("ag", "updateAsAlarm", json!({"asAlarmId": busy, "asRuleId": simple, "threshold": 90}));
    let of = |rule: &str| json!({"asRuleId": rule});
    assert_eq!(cloud.err("ag", "deleteAsRule", of(&simple)), fault(400, "FAILED_PRECONDITION"));

    let steps = json!([{"metricUpperBound": 100.0, "metricLowerBound": 90.0, "adjustmentValue": 2}]);
    let step = json!({"asAlarmId": busy, "adjustmentType": "Number", "stepAdjustments": steps});
    let step = text(&cloud.ok("ag", "createAsRule", rule("Step", "stepAsRuleSpec", step)), "asRuleId");
    let this = json!({"asAlarmId": busy});
    assert_eq!(cloud.err("ag", "deleteAsAlarm", this.clone()), fault(400, "FAILED_PRECONDITION"));
    let measured = json!({"asAlarmId": busy, "threshold": 70});
    assert_eq!(cloud.err("ag", "updateAsAlarm", measured), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("ag", "deleteAsRule", of(&step));
    cloud.ok("ag", "deleteAsAlarm", this);
    cloud.ok("ag", "deleteAsRule", of(&simple));

    let target = rule("Target", "targetAsRuleSpec", json!({"metricName": "cpu_util", "targetValue": 50}));
    let target = text(&cloud.ok("ag", "createAsRule", target), "asRuleId");
    let found = cloud.ok("ag", "describeAsAlarms", json!({"filters": [{"name": "agId", "values": [id]}]}));
    assert_eq!(found["totalCount"], 2, "a target rule brings its own");
    let own = json!({"asAlarmId": found["asAlarms"][0]["asAlarmId"]});
    assert_eq!(cloud.err("ag", "deleteAsAlarm", own), fault(400, "FAILED_PRECONDITION"));
    let rules = cloud.ok("ag", "describeAsRules", json!({"agId": id}));
    assert_eq!(rules["asRules"][0]["targetAsRuleInfo"]["scaleInHitCount"], 15);
    cloud.ok("ag", "deleteAsRule", of(&target));
    assert_eq!(cloud.ok("ag", "describeAsAlarms", json!({}))["totalCount"], 0);
}
