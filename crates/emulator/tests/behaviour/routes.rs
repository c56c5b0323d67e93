//! Route tables: where their rules may lead, what cannot be changed, and which subnets follow them.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

/// A table of a VPC.
fn table(cloud: &Cloud, vpc: &str) -> String {
    text(&cloud.ok("vpc", "createRouteTable", json!({"vpcId": vpc, "routeTableName": "own"})), "routeTableId")
}

fn shown(cloud: &Cloud, table: &str) -> Value {
    cloud.ok("vpc", "describeRouteTable", json!({"routeTableId": table}))["routeTable"].clone()
}

fn rules(cloud: &Cloud, table: &str) -> Vec<Value> {
    shown(cloud, table)["routeTableRules"].as_array().unwrap().clone()
}

fn out(prefix: &str) -> Value {
    json!({"nextHopType": "internet", "nextHopId": "internet", "addressPrefix": prefix})
}

fn add(table: &str, specs: Value) -> Value {
    json!({"routeTableId": table, "routeTableRuleSpecs": specs})
}

#[test]
fn a_new_table_has_the_local_rule_which_nobody_can_touch() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let table = table(&cloud, &vpc);
    let all = shown(&cloud, &table);
    assert_eq!((&all["routeTableType"], &all["associateType"]), (&json!("custom"), &json!("subnet")));
    let local = rules(&cloud, &table);
    assert_eq!(local.len(), 1);
    assert_eq!((&local[0]["nextHopType"], &local[0]["origin"]), (&json!("local"), &json!("static")));
    assert_eq!(local[0]["addressPrefix"], "10.0.0.0/16");
    let id = local[0]["ruleId"].clone();
    let change = json!({"routeTableId": table, "modifyRouteTableRuleSpecs": [{"ruleId": id, "priority": 7}]});
    assert_eq!(cloud.err("vpc", "modifyRouteTableRules", change), fault(400, "FAILED_PRECONDITION"));
    let remove = json!({"routeTableId": table, "ruleIds": [id]});
    assert_eq!(cloud.err("vpc", "removeRouteTableRules", remove), fault(400, "FAILED_PRECONDITION"));
    let mut second = out("192.0.2.0/24");
    second["nextHopType"] = json!("local");
    assert_eq!(cloud.err("vpc", "addRouteTableRules", add(&table, json!([second]))), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(rules(&cloud, &table), local);
}

#[test]
fn new_rules_are_normal_and_their_ids_are_not_answered() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let table = table(&cloud, &vpc);
    let answer = cloud.body("vpc", "addRouteTableRules", add(&table, json!([out("203.0.113.77/24")])));
    assert!(!answer.to_string().contains("rule"), "{answer}");
    let rule = &rules(&cloud, &table)[1];
    let meaning = json!([rule["addressPrefix"], rule["priority"], rule["addressPrefixType"], rule["description"]]);
    assert_eq!(meaning, json!(["203.0.113.0/24", 100, "CIDR", ""]));
    // The same range once more is another rule when its priority is another, and one too many when nothing is.
    let mut later = out("203.0.113.0/24");
    assert_eq!(cloud.err("vpc", "addRouteTableRules", add(&table, json!([later]))), fault(409, "ALREADY_EXISTS"));
    later["priority"] = json!(101);
    cloud.ok("vpc", "addRouteTableRules", add(&table, json!([later])));
    assert_eq!(rules(&cloud, &table).len(), 3);
}

