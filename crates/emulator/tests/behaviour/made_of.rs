//! Instances made of a template, alone and in an availability group.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn template(cloud: &Cloud, subnet: &str, more: Value) -> String {
    let mut data = json!({
        "instanceType": "g.n2.medium",
        "imageId": "img-ubuntu2204",
        "primaryNetworkInterface": {"networkInterface": {"subnetId": subnet}},
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let params = json!({"name": "web", "instanceTemplateData": data});
    text(&cloud.ok("vm", "createInstanceTemplate", params), "instanceTemplateId")
}

fn full(cloud: &Cloud, subnet: &str) -> String {
    let data = json!({
        "password": "DevOps2018~",
        "metadata": [{"key": "role", "value": "web"}],
        "elasticIp": {"bandwidthMbps": 5, "chargeMode": "flow"},
        "systemDisk": {"diskCategory": "cloud", "cloudDiskSpec": {"diskType": "ssd.gp1", "diskSizeGB": 60}},
        "dataDisks": [{"deviceName": "vdb", "cloudDiskSpec": {"diskType": "ssd.gp1", "diskSizeGB": 20}}],
        "chargeOnStopped": "stopCharging",
        "instanceTags": [{"key": "from", "value": "template"}],
    });
    template(cloud, subnet, data)
}

/// What is made of a specification; its name and zone are filled in.
fn spec(fields: Value) -> Value {
    let mut spec = json!({"name": "it", "az": "cn-north-1a"});
    spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"instanceSpec": spec})
}

fn made(cloud: &Cloud, fields: Value) -> Value {
    let answer = cloud.ok("vm", "createInstances", spec(fields));
    cloud.show(answer["instanceIds"][0].as_str().unwrap())
}

fn refused(cloud: &Cloud, fields: Value) -> (i64, String) {
    cloud.err("vm", "createInstances", spec(fields))
}

#[test]
fn a_template_says_what_is_left_out() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let of = full(&cloud, &subnet);
    assert_eq!(refused(&cloud, json!({"instanceTemplateId": "it-nothing"})), fault(404, "NOT_FOUND"));
    let nowhere = json!({"instanceTemplateId": of, "az": null});
    assert_eq!(refused(&cloud, nowhere), fault(400, "INVALID_ARGUMENT"));
    let it = made(&cloud, json!({"instanceTemplateId": of}));
    assert_eq!((&it["instanceType"], &it["imageId"]), (&json!("g.n2.medium"), &json!("img-ubuntu2204")));
    assert_eq!((&it["subnetId"], &it["chargeOnStopped"]), (&json!(subnet), &json!("stopCharging")));
    assert_eq!(it["systemDisk"]["cloudDisk"]["diskSizeGB"], 60);
    assert_eq!(it["dataDisks"][0]["cloudDisk"]["diskSizeGB"], 20);
    assert_eq!(it["tags"], json!([{"key": "from", "value": "template"}]));
    assert!(it["elasticIpAddress"].is_string(), "{it}");
}

#[test]
fn what_is_given_counts_before_the_template() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let of = full(&cloud, &subnet);
    let it = made(
        &cloud,
        json!({
            "instanceTemplateId": of,
            "instanceType": "g.n2.large",
            "primaryNetworkInterface": {"networkInterface": {"subnetId": subnet, "primaryIpAddress": "10.0.1.77"}},
            "dataDisks": [],
            "noElasticIp": true,
            "noPassword": true,
            "userTags": [{"key": "of", "value": "its own"}],
        }),
    );
    assert_eq!((&it["instanceType"], &it["dataDisks"]), (&json!("g.n2.large"), &json!([])));
    assert_eq!((&it["subnetId"], &it["privateIpAddress"]), (&json!(subnet), &json!("10.0.1.77")));
    assert_eq!(it["tags"], json!([{"key": "of", "value": "its own"}]));
    assert!(it["elasticIpAddress"].is_null());
    let bare = made(&cloud, json!({"instanceTemplateId": of, "noInstanceTags": true, "noElasticIp": true}));
    assert_eq!(bare["tags"], json!([]));
    // It may be deleted: nothing but groups keeps a template.
    cloud.ok("vm", "deleteInstanceTemplate", json!({"instanceTemplateId": of}));
}

#[test]
fn a_group_makes_its_instances_of_its_template() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let of = template(&cloud, &subnet, json!({"instanceTags": [{"key": "from", "value": "template"}]}));
    let group = json!({
        "agName": "web", "azs": ["cn-north-1a", "cn-north-1b"], "instanceTemplateId": of,
        "autoscalingSpec": {"minSize": 0, "maxSize": 4},
    });
    let id = text(&cloud.ok("ag", "createAg", group), "agId");
    for given in [
        json!({"instanceType": "g.n2.large"}),
        json!({"imageId": "img-ubuntu2204"}),
        json!({"dataDisks": []}),
        json!({"primaryNetworkInterface": {"networkInterface": {"subnetId": subnet, "securityGroups": []}}}),
        json!({"primaryNetworkInterface": {"networkInterface": {"subnetId": "subnet-other"}}}),
        json!({"az": "cn-north-1c"}),
    ] {
        let mut fields = given.clone();
        fields["agId"] = json!(id);
        assert_eq!(refused(&cloud, fields), fault(400, "INVALID_ARGUMENT"), "{given}");
    }
    assert_eq!(refused(&cloud, json!({"agId": "ag-nothing"})), fault(404, "NOT_FOUND"));
    let first = made(&cloud, json!({"agId": id, "isManaged": true, "instanceTemplateId": "it-nothing"}));
    assert_eq!((&first["ag"]["id"], &first["instanceType"]), (&json!(id), &json!("g.n2.medium")));
    assert_eq!(first["tags"][0]["value"], "template");
    // Without a zone it goes where there are fewest.
    let port = json!({"networkInterface": {"subnetId": subnet, "primaryIpAddress": "10.0.1.78"}});
    let second = made(&cloud, json!({"agId": id, "az": null, "primaryNetworkInterface": port}));
    assert_eq!((&second["az"], &second["privateIpAddress"]), (&json!("cn-north-1b"), &json!("10.0.1.78")));
    let shown = cloud.ok("ag", "describeAg", json!({"agId": id}))["ag"]["instances"].clone();
    let managed = |id: &Value| shown.as_array().unwrap().iter().find(|one| one["instanceId"] == *id).unwrap().clone();
    assert_eq!(managed(&first["instanceId"])["isManaged"], true);
    assert_eq!(managed(&second["instanceId"])["isManaged"], false);
    assert_eq!(cloud.err("ag", "deleteAg", json!({"agId": id})), fault(400, "FAILED_PRECONDITION"));
}

#[test]
fn a_group_without_a_template_makes_nothing() {
    let cloud = Cloud::new();
    let loose = json!({"agName": "web", "azs": ["cn-north-1a"], "configurationType": "loose"});
    let id = text(&cloud.ok("ag", "createAg", loose), "agId");
    assert_eq!(refused(&cloud, json!({"agId": id})), fault(400, "FAILED_PRECONDITION"));
}
