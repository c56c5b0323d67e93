//! Private networks: what may be created, what may go, and what comes along.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

#[test]
fn a_vpc_comes_with_its_defaults_and_goes_with_them() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let shown = cloud.ok("vpc", "describeVpc", json!({"vpcId": vpc}))["vpc"].clone();
    assert_eq!(shown["createdTime"], "2026-01-15T10:00:00Z");
    let table = shown["routeTableIds"][0].clone();
    let rules =
        cloud.ok("vpc", "describeRouteTable", json!({"routeTableId": table}))["routeTable"]["routeTableRules"].clone();
    assert_eq!((&rules[0]["nextHopType"], &rules[1]["nextHopId"]), (&json!("local"), &json!("internet")));
    let of = json!({"filters": [{"name": "vpcId", "values": [vpc]}]});
    let groups = cloud.ok("vpc", "describeNetworkSecurityGroups", of.clone());
    let default = text(&groups["networkSecurityGroups"][0], "networkSecurityGroupId");
    assert_eq!(
        cloud.err("vpc", "deleteNetworkSecurityGroup", json!({"networkSecurityGroupId": default})),
        fault(400, "FAILED_PRECONDITION")
    );
    assert_eq!(cloud.err("vpc", "deleteRouteTable", json!({"routeTableId": table})), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.ok("vpc", "describeNetworkAcls", of.clone())["totalCount"], 1);

    cloud.ok("vpc", "deleteVpc", json!({"vpcId": vpc}));
    assert_eq!(cloud.ok("vpc", "describeNetworkAcls", of)["totalCount"], 0);
    assert_eq!(cloud.inner.outside("inventory", &json!({}))["result"]["objects"], json!([]));
}

#[test]
fn refused_vpcs() {
    let cloud = Cloud::new();
    for (name, prefix) in [
        ("", "10.0.0.0/16"),
        ("a name with spaces", "10.0.0.0/16"),
        (&"x".repeat(33), "10.0.0.0/16"),
        ("main", "10.0.0.0/8"),
        ("main", "10.0.0.0/29"),
        ("main", "8.8.0.0/16"),
        ("main", "172.32.0.0/16"),
        ("main", "10.0.0.1/16"),
        ("main", "here"),
    ] {
        let params = json!({"vpcName": name, "addressPrefix": prefix});
        assert_eq!(cloud.err("vpc", "createVpc", params), fault(400, "INVALID_ARGUMENT"), "{name} {prefix}");
    }
    cloud.ok("vpc", "createVpc", json!({"vpcName": "私有网络_1-a"}));
}

#[test]
fn subnets_lie_inside_their_vpc_and_apart_from_each_other() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    cloud.subnet(&vpc, "10.0.1.0/24");
    for prefix in ["10.1.0.0/24", "10.0.1.0/24", "10.0.1.128/25", "10.0.0.0/16", "10.0.2.1/24", "10.0.2.0/29"] {
        let params = json!({"vpcId": vpc, "subnetName": "s", "addressPrefix": prefix});
        assert_eq!(cloud.err("vpc", "createSubnet", params), fault(400, "INVALID_ARGUMENT"), "{prefix}");
    }
    let dry = json!({"vpcId": vpc, "subnetName": "s", "addressPrefix": "10.0.2.0/28", "dryRun": true});
    cloud.ok("vpc", "createSubnet", dry);
    let small = cloud.subnet(&vpc, "10.0.2.0/28");
    let shown = cloud.ok("vpc", "describeSubnet", json!({"subnetId": small}))["subnet"].clone();
    assert_eq!(
        (&shown["availableIpCount"], &shown["startIp"], &shown["endIp"]),
        (&json!(12), &json!("10.0.2.3"), &json!("10.0.2.14"))
    );
    assert_eq!(cloud.err("vpc", "deleteVpc", json!({"vpcId": vpc})), fault(400, "FAILED_PRECONDITION"));
    // Without a prefix of its own a VPC takes any private range.
    let open = cloud.vpc("open", "");
    cloud.subnet(&open, "192.168.0.0/24");
    cloud.subnet(&open, "10.9.0.0/16");
    assert_eq!(
        cloud.err("vpc", "modifyVpc", json!({"vpcId": open, "addressPrefix": "10.0.0.0/16"})),
        fault(400, "INVALID_ARGUMENT")
    );
    cloud.ok("vpc", "modifyVpc", json!({"vpcId": vpc, "addressPrefix": ""}));
    cloud.subnet(&vpc, "172.16.0.0/24");
}

