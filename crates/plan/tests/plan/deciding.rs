//! What is decided for one address, and why.

use crate::support::{Stage, action, address, reasons};
use firma_model::{
    desired::{IgnoreChanges, OnRemove},
    document::{Document, from_plain_json},
    observed::Sighting,
    path::Path,
    record::{Record, Status},
    time::Timestamp,
    value::Value,
};
use firma_plan::step::{Action, Mode};
use serde_json::json;

fn vpc() -> serde_json::Value {
    json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16" })
}

#[test]
fn new_kept_and_unwanted() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.new", vpc());
    stage.want("vpc.vpc.kept", vpc());
    stage.have("vpc.vpc.kept", "vpc-1", vpc(), &[]);
    stage.have("vpc.vpc.old", "vpc-2", vpc(), &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.new"), Some(Action::Create));
    assert_eq!(action(&plan, "vpc.vpc.kept"), None);
    assert_eq!(action(&plan, "vpc.vpc.old"), Some(Action::Delete));
    assert_eq!(plan.unchanged, 1);
    assert_eq!(reasons(&plan, "vpc.vpc.old"), ["not_in_manifest"]);
    assert_eq!(plan.basis[&address("vpc.vpc.new")], None);
    assert_eq!(plan.basis[&address("vpc.vpc.old")], Some(1));
}

#[test]
fn an_immutable_attribute_replaces_and_a_name_updates() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", json!({ "vpc_name": "renamed", "address_prefix": "10.0.0.0/16" }));
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.want("vpc.vpc.b", json!({ "vpc_name": "main", "address_prefix": "10.1.0.0/16" }));
    stage.have("vpc.vpc.b", "vpc-2", vpc(), &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Update));
    assert_eq!(action(&plan, "vpc.vpc.b"), Some(Action::Replace));
    assert_eq!(reasons(&plan, "vpc.vpc.b"), ["immutable"]);
    let forcing: Vec<String> = plan
        .steps
        .iter()
        .flat_map(|step| &step.changes)
        .filter(|change| change.forces_replacement)
        .map(|change| change.path.to_string())
        .collect();
    assert_eq!(forcing, ["address_prefix"]);
}

#[test]
fn a_value_of_a_replaced_object_is_unknown_and_replaces_its_dependants() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", json!({ "vpc_name": "main", "address_prefix": "10.1.0.0/16" }));
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.want(
        "vpc.subnet.s",
        json!({ "vpc_id": "@vpc.vpc.a.id", "subnet_name": "s", "address_prefix": "10.1.1.0/24" }),
    );
    stage.have(
        "vpc.subnet.s",
        "subnet-1",
        json!({ "vpc_id": "vpc-1", "subnet_name": "s", "address_prefix": "10.1.1.0/24" }),
        &["vpc.vpc.a"],
    );
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.subnet.s"), Some(Action::Replace));
    assert_eq!(reasons(&plan, "vpc.subnet.s"), ["immutable_pending"]);
}

#[test]
fn drift_is_shown_and_taken_back() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.seen("vpc.vpc.a", json!({ "vpc_name": "by hand", "address_prefix": "10.0.0.0/16" }));
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Update));
    assert_eq!(reasons(&plan, "vpc.vpc.a"), ["drift"]);
    assert_eq!(plan.drift.len(), 1);
    assert_eq!(plan.drift[0].changes[0].path.to_string(), "vpc_name");
}

#[test]
fn a_cloud_that_already_is_as_wanted_needs_no_call() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", json!({ "vpc_name": "by hand", "address_prefix": "10.0.0.0/16" }));
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.seen("vpc.vpc.a", json!({ "vpc_name": "by hand", "address_prefix": "10.0.0.0/16" }));
    assert_eq!(action(&stage.planned(), "vpc.vpc.a"), Some(Action::Record));
}

#[test]
fn an_attribute_nobody_set_is_the_clouds_own_business() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.seen("vpc.vpc.a", json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16", "description": "hello" }));
    let plan = stage.planned();
    assert!(plan.steps.is_empty() && plan.drift.is_empty(), "{:#?}", plan.steps);
}

