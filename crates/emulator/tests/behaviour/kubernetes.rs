//! Clusters and node groups: what they need, what they take along, how long what is gone is shown.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn group(name: &str) -> Value {
    json!({"name": name, "initialNodeCount": 2, "nodeConfig": {"instanceType": "g.n3.large", "password": "DevOps2018~"}})
}

fn asked(vpc: &str) -> Value {
    json!({
        "name": "shop", "azs": ["cn-north-1a", "cn-north-1b"], "accessKey": "JDC_EXAMPLE", "secretKey": "example-only",
        "nodeGroup": group("first"), "clusterNetworkType": "auto",
        "autoClusterNetworkSpec": {
            "publicApiServer": true, "vpcId": vpc, "masterCidr": "10.0.0.0/28", "nodeNetworkCidr": "10.0.16.0/20",
        },
    })
}

fn cluster(cloud: &Cloud) -> String {
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    text(&cloud.ok("kubernetes", "createCluster", asked(&vpc)), "clusterId")
}

fn state(cloud: &Cloud, cluster: &str) -> Value {
    cloud.ok("kubernetes", "describeCluster", json!({"clusterId": cluster}))["cluster"]["clusterState"].clone()
}

fn show(cloud: &Cloud, group: &str) -> Value {
    cloud.ok("kubernetes", "describeNodeGroup", json!({"nodeGroupId": group}))["nodeGroup"].clone()
}

