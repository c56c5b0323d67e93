//! Create before destroy: how far the wish spreads, in which order the legs come, and what stands in its way.

use crate::support::{Stage, action, address, must_precede, reasons};
use firma_model::record::{Record, Status};
use firma_plan::step::{Action, Leg, Mode, Plan};
use serde_json::json;

fn with(trigger: &str) -> serde_json::Value {
    json!({ "input": "x", "triggers_replace": trigger })
}

/// A network that is replaced, with a user that is changed.
fn pair() -> Stage {
    let mut stage = Stage::default();
    stage.want("firma.value.a", with("new")).lifecycle.create_before_destroy = true;
    stage.have("firma.value.a", "1", with("old"), &[]).create_before_destroy = true;
    stage.want("firma.value.b", json!({ "input": "@firma.value.a.id" }));
    stage.have("firma.value.b", "2", json!({ "input": "1" }), &["firma.value.a"]);
    stage
}

/// Every edge of the plan as `later after earlier`, deposed objects in brackets, in one order that it allows.
fn sequence(plan: &Plan) -> Vec<String> {
    let mut progress = firma_plan::progress::Progress::new(std::sync::Arc::new(plan.clone()));
    let mut names = Vec::new();
    while let Some(at) = progress.start() {
        let step = &plan.steps[at as usize];
        let deposed = if step.deposed.is_empty() { String::new() } else { format!(" ({})", step.deposed) };
        names.push(format!("{} {}{deposed}", step.leg.as_str(), step.address.block.name));
        progress.apply(&firma_model::event::EventBody::Removed {
            step: at,
            address: step.address.clone(),
            deposed: step.deposed.clone(),
            cloud_id: String::new(),
            how: "deleted".into(),
        });
    }
    names
}

fn left_behind(stage: &mut Stage, name: &str, id: &str, key: &str, dependencies: &[&str]) {
    let current = stage.recorded.records.get(&address(name)).cloned();
    let record = stage.have(name, id, with("old"), dependencies).clone();
    stage.recorded.records.remove(&address(name));
    if let Some(current) = current {
        stage.recorded.records.insert(current.address.clone(), current);
    }
    stage.recorded.deposed.push(Record { deposed: key.into(), status: Status::Deposed, ..record });
}

#[test]
fn r4_and_r5_the_new_one_comes_first_and_the_old_one_goes_last() {
    let plan = pair().planned();
    assert_eq!(sequence(&plan), ["create a", "update b", "delete a (1)"]);
    let create = plan.steps.iter().find(|step| step.leg == Leg::Create).expect("a create");
    assert_eq!((create.deposes.as_str(), create.create_before_destroy), ("1", true));
    let delete = plan.steps.iter().find(|step| step.leg == Leg::Delete).expect("a delete");
    let record = delete.record.as_ref().expect("its record");
    assert_eq!((record.cloud_id.as_str(), record.deposed.as_str(), record.status), ("1", "1", Status::Deposed));
}

#[test]
fn r5_a_deleted_dependant_goes_before_the_successor_unless_it_has_one_itself() {
    let mut stage = pair();
    stage.desired.resources.remove(&address("firma.value.b"));
    assert_eq!(sequence(&stage.planned()), ["delete b", "create a", "delete a (1)"]);
    // One that is created first itself stands on the old one until it is gone.
    stage.recorded.records.get_mut(&address("firma.value.b")).expect("recorded").create_before_destroy = true;
    let plan = stage.planned();
    let at = |leg: Leg| plan.steps.iter().find(|step| step.leg == leg).expect("a step");
    assert!(at(Leg::Create).after.is_empty());
    assert_eq!(sequence(&plan).last().map(String::as_str), Some("delete a (1)"));
}

#[test]
fn r5_a_dependant_that_is_replaced_goes_before_and_comes_between() {
    let mut stage = pair();
    stage.want("firma.value.b", json!({ "input": "x", "triggers_replace": "@firma.value.a.id" }));
    stage.have("firma.value.b", "2", json!({ "input": "x", "triggers_replace": "1" }), &["firma.value.a"]);
    assert_eq!(sequence(&stage.planned()), ["delete b", "create a", "create b", "delete a (1)"]);
}

