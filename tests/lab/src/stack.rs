//! Desired worlds, written as JSON: `@vpc.vpc.main#id` refers to an attribute of another resource.

use firma_model::{
    address::{Address, Key, Node, NodeSet},
    desired::{Desired, DesiredOutput, DesiredResource, Lifecycle, Repetition},
    document::from_plain_json,
    expr::{Expr, ExprKind},
    place::Billing,
    small_map::SmallMap,
    span::Span,
    value::Value,
};
use serde_json::{Value as Json, json};

/// The region of everything that names no other.
pub const REGION: &str = "cn-north-1";

/// An expression: text of the form `@ADDRESS#ATTRIBUTE` refers, and `{ "$sensitive": VALUE }` is a value to be kept secret.
pub fn expr(json: &Json) -> Expr {
    let kind = match json {
        Json::Object(map) if map.len() == 1 && map.contains_key("$sensitive") => {
            return Expr::literal(from_plain_json(&map["$sensitive"]).sensitive());
        }
        Json::String(text) => match text.strip_prefix('@').and_then(|text| text.split_once('#')) {
            Some((address, attribute)) => {
                let address: Address = address.parse().expect("an address");
                return Expr::node_attribute(Node::Instance(address), attribute);
            }
            None => return Expr::literal(Value::string(text)),
        },
        Json::Array(items) if items.iter().any(refers) => ExprKind::List(items.iter().map(expr).collect()),
        Json::Object(map) if map.values().any(refers) => {
            ExprKind::Map(map.iter().map(|(k, v)| (Expr::literal(Value::string(k)), expr(v))).collect())
        }
        other => return Expr::literal(from_plain_json(other)),
    };
    Expr { kind, span: Span::default() }
}

fn refers(json: &Json) -> bool {
    match json {
        Json::String(text) => text.starts_with('@'),
        Json::Array(items) => items.iter().any(refers),
        Json::Object(map) => map.values().any(refers),
        _ => false,
    }
}

/// A desired world of these resources. `region` among the attributes is the resource's region, as in a manifest; without it
/// that is [`REGION`]. `create_before_destroy` is that of its lifecycle.
pub fn desired(resources: &[(&str, Json)]) -> Desired {
    let mut desired = Desired::default();
    for (address, attributes) in resources {
        let address: Address = address.parse().expect("an address");
        let mut attributes: SmallMap<String, Expr> =
            attributes.as_object().expect("a map").iter().map(|(name, json)| (name.clone(), expr(json))).collect();
        let region = attributes.remove("region");
        let first = attributes.remove("create_before_destroy");
        let region = region.as_ref().and_then(Expr::as_value).and_then(Value::as_str).unwrap_or(REGION).to_owned();
        let mut dependencies = NodeSet::new();
        for expr in attributes.values() {
            expr.each_node(&mut |node| {
                dependencies.insert(node.clone());
            });
        }
        let text =
            |name: &str| attributes.get(name).and_then(Expr::as_value).and_then(Value::as_str).map(str::to_owned);
        let billing = attributes.get("billing").and_then(Expr::as_value).and_then(Billing::from_value);
        let local = address.kind().service() == "firma";
        desired.kinds.insert(address.kind().clone());
        let repetition = match &address.key {
            None => Repetition::Single,
            Some(Key::Index(_)) => Repetition::Count,
            Some(Key::Name(_)) => Repetition::ForEach,
        };
        desired.blocks.insert(address.block.clone(), repetition);
        let resource = DesiredResource {
            region: (!local).then_some(region),
            zone: text("zone"),
            billing,
            attributes,
            dependencies,
            lifecycle: Lifecycle {
                create_before_destroy: first.as_ref().and_then(Expr::as_value).and_then(Value::as_bool) == Some(true),
                ..Lifecycle::NOTHING
            }
            .into(),
            span: Span::default(),
            address: address.clone(),
        };
        desired.resources.insert(address, Box::new(resource));
    }
    desired
}

/// Adds an output.
pub fn with_output(mut desired: Desired, name: &str, value: &str) -> Desired {
    let output = DesiredOutput {
        value: expr(&json!(value)),
        dependencies: NodeSet::new(),
        sensitive: false,
        description: None,
        preconditions: Vec::new(),
        span: Span::default(),
    };
    desired.outputs.insert(name.to_owned(), output);
    desired
}

/// A VPC.
pub fn vpc(name: &str) -> Json {
    json!({ "vpc_name": name, "address_prefix": "10.0.0.0/16", "description": "made by a test" })
}

/// A subnet of `vpc.vpc.main`.
pub fn subnet(third: usize) -> Json {
    json!({ "vpc_id": "@vpc.vpc.main#id", "subnet_name": format!("net-{third}"),
        "address_prefix": format!("10.0.{third}.0/24"), "tags": { "stage": "test" } })
}

