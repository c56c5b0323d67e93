//! The rules of order, each with the smallest world that shows it.

use crate::support::{Stage, action, address, must_precede, sequence};
use firma_model::{
    address::Node,
    event::EventBody,
    fault::{Fault, FaultKind},
};
use firma_plan::{
    progress::{Progress, State},
    step::{Action, Leg, Mode},
};
use serde_json::json;
use std::sync::Arc;

fn value(input: &str) -> serde_json::Value {
    json!({ "input": input })
}

#[test]
fn r1_dependants_are_made_after_dependencies() {
    let mut stage = Stage::default();
    stage.want("firma.value.b", value("@firma.value.a.id"));
    stage.want("firma.value.a", value("x"));
    let plan = stage.planned();
    assert_eq!(sequence(&plan), ["create firma.value.a", "create firma.value.b"]);
}

#[test]
fn r2_and_r8_deletion_goes_backwards_even_through_what_stays() {
    let mut stage = Stage::default();
    stage.have("firma.value.a", "1", value("x"), &[]);
    stage.have("firma.value.kept", "2", value("x"), &["firma.value.a"]);
    stage.have("firma.value.b", "3", value("x"), &["firma.value.kept"]);
    stage.want("firma.value.kept", value("x"));
    let plan = stage.planned();
    // `kept` no longer refers to `a`: that is written down.
    assert_eq!(action(&plan, "firma.value.kept"), Some(Action::Record));
    assert!(must_precede(&plan, ("firma.value.b", Leg::Delete), ("firma.value.a", Leg::Delete)));
}

#[test]
fn r2_destroying_a_stack_reverses_it() {
    let mut stage = Stage::default();
    stage.have("firma.value.a", "1", value("x"), &[]);
    stage.have("firma.value.b", "2", value("x"), &["firma.value.a"]);
    stage.have("firma.value.c", "3", value("x"), &["firma.value.b"]);
    stage.options.mode = Mode::Destroy;
    let plan = stage.planned();
    assert_eq!(sequence(&plan), ["delete firma.value.c", "delete firma.value.b", "delete firma.value.a"]);
}

#[test]
fn r3_a_replacement_deletes_first_and_dependants_follow() {
    let mut stage = Stage::default();
    let with = |trigger: &str| json!({ "input": "x", "triggers_replace": trigger });
    stage.want("firma.value.a", with("new"));
    stage.have("firma.value.a", "1", with("old"), &[]);
    stage.want("firma.value.b", json!({ "input": "x", "triggers_replace": "@firma.value.a.id" }));
    stage.have("firma.value.b", "2", json!({ "input": "x", "triggers_replace": "1" }), &["firma.value.a"]);
    let plan = stage.planned();
    assert_eq!(
        sequence(&plan),
        ["delete firma.value.b", "delete firma.value.a", "create firma.value.a", "create firma.value.b"]
    );
}

#[test]
fn r7_a_dependency_is_changed_after_its_dependant_is_deleted() {
    let mut stage = Stage::default();
    stage.want("firma.value.a", value("new"));
    stage.have("firma.value.a", "1", value("old"), &[]);
    stage.have("firma.value.b", "2", value("x"), &["firma.value.a"]);
    let plan = stage.planned();
    assert!(must_precede(&plan, ("firma.value.b", Leg::Delete), ("firma.value.a", Leg::Update)));
}

#[test]
fn d1_an_orphan_is_deleted_after_its_former_dependant_moved_away() {
    let mut stage = Stage::default();
    stage.have("firma.value.a", "1", value("x"), &[]);
    stage.want("firma.value.b", value("new"));
    stage.have("firma.value.b", "2", value("old"), &["firma.value.a"]);
    let plan = stage.planned();
    assert!(must_precede(&plan, ("firma.value.b", Leg::Update), ("firma.value.a", Leg::Delete)));
}

