//! Network interfaces with a life of their own: their groups, their further addresses, the instances they are plugged into.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn interface(cloud: &Cloud, subnet: &str, more: Value) -> String {
    let mut params = json!({"subnetId": subnet});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(&cloud.ok("vpc", "createNetworkInterface", params), "networkInterfaceId")
}

fn shown(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("vpc", "describeNetworkInterface", json!({"networkInterfaceId": id}))["networkInterface"].clone()
}

fn of(id: &str) -> Value {
    json!({"networkInterfaceId": id})
}

fn free(cloud: &Cloud, subnet: &str) -> i64 {
    cloud.ok("vpc", "describeSubnet", json!({"subnetId": subnet}))["subnet"]["availableIpCount"].as_i64().unwrap()
}

fn further(cloud: &Cloud, id: &str) -> Vec<String> {
    shown(cloud, id)["secondaryIps"].as_array().unwrap().iter().map(|ip| text(ip, "privateIpAddress")).collect()
}

#[test]
fn an_interface_stands_alone_until_it_is_plugged_in() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let group = json!({"vpcId": vpc, "networkSecurityGroupName": "own"});
    let group = text(&cloud.ok("vpc", "createNetworkSecurityGroup", group), "networkSecurityGroupId");
    let id = interface(&cloud, &subnet, json!({"securityGroups": [group], "az": "cn-north-1b"}));
    let all = shown(&cloud, &id);
    let state = json!([all["role"], all["attachmentStatus"], all["deviceIndex"], all["sanityCheck"], all["az"]]);
    assert_eq!(state, json!(["Secondary", "detached", 0, 1, ""]));
    // The default group of the VPC stands before those that were asked for, also when they change.
    let groups = all["networkSecurityGroupIds"].as_array().unwrap().clone();
    assert_eq!((groups.len(), &groups[1]), (2, &json!(group)));
    cloud.ok("vpc", "modifyNetworkInterface", json!({"networkInterfaceId": id, "securityGroups": []}));
    assert_eq!(shown(&cloud, &id)["networkSecurityGroupIds"], json!([groups[0]]));
    cloud.ok("vpc", "modifyNetworkInterface", json!({"networkInterfaceId": id, "securityGroups": [group]}));
    let delete = json!({"networkSecurityGroupId": group});
    assert_eq!(cloud.err("vpc", "deleteNetworkSecurityGroup", delete.clone()), fault(400, "FAILED_PRECONDITION"));

    assert_eq!(free(&cloud, &subnet), 251);
    assert_eq!(cloud.err("vpc", "deleteSubnet", json!({"subnetId": subnet})), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "deleteNetworkInterface", of(&id));
    assert_eq!(cloud.err("vpc", "describeNetworkInterface", of(&id)), fault(404, "NOT_FOUND"));
    assert_eq!(free(&cloud, &subnet), 252);
    cloud.ok("vpc", "deleteNetworkSecurityGroup", delete);
}

