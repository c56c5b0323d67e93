//! Network ACLs: what their rules may say, and which subnets they guard.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn acl(cloud: &Cloud, vpc: &str) -> String {
    text(&cloud.ok("vpc", "createNetworkAcl", json!({"vpcId": vpc, "networkAclName": "own"})), "networkAclId")
}

fn shown(cloud: &Cloud, acl: &str) -> Value {
    cloud.ok("vpc", "describeNetworkAcl", json!({"networkAclId": acl}))["networkAcl"].clone()
}

fn rules(cloud: &Cloud, acl: &str) -> Vec<Value> {
    shown(cloud, acl)["networkAclRules"].as_array().unwrap().clone()
}

fn add(acl: &str, specs: Value) -> Value {
    json!({"networkAclId": acl, "networkAclRuleSpecs": specs})
}

/// A rule for what comes in, with one thing about it changed.
fn rule(name: &str, value: Value) -> Value {
    let mut rule = json!({
        "direction": "ingress", "protocol": "TCP", "fromPort": 80, "toPort": 80, "addressPrefix": "0.0.0.0/0",
        "ruleAction": "allow", "priority": 10,
    });
    rule[name] = value;
    rule
}

#[test]
fn a_new_acl_lets_nothing_pass_and_the_default_one_everything() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let default = cloud.ok("vpc", "describeVpc", json!({"vpcId": vpc}))["vpc"]["aclIds"][0].clone();
    let default = default.as_str().unwrap();
    let all = rules(&cloud, default);
    let pass: Vec<Value> =
        all.iter().map(|r| json!([r["direction"], r["protocol"], r["ruleAction"], r["ruleType"]])).collect();
    assert_eq!(pass, [json!(["ingress", "All", "allow", "default"]), json!(["egress", "All", "allow", "default"])]);
    assert_eq!(rules(&cloud, &acl(&cloud, &vpc)), [] as [Value; 0]);
    assert_eq!(
        cloud.err("vpc", "deleteNetworkAcl", json!({"networkAclId": default})),
        fault(400, "FAILED_PRECONDITION")
    );
}

#[test]
fn ports_belong_to_tcp_and_udp() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let acl = acl(&cloud, &vpc);
    let bare = |protocol: &str, prefix: &str| json!({"direction": "egress", "protocol": protocol, "addressPrefix": prefix, "ruleAction": "deny", "priority": 20});
    let cases = [
        (bare("UDP", "10.1.2.3/8"), json!(["UDP", 1, 65535, "10.0.0.0/8"])),
        (bare("ICMP", "192.0.2.7"), json!(["ICMP", 0, 0, "192.0.2.7/32"])),
        (rule("protocol", json!("All")), json!(["All", 0, 0, "0.0.0.0/0"])),
        (rule("toPort", json!(90)), json!(["TCP", 80, 90, "0.0.0.0/0"])),
    ];
    for (number, (spec, expected)) in cases.iter().enumerate() {
        cloud.ok("vpc", "addNetworkAclRules", add(&acl, json!([spec])));
        let rule = &rules(&cloud, &acl)[number];
        assert_eq!(json!([rule["protocol"], rule["fromPort"], rule["toPort"], rule["addressPrefix"]]), *expected);
        assert_eq!(cloud.err("vpc", "addNetworkAclRules", add(&acl, json!([spec]))), fault(409, "ALREADY_EXISTS"));
    }
    // From all protocols to one that has ports: all of them.
    let id = rules(&cloud, &acl)[2]["ruleId"].clone();
    let change = json!({"networkAclId": acl, "modifyNetworkAclRuleSpecs": [{"ruleId": id, "protocol": "UDP"}]});
    cloud.ok("vpc", "modifyNetworkAclRules", change);
    let changed = &rules(&cloud, &acl)[2];
    assert_eq!(json!([changed["protocol"], changed["fromPort"], changed["toPort"]]), json!(["UDP", 1, 65535]));
}

#[test]
fn refused_rules_leave_the_others_of_the_call_out_too() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let acl = acl(&cloud, &vpc);
    for (spec, expected) in [
        (rule("direction", json!("inward")), fault(400, "INVALID_ARGUMENT")),
        (rule("ruleAction", json!("perhaps")), fault(400, "INVALID_ARGUMENT")),
        (rule("protocol", json!("GRE")), fault(400, "INVALID_ARGUMENT")),
        (rule("priority", json!(0)), fault(400, "OUT_OF_RANGE")),
        (rule("priority", json!(32769)), fault(400, "OUT_OF_RANGE")),
        (rule("fromPort", json!(81)), fault(400, "INVALID_ARGUMENT")),
        (rule("toPort", json!(65536)), fault(400, "INVALID_ARGUMENT")),
        (rule("addressPrefix", json!("here")), fault(400, "INVALID_ARGUMENT")),
        (rule("addressPrefixType", json!("PREFIXLIST")), fault(404, "NOT_FOUND")),
    ] {
        let specs = json!([rule("priority", json!(99)), spec]);
        assert_eq!(cloud.err("vpc", "addNetworkAclRules", add(&acl, specs)), expected, "{spec}");
    }
    assert_eq!(rules(&cloud, &acl), [] as [Value; 0]);
    cloud.ok(
        "vpc",
        "addNetworkAclRules",
        add(&acl, json!([rule("priority", json!(1)), rule("priority", json!(32768))])),
    );
}