#[test]
fn d1_holds_for_a_dependency_on_a_whole_block_too() {
    let mut stage = Stage::default();
    stage.want("firma.value.a[\"stays\"]", value("x"));
    stage.have("firma.value.a[\"stays\"]", "1", value("x"), &[]);
    stage.have("firma.value.a[\"goes\"]", "2", value("x"), &[]);
    stage.want("firma.value.b", value("new"));
    stage.have("firma.value.b", "3", value("old"), &["firma.value.a[*]"]);
    let plan = stage.planned();
    assert!(must_precede(&plan, ("firma.value.b", Leg::Update), ("firma.value.a[\"goes\"]", Leg::Delete)));
}

#[test]
fn a_block_is_one_gate_not_a_product() {
    let mut stage = Stage::default();
    for n in 0..50 {
        stage.want(&format!("firma.value.many[\"{n:02}\"]"), value("x"));
    }
    for n in 0..50 {
        let resource = stage.want(&format!("firma.value.user[\"{n:02}\"]"), value("y"));
        let Node::Instance(many) = "firma.value.many".parse::<Node>().expect("a node") else { panic!() };
        resource.dependencies.insert(Node::Block(many.block));
    }
    let plan = stage.planned();
    let edges: usize = plan.steps.iter().map(|s| s.after.len()).sum::<usize>()
        + plan.gates.iter().map(|g| g.after.len()).sum::<usize>();
    assert_eq!(edges, 100);
    assert!(must_precede(&plan, ("firma.value.many[\"07\"]", Leg::Create), ("firma.value.user[\"31\"]", Leg::Create)));
}

#[test]
fn events_read_again_lead_to_the_same_state() {
    let mut stage = Stage::default();
    for name in ["a", "b", "c", "d"] {
        stage.want(&format!("firma.value.{name}"), value("x"));
    }
    stage.want("firma.value.after_a", value("@firma.value.a.id"));
    stage.want("firma.value.after_b", value("@firma.value.b.id"));
    let record = stage.have("firma.value.spare", "1", value("x"), &[]).clone();
    stage.want("firma.value.spare", value("x"));
    let plan = Arc::new(stage.planned());
    let at = |name: &str| plan.steps.iter().position(|step| step.address == address(name)).expect(name) as u32;
    let fault = Fault {
        kind: FaultKind::Quota,
        service: "s".into(),
        operation: "o".into(),
        http_status: None,
        code: None,
        status: None,
        message: "no".into(),
        request_id: None,
    };
    let (a, b, c) = (at("firma.value.a"), at("firma.value.b"), at("firma.value.c"));
    let record = |step: u32| firma_model::record::Record {
        address: plan.steps[step as usize].address.clone(),
        ..record.clone()
    };
    let mut progress = Progress::new(plan.clone());
    while progress.start().is_some() {}
    let mut journal = vec![
        EventBody::Done { step: a, record: record(a) },
        EventBody::Failed { step: b, fault: fault.clone(), record: None },
        EventBody::Unresolved { step: c, call: 0, fault },
    ];
    for event in &journal {
        progress.apply(event);
    }
    for (step, because) in progress.take_skipped() {
        journal.push(EventBody::Skipped { step, because: because.to_string() });
    }
    assert_eq!(journal.len(), 4);
    let mut again = Progress::new(plan.clone());
    for event in &journal {
        again.apply(event);
    }
    let settled = |progress: &Progress, step: u32| match progress.state(step) {
        // Without an event a step that runs looks like one that could.
        State::Running => State::Ready,
        state => state,
    };
    for step in 0..plan.steps.len() as u32 {
        assert_eq!(settled(&progress, step), settled(&again, step), "{}", plan.steps[step as usize].address);
    }
    assert_eq!(progress.state(at("firma.value.after_a")), State::Ready);
    assert_eq!(
        again.start().map(|step| plan.steps[step as usize].address.clone()),
        Some(address("firma.value.after_a"))
    );
}

#[test]
fn a_cycle_names_its_members() {
    let mut stage = Stage::default();
    stage.want("firma.value.a", value("@firma.value.b.id"));
    stage.want("firma.value.b", value("@firma.value.a.id"));
    let (plan, diagnostics) = stage.plan();
    assert!(plan.is_none());
    assert_eq!(diagnostics.list[0].code, "E0501");
    assert!(diagnostics.list[0].message.contains("firma.value.a -> firma.value.b -> firma.value.a"));
}

