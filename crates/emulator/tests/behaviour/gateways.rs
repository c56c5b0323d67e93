//! Ways out of a VPC: NAT gateways in their states, and peerings with other VPCs.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn spec(vpc: &str, subnet: &str) -> Value {
    json!({"natGatewayName": "out", "vpcId": vpc, "subnetId": subnet, "natGatewayCharge": {"chargeMode": "postpaid_by_duration"}})
}

fn gateway(cloud: &Cloud, spec: &Value) -> String {
    text(&cloud.ok("vpc", "createNatGateway", spec.clone()), "natGatewayId")
}

fn shown(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("vpc", "describeNatGateway", json!({"natGatewayId": id}))["natGateway"].clone()
}

fn state(cloud: &Cloud, id: &str) -> (String, String) {
    let state = shown(cloud, id)["state"].clone();
    (text(&state, "status"), text(&state, "adminStatus"))
}

fn of(id: &str) -> Value {
    json!({"natGatewayId": id})
}

#[test]
fn a_gateway_is_changed_and_deleted_while_it_rests() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let id = gateway(&cloud, &spec(&vpc, &subnet));
    assert_eq!(shown(&cloud, &id)["natGatewaySpec"], "small");
    // On its way it does nothing else.
    for operation in ["startNatGateway", "stopNatGateway", "deleteNatGateway"] {
        assert_eq!(cloud.err("vpc", operation, of(&id)), fault(400, "FAILED_PRECONDITION"), "{operation}");
    }
    cloud.pass(60);
    let pair = |status: &str, admin: &str| (status.to_owned(), admin.to_owned());
    assert_eq!(state(&cloud, &id), pair("RUNNING", "UP"));
    let larger = json!({"natGatewayId": id, "natGatewaySpec": "large"});
    assert_eq!(cloud.err("vpc", "modifyNatGateway", larger.clone()), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("vpc", "deleteNatGateway", of(&id)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("vpc", "startNatGateway", of(&id)), fault(400, "FAILED_PRECONDITION"));
    // Its name changes while it runs.
    cloud.ok(
        "vpc",
        "modifyNatGateway",
        json!({"natGatewayId": id, "natGatewayName": "away", "natGatewaySpec": "small"}),
    );
    cloud.ok("vpc", "stopNatGateway", of(&id));
    cloud.pass(60);
    assert_eq!(state(&cloud, &id), pair("STOPPED", "DOWN"));
    let huge = json!({"natGatewayId": id, "natGatewaySpec": "huge"});
    assert_eq!(cloud.err("vpc", "modifyNatGateway", huge), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("vpc", "modifyNatGateway", larger);
    cloud.ok("vpc", "startNatGateway", of(&id));
    cloud.pass(60);
    let all = shown(&cloud, &id);
    assert_eq!(
        json!([all["natGatewayName"], all["natGatewaySpec"], all["state"]["status"]]),
        json!(["away", "large", "RUNNING"])
    );
    cloud.ok("vpc", "stopNatGateway", of(&id));
    cloud.pass(60);
    assert_eq!(cloud.err("vpc", "deleteSubnet", json!({"subnetId": subnet})), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "deleteNatGateway", of(&id));
    cloud.pass(60);
    assert_eq!(cloud.err("vpc", "describeNatGateway", of(&id)), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": subnet}));
}

#[test]
fn refused_gateways() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let other = cloud.vpc("other", "10.1.0.0/16");
    let there = cloud.subnet(&other, "10.1.1.0/24");
    let elastic_ip = cloud.elastic_ip();
    let intranet = json!({"networkType": "intranet", "natGatewayCharge": {"chargeMode": "postpaid_by_usage"}});
    for (name, value, expected) in [
        ("natGatewayName", json!(""), fault(400, "INVALID_ARGUMENT")),
        ("natGatewaySpec", json!("huge"), fault(400, "INVALID_ARGUMENT")),
        ("networkType", json!("elsewhere"), fault(400, "INVALID_ARGUMENT")),
        // Each network type is sold one way.
        ("networkType", json!("intranet"), fault(400, "INVALID_ARGUMENT")),
        ("natGatewayCharge", json!({"chargeMode": "postpaid_by_usage"}), fault(400, "INVALID_ARGUMENT")),
        ("subnetId", json!(there), fault(400, "INVALID_ARGUMENT")),
        ("subnetId", json!("subnet-none"), fault(404, "NOT_FOUND")),
        ("azs", json!(["cn-north-1a", "cn-north-1b"]), fault(400, "INVALID_ARGUMENT")),
        ("azs", json!(["cn-east-2a"]), fault(400, "INVALID_ARGUMENT")),
        ("elasticIpIds", json!(["fip-none"]), fault(404, "NOT_FOUND")),
    ] {
        let mut params = spec(&vpc, &subnet);
        params[name] = value.clone();
        assert_eq!(cloud.err("vpc", "createNatGateway", params), expected, "{name} {value}");
    }
    let mut inside = spec(&vpc, &subnet);
    inside.as_object_mut().unwrap().extend(intranet.as_object().unwrap().clone());
    inside["elasticIpIds"] = json!([elastic_ip]);
    assert_eq!(cloud.err("vpc", "createNatGateway", inside.clone()), fault(400, "INVALID_ARGUMENT"));
    inside["elasticIpIds"] = json!([]);
    let id = gateway(&cloud, &inside);
    cloud.pass(60);
    let associate = json!({"natGatewayId": id, "elasticIpIds": [elastic_ip]});
    assert_eq!(cloud.err("vpc", "associateElasticIps", associate), fault(400, "INVALID_ARGUMENT"));
    cloud.inner.outside("quota", &json!({"limits": {"natGateway": 1}}));
    assert_eq!(cloud.err("vpc", "createNatGateway", spec(&vpc, &subnet)), fault(429, "QUOTA_EXCEEDED"));
}

#[test]
fn elastic_ips_of_a_gateway_are_its_own_until_it_lets_them_go() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let (first, second) = (cloud.elastic_ip(), cloud.elastic_ip());
    let mut params = spec(&vpc, &subnet);
    params["elasticIpIds"] = json!([first]);
    let id = gateway(&cloud, &params);
    assert_eq!(cloud.err("vpc", "createNatGateway", params), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(60);
    let elastic = |id: &str| cloud.ok("vpc", "describeElasticIp", json!({"elasticIpId": id}))["elasticIp"].clone();
    assert_eq!((&elastic(&first)["status"], &elastic(&first)["instanceType"]), (&json!("ASSOCIATED"), &json!("natgw")));
    assert_eq!(cloud.err("vpc", "deleteElasticIp", json!({"elasticIpId": first})), fault(400, "FAILED_PRECONDITION"));
    let with = |elastic_ips: Value| json!({"natGatewayId": id, "elasticIpIds": elastic_ips});
    // All or none.
    assert_eq!(
        cloud.err("vpc", "associateElasticIps", with(json!([second, first]))),
        fault(400, "FAILED_PRECONDITION")
    );
    assert_eq!(
        cloud.err("vpc", "disassociateElasticIps", with(json!([first, second]))),
        fault(400, "FAILED_PRECONDITION")
    );
    assert_eq!(
        (elastic(&first)["status"].clone(), elastic(&second)["status"].clone()),
        (json!("ASSOCIATED"), json!("NOT_ASSOCIATED"))
    );
    cloud.ok("vpc", "associateElasticIps", with(json!([second])));
    assert_eq!(shown(&cloud, &id)["elasticIps"].as_array().unwrap().len(), 2);
    cloud.ok("vpc", "disassociateElasticIps", with(json!([first])));
    assert_eq!(elastic(&first)["status"], "NOT_ASSOCIATED");
    // Those that are left become free with the gateway.
    cloud.ok("vpc", "stopNatGateway", of(&id));
    cloud.pass(60);
    cloud.ok("vpc", "deleteNatGateway", of(&id));
    cloud.pass(60);
    assert_eq!(elastic(&second)["status"], "NOT_ASSOCIATED");
}

#[test]
fn a_gateway_takes_its_elastic_ips_along_where_that_is_asked_for() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let elastic_ip = cloud.elastic_ip();
    let mut params = spec(&vpc, &subnet);
    params["elasticIpIds"] = json!([elastic_ip]);
    let id = gateway(&cloud, &params);
    cloud.pass(60);
    cloud.ok("vpc", "stopNatGateway", of(&id));
    cloud.pass(60);
    cloud.ok("vpc", "deleteNatGateway", json!({"natGatewayId": id, "deleteElasticIp": true}));
    cloud.pass(60);
    assert_eq!(cloud.err("vpc", "describeElasticIp", json!({"elasticIpId": elastic_ip})), fault(404, "NOT_FOUND"));
}