#[test]
fn gone_objects_are_made_again_and_gone_orphans_forgotten() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.gone("vpc.vpc.a");
    stage.have("vpc.vpc.b", "vpc-2", vpc(), &[]);
    stage.gone("vpc.vpc.b");
    let plan = stage.planned();
    assert_eq!(reasons(&plan, "vpc.vpc.a"), ["absent_in_cloud"]);
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Create));
    assert_eq!(action(&plan, "vpc.vpc.b"), Some(Action::Forget));
}

#[test]
fn a_massacre_stops_the_plan() {
    let mut stage = Stage::default();
    for n in 0..6 {
        let name = format!("vpc.vpc.v{n}");
        stage.want(&name, vpc());
        stage.have(&name, &format!("vpc-{n}"), vpc(), &[]);
        stage.gone(&name);
    }
    assert_eq!(stage.codes(), ["E0524"]);
    stage.options.accept_loss = true;
    assert_eq!(stage.planned().steps.len(), 6);
}

#[test]
fn what_cannot_be_looked_at_is_not_gone() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    let fault = firma_model::fault::Fault {
        kind: firma_model::fault::FaultKind::Denied,
        service: "vpc".into(),
        operation: "describeVpcs".into(),
        http_status: Some(403),
        code: Some(403),
        status: Some("PERMISSION_DENIED".into()),
        message: "no".into(),
        request_id: None,
    };
    stage.observed.objects.insert(address("vpc.vpc.a"), Sighting::Blocked(fault));
    assert_eq!(stage.codes(), ["E0520"]);
}

#[test]
fn what_an_unfinished_change_did_is_not_told_as_somebody_elses() {
    for (status, drifts) in [(Status::Ready, 2), (Status::Incomplete, 1)] {
        let mut stage = Stage::default();
        stage
            .want("vpc.vpc.a", json!({ "vpc_name": "second", "address_prefix": "10.0.0.0/16", "description": "ours" }));
        let before = json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16", "description": "ours" });
        stage.have("vpc.vpc.a", "vpc-1", before, &[]).status = status;
        let seen = json!({ "vpc_name": "second", "address_prefix": "10.0.0.0/16", "description": "by hand" });
        stage.seen("vpc.vpc.a", seen);
        let plan = stage.planned();
        let changes: usize = plan.drift.iter().map(|drift| drift.changes.len()).sum();
        assert_eq!(changes, drifts, "{status:?}");
    }
}

#[test]
fn what_somebody_else_made_under_our_id_is_left_alone() {
    let other = |stage: &mut Stage, fingerprint: &str| {
        stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]).fingerprint = "monday".into();
        let seen = Sighting::Present {
            attributes: [("vpc_name", "main"), ("address_prefix", "10.0.0.0/16")]
                .map(|(name, value)| (name.into(), Value::string(value)))
                .into(),
            fingerprint: fingerprint.into(),
            status: None,
        };
        stage.observed.objects.insert(address("vpc.vpc.a"), seen);
    };
    let renamed = json!({ "vpc_name": "second", "address_prefix": "10.0.0.0/16" });
    let cases = [
        (Mode::Apply, Some(vpc()), true),
        (Mode::Apply, Some(renamed), false),
        (Mode::Apply, None, false),
        (Mode::Destroy, Some(vpc()), false),
        (Mode::RefreshOnly, Some(vpc()), true),
    ];
    for (mode, wanted, planned) in cases {
        let mut stage = Stage::default();
        stage.options.mode = mode;
        if let Some(wanted) = wanted.clone() {
            stage.want("vpc.vpc.a", wanted);
        }
        other(&mut stage, "tuesday");
        let (plan, diagnostics) = stage.plan();
        let codes: Vec<&str> = diagnostics.list.iter().map(|d| d.code).collect();
        assert_eq!((codes, plan.is_some()), (vec!["E0529"], planned), "{mode:?} {wanted:?}");
        assert!(plan.is_none_or(|plan| plan.steps.is_empty()), "{mode:?} {wanted:?}");
        // Where nothing was seen of what tells them apart, it is taken for the same.
        other(&mut stage, "");
        assert_eq!(stage.codes(), Vec::<&str>::new(), "{mode:?} {wanted:?}");
    }
    // What is to stay in the cloud anyway is forgotten, whosever it is.
    let mut stage = Stage::default();
    other(&mut stage, "tuesday");
    stage.recorded.records.get_mut(&address("vpc.vpc.a")).expect("recorded").on_remove = OnRemove::Retain;
    assert_eq!(action(&stage.planned(), "vpc.vpc.a"), Some(Action::Forget));
}