#[test]
fn refused_rules_leave_the_others_of_the_call_out_too() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let other = cloud.vpc("other", "10.1.0.0/16");
    let there = cloud.subnet(&other, "10.1.1.0/24");
    let foreign = cloud.instance(&there);
    let near = cloud.instance(&subnet);
    let table = table(&cloud, &vpc);
    let with = |name: &str, value: Value| {
        let mut rule = out("198.51.100.0/24");
        rule[name] = value;
        rule
    };
    let to = |hop: &str, id: &str| json!({"nextHopType": hop, "nextHopId": id, "addressPrefix": "198.51.100.0/24"});
    for (rule, expected) in [
        (with("priority", json!(0)), fault(400, "OUT_OF_RANGE")),
        (with("priority", json!(256)), fault(400, "OUT_OF_RANGE")),
        (with("addressPrefix", json!("everywhere")), fault(400, "INVALID_ARGUMENT")),
        (with("addressPrefixType", json!("RANGE")), fault(400, "INVALID_ARGUMENT")),
        (with("addressPrefixType", json!("PREFIXLIST")), fault(404, "NOT_FOUND")),
        (to("moon", "moon"), fault(400, "INVALID_ARGUMENT")),
        (to("internet", &near), fault(400, "INVALID_ARGUMENT")),
        (to("natgw", "natgw-none"), fault(404, "NOT_FOUND")),
        (to("vpc_peering", "vpcpr-none"), fault(404, "NOT_FOUND")),
        (to("elastic_network_interface", "port-none"), fault(404, "NOT_FOUND")),
        (to("instance", &foreign), fault(404, "NOT_FOUND")),
    ] {
        let specs = json!([out("192.0.2.0/24"), rule]);
        assert_eq!(cloud.err("vpc", "addRouteTableRules", add(&table, specs)), expected, "{rule}");
    }
    assert_eq!(cloud.err("vpc", "addRouteTableRules", add(&table, json!([]))), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(rules(&cloud, &table).len(), 1);
    cloud.ok("vpc", "addRouteTableRules", add(&table, json!([to("instance", &near)])));
}

#[test]
fn rules_may_trade_places_in_one_call_but_not_become_one() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let table = table(&cloud, &vpc);
    cloud.ok("vpc", "addRouteTableRules", add(&table, json!([out("192.0.2.0/24"), out("198.51.100.0/24")])));
    let before = rules(&cloud, &table);
    let change = |changes: Value| json!({"routeTableId": table, "modifyRouteTableRuleSpecs": changes});
    let (one, two) = (&before[1]["ruleId"], &before[2]["ruleId"]);
    let same = json!([{"ruleId": one, "addressPrefix": "198.51.100.0/24"}]);
    assert_eq!(cloud.err("vpc", "modifyRouteTableRules", change(same)), fault(409, "ALREADY_EXISTS"));
    let nobody = json!([{"ruleId": one, "priority": 5}, {"ruleId": "rule-none", "priority": 5}]);
    assert_eq!(cloud.err("vpc", "modifyRouteTableRules", change(nobody)), fault(404, "NOT_FOUND"));
    assert_eq!(rules(&cloud, &table), before);
    let swap =
        json!([{"ruleId": one, "addressPrefix": "198.51.100.0/24"}, {"ruleId": two, "addressPrefix": "192.0.2.0/24"}]);
    cloud.ok("vpc", "modifyRouteTableRules", change(swap));
    let after = rules(&cloud, &table);
    assert_eq!(
        (&after[1]["addressPrefix"], &after[2]["addressPrefix"]),
        (&json!("198.51.100.0/24"), &json!("192.0.2.0/24"))
    );
    // What a change does not mention stays.
    cloud.ok("vpc", "modifyRouteTableRules", change(json!([{"ruleId": one, "priority": 5, "description": "near"}])));
    let after = rules(&cloud, &table);
    assert_eq!(json!([after[1]["addressPrefix"], after[1]["priority"]]), json!(["198.51.100.0/24", 5]));
    let remove = json!({"routeTableId": table, "ruleIds": [one, "rule-none"]});
    assert_eq!(cloud.err("vpc", "removeRouteTableRules", remove), fault(404, "NOT_FOUND"));
    assert_eq!(rules(&cloud, &table).len(), 3);
}