/// A network and a group with rules, a key, an address, and a value: every recovery class but tokens, quick to make.
pub fn network() -> Desired {
    let desired = desired(&[
        ("vpc.vpc.main", vpc("main")),
        ("vpc.subnet.a", subnet(1)),
        ("vpc.network_security_group.web", group(&[80, 443])),
        ("vm.keypair.admin", keypair()),
        ("vpc.elastic_ip.front", elastic_ip()),
        ("firma.value.note", json!({ "input": { "vpc": "@vpc.vpc.main#id" } })),
    ]);
    with_output(desired, "vpc", "@vpc.vpc.main#id")
}

/// A key pair.
pub fn keypair() -> Json {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogbm8gcHJpdmF0ZSBoYWxmLi4u web@example";
    json!({ "key_name": "admin", "public_key": key })
}

/// A public address.
pub fn elastic_ip() -> Json {
    json!({ "bandwidth_mbps": 5, "provider": "bgp", "billing": { "method": "postpaid_by_duration" } })
}

/// A security group of `vpc.vpc.main` that lets these ports in.
pub fn group(ports: &[u16]) -> Json {
    let rules: Vec<Json> = ports
        .iter()
        .map(|port| {
            json!({ "direction": 0, "protocol": 6, "from_port": port, "to_port": port, "address_prefix": "0.0.0.0/0" })
        })
        .collect();
    json!({ "vpc_id": "@vpc.vpc.main#id", "network_security_group_name": "web", "description": "in", "rules": rules })
}

/// A disk of this many GB.
pub fn disk(size: u32) -> Json {
    json!({ "zone": "cn-north-1a", "billing": { "method": "postpaid_by_duration" }, "name": "data",
        "disk_type": "ssd.gp1", "disk_size_gb": size })
}

/// A virtual machine with everything it refers to.
pub fn instance(image: &str, kind: &str) -> Json {
    json!({
        "zone": "cn-north-1a", "billing": { "method": "postpaid_by_duration" }, "name": "server",
        "instance_type": kind, "image_id": image, "key_names": ["@vm.keypair.admin#key_name"],
        "system_disk": { "disk_category": "cloud", "cloud_disk_spec": { "name": "system", "disk_type": "ssd.gp1", "disk_size_gb": 40,
            "zone": "cn-north-1a", "billing": { "method": "postpaid_by_duration" } } },
        "primary_network_interface": { "network_interface": {
            "subnet_id": "@vpc.subnet.a#id", "security_groups": ["@vpc.network_security_group.web#id"] } },
    })
}

/// A server with everything attached to it: every kind there is.
pub fn server(image: &str) -> Desired {
    let mut all = desired(&[
        ("vpc.vpc.main", vpc("main")),
        ("vpc.subnet.a", subnet(1)),
        ("vpc.network_security_group.web", group(&[80])),
        ("vm.keypair.admin", keypair()),
        ("vpc.elastic_ip.front", elastic_ip()),
        ("disk.disk.data", disk(100)),
        ("vm.instance.web", instance(image, "g.n3.large")),
        ("vm.disk_attachment.data", json!({ "instance_id": "@vm.instance.web#id", "disk_id": "@disk.disk.data#id" })),
        (
            "vm.elastic_ip_attachment.front",
            json!({ "instance_id": "@vm.instance.web#id", "elastic_ip_id": "@vpc.elastic_ip.front#id" }),
        ),
    ]);
    all = with_output(all, "address", "@vm.elastic_ip_attachment.front#elastic_ip_address");
    all
}

/// The same server, much of it changed in place: staged calls, tags, elements, plain attributes.
pub fn changed_server(image: &str) -> Desired {
    let mut changed = server(image);
    for (address, name, value) in [
        ("vm.instance.web", "instance_type", json!("g.n3.xlarge")),
        ("vm.instance.web", "name", json!("renamed")),
        ("vpc.subnet.a", "tags", json!({ "stage": "changed", "more": "one" })),
        ("vpc.elastic_ip.front", "bandwidth_mbps", json!(10)),
        ("vm.disk_attachment.data", "auto_delete", json!(true)),
        ("vpc.network_security_group.web", "description", json!("changed")),
        (
            "vpc.network_security_group.web",
            "rules",
            json!([{ "direction": 1, "protocol": 1, "address_prefix": "10.0.0.0/8" }]),
        ),
    ] {
        let address: Address = address.parse().expect("an address");
        let resource = changed.resources.get_mut(&address).expect("one of the server's");
        resource.attributes.insert(name.into(), expr(&value));
    }
    changed
}
