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
