//! Values by shape: the wire and back, normal forms, projection of read objects, what is said of wrong values.

use firma_catalog::{
    Catalog, Procedure,
    procedure::Shape,
    shape::{self, SERVER_ID, SERVER_MADE},
};
use firma_model::{address::KindId, document::from_plain_json, span::Span, value::Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn kind(id: &str) -> Arc<Procedure> {
    Catalog::builtin().kind(&KindId::new(id)).expect("a kind")
}

#[expect(clippy::needless_pass_by_value, reason = "literals read better without a reference")]
fn value(json: Json) -> Value {
    from_plain_json(&json)
}

fn plain(value: &Value) -> Json {
    firma_model::document::to_plain_json(value)
}

#[test]
fn to_the_wire_and_back() {
    let rows = [
        (
            "vpc.vpc",
            "tags",
            json!({"b": "2", "a": "1"}),
            json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]),
        ),
        ("vpc.vpc", "vpc_name", json!("main"), json!("main")),
        ("disk.disk", "disk_size_gb", json!(200), json!(200)),
        (
            "disk.disk",
            "billing",
            json!({"method": "postpaid_by_duration"}),
            json!({"chargeMode": "postpaid_by_duration"}),
        ),
        (
            "vm.instance",
            "system_disk",
            json!({"disk_category": "cloud", "auto_delete": true}),
            json!({"diskCategory": "cloud", "autoDelete": true}),
        ),
        (
            "vpc.network_security_group",
            "rules",
            json!([{"protocol": 6, "direction": 0, "address_prefix": "0.0.0.0/0", "from_port": 22, "to_port": 22}]),
            json!([{"protocol": 6, "direction": 0, "addressPrefix": "0.0.0.0/0", "fromPort": 22, "toPort": 22}]),
        ),
    ];
    for (id, name, manifest, wire) in rows {
        let shape = &kind(id).attributes[name].shape;
        assert_eq!(shape::to_wire(shape, &value(manifest.clone())), wire, "{id} {name}");
        assert_eq!(plain(&shape::from_wire(shape, &wire)), manifest, "{id} {name}");
    }
}

#[test]
fn nulls_marks_and_unknown_fields_stay_off_the_wire() {
    let shape = &kind("vm.instance").attributes["system_disk"].shape;
    let Value::Map(mut map) = value(json!({"disk_category": null, "auto_delete": false})) else { panic!("a map") };
    map.insert("device_name".into(), Value::unknown());
    map.insert("cloud_disk_spec".into(), value(json!({"name": "x"})).sensitive());
    assert_eq!(shape::to_wire(shape, &Value::Map(map)), json!({"autoDelete": false, "cloudDiskSpec": {"name": "x"}}));
    let seen = json!({"diskCategory": null, "autoDelete": true, "cloudDisk": {"encrypted": true, "az": "z", "diskId": "vol-1"}});
    assert_eq!(
        plain(&shape::from_wire(shape, &seen)),
        json!({"auto_delete": true, "cloud_disk_spec": {"encrypt": true, "zone": "z"}})
    );
}

#[test]
fn normal_forms() {
    let integer = Shape::Integer;
    let text = Shape::String;
    let set = Shape::Set(Box::new(Shape::String));
    let list = Shape::List(Box::new(Shape::Integer));
    let rows = [
        (&integer, json!("80"), json!(80)),
        (&integer, json!(80.0), json!(80)),
        (&integer, json!("many"), json!("many")),
        (&text, json!(80), json!("80")),
        (&text, json!(true), json!("true")),
        (&Shape::Bool, json!("false"), json!(false)),
        (&set, json!(["b", "a", "b"]), json!(["a", "b"])),
        (&list, json!(["2", 1]), json!([2, 1])),
        (&Shape::Pairs, json!({"n": 1, "gone": null}), json!({"n": "1"})),
        (&Shape::Pairs, json!([{"key": "k", "value": "v"}]), json!({"k": "v"})),
        (&Shape::Any, json!({"a": null}), json!({"a": null})),
    ];
    for (shape, given, expected) in rows {
        let once = shape::normalise_shape(shape, value(given.clone()));
        assert_eq!(plain(&once), expected, "{given}");
        assert_eq!(shape::normalise_shape(shape, once.clone()), once, "again: {given}");
    }
    let unknowns = Value::List(vec![Value::unknown(), Value::unknown()]);
    assert_eq!(shape::normalise_shape(&set, unknowns.clone()), unknowns, "two unknowns may differ");
    let hidden = value(json!("8080")).sensitive();
    assert_eq!(shape::normalise_shape(&integer, hidden), value(json!(8080)).sensitive());
}

