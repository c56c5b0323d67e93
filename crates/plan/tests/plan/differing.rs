//! What differs, by the form of an attribute: rows of what was applied, what the cloud says and what is wanted.

use crate::support::{Stage, action, address, reasons};
use firma_model::{desired::IgnoreChanges, path::Path};
use firma_plan::step::Action;
use serde_json::{Value as Json, json};

/// One attribute of an instance among those that every instance has.
fn instance(own: &Json) -> Json {
    let mut all = json!({
        "zone": "cn-north-1a", "billing": { "method": "prepaid_by_duration", "unit": "month", "duration": 1, "auto_renew": false },
        "name": "web", "instance_type": "g.n3.large", "image_id": "img-1",
        "primary_network_interface": { "network_interface": { "subnet_id": "subnet-1", "security_groups": ["sg-1"] } },
    });
    for (name, value) in own.as_object().expect("a map") {
        all[name] = value.clone();
    }
    all
}

fn plan_of(applied: &Json, seen: &Json, wanted: &Json) -> (Option<Action>, Vec<&'static str>, usize) {
    let mut stage = Stage::default();
    stage.want("vm.instance.web", instance(wanted));
    stage.have("vm.instance.web", "i-1", instance(applied), &[]);
    let mut shown = instance(applied);
    for (name, value) in seen.as_object().expect("a map") {
        shown[name] = value.clone();
    }
    shown["billing"] = json!({ "method": "prepaid_by_duration" });
    stage.seen("vm.instance.web", shown);
    let plan = stage.planned();
    let drift = plan.drift.iter().map(|drift| drift.changes.len() + drift.aside.len()).sum();
    (action(&plan, "vm.instance.web"), reasons(&plan, "vm.instance.web"), drift)
}

fn interface(groups: &[&str], subnet: &str) -> Json {
    json!({ "primary_network_interface": { "network_interface": { "subnet_id": subnet, "security_groups": groups } } })
}

fn disks(names: &[(&str, i64)]) -> Json {
    let disk = |(name, size): &(&str, i64)| json!({ "cloud_disk_spec": { "name": name, "disk_type": "ssd.gp1", "disk_size_gb": size } });
    json!({ "data_disks": names.iter().map(disk).collect::<Vec<_>>() })
}

/// Name, wanted, applied, seen, what is to happen, the reasons' codes, and how many attributes drifted.
type Row<'r> = (&'r str, Json, Json, Json, Option<Action>, &'r [&'r str], usize);

#[test]
fn rows() {
    let nothing = json!({});
    let renewed = |auto: bool, months: i64| json!({ "billing": { "method": "prepaid_by_duration", "unit": "month", "duration": months, "auto_renew": auto } });
    let system = |spec: Json| json!({ "system_disk": { "disk_category": "cloud", "cloud_disk_spec": spec } });
    let plain = json!({ "name": "system", "disk_type": "ssd.gp1", "disk_size_gb": 40 });
    let fuller = json!({ "name": "system", "disk_type": "ssd.gp1", "disk_size_gb": 40, "iops": 600, "encrypt": false });
    let rows: Vec<Row> = vec![
        ("nothing differs", nothing.clone(), nothing.clone(), nothing.clone(), None, &[], 0),
        (
            "groups change in place",
            interface(&["sg-1"], "subnet-1"),
            nothing.clone(),
            interface(&["sg-2", "sg-1"], "subnet-1"),
            Some(Action::Update),
            &["changed"],
            0,
        ),
        (
            "order of a set",
            interface(&["sg-1", "sg-2"], "subnet-1"),
            nothing.clone(),
            interface(&["sg-2", "sg-1"], "subnet-1"),
            None,
            &[],
            0,
        ),
        (
            "groups by hand",
            interface(&["sg-1"], "subnet-1"),
            interface(&["sg-1", "sg-9"], "subnet-1"),
            interface(&["sg-1"], "subnet-1"),
            Some(Action::Update),
            &["drift"],
            1,
        ),
        (
            "groups by hand as wanted",
            interface(&["sg-1"], "subnet-1"),
            interface(&["sg-1", "sg-9"], "subnet-1"),
            interface(&["sg-9", "sg-1"], "subnet-1"),
            Some(Action::Record),
            &["bookkeeping"],
            1,
        ),
        (
            "renewal changes in place",
            renewed(false, 1),
            nothing.clone(),
            renewed(true, 1),
            Some(Action::Update),
            &["changed"],
            0,
        ),
        (
            "another term is noted",
            renewed(false, 1),
            nothing.clone(),
            renewed(false, 2),
            Some(Action::Record),
            &["bookkeeping"],
            0,
        ),
        (
            "a key is exchanged",
            json!({ "key_names": ["old"] }),
            nothing.clone(),
            json!({ "key_names": ["new"] }),
            Some(Action::Update),
            &["changed"],
            0,
        ),
        (
            "tags by hand",
            json!({ "tags": { "a": "1" } }),
            json!({ "tags": { "a": "1", "b": "2" } }),
            json!({ "tags": { "a": "1" } }),
            Some(Action::Update),
            &["drift"],
            1,
        ),
        (
            "a tag taken away",
            json!({ "tags": { "a": "1" } }),
            json!({ "tags": {} }),
            json!({ "tags": { "a": "1" } }),
            Some(Action::Update),
            &["drift"],
            1,
        ),
        (
            "what the cloud adds to an object",
            system(plain.clone()),
            system(fuller.clone()),
            system(plain.clone()),
            None,
            &[],
            0,
        ),
        (
            "what it added is written down",
            system(plain.clone()),
            system(fuller.clone()),
            system(fuller.clone()),
            Some(Action::Record),
            &["bookkeeping"],
            0,
        ),
        (
            "a field that is no longer written stays",
            system(fuller.clone()),
            nothing.clone(),
            system(plain.clone()),
            Some(Action::Record),
            &["bookkeeping"],
            0,
        ),
        (
            "an object set as it is",
            nothing.clone(),
            system(fuller.clone()),
            system(plain.clone()),
            Some(Action::Record),
            &["bookkeeping"],
            0,
        ),
        (
            "disks of others",
            disks(&[("one", 20)]),
            disks(&[("other", 50), ("one", 20)]),
            disks(&[("one", 20)]),
            None,
            &[],
            0,
        ),
    ];
    for (name, applied, seen, wanted, expected, why, drift) in rows {
        assert_eq!(plan_of(&applied, &seen, &wanted), (expected, why.to_vec(), drift), "{name}");
    }
}