#[test]
fn prevent_destroy_holds_with_and_without_the_block() {
    let mut stage = Stage::default();
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]).prevent_destroy = true;
    assert_eq!(stage.codes(), ["E0522"]);
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", json!({ "vpc_name": "main", "address_prefix": "10.9.0.0/16" })).lifecycle.prevent_destroy =
        true;
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    assert_eq!(stage.codes(), ["E0522"]);
}

#[test]
fn retained_objects_are_forgotten() {
    let mut stage = Stage::default();
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]).on_remove = OnRemove::Retain;
    stage.options.mode = Mode::Destroy;
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Forget));
    assert_eq!(reasons(&plan, "vpc.vpc.a"), ["destroyed", "retained"]);
}

#[test]
fn prepaid_objects_are_not_deleted_before_they_expire() {
    let disk = json!({
        "name": "d", "zone": "cn-north-1a", "disk_type": "ssd.gp1", "disk_size_gb": 20,
        "billing": { "method": "prepaid_by_duration", "unit": "month", "duration": 1 },
    });
    let mut stage = Stage::default();
    stage.have("disk.disk.d", "vol-1", disk.clone(), &[]);
    let mut seen = disk;
    seen["expires_at"] = json!("2026-12-22T15:59:59Z");
    stage.seen("disk.disk.d", seen);
    stage.options.now = Timestamp::parse("2026-11-22T00:00:00Z").expect("a time");
    assert_eq!(stage.codes(), ["E0523"]);
    stage.options.now = Timestamp::parse("2026-12-23T00:00:00Z").expect("a time");
    assert_eq!(action(&stage.planned(), "disk.disk.d"), Some(Action::Delete));
}

#[test]
fn ignored_changes_are_not_made() {
    let mut stage = Stage::default();
    let wanted = json!({ "vpc_name": "other", "address_prefix": "10.0.0.0/16", "tags": { "a": "2", "b": "2" } });
    let resource = stage.want("vpc.vpc.a", wanted);
    let path = |text: &str| Path::parse(text).expect(text);
    resource.lifecycle.ignore_changes = IgnoreChanges::Paths(vec![path("vpc_name"), path("tags.a")]);
    let applied = json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16", "tags": { "a": "1", "b": "1" } });
    stage.have("vpc.vpc.a", "vpc-1", applied, &[]);
    let plan = stage.planned();
    let paths: Vec<String> = plan.steps[0].changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["tags.b"]);
}

#[test]
fn an_attribute_that_leaves_the_manifest_without_a_default_stays() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    let applied = json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16", "resource_group_id": "rg-1" });
    stage.have("vpc.vpc.a", "vpc-1", applied, &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Record));
    assert!(reasons(&plan, "vpc.vpc.a").contains(&"left_as_is"));
}

#[test]
fn metadata_alone_is_a_record_action() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc()).lifecycle.prevent_destroy = true;
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Record));
    assert_eq!(reasons(&plan, "vpc.vpc.a"), ["bookkeeping"]);
}