#[test]
fn elements_get_their_defaults_and_an_order() {
    let group = kind("vpc.network_security_group");
    let rules = &group.attributes["rules"];
    let given = value(json!([
        {"protocol": "6", "direction": 1, "address_prefix": "10.0.0.0/8"},
        {"protocol": 300, "direction": 0, "address_prefix": "10.0.0.0/8", "description": "all"},
    ]));
    let all = json!({
        "protocol": 300, "direction": 0, "address_prefix": "10.0.0.0/8", "address_prefix_type": "CIDR", "from_port": 0,
        "to_port": 0, "rule_action": "ALLOW", "priority": 1, "description": "all",
    });
    let tcp = json!({
        "protocol": 6, "direction": 1, "address_prefix": "10.0.0.0/8", "address_prefix_type": "CIDR", "from_port": 1,
        "to_port": 65535, "rule_action": "ALLOW", "priority": 1, "description": "",
    });
    let normal = shape::normalise(rules, given);
    assert_eq!(plain(&normal), json!([all, tcp]));
    assert_eq!(shape::normalise(rules, normal.clone()), normal);
    let rule = rules.elements.as_ref().expect("elements");
    let element = value(json!({"protocol": 6, "direction": 0, "from_port": 1, "description": "new"}));
    assert_eq!(
        shape::modification(&rules.shape, rule, "ruleId", "sgr-1", &element),
        json!({"ruleId": "sgr-1", "description": "new"})
    );
}

#[test]
fn an_instance_as_a_read_shows_it() {
    let instance = kind("vm.instance");
    let object = json!({
        "instanceId": "i-1", "instanceName": "web", "instanceType": "g.n3.large", "az": "cn-north-1a", "status": "running",
        "description": "", "imageId": "img-1", "keyNames": ["me"], "launchTime": "2026-01-01T00:00:00Z",
        "tags": [{"key": "team", "value": "shop"}],
        "charge": {"chargeMode": "postpaid_by_duration", "chargeExpiredTime": "2026-02-01T15:59:59Z"},
        "primaryNetworkInterface": {"deviceIndex": 1, "autoDelete": true, "networkInterface": {
            "networkInterfaceId": "port-1", "subnetId": "subnet-1", "sanityCheck": 1,
            "securityGroups": [{"groupId": "sg-2", "groupName": "b"}, {"groupId": "sg-1", "groupName": "a"}],
            "primaryIp": {"privateIpAddress": "10.0.0.5"}, "secondaryIps": [],
        }},
        "dataDisks": [{"diskCategory": "cloud"}],
        "somethingNew": {"x": 1},
    });
    let selected = shape::select(&instance, &object, &["i-1"]).expect("itself");
    let seen = shape::project(&instance, selected, "i-1");
    assert_eq!(
        plain(&Value::Map(seen)),
        json!({
            "id": "i-1", "instance_id": "i-1", "name": "web", "instance_type": "g.n3.large", "zone": "cn-north-1a",
            "status": "running", "description": "", "image_id": "img-1", "key_names": ["me"],
            "network_interface_id": "port-1", "data_disks": [{"disk_category": "cloud"}],
            "launch_time": "2026-01-01T00:00:00Z", "tags": {"team": "shop"},
            "billing": {"method": "postpaid_by_duration"},
            "charge": {"charge_mode": "postpaid_by_duration", "charge_expired_time": "2026-02-01T15:59:59Z"},
            "primary_network_interface": {"device_index": 1, "auto_delete": true, "network_interface": {
                "subnet_id": "subnet-1", "sanity_check": 1, "security_groups": ["sg-1", "sg-2"],
                "primary_ip_address": "10.0.0.5", "secondary_ip_addresses": [],
            }},
        })
    );
    assert_eq!(shape::status(&instance, selected), Some("running"));
    assert_eq!(shape::fingerprint(&instance, selected), "2026-01-01T00:00:00Z");
    assert_eq!(shape::expires(&instance, selected), Some("2026-02-01T15:59:59Z"));
}