#[test]
fn what_replaces_is_named_to_the_field() {
    let mut stage = Stage::default();
    let mut wanted = instance(&interface(&["sg-2"], "subnet-2"));
    let mut had = instance(&interface(&["sg-1"], "subnet-1"));
    (wanted["billing"], had["billing"]) =
        (json!({ "method": "postpaid_by_duration" }), json!({ "method": "postpaid_by_duration" }));
    stage.want("vm.instance.web", wanted);
    stage.have("vm.instance.web", "i-1", had, &[]);
    let plan = stage.planned();
    let changes = plan.steps.iter().flat_map(|step| &step.changes);
    let forcing: Vec<(String, bool)> =
        changes.map(|change| (change.path.to_string(), change.forces_replacement)).collect();
    let inside = |field: &str| format!("primary_network_interface.network_interface.{field}");
    assert_eq!(forcing, [(inside("security_groups"), false), (inside("subnet_id"), true)]);
}

#[test]
fn ignored_drift_is_left_alone_and_set_aside() {
    for ignore in [IgnoreChanges::All, IgnoreChanges::Paths(vec![Path::attribute("tags")])] {
        let mut stage = Stage::default();
        let network = json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16", "tags": { "a": "1" } });
        stage.want("vpc.vpc.a", network.clone()).lifecycle.ignore_changes = ignore;
        stage.have("vpc.vpc.a", "vpc-1", network.clone(), &[]);
        let mut seen = network;
        seen["tags"] = json!({ "b": "2" });
        stage.seen("vpc.vpc.a", seen);
        let plan = stage.planned();
        assert_eq!(action(&plan, "vpc.vpc.a"), None);
        assert_eq!((plan.drift[0].changes.len(), plan.drift[0].aside.len()), (0, 2));
        assert_eq!(plan.drift[0].address, address("vpc.vpc.a"));
    }
}

#[test]
fn an_ignored_key_keeps_what_the_cloud_has() {
    let mut stage = Stage::default();
    let tags = |x: &str| json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16", "tags": { "x": x, "y": "1" } });
    let ignore = IgnoreChanges::Paths(vec![Path::attribute("tags").key("x")]);
    stage.want("vpc.vpc.a", tags("wanted")).lifecycle.ignore_changes = ignore;
    stage.have("vpc.vpc.a", "vpc-1", tags("applied"), &[]);
    stage.seen("vpc.vpc.a", tags("by hand"));
    assert_eq!(action(&stage.planned(), "vpc.vpc.a"), Some(Action::Record));
}