#[test]
fn incomplete_objects_are_finished_and_tainted_ones_replaced() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]).status = Status::Incomplete;
    stage.want("vpc.vpc.b", vpc());
    stage.have("vpc.vpc.b", "vpc-2", vpc(), &[]).status = Status::Tainted;
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Update));
    assert_eq!(reasons(&plan, "vpc.vpc.a"), ["incomplete"]);
    assert_eq!(action(&plan, "vpc.vpc.b"), Some(Action::Replace));
    assert_eq!(reasons(&plan, "vpc.vpc.b"), ["tainted"]);
}

/// The cloud shows an object as it was applied, in this state.
fn shown_as(stage: &mut Stage, name: &str, status: &str) {
    let record = &stage.recorded.records[&address(name)];
    let Value::Map(attributes) = record.observed.decode().expect("a document") else { panic!() };
    let sighting = Sighting::Present { attributes, fingerprint: String::new(), status: Some(status.to_owned()) };
    stage.observed.objects.insert(address(name), sighting);
}

#[test]
fn what_failed_with_data_in_it_is_replaced_only_if_somebody_says_so() {
    let disk = |size: u64| {
        json!({ "name": "d", "zone": "cn-north-1a", "disk_type": "ssd.gp1", "disk_size_gb": size,
            "billing": { "method": "postpaid_by_duration" } })
    };
    let cases = [
        ("error_extend", Status::Ready, 30, None),
        ("error_extend", Status::Incomplete, 40, None),
        ("error_create", Status::Creating, 30, Some(Action::Replace)),
        // Less storage is another disk anyway.
        ("error_extend", Status::Ready, 20, Some(Action::Replace)),
    ];
    for (status, recorded, size, expected) in cases {
        let mut stage = Stage::default();
        stage.want("disk.disk.d", disk(size));
        stage.have("disk.disk.d", "vol-1", disk(30), &[]).status = recorded;
        shown_as(&mut stage, "disk.disk.d", status);
        match expected {
            Some(expected) => assert_eq!(action(&stage.planned(), "disk.disk.d"), Some(expected), "{status} {size}"),
            None => assert_eq!(stage.codes(), ["E0870"], "{status} {recorded:?}"),
        }
    }
}

#[test]
fn a_state_that_new_objects_fail_in_too_is_grave_once_they_were_ready() {
    let cache = || {
        json!({ "cache_instance_name": "c", "cache_instance_class": "redis.m1.micro.basic", "node_zones": { "master": "cn-north-1a", "slave": "cn-north-1a" }, "vpc_id": "vpc-1",
            "subnet_id": "subnet-1", "billing": { "method": "postpaid_by_duration" } })
    };
    for (recorded, codes) in [(Status::Ready, vec!["E0870"]), (Status::Creating, vec![])] {
        let mut stage = Stage::default();
        stage.want("redis.cache_instance.c", cache());
        stage.have("redis.cache_instance.c", "redis-1", cache(), &[]).status = recorded;
        shown_as(&mut stage, "redis.cache_instance.c", "error");
        assert_eq!(stage.codes(), codes, "{recorded:?}");
    }
}

#[test]
fn what_is_shown_once_stays_recorded_and_is_missed_where_it_was_lost() {
    let key = || json!({ "key_name": "deploy" });
    let secret = |record: &mut Record| {
        let shown = json!({ "key_name": "deploy", "key_fingerprint": "aa:bb" });
        let Value::Map(mut observed) = from_plain_json(&shown) else { panic!() };
        observed.insert("private_key".into(), Value::from("not-a-key").sensitive());
        record.observed = Document::encode(&Value::Map(observed));
    };
    for (kept, status, expected) in [
        (true, Status::Ready, None),
        (true, Status::Tainted, Some("tainted")),
        (false, Status::Tainted, Some("secret_lost")),
        // Imported: it never had one.
        (false, Status::Ready, None),
    ] {
        let mut stage = Stage::default();
        stage.want("vm.keypair.k", key());
        let record = stage.have("vm.keypair.k", "deploy", key(), &[]);
        record.status = status;
        if kept {
            secret(record);
        }
        stage.seen("vm.keypair.k", json!({ "key_name": "deploy", "key_fingerprint": "aa:bb" }));
        let plan = stage.planned();
        assert_eq!(reasons(&plan, "vm.keypair.k").first().copied(), expected, "{kept} {status:?}");
    }
}