#[test]
fn the_last_page_answers_for_all_beyond_it() {
    let cloud = Cloud::new();
    cloud.inner.outside("quota", &json!({"limits": {"subnet": 30}}));
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    for number in 0..25 {
        cloud.subnet(&vpc, &format!("10.0.{number}.0/24"));
    }
    let page = |number: i64| {
        let params = json!({"pageNumber": number, "pageSize": 10, "filters": [{"name": "vpcId", "values": [vpc]}]});
        let page = cloud.ok("vpc", "describeSubnets", params);
        (page["subnets"].as_array().unwrap().len(), page["totalCount"].as_i64().unwrap())
    };
    assert_eq!([page(1), page(3), page(99)], [(10, 25), (5, 25), (5, 25)]);
    for (number, size) in [(0, 10), (1, 9), (1, 101)] {
        let params = json!({"pageNumber": number, "pageSize": size});
        assert_eq!(cloud.err("vpc", "describeSubnets", params), fault(400, "OUT_OF_RANGE"), "{number} {size}");
    }
    assert_eq!(
        cloud.err("vpc", "describeSubnets", json!({"filters": [{"name": "nonsense", "values": ["x"]}]})),
        fault(400, "INVALID_ARGUMENT")
    );
}

fn rule(direction: i64, protocol: i64, ports: Option<(i64, i64)>, prefix: &str) -> Value {
    let mut rule = json!({"direction": direction, "protocol": protocol, "addressPrefix": prefix});
    if let Some((from, to)) = ports {
        rule["fromPort"] = json!(from);
        rule["toPort"] = json!(to);
    }
    rule
}

#[test]
fn rules_of_a_security_group() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let group = cloud.ok("vpc", "createNetworkSecurityGroup", json!({"vpcId": vpc, "networkSecurityGroupName": "web"}));
    let group = text(&group, "networkSecurityGroupId");
    let add = |specs: Value| json!({"networkSecurityGroupId": group, "networkSecurityGroupRuleSpecs": specs});
    let rules = || {
        let shown = cloud.ok("vpc", "describeNetworkSecurityGroup", json!({"networkSecurityGroupId": group}));
        shown["networkSecurityGroup"]["securityGroupRules"].as_array().unwrap().clone()
    };
    assert_eq!((rules().len(), &rules()[0]["ruleType"], &rules()[0]["direction"]), (1, &json!("default"), &json!(1)));

    // What is sent, and what a read shows of it: protocol, ports, prefix.
    let normal = [
        (rule(0, 6, None, "10.0.0.7"), json!([6, 1, 65535, "10.0.0.7/32"])),
        (rule(0, 300, Some((5, 9)), "0.0.0.0/0"), json!([300, 0, 0, "0.0.0.0/0"])),
        (rule(0, 1, None, "10.0.3.9/24"), json!([1, 0, 0, "10.0.3.0/24"])),
        (rule(1, 17, Some((53, 53)), "::/0"), json!([17, 53, 53, "::/0"])),
        (rule(1, 300, None, "0.0.0.0/0"), json!([300, 0, 0, "0.0.0.0/0"])),
    ];
    for (spec, expected) in &normal {
        let added =
            cloud.ok("vpc", "addNetworkSecurityGroupRules", add(json!([spec])))["securityGroupRules"][0].clone();
        let shown = json!([added["protocol"], added["fromPort"], added["toPort"], added["addressPrefix"]]);
        assert_eq!(shown, *expected);
        assert_eq!(cloud.err("vpc", "addNetworkSecurityGroupRules", add(json!([spec]))), fault(409, "ALREADY_EXISTS"));
    }
    for (spec, code) in [
        (rule(2, 6, None, "0.0.0.0/0"), fault(400, "INVALID_ARGUMENT")),
        (rule(0, 7, None, "0.0.0.0/0"), fault(400, "INVALID_ARGUMENT")),
        (rule(0, 6, Some((90, 80)), "0.0.0.0/0"), fault(400, "INVALID_ARGUMENT")),
        (rule(0, 6, Some((0, 80)), "0.0.0.0/0"), fault(400, "INVALID_ARGUMENT")),
        (rule(0, 6, None, "anywhere"), fault(400, "INVALID_ARGUMENT")),
    ] {
        // A good rule before it does not come through either.
        let specs = json!([rule(0, 6, Some((22, 22)), "0.0.0.0/0"), spec]);
        assert_eq!(cloud.err("vpc", "addNetworkSecurityGroupRules", add(specs)), code, "{spec}");
    }
    assert_eq!(rules().len(), 6);

    let id = text(&rules()[1], "ruleId");
    let change = json!({"networkSecurityGroupId": group, "modifySecurityGroupRuleSpecs": [{"ruleId": id, "fromPort": 22, "toPort": 22}]});
    cloud.ok("vpc", "modifyNetworkSecurityGroupRules", change);
    assert_eq!(rules()[1]["toPort"], 22);
    let remove = json!({"networkSecurityGroupId": group, "ruleIds": [id]});
    cloud.ok("vpc", "removeNetworkSecurityGroupRules", remove.clone());
    assert_eq!(cloud.err("vpc", "removeNetworkSecurityGroupRules", remove), fault(404, "NOT_FOUND"));
    assert_eq!(rules().len(), 5);
}

