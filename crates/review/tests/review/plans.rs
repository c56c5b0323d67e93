//! Plans made by hand.

use firma_model::{
    address::Address,
    desired::OnRemove,
    document::Document,
    path::Path,
    place::Billing,
    record::{Record, Status},
    value::{Map, Value},
};
use firma_plan::step::{Action, AttributeChange, CallOutline, Drift, Identity, Leg, Plan, PlannedOutput, Reason, Step};
use std::collections::BTreeMap;

pub(crate) const SECRET: &str = "not-a-secret";

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

pub(crate) fn path(text: &str) -> Path {
    Path::parse(text).expect("a path")
}

pub(crate) fn change(at: &str, before: Option<Value>, after: Option<Value>) -> AttributeChange {
    AttributeChange { path: path(at), before, after, forces_replacement: false }
}

pub(crate) fn set(at: &str, after: impl Into<Value>) -> AttributeChange {
    change(at, None, Some(after.into()))
}

pub(crate) fn from_to(at: &str, before: impl Into<Value>, after: impl Into<Value>) -> AttributeChange {
    change(at, Some(before.into()), Some(after.into()))
}

pub(crate) fn forcing(change: AttributeChange) -> AttributeChange {
    AttributeChange { forces_replacement: true, ..change }
}

pub(crate) fn call(service: &str, operation: &str, class: &str) -> CallOutline {
    CallOutline { service: service.into(), operation: operation.into(), class: class.into() }
}

pub(crate) fn billing(method: &str) -> Billing {
    let prepaid = method == "prepaid_by_duration";
    Billing {
        method: method.into(),
        unit: prepaid.then(|| "month".into()),
        duration: prepaid.then_some(3),
        auto_renew: prepaid.then_some(true),
    }
}

pub(crate) fn step(at: &str, action: Action, leg: Leg, reasons: &[Reason], changes: Vec<AttributeChange>) -> Step {
    Step {
        address: address(at),
        deposed: String::new(),
        leg,
        action,
        reasons: reasons.to_vec(),
        region: Some("cn-north-1".into()),
        zone: None,
        billing: None,
        record: (leg != Leg::Create).then(|| Box::new(record(at))),
        attributes: Default::default(),
        changes,
        dependencies: Default::default(),
        deposes: String::new(),
        create_before_destroy: false,
        prevent_destroy: false,
        on_remove: OnRemove::Destroy,
        observed: None,
        timeout_seconds: None,
        calls: Vec::new(),
        after: Vec::new(),
        priority: 0,
    }
}

fn record(at: &str) -> Record {
    let address = address(at);
    Record {
        kind: address.kind().clone(),
        cloud_id: format!("{}-1a2b3c", address.block.name),
        address,
        deposed: String::new(),
        schema_version: 1,
        region: Some("cn-north-1".into()),
        zone: None,
        billing: None,
        status: Status::Ready,
        inputs: Document::encode(&Value::Map(Map::new())),
        observed: Document::encode(&Value::Map(Map::new())),
        fingerprint: String::new(),
        dependencies: Default::default(),
        create_before_destroy: false,
        prevent_destroy: false,
        on_remove: OnRemove::Destroy,
        version: 1,
    }
}

pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    let identity = Identity { project: "shop".into(), endpoint: "emulator".into(), ..Identity::default() };
    Plan { identity, steps, unchanged: 12, ..Plan::default() }
}

/// The part of an instance's procedure that a review reads, and the least of the rest.
const INSTANCE: &str = r#"{
    "kind": "vm.instance", "title": "A virtual machine", "schema_version": 1, "attributes": {}, "computed": {},
    "regional": true, "zone": "required", "billing_methods": [], "identity": {"assigned": "instanceIds[0]"},
    "create": null, "read": null, "list": null, "select": null, "delete": null, "status": null,
    "updates": [
        {"attributes": ["name"], "how": {"calls": []}, "notice": null},
        {"attributes": ["instance_type"], "how": {"calls": []}, "notice": "stops the instance and starts it again"}
    ],
    "recovery": {"tokened": "clientToken"}, "fingerprint": [], "expires": null, "serial": [],
    "usual_seconds": {"create": 1, "update": 1, "delete": 1},
    "timeout_seconds": {"create": 1, "update": 1, "delete": 1}
}"#;

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(Value::string).collect())
}

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