#[test]
fn observed_elements_carry_ids_and_who_made_them() {
    let group = kind("vpc.network_security_group");
    let object = json!({"networkSecurityGroupId": "sg-1", "networkSecurityGroupName": "web", "vpcId": "vpc-1",
    "securityGroupRules": [
        {"ruleId": "sgr-2", "direction": 1, "protocol": 300, "addressPrefix": "0.0.0.0/0", "fromPort": 0, "toPort": 0,
         "ruleAction": "ALLOW", "priority": 1, "addressPrefixType": "CIDR", "ruleType": "default"},
        {"ruleId": "sgr-1", "direction": 0, "protocol": 6, "addressPrefix": "0.0.0.0/0", "fromPort": 22, "toPort": 22,
         "ruleAction": "ALLOW", "priority": 1, "addressPrefixType": "CIDR", "ruleType": "custom"},
    ]});
    let seen = shape::project(&group, &object, "sg-1");
    let rules = seen["rules"].as_list().expect("a list");
    let field = |at: usize, name: &str| rules[at].as_map().and_then(|map| map.get(name)).cloned();
    assert_eq!(field(0, SERVER_ID), Some(Value::string("sgr-1")));
    assert_eq!(field(0, SERVER_MADE), None);
    assert_eq!(field(1, SERVER_ID), Some(Value::string("sgr-2")));
    assert_eq!(field(1, SERVER_MADE), Some(Value::Bool(true)));
}

#[test]
fn attachments_are_found_in_their_parents() {
    let disk = kind("vm.disk_attachment");
    let object = json!({"diskId": "vol-1", "status": "in-use", "attachments": [
        {"attachmentId": "a-1", "diskId": "vol-1", "instanceId": "i-1", "status": "attached"},
        {"attachmentId": "a-2", "diskId": "vol-1", "instanceId": "i-2", "status": "attaching"},
    ]});
    let found = shape::select(&disk, &object, &["i-2", "vol-1"]).expect("attached");
    assert_eq!(shape::status(&disk, found), Some("attaching"));
    assert_eq!(shape::project(&disk, found, "i-2/vol-1")["attachment_id"], Value::string("a-2"));
    assert!(shape::select(&disk, &object, &["i-3", "vol-1"]).is_none());
    let address = kind("vm.elastic_ip_attachment");
    let bound = json!({"elasticIpId": "fip-1", "instanceId": "i-1"});
    assert!(shape::select(&address, &bound, &["i-1", "fip-1"]).is_some());
    assert!(shape::select(&address, &bound, &["i-2", "fip-1"]).is_none());
    assert!(shape::select(&address, &json!({"elasticIpId": "fip-1", "instanceId": ""}), &["", "fip-1"]).is_none());
}

#[test]
fn nested_specs_call_zone_and_billing_like_the_resource() {
    let shape = &kind("vm.instance").attributes["data_disks"].shape;
    let given = value(json!([{"cloud_disk_spec": {
        "name": "a", "zone": "cn-north-1a", "billing": {"method": "postpaid_by_duration"},
    }}]));
    let wire = shape::to_wire(shape, &given);
    assert_eq!(wire[0]["cloudDiskSpec"]["az"], "cn-north-1a");
    assert_eq!(wire[0]["cloudDiskSpec"]["charge"]["chargeMode"], "postpaid_by_duration");
}

#[test]
fn parameters_are_put_where_their_path_says() {
    let mut parameters = json!({});
    shape::put_parameter(&mut parameters, "instanceSpec.az", json!("z"));
    shape::put_parameter(&mut parameters, "dataDisks[0].diskId", json!("vol-1"));
    shape::put_parameter(&mut parameters, "dataDisks[0].autoDelete", json!(true));
    shape::put_parameter(&mut parameters, "nothing", Json::Null);
    assert_eq!(
        parameters,
        json!({"instanceSpec": {"az": "z"}, "dataDisks": [{"diskId": "vol-1", "autoDelete": true}]})
    );
}