#[test]
fn r6_the_wish_spreads_to_all_that_something_depends_on_and_no_further() {
    let mut stage = Stage::default();
    stage.want("firma.value.ground", with("new"));
    stage.have("firma.value.ground", "1", with("old"), &[]).create_before_destroy = true;
    stage.want("firma.value.middle", json!({ "input": "@firma.value.ground.id" }));
    stage.have("firma.value.middle", "2", json!({ "input": "1" }), &["firma.value.ground"]);
    stage.want("firma.value.top", json!({ "input": "@firma.value.middle.input" })).lifecycle.create_before_destroy =
        true;
    stage.have("firma.value.top", "3", json!({ "input": "1" }), &["firma.value.middle"]);
    stage.want("firma.value.roof", json!({ "input": "@firma.value.top.id" }));
    stage.have("firma.value.roof", "4", json!({ "input": "3" }), &["firma.value.top"]).create_before_destroy = true;
    let plan = stage.planned();
    let flag = |name: &str| {
        let step = plan.steps.iter().find(|step| step.address == address(name) && step.leg != Leg::Delete);
        step.map(|step| step.create_before_destroy)
    };
    assert_eq!(flag("firma.value.ground"), Some(true));
    assert_eq!(flag("firma.value.middle"), Some(true));
    assert_eq!(flag("firma.value.top"), Some(true));
    assert_eq!(flag("firma.value.roof"), Some(false));
    // Nothing else of it changes, so that is written down alone.
    assert_eq!(action(&plan, "firma.value.roof"), Some(Action::Record));
    assert_eq!(reasons(&plan, "firma.value.roof"), ["bookkeeping"]);
    let found = sequence(&plan);
    let at = |name: &str| found.iter().position(|step| step == name).expect(name);
    assert!(at("create ground") < at("update middle") && at("update middle") < at("delete ground (1)"), "{found:?}");
}

#[test]
fn r6_the_wish_spreads_through_a_whole_block() {
    let mut stage = Stage::default();
    for name in ["a", "b"] {
        stage.want(&format!("firma.value.many[\"{name}\"]"), with("new"));
        stage.have(&format!("firma.value.many[\"{name}\"]"), name, with("old"), &[]);
    }
    let many = address("firma.value.many").block;
    let user = stage.want("firma.value.user", json!({ "input": "x" }));
    user.lifecycle.create_before_destroy = true;
    user.dependencies.insert(firma_model::address::Node::Block(many));
    let plan = stage.planned();
    for name in ["a", "b"] {
        let at = format!("firma.value.many[\"{name}\"]");
        assert!(must_precede(&plan, (&at, Leg::Create), (&at, Leg::Delete)), "{at}");
        // R5, through the block.
        assert!(must_precede(&plan, ("firma.value.user", Leg::Create), (&at, Leg::Delete)), "{at}");
    }
}

#[test]
fn without_anything_replaced_the_wish_is_only_written_down() {
    let mut stage = Stage::default();
    stage.want("firma.value.a", with("same")).lifecycle.create_before_destroy = true;
    stage.have("firma.value.a", "1", with("same"), &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "firma.value.a"), Some(Action::Record));
    assert_eq!(plan.unchanged, 0);
    // Nothing else of the record changes.
    let old = &stage.recorded.records[&address("firma.value.a")];
    let progress = firma_plan::progress::Progress::new(std::sync::Arc::new(plan.clone()));
    let key = firma_plan::secret::HashKey::default();
    let new = firma_plan::recording::rewritten(&plan, &plan.steps[0], &progress, &key);
    let new = new.expect("filled").expect("a record");
    assert_eq!((&new.inputs, new.create_before_destroy), (&old.inputs, true));
    stage.recorded.records.get_mut(&address("firma.value.a")).expect("recorded").create_before_destroy = true;
    let plan = stage.planned();
    assert!(plan.steps.is_empty());
    assert_eq!(plan.unchanged, 1);
}