/// Every action, and every sort of attribute.
pub(crate) fn everything() -> Plan {
    let script =
        "#!/bin/sh\nset -e\napt-get update\napt-get install -y nginx\nsystemctl enable nginx\nsystemctl start nginx\n";
    let hashed = map(&[("$hash", Value::string("00ff00ff"))]);

    let mut dying = step("vm.instance.web[\"a\"]", Action::Replace, Leg::Delete, &[], vec![]);
    dying.zone = Some("cn-north-1a".into());
    dying.billing = Some(billing("postpaid_by_duration"));
    dying.reasons = vec![Reason::Immutable { path: path("image_id") }, Reason::Drift];
    dying.calls = vec![call("vm", "deleteInstance", "repeatable")];
    let mut reborn = Step {
        leg: Leg::Create,
        record: None,
        zone: Some("cn-north-1b".into()),
        calls: vec![call("vm", "createInstances", "tokened")],
        ..dying.clone()
    };
    reborn.changes = vec![
        forcing(from_to("image_id", "img-old", "img-new")),
        from_to("instance_type", "g.n3.large", "g.n3.xlarge"),
        from_to("password", hashed, Value::string(SECRET).sensitive()),
        from_to("userdata.launch-script", script, script.replace("nginx", "caddy").as_str()),
        forcing(from_to("primary_network_interface.network_interface.subnet_id", "subnet-1", Value::unknown())),
    ];

    let old_subnet = step(
        "vpc.subnet.old",
        Action::Delete,
        Leg::Delete,
        &[Reason::NotInManifest],
        vec![
            change("subnet_name", Some("shop-old".into()), None),
            change("address_prefix", Some("10.0.9.0/24".into()), None),
        ],
    );
    let mut deposed = step("vm.instance.web[\"b\"]", Action::Delete, Leg::Delete, &[Reason::Deposed], vec![]);
    deposed.deposed = "d1".into();
    deposed.billing = Some(billing("postpaid_by_duration"));

    let mut resized = step(
        "vm.instance.web[\"b\"]",
        Action::Update,
        Leg::Update,
        &[Reason::Changed],
        vec![
            from_to("instance_type", "g.n3.large", "g.n3.xlarge"),
            change("tags[\"cost centre\"]", None, Some("42".into())),
            change("tags.old", Some("x".into()), None),
            from_to("key_names", list(&["one"]), list(&["one", "two"])),
        ],
    );
    resized.zone = Some("cn-north-1a".into());
    resized.billing = Some(billing("postpaid_by_duration"));
    resized.calls = vec![call("vm", "stopInstance", "repeatable"), call("vm", "resizeInstance", "repeatable")];

    let rule = |port: i64| {
        map(&[
            ("direction", "ingress".into()),
            ("protocol", "tcp".into()),
            ("from_port", port.into()),
            ("to_port", port.into()),
        ])
    };
    let rules = step(
        "vpc.network_security_group.web",
        Action::Update,
        Leg::Update,
        &[Reason::Changed, Reason::Drift, Reason::LeftAsIs { path: path("description") }],
        vec![from_to(
            "security_group_rules",
            Value::List(vec![rule(22), rule(80)]),
            Value::List(vec![rule(80), rule(443)]),
        )],
    );

    let mut disk = step(
        "disk.disk.data",
        Action::Create,
        Leg::Create,
        &[Reason::New],
        vec![set("name", "data"), set("disk_size_gb", 100i64), set("encrypted", false)],
    );
    disk.zone = Some("cn-north-1a".into());
    disk.billing = Some(billing("prepaid_by_duration"));
    disk.calls = vec![call("disk", "createDisks", "tokened")];
    let mut address_step = step(
        "vpc.elastic_ip.web",
        Action::Create,
        Leg::Create,
        &[Reason::AbsentInCloud],
        vec![set("bandwidth_mbps", 5i64), set("provider", Value::unknown())],
    );
    address_step.region = Some("cn-east-2".into());
    address_step.billing = Some(billing("postpaid_by_usage"));
    address_step.calls = vec![call("vpc", "createElasticIps", "bare")];

    let forgotten =
        step("vpc.vpc.legacy", Action::Forget, Leg::Forget, &[Reason::NotInManifest, Reason::Retained], vec![]);
    let written = step(
        "vpc.vpc.main",
        Action::Record,
        Leg::Record,
        &[Reason::Bookkeeping { what: "dependencies".into() }],
        vec![],
    );

    let mut plan =
        plan(vec![written, dying, old_subnet, resized, rules, disk, reborn, address_step, forgotten, deposed]);
    plan.procedures.insert("vm.instance".into(), serde_json::from_str(INSTANCE).expect("a procedure"));
    plan.drift = vec![
        Drift {
            address: address("vpc.network_security_group.web"),
            gone: false,
            changes: vec![from_to("network_security_group_name", "web", "renamed by hand")],
            aside: vec![from_to("description", "in", "by hand")],
        },
        Drift { address: address("vpc.elastic_ip.web"), gone: true, changes: vec![], aside: vec![] },
    ];
    plan.outputs = outputs();
    plan
}

fn output(before: Option<Value>, after: Value, sensitive: bool) -> PlannedOutput {
    PlannedOutput { value: firma_model::expr::Expr::literal(after.clone()), after, before, sensitive }
}

pub(crate) fn outputs() -> BTreeMap<String, PlannedOutput> {
    BTreeMap::from([
        ("address".into(), output(None, Value::unknown(), false)),
        ("login".into(), output(Some(Value::string("old-not-a-secret")), Value::string(SECRET), true)),
        ("names".into(), output(Some(list(&["a"])), list(&["a", "b"]), false)),
        ("gone".into(), output(Some("was here".into()), Value::Null, false)),
        ("same".into(), output(Some("same".into()), "same".into(), false)),
    ])
}