#[test]
fn rules_may_trade_places_in_one_call_but_not_become_one() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let acl = acl(&cloud, &vpc);
    cloud.ok("vpc", "addNetworkAclRules", add(&acl, json!([rule("priority", json!(1)), rule("priority", json!(2))])));
    let before = rules(&cloud, &acl);
    let (one, two) = (&before[0]["ruleId"], &before[1]["ruleId"]);
    let change = |changes: Value| json!({"networkAclId": acl, "modifyNetworkAclRuleSpecs": changes});
    let same = change(json!([{"ruleId": one, "priority": 2}]));
    assert_eq!(cloud.err("vpc", "modifyNetworkAclRules", same), fault(409, "ALREADY_EXISTS"));
    let nobody = change(json!([{"ruleId": one, "priority": 3}, {"ruleId": "none", "priority": 4}]));
    assert_eq!(cloud.err("vpc", "modifyNetworkAclRules", nobody), fault(404, "NOT_FOUND"));
    assert_eq!(rules(&cloud, &acl), before);
    cloud.ok(
        "vpc",
        "modifyNetworkAclRules",
        change(json!([{"ruleId": one, "priority": 2}, {"ruleId": two, "priority": 1}])),
    );
    let after = rules(&cloud, &acl);
    assert_eq!((&after[0]["priority"], &after[1]["priority"]), (&json!(2), &json!(1)));
    assert_eq!(after[0]["fromPort"], 80);
    let remove = |ids: Value| json!({"networkAclId": acl, "ruleIds": ids});
    assert_eq!(cloud.err("vpc", "removeNetworkAclRules", remove(json!([one, "none"]))), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "removeNetworkAclRules", remove(json!([one])));
    assert_eq!(rules(&cloud, &acl).len(), 1);
}

#[test]
fn a_subnet_is_guarded_by_one_acl_at_most() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let (first, second) = (acl(&cloud, &vpc), acl(&cloud, &vpc));
    let of = || text(&cloud.ok("vpc", "describeSubnet", json!({"subnetId": subnet}))["subnet"], "aclId");
    let to = |acl: &str, subnets: Value| json!({"networkAclId": acl, "subnetIds": subnets});
    let off = |acl: &str| json!({"networkAclId": acl, "subnetId": subnet});
    cloud.ok("vpc", "associateNetworkAcl", to(&first, json!([subnet])));
    cloud.ok("vpc", "associateNetworkAcl", to(&second, json!([subnet])));
    assert_eq!(of(), second);
    assert_eq!(
        (&shown(&cloud, &first)["subnetIds"], &shown(&cloud, &second)["subnetIds"]),
        (&json!([]), &json!([subnet]))
    );
    assert_eq!(cloud.err("vpc", "disassociateNetworkAcl", off(&first)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(
        cloud.err("vpc", "deleteNetworkAcl", json!({"networkAclId": second})),
        fault(400, "FAILED_PRECONDITION")
    );
    let other = cloud.vpc("other", "10.1.0.0/16");
    let foreign = cloud.subnet(&other, "10.1.1.0/24");
    assert_eq!(
        cloud.err("vpc", "associateNetworkAcl", to(&first, json!([subnet, foreign]))),
        fault(400, "INVALID_ARGUMENT")
    );
    assert_eq!(of(), second);
    cloud.ok("vpc", "disassociateNetworkAcl", off(&second));
    assert_eq!(of(), "");
    cloud.ok("vpc", "deleteNetworkAcl", json!({"networkAclId": second}));
    // A guarded subnet that is deleted lets its ACL go.
    cloud.ok("vpc", "associateNetworkAcl", to(&first, json!([subnet])));
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": subnet}));
    cloud.ok("vpc", "deleteNetworkAcl", json!({"networkAclId": first}));
}

#[test]
fn acls_and_rules_are_counted_and_renamed() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    cloud.inner.outside("quota", &json!({"limits": {"acl": 2, "aclRule": 1}}));
    let own = acl(&cloud, &vpc);
    let more = json!({"vpcId": vpc, "networkAclName": "more"});
    assert_eq!(cloud.err("vpc", "createNetworkAcl", more), fault(429, "QUOTA_EXCEEDED"));
    let two = add(&own, json!([rule("priority", json!(1)), rule("priority", json!(2))]));
    assert_eq!(cloud.err("vpc", "addNetworkAclRules", two), fault(429, "QUOTA_EXCEEDED"));
    assert_eq!(rules(&cloud, &own), [] as [Value; 0]);
    let bad = json!({"networkAclId": own, "networkAclName": ""});
    assert_eq!(cloud.err("vpc", "modifyNetworkAcl", bad), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("vpc", "modifyNetworkAcl", json!({"networkAclId": own, "description": "tight"}));
    let all = shown(&cloud, &own);
    assert_eq!((&all["networkAclName"], &all["description"]), (&json!("own"), &json!("tight")));
}