#[test]
fn a_manifest_is_told_what_is_wrong() {
    let rows: [(&str, &str, Json, &[&str]); 14] = [
        ("vpc.vpc", "vpc_name", json!("main"), &[]),
        ("vpc.vpc", "vpc_name", json!(7), &[]),
        (
            "vpc.vpc",
            "vpcName",
            json!("x"),
            &["E0342 vpc.vpc has no attribute `vpcName`; names are in snake case: `vpc_name`"],
        ),
        ("vpc.vpc", "vcp_name", json!("x"), &["E0342 vpc.vpc has no attribute `vcp_name`; did you mean `vpc_name`?"]),
        (
            "vpc.vpc",
            "zone",
            json!("x"),
            &["E0342 vpc.vpc has no attribute `zone`; the kind lives in a region, not in a zone"],
        ),
        (
            "vm.disk_attachment",
            "tags",
            json!({}),
            &["E0342 vm.disk_attachment has no attribute `tags`; the kind cannot carry tags"],
        ),
        (
            "vpc.vpc",
            "created_time",
            json!("x"),
            &["E0343 `created_time` of vpc.vpc is read-only; other resources can refer to it; here it cannot be set"],
        ),
        ("vpc.vpc", "vpc_name", json!(["x"]), &["E0344 `vpc_name` of vpc.vpc is text, not a list"]),
        (
            "disk.disk",
            "disk_size_gb",
            json!("large"),
            &["E0344 `disk_size_gb` of disk.disk is a whole number, not a string"],
        ),
        (
            "disk.disk",
            "disk_size_gb",
            json!(1.5),
            &["E0344 `disk_size_gb` of disk.disk is a whole number, not a fraction"],
        ),
        ("disk.disk", "disk_size_gb", json!("200"), &[]),
        ("vpc.vpc", "tags", json!({"a": []}), &["E0344 `tags.a` of vpc.vpc is text, not a list"]),
        (
            "vm.instance",
            "primary_network_interface",
            json!({"network_interface": {"subnet": "s"}}),
            &[
                "E0342 `primary_network_interface.network_interface` of vm.instance has no `subnet`; did you mean `subnet_id`?",
                "E0345 `primary_network_interface.network_interface` of vm.instance needs `subnet_id`",
            ],
        ),
        (
            "vpc.network_security_group",
            "rules",
            json!([{"protocol": 6, "direction": "in", "address_prefix": "::/0"}]),
            &["E0344 `rules[0].direction` of vpc.network_security_group is a whole number, not a string"],
        ),
    ];
    for (id, name, given, expected) in rows {
        let found: Vec<String> = shape::check(&kind(id), name, &value(given.clone()), Span::default())
            .list
            .iter()
            .map(|d| [vec![format!("{} {}", d.code, d.message)], d.hints.clone()].concat().join("; "))
            .collect();
        assert_eq!(found, expected, "{id} {name} {given}");
    }
    let unknown = Value::Unknown(Box::new(firma_model::value::Unknown {
        ty: Some(firma_model::types::Type::List(Box::new(firma_model::types::Type::String))),
        ..Default::default()
    }));
    assert!(shape::check(&kind("vpc.vpc"), "vpc_name", &Value::unknown(), Span::default()).is_empty());
    assert!(shape::check(&kind("vpc.vpc"), "vpc_name", &unknown, Span::default()).has_errors());
}

#[test]
fn what_the_kind_demands_is_missed() {
    let subnet = kind("vpc.subnet");
    let missing = shape::required(&subnet, |name| name == "subnet_name", Span::default());
    let said: Vec<&str> = missing.list.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(said, ["vpc.subnet needs `address_prefix`", "vpc.subnet needs `vpc_id`"]);
    assert_eq!(missing.list[1].hints, ["it is the id of a vpc.vpc: `vpc_id = \"${vpc.vpc.NAME.id}\"`"]);
}

#[test]
fn what_follows_from_another_field_is_not_seen() {
    let group = kind("lb.target_group");
    let seen = shape::project(
        &group,
        &json!({"targetGroupId": "tg-1", "targets": [
            {"targetId": "t-1", "type": "vm", "instanceId": "i-1", "ipAddress": "10.0.0.4", "port": 0, "weight": 10},
            {"targetId": "t-2", "type": "ip", "ipAddress": "10.0.0.5", "port": 80, "weight": 10},
        ]}),
        "tg-1",
    );
    let targets = plain(&seen["targets"]);
    assert_eq!((targets[0]["ip_address"].as_str(), targets[1]["ip_address"].as_str()), (Some("10.0.0.5"), None));
    assert_eq!(targets[1]["instance_id"], "i-1");
}