#[test]
fn refused_interfaces() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let other = cloud.vpc("other", "10.1.0.0/16");
    let foreign =
        cloud.ok("vpc", "createNetworkSecurityGroup", json!({"vpcId": other, "networkSecurityGroupName": "x"}));
    let there = cloud.subnet(&other, "10.1.1.0/24");
    let own = cloud.ok("vpc", "createNetworkSecurityGroup", json!({"vpcId": vpc, "networkSecurityGroupName": "x"}));
    let six: Vec<&Value> = (0..6).map(|_| &own["networkSecurityGroupId"]).collect();
    interface(&cloud, &subnet, json!({"primaryIpAddress": "10.0.1.9"}));
    for (name, value, expected) in [
        ("subnetId", json!("subnet-none"), fault(404, "NOT_FOUND")),
        ("networkInterfaceName", json!("with spaces"), fault(400, "INVALID_ARGUMENT")),
        ("sanityCheck", json!(2), fault(400, "INVALID_ARGUMENT")),
        ("securityGroups", json!([foreign["networkSecurityGroupId"]]), fault(400, "INVALID_ARGUMENT")),
        ("securityGroups", json!(six), fault(400, "INVALID_ARGUMENT")),
        // The network's own four, what is outside of it, what somebody has.
        ("primaryIpAddress", json!("10.0.1.1"), fault(400, "INVALID_ARGUMENT")),
        ("primaryIpAddress", json!("10.0.1.255"), fault(400, "INVALID_ARGUMENT")),
        ("primaryIpAddress", json!("10.0.2.9"), fault(400, "INVALID_ARGUMENT")),
        ("primaryIpAddress", json!("nine"), fault(400, "INVALID_ARGUMENT")),
        ("primaryIpAddress", json!("10.0.1.9"), fault(400, "FAILED_PRECONDITION")),
        ("secondaryIpAddresses", json!(["10.0.1.9"]), fault(400, "FAILED_PRECONDITION")),
        ("secondaryIpAddresses", json!(["10.0.1.20", "10.0.1.20"]), fault(400, "FAILED_PRECONDITION")),
        ("secondaryIpSubnetId", json!(there), fault(400, "INVALID_ARGUMENT")),
    ] {
        let mut params = json!({"subnetId": subnet, "secondaryIpCount": 1});
        params[name] = value.clone();
        assert_eq!(cloud.err("vpc", "createNetworkInterface", params), expected, "{name} {value}");
    }
    assert_eq!(free(&cloud, &subnet), 251);
}

#[test]
fn further_addresses_come_by_name_and_by_number_and_go() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let beside = cloud.subnet(&vpc, "10.0.2.0/24");
    let id = interface(
        &cloud,
        &subnet,
        json!({"primaryIpAddress": "10.0.1.3", "secondaryIpAddresses": ["10.0.1.50"], "secondaryIpCount": 2}),
    );
    assert_eq!(further(&cloud, &id), ["10.0.1.50", "10.0.1.4", "10.0.1.5"]);
    assert_eq!(free(&cloud, &subnet), 248);
    let more = json!({"networkInterfaceId": id, "secondaryIpCount": 1, "secondaryIpSubnetId": beside});
    cloud.ok("vpc", "assignSecondaryIps", more);
    assert_eq!((further(&cloud, &id)[3].as_str(), free(&cloud, &beside)), ("10.0.2.3", 251));
    let named = |addresses: Value| json!({"networkInterfaceId": id, "secondaryIps": addresses});
    for own in ["10.0.1.3", "10.0.1.50"] {
        assert_eq!(cloud.err("vpc", "assignSecondaryIps", named(json!([own]))), fault(400, "FAILED_PRECONDITION"));
    }
    // The primary address is not given back, nor one that is somebody else's, nor then the others of the call.
    for not in ["10.0.1.3", "10.0.1.99"] {
        let both = named(json!(["10.0.1.50", not]));
        assert_eq!(cloud.err("vpc", "unassignSecondaryIps", both), fault(400, "FAILED_PRECONDITION"), "{not}");
    }
    cloud.ok("vpc", "unassignSecondaryIps", named(json!(["10.0.1.50", "10.0.2.3"])));
    assert_eq!(further(&cloud, &id), ["10.0.1.4", "10.0.1.5"]);
    assert_eq!((free(&cloud, &subnet), free(&cloud, &beside)), (249, 252));
    cloud.inner.outside("quota", &json!({"limits": {"secondaryIp": 3}}));
    let two = named(json!(["10.0.1.60", "10.0.1.61"]));
    assert_eq!(cloud.err("vpc", "assignSecondaryIps", two), fault(429, "QUOTA_EXCEEDED"));
    cloud.ok("vpc", "deleteNetworkInterface", of(&id));
    assert_eq!(free(&cloud, &subnet), 252);
}