#[test]
fn a_long_chain_is_no_problem() {
    let mut stage = Stage::default();
    stage.want("firma.value.v000000", value("x"));
    for n in 1..20_000 {
        stage.want(&format!("firma.value.v{n:06}"), value(&format!("@firma.value.v{:06}.id", n - 1)));
    }
    let plan = stage.planned();
    assert_eq!(plan.steps.len(), 20_000);
    assert_eq!(sequence(&plan).first().map(String::as_str), Some("create firma.value.v000000"));
}

#[test]
fn a_failure_skips_descendants_only() {
    let mut stage = Stage::default();
    stage.want("firma.value.a", value("x"));
    stage.want("firma.value.b", value("@firma.value.a.id"));
    stage.want("firma.value.c", value("@firma.value.b.id"));
    stage.want("firma.value.free", value("x"));
    let plan = Arc::new(stage.planned());
    let at = |name: &str| plan.steps.iter().position(|s| s.address == address(name)).expect(name) as u32;
    let mut progress = Progress::new(plan.clone());
    let fault = Fault {
        kind: FaultKind::Invalid,
        service: "vpc".into(),
        operation: "createVpc".into(),
        http_status: Some(400),
        code: None,
        status: None,
        message: "no".into(),
        request_id: None,
    };
    progress.apply(&EventBody::Failed { step: at("firma.value.a"), fault, record: None });
    let skipped: Vec<u32> = progress.take_skipped().into_iter().map(|(step, _)| step).collect();
    assert_eq!(skipped.len(), 2);
    assert_eq!(progress.state(at("firma.value.b")), State::Skipped);
    assert_eq!(progress.state(at("firma.value.c")), State::Skipped);
    assert_eq!(progress.state(at("firma.value.free")), State::Ready);
    assert!(!progress.is_over());
}

fn key(name: &str) -> serde_json::Value {
    json!({ "key_name": name, "public_key": "ssh-ed25519 AAAA web@example" })
}

fn subnet(range: &str) -> serde_json::Value {
    json!({ "vpc_id": "vpc-1", "subnet_name": "net", "address_prefix": range })
}

#[test]
fn d2_a_name_is_taken_after_it_is_free() {
    let mut stage = Stage::default();
    stage.have("vm.keypair.z_old", "admin", key("admin"), &[]);
    stage.have("vm.keypair.other", "other", key("other"), &[]);
    stage.want("vm.keypair.a_new", key("admin"));
    let plan = stage.planned();
    assert!(must_precede(&plan, ("vm.keypair.z_old", Leg::Delete), ("vm.keypair.a_new", Leg::Create)));
    assert!(!must_precede(&plan, ("vm.keypair.other", Leg::Delete), ("vm.keypair.a_new", Leg::Create)));
}

#[test]
fn d2_a_range_is_taken_after_what_overlaps_is_free() {
    let ranges = [
        ("10.0.1.0/24", "10.0.1.0/24", true),
        ("10.0.0.0/16", "10.0.1.0/24", true),
        ("10.0.1.128/25", "10.0.1.0/24", true),
        ("10.0.2.0/24", "10.0.1.0/24", false),
        ("10.0.0.0/24", "10.0.1.0/24", false),
    ];
    for (old, new, waits) in ranges {
        let mut stage = Stage::default();
        stage.have("vpc.subnet.z_old", "subnet-1", subnet(old), &[]);
        stage.want("vpc.subnet.a_new", subnet(new));
        let plan = stage.planned();
        let found = must_precede(&plan, ("vpc.subnet.z_old", Leg::Delete), ("vpc.subnet.a_new", Leg::Create));
        assert_eq!(found, waits, "{old} {new}");
    }
}