fn peering(near: &str, far: &str) -> Value {
    json!({"vpcPeeringName": "both", "vpcId": near, "remoteVpcId": far})
}

#[test]
fn a_peering_connects_two_vpcs_once() {
    let cloud = Cloud::new();
    let (near, far) = (cloud.vpc("near", "10.0.0.0/16"), cloud.vpc("far", "10.1.0.0/16"));
    let made = cloud.ok("vpc", "createVpcPeering", peering(&near, &far))["vpcPeering"].clone();
    let id = text(&made, "vpcPeeringId");
    let sides = json!([made["vpcPeeringState"], made["vpcInfo"]["vpcId"], made["remoteVpcInfo"]["vpcId"]]);
    assert_eq!(sides, json!(["Connected", near, far]));
    assert_eq!(made["remoteVpcInfo"]["addressPrefix"], json!(["10.1.0.0/16"]));
    // Whichever of them asks.
    for again in [peering(&near, &far), peering(&far, &near)] {
        assert_eq!(cloud.err("vpc", "createVpcPeering", again), fault(409, "ALREADY_EXISTS"));
    }
    for side in [&near, &far] {
        assert_eq!(cloud.err("vpc", "deleteVpc", json!({"vpcId": side})), fault(400, "FAILED_PRECONDITION"));
    }
    cloud.ok("vpc", "modifyVpcPeering", json!({"vpcPeeringId": id, "vpcPeeringName": "renamed", "description": "why"}));
    let shown = cloud.ok("vpc", "describeVpcPeering", json!({"vpcPeeringId": id}))["vpcPeering"].clone();
    assert_eq!((&shown["vpcPeeringName"], &shown["description"]), (&json!("renamed"), &json!("why")));
    let found = cloud.ok("vpc", "describeVpcPeerings", json!({"filters": [{"name": "remoteVpcId", "values": [far]}]}));
    assert_eq!(found["totalCount"], 1);
    cloud.ok("vpc", "deleteVpcPeering", json!({"vpcPeeringId": id}));
    assert_eq!(cloud.err("vpc", "describeVpcPeering", json!({"vpcPeeringId": id})), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "createVpcPeering", peering(&far, &near));
}