#[test]
fn a_security_group_in_use_stays() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let make = |name: &str| {
        let params = json!({"vpcId": vpc, "networkSecurityGroupName": name});
        text(&cloud.ok("vpc", "createNetworkSecurityGroup", params), "networkSecurityGroupId")
    };
    let (first, second) = (make("first"), make("second"));
    let mut spec = cloud.spec(&subnet);
    spec["primaryNetworkInterface"]["networkInterface"]["securityGroups"] = json!([first]);
    let made = cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    let shown = cloud.show(made["instanceIds"][0].as_str().unwrap());
    let interface = &shown["primaryNetworkInterface"]["networkInterface"];
    assert_eq!(interface["securityGroups"], json!([{"groupId": first, "groupName": "first"}]));
    let delete = |group: &str| json!({"networkSecurityGroupId": group});
    assert_eq!(cloud.err("vpc", "deleteNetworkSecurityGroup", delete(&first)), fault(400, "FAILED_PRECONDITION"));

    let port = interface["networkInterfaceId"].clone();
    let change = |groups: Value| json!({"networkInterfaceId": port, "securityGroups": groups});
    cloud.ok("vpc", "modifyNetworkInterface", change(json!([second])));
    assert_eq!(
        cloud.ok("vpc", "describeNetworkInterface", json!({"networkInterfaceId": port}))["networkInterface"]["networkSecurityGroupIds"],
        json!([second])
    );
    cloud.ok("vpc", "deleteNetworkSecurityGroup", delete(&first));
    assert_eq!(cloud.err("vpc", "deleteNetworkSecurityGroup", delete(&second)), fault(400, "FAILED_PRECONDITION"));
    let many: Vec<String> = (0..6).map(|_| second.clone()).collect();
    assert_eq!(cloud.err("vpc", "modifyNetworkInterface", change(json!(many))), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn elastic_ips_are_sold_by_every_method() {
    let cloud = Cloud::new();
    let month = json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1});
    for (charge, bandwidth, expected) in [
        (json!({"chargeMode": "postpaid_by_usage"}), 200, None),
        (json!({"chargeMode": "postpaid_by_usage"}), 201, Some("OUT_OF_RANGE")),
        (json!({"chargeMode": "postpaid_by_duration"}), 1000, None),
        (json!({"chargeMode": "postpaid_by_duration"}), 1001, Some("OUT_OF_RANGE")),
        (month.clone(), 10, None),
        (
            json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "week", "chargeDuration": 1}),
            10,
            Some("INVALID_ARGUMENT"),
        ),
        (json!({"chargeMode": "free"}), 10, Some("INVALID_ARGUMENT")),
    ] {
        let spec = json!({"bandwidthMbps": bandwidth, "provider": "bgp", "chargeSpec": charge});
        let params = json!({"maxCount": 1, "elasticIpSpec": spec});
        match expected {
            None => drop(cloud.ok("vpc", "createElasticIps", params)),
            Some(word) => assert_eq!(cloud.err("vpc", "createElasticIps", params), fault(400, word), "{spec}"),
        }
    }
    let all = cloud.ok("vpc", "describeElasticIps", json!({}));
    let mut addresses: Vec<String> =
        all["elasticIps"].as_array().unwrap().iter().map(|e| text(e, "elasticIpAddress")).collect();
    addresses.sort();
    assert_eq!(addresses, ["198.18.0.1", "198.18.0.2", "198.18.0.3"]);
    let prepaid =
        all["elasticIps"].as_array().unwrap().iter().find(|e| e["charge"]["chargeMode"] == "prepaid_by_duration");
    let prepaid = json!({"elasticIpId": prepaid.unwrap()["elasticIpId"]});
    assert_eq!(cloud.err("vpc", "deleteElasticIp", prepaid.clone()), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(32 * 86_400);
    cloud.ok("vpc", "deleteElasticIp", prepaid);
    for count in [0, 101] {
        let params = json!({"maxCount": count, "elasticIpSpec": {"bandwidthMbps": 1, "provider": "bgp"}});
        assert_eq!(cloud.err("vpc", "createElasticIps", params), fault(400, "OUT_OF_RANGE"));
    }
}