#[test]
fn two_of_one_key_are_refused_with_the_name_of_who_wishes_it() {
    let key = |public: &str| json!({ "key_name": "admin", "public_key": public });
    let mut stage = Stage::default();
    stage.want("vm.keypair.admin", key("ssh-ed25519 BBBB b@example"));
    stage.have("vm.keypair.admin", "admin", key("ssh-ed25519 AAAA a@example"), &[]);
    assert!(stage.plan().0.is_some());
    stage.want("firma.value.user", json!({ "input": "@vm.keypair.admin.id" })).lifecycle.create_before_destroy = true;
    let (plan, diagnostics) = stage.plan();
    assert!(plan.is_none());
    let found = &diagnostics.list[0];
    assert_eq!(found.code, "E0540");
    assert!(found.message.contains("vm.keypair.admin") && found.message.contains("`admin`"), "{}", found.message);
    assert!(found.hints[0].contains("firma.value.user"), "{:?}", found.hints);
    // Another name in the same edit, and both may stand.
    stage.want("vm.keypair.admin", json!({ "key_name": "admin-2", "public_key": "ssh-ed25519 BBBB b@example" }));
    assert!(stage.plan().0.is_some());
}

#[test]
fn what_was_left_behind_is_deleted_after_everything_that_may_still_use_it() {
    let mut stage = pair();
    left_behind(&mut stage, "firma.value.a", "0", "1", &[]);
    let plan = stage.planned();
    // A key that is taken is not given again.
    let mut found = sequence(&plan);
    assert_eq!(found[..2], ["create a", "update b"]);
    found.sort();
    assert_eq!(found[1..3], ["delete a (1)", "delete a (2)"]);
    assert!(plan.basis.contains_key(&address("firma.value.a")));
}

#[test]
fn what_was_left_behind_goes_when_its_address_does() {
    let mut stage = Stage::default();
    stage.have("firma.value.net", "9", with("old"), &[]);
    stage.have("firma.value.a", "1", with("old"), &["firma.value.net"]);
    left_behind(&mut stage, "firma.value.a", "0", "1", &["firma.value.net"]);
    left_behind(&mut stage, "firma.value.gone", "5", "1", &["firma.value.a"]);
    stage.options.mode = Mode::Destroy;
    let plan = stage.planned();
    let found = sequence(&plan);
    assert_eq!(found.last().map(String::as_str), Some("delete net"));
    let at = |name: &str| found.iter().position(|step| step == name).expect(name);
    assert!(at("delete gone (1)") < at("delete a"), "{found:?}");
    assert!(at("delete gone (1)") < at("delete a (1)"), "{found:?}");
}

#[test]
fn what_was_left_behind_and_is_gone_is_forgotten_and_what_cannot_be_seen_is_not_deleted() {
    use firma_model::{
        fault::{Fault, FaultKind},
        observed::Sighting,
    };
    let mut stage = Stage::default();
    left_behind(&mut stage, "firma.value.a", "0", "1", &[]);
    let place = (address("firma.value.a"), "1".to_owned());
    stage.desired.kinds.insert(address("firma.value.a").kind().clone());
    stage.observed.deposed.insert(place.clone(), Sighting::Gone);
    let plan = stage.planned();
    assert_eq!(plan.steps.iter().map(|step| step.leg).collect::<Vec<_>>(), [Leg::Forget]);
    stage.options.mode = Mode::RefreshOnly;
    assert_eq!(stage.planned().steps.iter().map(|step| step.leg).collect::<Vec<_>>(), [Leg::Forget]);
    stage.options.mode = Mode::Apply;
    let fault = Fault {
        kind: FaultKind::Denied,
        service: "s".into(),
        operation: "o".into(),
        http_status: None,
        code: None,
        status: None,
        message: "no".into(),
        request_id: None,
    };
    stage.observed.deposed.insert(place, Sighting::Blocked(fault));
    assert_eq!(stage.codes(), ["E0520"]);
}

#[test]
fn a_name_that_something_left_behind_still_has_is_taken_after_it_is_gone() {
    let key = |name: &str| json!({ "key_name": name, "public_key": format!("ssh-ed25519 {name} a@example") });
    let mut stage = Stage::default();
    stage.want("vm.keypair.k", key("first")).lifecycle.create_before_destroy = true;
    stage.have("vm.keypair.k", "first", key("first"), &[]);
    let old = stage.recorded.records.remove(&address("vm.keypair.k")).expect("recorded");
    stage.recorded.deposed.push(Record { deposed: "1".into(), status: Status::Deposed, ..old });
    stage.have("vm.keypair.k", "second", key("second"), &[]);
    let plan = stage.planned();
    assert_eq!(sequence(&plan), ["delete k (1)", "create k", "delete k (2)"]);
}