#[test]
fn refused_peerings() {
    let cloud = Cloud::new();
    let (near, same) = (cloud.vpc("near", "10.0.0.0/16"), cloud.vpc("same", "10.0.128.0/17"));
    let open = cloud.vpc("open", "");
    assert_eq!(cloud.err("vpc", "createVpcPeering", peering(&near, &near)), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(cloud.err("vpc", "createVpcPeering", peering(&near, &same)), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(cloud.err("vpc", "createVpcPeering", peering(&near, "vpc-none")), fault(404, "NOT_FOUND"));
    // A VPC without a range has those of its subnets.
    cloud.subnet(&open, "10.0.9.0/24");
    assert_eq!(cloud.err("vpc", "createVpcPeering", peering(&near, &open)), fault(400, "INVALID_ARGUMENT"));
    cloud.inner.outside("quota", &json!({"limits": {"vpcpeering": 1}}));
    let (first, second) = (cloud.vpc("first", "10.1.0.0/16"), cloud.vpc("second", "10.2.0.0/16"));
    cloud.ok("vpc", "createVpcPeering", peering(&near, &first));
    assert_eq!(cloud.err("vpc", "createVpcPeering", peering(&second, &near)), fault(429, "QUOTA_EXCEEDED"));
}

#[test]
fn rules_lead_to_peerings_and_gateways_of_the_vpc() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let (far, third) = (cloud.vpc("far", "10.1.0.0/16"), cloud.vpc("third", "10.2.0.0/16"));
    let to_far = cloud.ok("vpc", "createVpcPeering", peering(&vpc, &far))["vpcPeering"]["vpcPeeringId"].clone();
    let past = cloud.ok("vpc", "createVpcPeering", peering(&far, &third))["vpcPeering"]["vpcPeeringId"].clone();
    let out = gateway(&cloud, &spec(&vpc, &subnet));
    let table = |vpc: &str| cloud.ok("vpc", "describeVpc", json!({"vpcId": vpc}))["vpc"]["routeTableIds"][0].clone();
    let add = |vpc: &str, hop: &str, id: &Value| {
        let rule = json!({"nextHopType": hop, "nextHopId": id, "addressPrefix": "10.1.0.0/16"});
        json!({"routeTableId": table(vpc), "routeTableRuleSpecs": [rule]})
    };
    cloud.ok("vpc", "addRouteTableRules", add(&vpc, "vpc_peering", &to_far));
    cloud.ok("vpc", "addRouteTableRules", add(&far, "vpc_peering", &to_far));
    assert_eq!(cloud.err("vpc", "addRouteTableRules", add(&vpc, "vpc_peering", &past)), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "addRouteTableRules", add(&vpc, "natgw", &json!(out)));
    assert_eq!(cloud.err("vpc", "addRouteTableRules", add(&far, "natgw", &json!(out))), fault(404, "NOT_FOUND"));
    assert_eq!(shown(&cloud, &out)["routeTableIds"], json!([table(&vpc)]));
}