#[test]
fn who_insists_takes_a_further_address_over() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let one =
        interface(&cloud, &subnet, json!({"primaryIpAddress": "10.0.1.9", "secondaryIpAddresses": ["10.0.1.20"]}));
    let two = interface(&cloud, &subnet, json!({}));
    let take =
        |address: &str, force: bool| json!({"networkInterfaceId": two, "secondaryIps": [address], "force": force});
    assert_eq!(cloud.err("vpc", "assignSecondaryIps", take("10.0.1.20", false)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("vpc", "assignSecondaryIps", take("10.0.1.9", true)), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "assignSecondaryIps", take("10.0.1.20", true));
    assert_eq!((further(&cloud, &one), further(&cloud, &two)), (Vec::new(), vec!["10.0.1.20".to_owned()]));
    // It stays taken when the one it came from is gone.
    cloud.ok("vpc", "deleteNetworkInterface", of(&one));
    let third = json!({"subnetId": subnet, "primaryIpAddress": "10.0.1.20"});
    assert_eq!(cloud.err("vpc", "createNetworkInterface", third), fault(400, "FAILED_PRECONDITION"));
}

#[test]
fn each_address_carries_one_elastic_ip() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let id = interface(&cloud, &subnet, json!({"secondaryIpAddresses": ["10.0.1.20"]}));
    let (first, second, third) = (cloud.elastic_ip(), cloud.elastic_ip(), cloud.elastic_ip());
    let bind = |elastic_ip: &str, address: &str| json!({"networkInterfaceId": id, "elasticIpId": elastic_ip, "privateIpAddress": address});
    cloud.ok("vpc", "associateElasticIp", json!({"networkInterfaceId": id, "elasticIpId": first}));
    assert_eq!(cloud.err("vpc", "associateElasticIp", bind(&second, "10.0.1.77")), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("vpc", "associateElasticIp", bind(&second, "10.0.1.20"));
    assert_eq!(cloud.err("vpc", "associateElasticIp", bind(&third, "10.0.1.20")), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("vpc", "associateElasticIp", bind(&first, "10.0.1.20")), fault(400, "FAILED_PRECONDITION"));
    let all = shown(&cloud, &id);
    assert_eq!(
        (&all["primaryIp"]["elasticIpId"], &all["secondaryIps"][0]["elasticIpId"]),
        (&json!(first), &json!(second))
    );
    let elastic = |id: &str| cloud.ok("vpc", "describeElasticIp", json!({"elasticIpId": id}))["elasticIp"].clone();
    assert_eq!(
        (&elastic(&second)["status"], &elastic(&second)["privateIpAddress"]),
        (&json!("ASSOCIATED"), &json!("10.0.1.20"))
    );
    // With the address goes the tie, and the elastic IP itself only where that was asked for.
    cloud.ok("vpc", "unassignSecondaryIps", json!({"networkInterfaceId": id, "secondaryIps": ["10.0.1.20"]}));
    assert_eq!(elastic(&second)["status"], "NOT_ASSOCIATED");
    cloud.ok("vpc", "assignSecondaryIps", json!({"networkInterfaceId": id, "secondaryIps": ["10.0.1.20"]}));
    cloud.ok("vpc", "associateElasticIp", bind(&second, "10.0.1.20"));
    let with_it = json!({"networkInterfaceId": id, "secondaryIps": ["10.0.1.20"], "deleteElasticIp": true});
    cloud.ok("vpc", "unassignSecondaryIps", with_it);
    assert_eq!(cloud.err("vpc", "describeElasticIp", json!({"elasticIpId": second})), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "deleteNetworkInterface", of(&id));
    assert_eq!(elastic(&first)["status"], "NOT_ASSOCIATED");
}

