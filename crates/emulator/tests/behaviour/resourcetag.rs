//! Tags after creation, for kinds whose reads show them and for those whose do not.

use crate::cloud::{Cloud, fault};
use serde_json::{Value, json};

fn change(field: &str, code: &str, ids: &[&str], tags: &[(&str, &str)]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    json!({field: {"resources": [{"serviceCode": code, "resourceId": ids}], "tags": tags}})
}

#[test]
fn any_kind_is_tagged_by_service_code_and_id() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let disk = cloud.disk();
    cloud.ok("vm", "createKeypair", json!({"keyName": "deploy"}));
    for (code, id) in
        [("vpc", &vpc), ("vpc", &subnet), ("subnet", &subnet), ("disk", &disk), ("keypair", &"deploy".to_owned())]
    {
        let done = cloud.ok("resourcetag", "tagResources", change("tagResources", code, &[id], &[("env", "test")]));
        assert_eq!(done["data"]["successCount"], 1, "{code} {id}");
    }
    let shown = cloud.ok("vpc", "describeSubnet", json!({"subnetId": subnet}))["subnet"]["tags"].clone();
    assert_eq!(shown, json!([{"key": "env", "value": "test"}]));
    let by_tag = json!({"tags": [{"key": "env", "values": ["test"]}]});
    assert_eq!(cloud.ok("disk", "describeDisks", by_tag)["totalCount"], 1);

    let tags = |codes: Value| cloud.ok("resourcetag", "describeTags", json!({"tagKeysVo": {"serviceCodes": codes}}));
    assert_eq!(tags(json!(["keypair"]))["data"]["tags"], json!([{"key": "env", "value": "test"}]));
    let resources = json!({"resourceVo": {"resourceIds": ["deploy", vpc]}});
    let found = cloud.ok("resourcetag", "describeResources", resources)["data"]["resourceTagMappingList"].clone();
    assert_eq!(found.as_array().unwrap().len(), 2);

    let wrong = cloud.ok("resourcetag", "tagResources", change("tagResources", "disk", &[&vpc], &[("env", "x")]));
    assert_eq!(wrong["data"]["failedResourcesMap"][0]["resourceId"], json!(vpc));
    cloud.ok("resourcetag", "unTagResources", change("unTagResources", "disk", &[&disk], &[("env", "test")]));
    assert_eq!(cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"]["tags"], json!([]));
}

#[test]
fn tags_have_rules() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let long = "k".repeat(128);
    for key in ["jrn:x", "jdc-x", "", &long] {
        let params = change("tagResources", "vpc", &[&vpc], &[(key, "v")]);
        assert_eq!(cloud.err("resourcetag", "tagResources", params), fault(400, "INVALID_ARGUMENT"), "{key}");
    }
    let names: Vec<String> = (0..10).map(|n| format!("k{n}")).collect();
    let ten: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "v")).collect();
    cloud.ok("resourcetag", "tagResources", change("tagResources", "vpc", &[&vpc], &ten));
    let eleventh = cloud.ok("resourcetag", "tagResources", change("tagResources", "vpc", &[&vpc], &[("more", "v")]));
    assert_eq!(eleventh["data"]["successCount"], 0);
}
