//! Redis instances: sizes, states, passwords, white lists.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn spec(vpc: &str, subnet: &str) -> Value {
    json!({
        "vpcId": vpc, "subnetId": subnet, "cacheInstanceName": "sessions", "cacheInstanceClass": "redis.m1.micro.basic",
        "azId": {"master": "cn-north-1a", "slave": "cn-north-1b"},
    })
}

fn running(cloud: &Cloud) -> String {
    let (vpc, subnet) = cloud.network();
    let made = cloud.ok("redis", "createCacheInstance", json!({"cacheInstance": spec(&vpc, &subnet)}));
    cloud.pass(60);
    text(&made, "cacheInstanceId")
}

fn show(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("redis", "describeCacheInstance", json!({"cacheInstanceId": id}))["cacheInstance"].clone()
}

#[test]
fn refused_specifications() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    for (field, value, code, word) in [
        ("cacheInstanceName", json!("a-b"), 400, "INVALID_ARGUMENT"),
        ("cacheInstanceClass", json!("redis.m1.huge.basic"), 400, "INVALID_ARGUMENT"),
        ("cacheInstanceClass", json!("redis.m.micro.basic"), 400, "INVALID_ARGUMENT"),
        ("shardNumber", json!(3), 400, "INVALID_ARGUMENT"),
        ("redisVersion", json!("3.0"), 400, "INVALID_ARGUMENT"),
        ("azId", json!({"master": "cn-north-1a", "slave": "cn-east-1a"}), 400, "INVALID_ARGUMENT"),
        ("password", json!("short1"), 400, "INVALID_ARGUMENT"),
        ("password", json!("lettersonly"), 400, "INVALID_ARGUMENT"),
        ("password", json!("With-Signs1"), 400, "INVALID_ARGUMENT"),
        ("dbNum", json!(8), 400, "OUT_OF_RANGE"),
        ("subnetId", json!("subnet-none"), 404, "NOT_FOUND"),
        ("vpcId", json!("vpc-none"), 400, "INVALID_ARGUMENT"),
    ] {
        let mut spec = spec(&vpc, &subnet);
        spec[field] = value.clone();
        let error = cloud.err("redis", "createCacheInstance", json!({"cacheInstance": spec}));
        assert_eq!(error, fault(code, word), "{field} = {value}");
    }
    let by_usage = json!({"cacheInstance": spec(&vpc, &subnet), "charge": {"chargeMode": "postpaid_by_usage"}});
    assert_eq!(cloud.err("redis", "createCacheInstance", by_usage), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn an_instance_is_changed_and_deleted_while_it_runs() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let made = cloud.ok("redis", "createCacheInstance", json!({"cacheInstance": spec(&vpc, &subnet)}));
    let id = text(&made, "cacheInstanceId");
    let only = json!({"cacheInstanceId": id});
    assert_eq!(show(&cloud, &id)["cacheInstanceStatus"], "creating");
    for operation in ["deleteCacheInstance", "checkDeletable"] {
        assert!(cloud.error("redis", operation, only.clone()).2.contains("underlay task"), "{operation}");
    }
    cloud.pass(60);
    let shown = show(&cloud, &id);
    assert_eq!(
        (&shown["cacheInstanceStatus"], &shown["auth"], &shown["port"]),
        (&json!("running"), &json!(false), &json!(6379))
    );
    assert_eq!((&shown["redisVersion"], &shown["cacheInstanceType"]), (&json!("2.8"), &json!("master-slave")));
    let resize =
        |class: &str| json!({"cacheInstanceId": id, "cacheInstanceClass": class, "effectiveTime": "Immediately"});
    assert_eq!(
        cloud.err("redis", "modifyCacheInstanceClass", resize("redis.m1.micro.basic")),
        fault(400, "INVALID_ARGUMENT")
    );
    cloud.ok("redis", "modifyCacheInstanceClass", resize("redis.m1.small.basic"));
    assert_eq!(show(&cloud, &id)["cacheInstanceStatus"], "changing");
    cloud.pass(60);
    assert_eq!(show(&cloud, &id)["cacheInstanceMemoryMB"], 2048);
    cloud.ok("redis", "resetCacheInstancePassword", json!({"cacheInstanceId": id, "password": "Example0nly"}));
    assert_eq!(show(&cloud, &id)["auth"], true);
    cloud.ok("redis", "resetCacheInstancePassword", only.clone());
    assert_eq!(show(&cloud, &id)["auth"], false);
    cloud.ok("redis", "deleteCacheInstance", only.clone());
    assert_eq!(show(&cloud, &id)["cacheInstanceStatus"], "deleting");
    cloud.pass(60);
    assert_eq!(cloud.err("redis", "describeCacheInstance", only.clone()), fault(404, "NOT_FOUND"));
    assert_eq!(cloud.err("redis", "describeWhiteListGroup", only), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": subnet}));
}

#[test]
fn the_list_takes_many_ids_and_its_pages_are_ten() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let ids: Vec<String> = (0..12)
        .map(|_| {
            text(
                &cloud.ok("redis", "createCacheInstance", json!({"cacheInstance": spec(&vpc, &subnet)})),
                "cacheInstanceId",
            )
        })
        .collect();
    let rows =
        |params: Value| cloud.ok("redis", "describeCacheInstances", params)["cacheInstances"].as_array().unwrap().len();
    assert_eq!(rows(json!({})), 10);
    assert_eq!(rows(json!({"filters": [{"name": "cacheInstanceId", "values": ids[..3]}]})), 3);
    assert_eq!(cloud.ok("redis", "describeUserQuota", json!({}))["quota"]["used"], 12);
}

#[test]
fn white_list_groups() {
    let cloud = Cloud::new();
    let id = running(&cloud);
    let group = |name: &str, ips: &str| json!({"cacheInstanceId": id, "name": name, "ips": ips});
    cloud.ok("redis", "addWhiteListGroup", group("a", "192.0.2.1,10.0.0.0/8"));
    assert_eq!(cloud.err("redis", "addWhiteListGroup", group("a", "192.0.2.1")), fault(409, "ALREADY_EXISTS"));
    cloud.ok("redis", "modifyWhiteListGroup", group("a", "192.0.2.2"));
    assert_eq!(cloud.err("redis", "modifyWhiteListGroup", group("b", "192.0.2.2")), fault(404, "NOT_FOUND"));
    let lists = cloud.ok("redis", "describeWhiteListGroup", json!({"cacheInstanceId": id}))["whiteLists"].clone();
    assert_eq!(lists, json!([{"name": "a", "ips": "192.0.2.2"}, {"name": "default", "ips": "10.0.0.0/16"}]));
    let named = |name: &str| json!({"cacheInstanceId": id, "name": name});
    assert_eq!(cloud.err("redis", "deleteWhiteListGroup", named("default")), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("redis", "deleteWhiteListGroup", named("a"));
}