#[test]
fn disks_grow_in_place_and_shrink_by_replacement() {
    let disk = |size: u64| {
        json!({ "name": "d", "zone": "cn-north-1a", "disk_type": "ssd.gp1", "disk_size_gb": size,
            "billing": { "method": "postpaid_by_duration" } })
    };
    for (size, expected) in [(40, Action::Update), (20, Action::Replace)] {
        let mut stage = Stage::default();
        stage.want("disk.disk.d", disk(size));
        stage.have("disk.disk.d", "vol-1", disk(30), &[]);
        assert_eq!(action(&stage.planned(), "disk.disk.d"), Some(expected), "{size}");
    }
}

#[test]
fn passwords_are_compared_by_hash_and_never_shown() {
    let instance = |password: &str| {
        json!({
            "name": "web", "zone": "cn-north-1a", "instance_type": "g.n2.medium", "image_id": "img-1",
            "password": password, "billing": { "method": "postpaid_by_duration" },
            "primary_network_interface": { "network_interface": { "subnet_id": "subnet-1" } },
        })
    };
    let mut stage = Stage::default();
    stage.want("vm.instance.i", instance("not-a-secret-1"));
    let record = stage.have("vm.instance.i", "i-1", instance("unused"), &[]);
    let procedure = crate::support::procedure("vm.instance");
    let mut inputs = match record.inputs.decode().expect("a document") {
        Value::Map(map) => map,
        other => panic!("{other:?}"),
    };
    let key = [0; 32];
    let hashed = firma_plan::secret::hashed(&key, &"not-a-secret-1".into());
    inputs.insert("password".into(), hashed);
    record.inputs = Document::encode(&Value::Map(inputs));
    assert!(stage.planned().steps.is_empty(), "the same password is no change");
    stage.want("vm.instance.i", instance("not-a-secret-2"));
    let plan = stage.planned();
    assert_eq!(action(&plan, "vm.instance.i"), Some(Action::Update));
    let change = plan.steps[0].changes.iter().find(|c| c.path.to_string() == "password").expect("a change");
    assert!(change.after.as_ref().is_some_and(|after| after.has_sensitive()));
    assert!(procedure.attributes["password"].write_only);
}

#[test]
fn what_the_cloud_shows_of_a_secret_stays_a_secret() {
    use firma_model::{document::Document, expr::Expr, value::Value};
    let with =
        |description: &str| json!({ "vpc_name": "a", "address_prefix": "10.0.0.0/16", "description": description });
    let mut stage = Stage::default();
    let secret = Value::string("not-a-secret").sensitive();
    stage.want("vpc.vpc.a", with("")).attributes.insert("description".into(), Expr::literal(secret.clone()));
    let record = stage.have("vpc.vpc.a", "vpc-1", with(""), &[]);
    let mut inputs = firma_plan::nodes::recorded_inputs(record);
    inputs.insert("description".into(), secret);
    record.inputs = Document::encode(&Value::Map(inputs));
    for mode in [Mode::Apply, Mode::RefreshOnly] {
        stage.options.mode = mode;
        // Somebody added to it, and to the name so that there is something to do.
        stage.seen(
            "vpc.vpc.a",
            json!({ "vpc_name": "b", "address_prefix": "10.0.0.0/16", "description": "not-a-secret!" }),
        );
        let plan = stage.planned();
        let step = &plan.steps[0];
        let observed = step.observed.as_ref().expect("what was seen");
        assert!(observed["description"].has_sensitive(), "{observed:?}");
        let about = |changes: &[firma_plan::step::AttributeChange]| {
            changes
                .iter()
                .filter(|change| change.path.to_string() == "description")
                .flat_map(|change| [change.before.clone(), change.after.clone()])
                .flatten()
                .all(|value| value.has_sensitive())
        };
        assert!(about(&step.changes) && about(&plan.drift[0].changes), "{plan:?}");
    }
}