#[test]
fn what_a_cluster_needs() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let good = asked(&vpc);
    for (path, value, expected) in [
        ("/name", json!("a b"), fault(400, "INVALID_ARGUMENT")),
        ("/azs/0", json!("cn-east-1a"), fault(400, "INVALID_ARGUMENT")),
        ("/nodeGroup/azs", json!(["cn-north-1c"]), fault(400, "INVALID_ARGUMENT")),
        ("/nodeGroup/initialNodeCount", json!(0), fault(400, "OUT_OF_RANGE")),
        ("/autoClusterNetworkSpec/vpcId", json!("vpc-nowhere"), fault(404, "NOT_FOUND")),
        ("/autoClusterNetworkSpec/masterCidr", json!("10.0.0.0"), fault(400, "INVALID_ARGUMENT")),
        ("/clusterNetworkType", json!("customized"), fault(400, "INVALID_ARGUMENT")),
        ("/clusterNetworkType", json!("other"), fault(400, "INVALID_ARGUMENT")),
        ("/version", json!("0.1"), fault(400, "INVALID_ARGUMENT")),
    ] {
        let mut bad = good.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        match bad.pointer_mut(path) {
            Some(place) => *place = value,
            None => bad.pointer_mut(parent).unwrap()[name] = value,
        }
        assert_eq!(cloud.err("kubernetes", "createCluster", bad), expected, "{path}");
    }
    let mut elsewhere = good;
    elsewhere["regionId"] = json!("cn-east-1");
    assert_eq!(cloud.err("kubernetes", "createCluster", elsewhere), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn a_cluster_comes_with_its_first_group_and_shows_no_secret() {
    let cloud = Cloud::new();
    let id = cluster(&cloud);
    assert_eq!(state(&cloud, &id), "pending");
    let second =
        json!({"clusterId": id, "name": "second", "initialNodeCount": 1, "nodeConfig": {"instanceType": "g.n3.large"}});
    assert_eq!(cloud.err("kubernetes", "createNodeGroup", second.clone()), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("kubernetes", "deleteCluster", json!({"clusterId": id})), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(400);
    let shown = cloud.ok("kubernetes", "describeCluster", json!({"clusterId": id}))["cluster"].clone();
    assert_eq!((&shown["clusterState"], &shown["nodeGroups"][0]["state"]), (&json!("running"), &json!("running")));
    assert_eq!((&shown["nodeGroups"][0]["currentCount"], &shown["accessKey"]), (&json!(2), &json!("JDC_EXAMPLE")));
    let told = shown.to_string();
    assert!(!told.contains("example-only") && !told.contains("DevOps2018~"), "{told}");
    cloud.ok("kubernetes", "createNodeGroup", second.clone());
    assert_eq!(cloud.err("kubernetes", "createNodeGroup", second), fault(409, "ALREADY_EXISTS"));
    assert_eq!(cloud.err("kubernetes", "modifyCluster", json!({"clusterId": id})), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn what_is_deleted_is_shown_for_a_quarter_of_an_hour() {
    let cloud = Cloud::new();
    let id = cluster(&cloud);
    cloud.pass(400);
    let first = cloud.ok("kubernetes", "describeNodeGroups", json!({}))["nodeGroups"][0]["nodeGroupId"].clone();
    let first = first.as_str().unwrap();
    cloud.ok("kubernetes", "deleteCluster", json!({"clusterId": id}));
    assert_eq!((state(&cloud, &id), show(&cloud, first)["state"].clone()), (json!("deleting"), json!("deleting")));
    cloud.pass(90);
    assert_eq!((state(&cloud, &id), show(&cloud, first)["state"].clone()), (json!("deleted"), json!("deleted")));
    assert_eq!(cloud.ok("kubernetes", "describeClusters", json!({}))["totalCount"], 1);
    assert_eq!(cloud.err("kubernetes", "deleteCluster", json!({"clusterId": id})), fault(404, "NOT_FOUND"));
    assert_eq!(cloud.ok("kubernetes", "describeQuotas", json!({}))["quotas"][0]["used"], 0);
    cloud.pass(15 * 60);
    assert_eq!(cloud.err("kubernetes", "describeCluster", json!({"clusterId": id})), fault(404, "NOT_FOUND"));
    assert_eq!(cloud.err("kubernetes", "describeNodeGroup", json!({"nodeGroupId": first})), fault(404, "NOT_FOUND"));
}

#[test]
fn a_group_does_one_thing_at_a_time() {
    let cloud = Cloud::new();
    let id = cluster(&cloud);
    cloud.pass(400);
    let more =
        json!({"clusterId": id, "name": "more", "initialNodeCount": 1, "nodeConfig": {"instanceType": "g.n3.large"}});
    let made = text(&cloud.ok("kubernetes", "createNodeGroup", more), "nodeGroupId");
    let size = |count: i64| json!({"nodeGroupId": made, "expectCount": count});
    assert_eq!(cloud.err("kubernetes", "setNodeGroupSize", size(3)), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(150);
    assert_eq!(cloud.err("kubernetes", "setNodeGroupSize", size(0)), fault(400, "OUT_OF_RANGE"));
    cloud.ok("kubernetes", "setNodeGroupSize", size(3));
    let shown = show(&cloud, &made);
    assert_eq!(
        (&shown["state"], &shown["expectCount"], &shown["currentCount"]),
        (&json!("resizing"), &json!(3), &json!(1))
    );
    assert_eq!(
        cloud.err("kubernetes", "deleteNodeGroup", json!({"nodeGroupId": made})),
        fault(400, "FAILED_PRECONDITION")
    );
    cloud.pass(100);
    assert_eq!(show(&cloud, &made)["currentCount"], 3);
    let scale = |config: Value| json!({"nodeGroupId": made, "caConfig": config});
    assert_eq!(cloud.err("kubernetes", "setNodeGroupCA", scale(json!({"maxNode": 5}))), fault(400, "INVALID_ARGUMENT"));
    let wrong = scale(json!({"enable": true, "minNode": 6, "maxNode": 5}));
    assert_eq!(cloud.err("kubernetes", "setNodeGroupCA", wrong), fault(400, "OUT_OF_RANGE"));
    cloud.ok("kubernetes", "setNodeGroupCA", scale(json!({"enable": true, "minNode": 1, "maxNode": 5})));
    cloud.ok("kubernetes", "setNodeGroupCA", scale(json!({"enable": false})));
    assert_eq!(show(&cloud, &made)["caConfig"], json!({"enable": false, "minNode": 1, "maxNode": 5}));
}

#[test]
fn a_group_is_tagged_by_the_code_that_is_its_own() {
    let cloud = Cloud::new();
    cluster(&cloud);
    cloud.pass(400);
    let group = text(&cloud.ok("kubernetes", "describeNodeGroups", json!({}))["nodeGroups"][0], "nodeGroupId");
    let tag = json!({"tagResources": {
        "resources": [{"serviceCode": "kubernetesNodegroup", "resourceId": [group]}],
        "tags": [{"key": "env", "value": "test"}],
    }});
    assert_eq!(cloud.ok("resourcetag", "tagResources", tag)["data"]["successCount"], 1);
    assert_eq!(show(&cloud, &group)["tags"], json!([{"key": "env", "value": "test"}]));
    let by_tag = |value: &str| json!({"tags": [{"key": "env", "values": [value]}]});
    assert_eq!(cloud.ok("kubernetes", "describeNodeGroups", by_tag("test"))["totalCount"], 1);
    assert_eq!(cloud.ok("kubernetes", "describeNodeGroups", by_tag("other"))["totalCount"], 0);
}

#[test]
fn a_region_has_two_clusters_and_a_subnet_waits_for_its_cluster() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let mut given = asked(&vpc);
    given["clusterNetworkType"] = json!("customized");
    given["customizedClusterNetworkSpec"] = json!({
        "publicApiServer": false, "masterCidr": "10.1.0.0/28", "serviceCidr": "10.2.0.0/16", "vpcId": vpc,
        "podSubnetId": subnet, "lbSubnetId": subnet, "nodeSubnetId": subnet,
    });
    cloud.ok("kubernetes", "createCluster", given.clone());
    let in_use = cloud.err("vpc", "deleteSubnet", json!({"subnetId": subnet}));
    assert_eq!(in_use, fault(400, "FAILED_PRECONDITION"));
    // Names may be there twice.
    cloud.ok("kubernetes", "createCluster", given.clone());
    assert_eq!(cloud.err("kubernetes", "createCluster", given), fault(429, "QUOTA_EXCEEDED"));
}