#[test]
fn an_interface_is_plugged_in_and_pulled_out() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let instance = cloud.instance(&subnet);
    let id = interface(&cloud, &subnet, json!({}));
    let tie = |port: &str| json!({"instanceId": instance, "networkInterfaceId": port});
    // Not while the instance is on its way.
    assert_eq!(cloud.err("vm", "attachNetworkInterface", tie(&id)), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(60);
    let other = cloud.vpc("other", "10.1.0.0/16");
    let foreign = interface(&cloud, &cloud.subnet(&other, "10.1.1.0/24"), json!({}));
    assert_eq!(cloud.err("vm", "attachNetworkInterface", tie(&foreign)), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("vm", "attachNetworkInterface", tie(&id));
    // It shows at once; the instance takes its time.
    let all = shown(&cloud, &id);
    let state = json!([all["attachmentStatus"], all["deviceIndex"], all["instanceId"], all["az"]]);
    assert_eq!(state, json!(["attached", 2, instance, "cn-north-1a"]));
    let second = interface(&cloud, &subnet, json!({}));
    let (code, status, message) = cloud.error("vm", "attachNetworkInterface", tie(&second));
    assert_eq!((code, status.as_str()), (400, "FAILED_PRECONDITION"));
    assert!(message.contains("underlay task"), "{message}");
    cloud.pass(20);
    cloud.ok("vm", "attachNetworkInterface", tie(&second));
    cloud.pass(20);
    let ports = cloud.show(&instance)["secondaryNetworkInterfaces"].clone();
    assert_eq!((&ports[0]["deviceIndex"], &ports[1]["deviceIndex"]), (&json!(2), &json!(3)));
    assert_eq!(cloud.err("vm", "attachNetworkInterface", tie(&id)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("vpc", "deleteNetworkInterface", of(&id)), fault(400, "FAILED_PRECONDITION"));
    let primary = text(&cloud.show(&instance)["primaryNetworkInterface"]["networkInterface"], "networkInterfaceId");
    assert_eq!(cloud.err("vm", "detachNetworkInterface", tie(&primary)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("vpc", "deleteNetworkInterface", of(&primary)), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vm", "detachNetworkInterface", tie(&id));
    assert_eq!(cloud.err("vm", "detachNetworkInterface", tie(&id)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(shown(&cloud, &id)["attachmentStatus"], "detached");
    cloud.ok("vpc", "deleteNetworkInterface", of(&id));
    cloud.pass(20);
    // The slot is free again.
    let third = interface(&cloud, &subnet, json!({}));
    cloud.ok("vm", "attachNetworkInterface", tie(&third));
    assert_eq!(shown(&cloud, &third)["deviceIndex"], 2);
}

#[test]
fn an_instance_takes_seven_further_interfaces_and_leaves_or_takes_them_along() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let instance = cloud.instance(&subnet);
    cloud.pass(60);
    let ports: Vec<String> = (0..8).map(|_| interface(&cloud, &subnet, json!({}))).collect();
    for port in &ports[..7] {
        cloud.ok("vm", "attachNetworkInterface", json!({"instanceId": instance, "networkInterfaceId": port}));
        cloud.pass(20);
    }
    let eighth = json!({"instanceId": instance, "networkInterfaceId": ports[7]});
    assert_eq!(cloud.err("vm", "attachNetworkInterface", eighth), fault(400, "FAILED_PRECONDITION"));
    let with =
        |port: &str| json!({"instanceId": instance, "networks": [{"networkInterfaceId": port, "autoDelete": true}]});
    assert_eq!(cloud.err("vm", "modifyInstanceNetworkAttribute", with(&ports[7])), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vm", "modifyInstanceNetworkAttribute", with(&ports[0]));
    cloud.ok("vm", "deleteInstance", json!({"instanceId": instance}));
    cloud.pass(60);
    assert_eq!(cloud.err("vpc", "describeNetworkInterface", of(&ports[0])), fault(404, "NOT_FOUND"));
    let left = shown(&cloud, &ports[1]);
    assert_eq!(json!([left["attachmentStatus"], left["deviceIndex"]]), json!(["detached", 0]));
}

#[test]
fn secondary_interfaces_alone_are_counted() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    cloud.inner.outside("quota", &json!({"limits": {"network_interface": 1}}));
    cloud.instance(&subnet);
    interface(&cloud, &subnet, json!({"networkInterfaceName": "own"}));
    assert_eq!(cloud.err("vpc", "createNetworkInterface", json!({"subnetId": subnet})), fault(429, "QUOTA_EXCEEDED"));
    let by = |name: &str, value: &str| {
        let filters = json!({"filters": [{"name": name, "values": [value]}]});
        cloud.ok("vpc", "describeNetworkInterfaces", filters)["totalCount"].clone()
    };
    let counts =
        [by("vpcId", &vpc), by("subnetId", &subnet), by("role", "Secondary"), by("networkInterfaceNames", "own")];
    assert_eq!(counts, [json!(2), json!(2), json!(1), json!(1)]);
}