#[test]
fn siblings_must_not_overlap_and_stay_inside_their_parent() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc());
    let subnet = |prefix: &str| json!({ "vpc_id": "@vpc.vpc.a.id", "subnet_name": "s", "address_prefix": prefix });
    stage.want("vpc.subnet.a", subnet("10.0.0.0/20"));
    stage.want("vpc.subnet.b", subnet("10.0.8.0/24"));
    stage.want("vpc.subnet.c", subnet("10.0.16.0/24"));
    assert_eq!(stage.codes(), ["E0531"]);
    stage.want("vpc.subnet.b", subnet("10.1.8.0/24"));
    assert_eq!(stage.codes(), ["E0530"]);
    stage.want("vpc.subnet.b", subnet("10.0.17.0/24"));
    assert_eq!(stage.codes(), [] as [&str; 0]);
    // A range that is a secret is found to be wrong, and not shown.
    for (range, code) in [("10.0.8.0/24", "E0531"), ("10.1.8.0/24", "E0530")] {
        let secret = firma_model::expr::Expr::literal(Value::string(range).sensitive());
        let b = stage.want("vpc.subnet.b", subnet(range));
        b.attributes.insert("address_prefix".into(), secret);
        let finding = &stage.plan().1.list[0];
        assert!(finding.code == code && !finding.message.contains(range), "{finding:?}");
    }
}

#[test]
fn values_without_a_cloud() {
    let mut stage = Stage::default();
    stage.want("firma.value.a", json!({ "input": { "x": 1 } }));
    stage.want("firma.value.b", json!({ "input": "@firma.value.a.output" }));
    stage.want("firma.value.c", json!({ "input": 1, "triggers_replace": "new" }));
    stage.have("firma.value.c", "c", json!({ "input": 1, "triggers_replace": "old" }), &[]);
    stage.want("firma.value.d", json!({ "input": 2 }));
    stage.have("firma.value.d", "d", json!({ "input": 1 }), &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "firma.value.b"), Some(Action::Create));
    let b = plan.steps.iter().find(|s| s.address == address("firma.value.b")).expect("a step");
    assert!(b.attributes["input"].as_value().is_some(), "an output follows its input and is known");
    assert_eq!(reasons(&plan, "firma.value.c"), ["triggered"]);
    assert_eq!(action(&plan, "firma.value.d"), Some(Action::Update));
}

#[test]
fn what_could_not_be_read_back_is_refused() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    for (levels, codes) in [(90, vec![]), (101, vec!["E0528"])] {
        let mut stage = Stage::default();
        stage.want("firma.value.a", json!({ "input": nested(levels) }));
        assert_eq!(stage.codes(), codes, "{levels}");
        if let (Some(plan), _) = stage.plan() {
            let bytes = firma_plan::format::encode(&plan);
            assert_eq!(firma_plan::format::decode(&bytes).expect("readable"), plan);
        }
    }
}

#[test]
fn what_is_an_id_is_no_secret() {
    let mut stage = Stage::default();
    let key = json!({ "key_name": "admin", "public_key": "ssh-ed25519 AAAA" });
    stage.want("vm.keypair.admin", key.clone());
    assert_eq!(stage.codes(), [] as [&str; 0]);
    let secret = firma_model::expr::Expr::literal(Value::string("admin").sensitive());
    stage.want("vm.keypair.admin", key).attributes.insert("key_name".into(), secret);
    assert_eq!(stage.codes(), ["E0532"]);
}

#[test]
fn a_kind_that_the_catalogue_lacks_is_refused() {
    let mut stage = Stage::default();
    stage.want("vpc.subnets.web", json!({}));
    let (plan, diagnostics) = stage.plan();
    assert!(plan.is_none());
    assert_eq!(diagnostics.list[0].code, "E0525");
}
