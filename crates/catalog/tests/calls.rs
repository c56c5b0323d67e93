//! Calls formed from procedures and ordinary values pass the API's own check: nothing unknown, missing or wrongly typed.

use firma_catalog::{
    Catalog, Procedure,
    procedure::{Call, How, Shape, Source},
    shape,
};
use firma_model::{
    address::KindId,
    document::from_plain_json,
    value::{Map, Value},
};
use serde_json::{Value as Json, json};

/// Ordinary values of every kind that has a cloud.
fn samples() -> Vec<(&'static str, Json)> {
    let billing = json!({"method": "prepaid_by_duration", "unit": "month", "duration": 1, "auto_renew": true});
    vec![
        (
            "vpc.vpc",
            json!({"vpc_name": "main", "address_prefix": "10.0.0.0/16", "description": "", "tags": {"a": "b"}}),
        ),
        (
            "vpc.subnet",
            json!({"vpc_id": "vpc-1", "subnet_name": "web", "address_prefix": "10.0.1.0/24", "ip_mask_len": "28",
                   "domain_name_servers": ["10.0.0.2"], "route_table_id": "rtb-1"}),
        ),
        (
            "vpc.network_security_group",
            json!({"vpc_id": "vpc-1", "network_security_group_name": "web", "description": "x", "rules": [
                {"protocol": 6, "direction": 0, "address_prefix": "0.0.0.0/0", "from_port": 443, "to_port": 443}]}),
        ),
        ("vpc.elastic_ip", json!({"bandwidth_mbps": 5, "provider": "bgp", "billing": billing, "tags": {"a": "b"}})),
        ("vm.keypair", json!({"key_name": "me", "public_key": "ssh-ed25519 AAAA not-a-secret"})),
        (
            "vm.instance",
            json!({"name": "web", "instance_type": "g.n3.large", "image_id": "img-1", "zone": "cn-north-1a",
                   "billing": billing, "tags": {"a": "b"}, "password": "not-a-secret", "key_names": ["me"],
                   "hostname": "web", "metadata": {"k": "v"}, "userdata": {"launch-script": "aGk="}, "description": "",
                   "system_disk": {"disk_category": "cloud", "cloud_disk_spec": {
                       "name": "system", "disk_type": "ssd.gp1", "disk_size_gb": 40, "zone": "cn-north-1a"}},
                   "data_disks": [{"auto_delete": true, "cloud_disk_spec": {
                       "name": "data", "disk_type": "ssd.gp1", "disk_size_gb": 20, "zone": "cn-north-1a",
                       "billing": billing}}],
                   "primary_network_interface": {"network_interface": {
                       "subnet_id": "subnet-1", "security_groups": ["sg-1"]}}}),
        ),
        (
            "disk.disk",
            json!({"name": "data", "disk_type": "ssd.gp1", "disk_size_gb": 20, "zone": "cn-north-1a", "iops": 600,
                   "billing": billing, "encrypt": false, "description": "", "tags": {"a": "b"}}),
        ),
        ("vm.disk_attachment", json!({"instance_id": "i-1", "disk_id": "vol-1", "auto_delete": true})),
        ("vm.elastic_ip_attachment", json!({"instance_id": "i-1", "elastic_ip_id": "fip-1"})),
    ]
}

fn normal(procedure: &Procedure, json: &Json) -> Map {
    let Value::Map(map) = from_plain_json(json) else { panic!("a table") };
    let normal = |(name, value): (String, Value)| {
        let value = shape::normalise(&procedure.attributes[&name], value);
        (name, value)
    };
    map.into_iter().map(normal).collect()
}

/// The parameters of a call, as an interpreter of procedures fills them in.
fn fill(procedure: &Procedure, call: &Call, values: &Map, mut parameters: Json) -> Json {
    let wire = |name: &str| {
        let mut steps = name.split('.');
        let head = steps.next().expect("a name");
        let Some(mut value) = values.get(head) else { return Json::Null };
        let mut shape = &procedure.attributes[head].shape;
        for step in steps {
            let Shape::Object(fields) = shape else { panic!("{name} leads nowhere") };
            shape = &fields[step].shape;
            value = &value.as_map().expect("a table")[step];
        }
        shape::to_wire(shape, value)
    };
    for parameter in &call.parameters {
        let value = match &parameter.source {
            Source::Id | Source::IdPart(_) => json!("an-id"),
            Source::Attribute(name) | Source::AttributeAlways(name) => wire(name),
            Source::AttributeOr(name, otherwise) => match wire(name) {
                Json::Null => otherwise.clone(),
                value => value,
            },
            Source::Mapped { attribute, values } => values[&wire(attribute).to_string()].clone(),
            Source::Observed(_) | Source::Member => json!("an-id"),
            Source::Fixed(value) => value.clone(),
            Source::Token => json!("a-token"),
            Source::Elements => wire("rules"),
            Source::ElementIds => json!(["sgr-1"]),
        };
        shape::put_parameter(&mut parameters, &parameter.name, value);
    }
    parameters
}

#[track_caller]
fn check(procedure: &Procedure, call: &Call, values: &Map, parameters: Json) {
    let parameters = fill(procedure, call, values, parameters);
    let operation = firma_api::operation(&call.service, &call.operation).expect("an operation");
    let mut parameters = parameters.as_object().expect("an object").clone();
    if operation.param("regionId").is_some() {
        parameters.insert("regionId".into(), json!("cn-north-1"));
    }
    let problems = firma_api::check(operation, &parameters);
    assert!(problems.is_empty(), "{}: {problems:?} in {parameters:?}", operation.full_name());
}

#[test]
fn every_call_of_every_kind() {
    let samples = samples();
    for kind in Catalog::builtin().kind_names() {
        let procedure = Catalog::builtin().kind(&KindId::new(kind)).expect("a kind");
        let Some(create) = &procedure.create else { continue };
        let sample = samples.iter().find(|(id, _)| *id == kind).unwrap_or_else(|| panic!("no sample of {kind}"));
        let values = normal(&procedure, &sample.1);
        let mut parameters = json!({});
        for (name, attribute) in &procedure.attributes {
            if let (Some(path), Some(value)) = (&attribute.write, values.get(name)) {
                shape::put_parameter(&mut parameters, path, shape::to_wire(&attribute.shape, value));
            }
        }
        check(&procedure, create, &values, parameters);
        for call in procedure.read.iter().map(|read| &read.call).chain(&procedure.delete) {
            check(&procedure, call, &values, json!({}));
        }
        for update in &procedure.updates {
            match &update.how {
                How::Calls(stages) => {
                    for stage in stages {
                        check(&procedure, &stage.call, &values, json!({}));
                    }
                }
                How::Elements { add, remove, modify, modify_id } => {
                    check(&procedure, add, &values, json!({}));
                    check(&procedure, remove, &values, json!({}));
                    let (rule, element) =
                        (&procedure.attributes["rules"], &values["rules"].as_list().expect("rules")[0]);
                    let elements = rule.elements.as_ref().expect("elements");
                    let changed = shape::modification(&rule.shape, elements, modify_id, "sgr-1", element);
                    let mut call = modify.clone();
                    for parameter in call.parameters.iter_mut().filter(|p| p.source == Source::Elements) {
                        parameter.source = Source::Fixed(json!([changed]));
                    }
                    check(&procedure, &call, &values, json!({}));
                }
                How::Members { add, remove } => {
                    check(&procedure, add, &values, json!({}));
                    check(&procedure, remove, &values, json!({}));
                }
                How::Tags(code) => assert!(!code.is_empty()),
            }
        }
    }
}