#[test]
fn d2_another_region_or_parent_is_another_key() {
    let mut stage = Stage::default();
    stage.have("vm.keypair.z_old", "admin", key("admin"), &[]).region = Some("cn-east-2".into());
    stage.want("vm.keypair.a_new", key("admin"));
    stage.have("vpc.subnet.z_old", "subnet-1", subnet("10.0.1.0/24"), &[]);
    let mut elsewhere = subnet("10.0.1.0/24");
    elsewhere["vpc_id"] = json!("vpc-2");
    stage.want("vpc.subnet.a_new", elsewhere);
    let plan = stage.planned();
    assert!(!must_precede(&plan, ("vm.keypair.z_old", Leg::Delete), ("vm.keypair.a_new", Leg::Create)));
    assert!(!must_precede(&plan, ("vpc.subnet.z_old", Leg::Delete), ("vpc.subnet.a_new", Leg::Create)));
}

#[test]
fn d2_outweighs_d1() {
    // The user of the old key is changed to the new one, which cannot be made while the old one stands.
    let mut stage = Stage::default();
    stage.have("vm.keypair.old", "admin", key("admin"), &[]);
    stage.want("vm.keypair.new", key("admin"));
    stage.want("firma.value.user", json!({ "input": "@vm.keypair.new.id" }));
    stage.have("firma.value.user", "1", json!({ "input": "other" }), &["vm.keypair.old"]);
    let plan = stage.planned();
    assert_eq!(sequence(&plan), ["delete vm.keypair.old", "create vm.keypair.new", "update firma.value.user"]);
}

#[test]
fn d1_gives_way_where_what_is_replaced_takes_the_orphan_with_it() {
    // The network is replaced, so nothing in it can stand until its users have moved away.
    let mut stage = Stage::default();
    let trigger = |of: &str| json!({ "input": "x", "triggers_replace": of });
    stage.want("firma.value.network", trigger("new"));
    stage.have("firma.value.network", "1", trigger("old"), &[]);
    stage.have("firma.value.part", "2", value("x"), &["firma.value.network"]);
    stage.want("firma.value.fresh", value("@firma.value.network.id"));
    stage.want("firma.value.user", value("@firma.value.fresh.id"));
    stage.have("firma.value.user", "3", value("2"), &["firma.value.part"]);
    let plan = stage.planned();
    assert_eq!(
        sequence(&plan),
        [
            "delete firma.value.part",
            "delete firma.value.network",
            "create firma.value.network",
            "create firma.value.fresh",
            "update firma.value.user"
        ]
    );
}

#[test]
fn what_moves_and_is_made_anew_is_written_down_deleted_and_made() {
    let mut stage = Stage::default();
    stage.have("firma.value.x", "1", json!({ "input": "x", "triggers_replace": 1 }), &[]);
    stage.want("firma.value.x[0]", json!({ "input": "x", "triggers_replace": 2 }));
    let steps = ["record firma.value.x[0]", "delete firma.value.x[0]", "create firma.value.x[0]"];
    assert_eq!(sequence(&stage.planned()), steps);
    // Created first, it is written down before it is set aside.
    stage.want("firma.value.x[0]", json!({ "input": "x", "triggers_replace": 2 })).lifecycle.create_before_destroy =
        true;
    let steps = ["record firma.value.x[0]", "create firma.value.x[0]", "delete firma.value.x[0]"];
    assert_eq!(sequence(&stage.planned()), steps);
}

#[test]
fn a_replacement_deletes_once_what_its_open_precondition_is_about_is_there() {
    use firma_model::{expr::Expr, span::Span, statement::Condition, value::Value};
    let mut stage = Stage::default();
    stage.want("firma.value.key", value("k"));
    let node: Node = "firma.value.key".parse().expect("a node");
    let condition = Expr::node_attribute(node.clone(), "id");
    let wanted = stage.want("firma.value.x", json!({ "input": 1, "triggers_replace": 2 }));
    wanted.dependencies.insert(node);
    wanted.lifecycle.preconditions = vec![Condition {
        condition,
        message: Expr::literal(Value::string("no")),
        operands: Vec::new(),
        span: Span::default(),
    }];
    stage.have("firma.value.x", "old", json!({ "input": 1, "triggers_replace": 1 }), &[]);
    let plan = stage.planned();
    assert!(must_precede(&plan, ("firma.value.key", Leg::Create), ("firma.value.x", Leg::Delete)));
}