#[test]
fn quotas() {
    let cloud = Cloud::new();
    for number in 0..10 {
        cloud.vpc(&format!("vpc-{number}"), "10.0.0.0/16");
    }
    let params = json!({"vpcName": "more", "addressPrefix": "10.0.0.0/16"});
    assert_eq!(cloud.err("vpc", "createVpc", params.clone()), fault(429, "QUOTA_EXCEEDED"));
    let quota = cloud.ok("vpc", "describeQuota", json!({"type": "vpc"}))["quota"].clone();
    assert_eq!((&quota["maxLimit"], &quota["count"]), (&json!(10), &json!(10)));
    // Another region has its own.
    let mut elsewhere = params.clone();
    elsewhere["regionId"] = json!("cn-east-2");
    cloud.ok("vpc", "createVpc", elsewhere);
    cloud.inner.outside("quota", &json!({"limits": {"*": 1000}}));
    cloud.ok("vpc", "createVpc", params);
}

#[test]
fn a_subnet_has_exactly_one_route_table() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let table =
        text(&cloud.ok("vpc", "createRouteTable", json!({"vpcId": vpc, "routeTableName": "own"})), "routeTableId");
    let of = || text(&cloud.ok("vpc", "describeSubnet", json!({"subnetId": subnet}))["subnet"], "routeTableId");
    let default = of();
    cloud.ok("vpc", "associateRouteTable", json!({"routeTableId": table, "subnetIds": [subnet]}));
    assert_eq!(of(), table);
    assert_eq!(cloud.err("vpc", "deleteRouteTable", json!({"routeTableId": table})), fault(400, "FAILED_PRECONDITION"));
    let rules = json!([{"nextHopType": "internet", "nextHopId": "internet", "addressPrefix": "0.0.0.0/0"}]);
    let add = json!({"routeTableId": table, "routeTableRuleSpecs": rules});
    cloud.ok("vpc", "addRouteTableRules", add.clone());
    assert_eq!(cloud.err("vpc", "addRouteTableRules", add), fault(409, "ALREADY_EXISTS"));
    let shown =
        cloud.ok("vpc", "describeRouteTable", json!({"routeTableId": table}))["routeTable"]["routeTableRules"].clone();
    let remove = |rule: &Value| json!({"routeTableId": table, "ruleIds": [rule["ruleId"]]});
    assert_eq!(cloud.err("vpc", "removeRouteTableRules", remove(&shown[0])), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "removeRouteTableRules", remove(&shown[1]));
    cloud.ok("vpc", "disassociateRouteTable", json!({"routeTableId": table, "subnetId": subnet}));
    assert_eq!(of(), default);
    cloud.ok("vpc", "deleteRouteTable", json!({"routeTableId": table}));
}