#[test]
fn a_subnet_is_taken_from_the_table_before() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let (first, second) = (table(&cloud, &vpc), table(&cloud, &vpc));
    let of = || text(&cloud.ok("vpc", "describeSubnet", json!({"subnetId": subnet}))["subnet"], "routeTableId");
    let default = of();
    let to = |table: &str, subnets: Value| json!({"routeTableId": table, "subnetIds": subnets});
    cloud.ok("vpc", "associateRouteTable", to(&first, json!([subnet])));
    cloud.ok("vpc", "associateRouteTable", to(&second, json!([subnet])));
    assert_eq!(of(), second);
    assert_eq!(
        (&shown(&cloud, &first)["subnetIds"], &shown(&cloud, &second)["subnetIds"]),
        (&json!([]), &json!([subnet]))
    );
    // Taking it off a table that it does not follow any more changes nothing.
    let off = |table: &str| json!({"routeTableId": table, "subnetId": subnet});
    assert_eq!(cloud.err("vpc", "disassociateRouteTable", off(&first)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(of(), second);
    // One that is not of the VPC keeps all where they are.
    let other = cloud.vpc("other", "10.1.0.0/16");
    let foreign = cloud.subnet(&other, "10.1.1.0/24");
    assert_eq!(
        cloud.err("vpc", "associateRouteTable", to(&first, json!([subnet, foreign]))),
        fault(400, "INVALID_ARGUMENT")
    );
    assert_eq!(of(), second);
    cloud.ok("vpc", "disassociateRouteTable", off(&second));
    assert_eq!(of(), default);
    // A subnet made with a table keeps it from being deleted, until the subnet is gone.
    let params = json!({"vpcId": vpc, "subnetName": "s", "addressPrefix": "10.0.9.0/24", "routeTableId": first});
    let made = text(&cloud.ok("vpc", "createSubnet", params), "subnetId");
    let delete = json!({"routeTableId": first});
    assert_eq!(cloud.err("vpc", "deleteRouteTable", delete.clone()), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": made}));
    cloud.ok("vpc", "deleteRouteTable", delete);
    let tables = cloud.ok("vpc", "describeVpc", json!({"vpcId": vpc}))["vpc"]["routeTableIds"].clone();
    assert_eq!(
        tables,
        json!([default, second])
            .as_array()
            .map(|all| {
                let mut all = all.clone();
                all.sort_by_key(ToString::to_string);
                json!(all)
            })
            .unwrap()
    );
}

#[test]
fn tables_and_rules_are_counted() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    cloud.inner.outside("quota", &json!({"limits": {"routeTable": 2, "staticRoute": 3}}));
    let own = table(&cloud, &vpc);
    let more = json!({"vpcId": vpc, "routeTableName": "more"});
    assert_eq!(cloud.err("vpc", "createRouteTable", more), fault(429, "QUOTA_EXCEEDED"));
    cloud.ok("vpc", "addRouteTableRules", add(&own, json!([out("192.0.2.0/24"), out("198.51.100.0/24")])));
    let third = add(&own, json!([out("203.0.113.0/24")]));
    assert_eq!(cloud.err("vpc", "addRouteTableRules", third), fault(429, "QUOTA_EXCEEDED"));
    let quota =
        cloud.ok("vpc", "describeQuota", json!({"type": "routeTable", "parentResourceId": vpc}))["quota"].clone();
    assert_eq!((&quota["maxLimit"], &quota["count"]), (&json!(2), &json!(2)));
}

#[test]
fn names_of_tables_change_and_are_looked_for() {
    let cloud = Cloud::new();
    let vpc = cloud.vpc("main", "10.0.0.0/16");
    let own = table(&cloud, &vpc);
    let change = |name: &str| json!({"routeTableId": own, "routeTableName": name});
    assert_eq!(cloud.err("vpc", "modifyRouteTable", change("with spaces in it")), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("vpc", "modifyRouteTable", json!({"routeTableId": own, "description": "inside"}));
    cloud.ok("vpc", "modifyRouteTable", change("renamed"));
    let filters =
        json!({"filters": [{"name": "routeTableNames", "values": ["renamed"]}, {"name": "vpcId", "values": [vpc]}]});
    let found = cloud.ok("vpc", "describeRouteTables", filters);
    assert_eq!(found["totalCount"], 1);
    assert_eq!(
        (&found["routeTables"][0]["routeTableId"], &found["routeTables"][0]["description"]),
        (&json!(own), &json!("inside"))
    );
}
