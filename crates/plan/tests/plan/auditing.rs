//! The checker of finished plans: a sound plan is spoilt in one way at a time, and each way is found.

use crate::support::{Stage, address};
use firma_model::{diagnostic::Diagnostic, record::Recorded};
use firma_plan::{
    audit::{Finding, audit},
    step::{After, Leg, Plan, Rule},
};
use serde_json::json;

/// A plan of every shape, and the stage it was made on.
fn sound() -> (Plan, Recorded) {
    let mut stage = Stage::default();
    stage.want("firma.value.a", json!({ "input": 1 }));
    for n in 0..3 {
        stage.want(&format!("firma.value.many[\"n{n}\"]"), json!({ "input": 1 }));
    }
    stage.want("firma.value.user", json!({ "input": "@firma.value.a.id" }));
    stage.want("firma.value.all", json!({ "input": "@firma.value.many[*].n0" }));
    stage.have("firma.value.old", "1", json!({ "input": 1 }), &["firma.value.kept"]);
    // An orphan below something that stays, which is below an orphan; and an update below a deletion.
    stage.have("firma.value.kept", "2", json!({ "input": 1 }), &["firma.value.below"]);
    stage.want("firma.value.kept", json!({ "input": 1 }));
    stage.have("firma.value.below", "3", json!({ "input": 1 }), &["firma.value.changed"]);
    stage.have("firma.value.changed", "4", json!({ "input": 1 }), &[]);
    stage.want("firma.value.changed", json!({ "input": 2 }));
    // Both ways of replacing, the second with a user.
    for (name, first) in [("ahead", true), ("behind", false)] {
        let name = format!("firma.value.{name}");
        let wanted = stage.want(&name, json!({ "input": 1, "triggers_replace": 2 }));
        wanted.lifecycle.create_before_destroy = first;
        stage.have(&name, &name, json!({ "input": 1, "triggers_replace": 1 }), &[]);
    }
    stage.want("firma.value.of_ahead", json!({ "input": "@firma.value.ahead.id" }));
    // A name that changes hands.
    let key = json!({ "key_name": "k", "public_key": "ssh-ed25519 AAAA a@example" });
    stage.have("vm.keypair.had", "k", key.clone(), &[]);
    stage.want("vm.keypair.has", key);
    (stage.planned(), stage.recorded)
}

fn at(plan: &Plan, name: &str) -> usize {
    plan.steps.iter().position(|step| step.address == address(name)).expect(name)
}

#[test]
fn every_way_of_being_unsound_is_found() {
    let check = |spoil: &dyn Fn(&mut Plan), expected: &dyn Fn(&Finding) -> bool| {
        let (mut plan, recorded) = sound();
        assert_eq!(audit(&plan, &recorded, &recorded), []);
        spoil(&mut plan);
        let findings = audit(&plan, &recorded, &recorded);
        assert!(findings.iter().any(expected), "{findings:?}");
        assert!(findings.into_iter().all(|finding| Diagnostic::from(finding).code == "E0590"));
    };
    check(
        &|plan| {
            let again = plan.steps[at(plan, "firma.value.a")].clone();
            plan.steps.push(again);
        },
        &|finding| matches!(finding, Finding::Doubled(a, Leg::Create) if *a == address("firma.value.a")),
    );
    check(
        &|plan| {
            let beyond = After { vertex: 99, rule: Rule::MakeAfterDependency };
            plan.steps[0].after.push(beyond);
        },
        &|finding| matches!(finding, Finding::BadEdge(0, 99)),
    );
    check(
        &|plan| {
            let gate = plan.steps.len() as u32;
            plan.gates[0].after.push(After { vertex: gate, rule: Rule::MakeAfterDependency });
        },
        &|finding| matches!(finding, Finding::BadEdge(from, to) if from == to),
    );
    check(
        &|plan| {
            let old = at(plan, "firma.value.old");
            plan.steps[old].record = None;
        },
        &|finding| matches!(finding, Finding::WrongRecord(a, Leg::Delete) if *a == address("firma.value.old")),
    );
    check(&|plan| plan.procedures.clear(), &|finding| matches!(finding, Finding::NoProcedure(_)));
    check(&|plan| plan.basis.clear(), &|finding| matches!(finding, Finding::NotInBasis(_)));
    check(
        &|plan| {
            let user = at(plan, "firma.value.user");
            plan.steps[user].after.clear();
        },
        &|finding| matches!(finding, Finding::Unordered(a, _) if *a == address("firma.value.user")),
    );
    // Through a gate: one that does not wait for every instance is not enough.
    check(
        &|plan| {
            plan.gates[0].after.pop();
        },
        &|finding| matches!(finding, Finding::Unordered(a, _) if *a == address("firma.value.all")),
    );
    check(
        &|plan| {
            let a = at(plan, "firma.value.a");
            plan.steps[a].leg = Leg::Forget;
        },
        &|finding| matches!(finding, Finding::Dangling(a, _) if *a == address("firma.value.user")),
    );
    check(
        &|plan| {
            let one = at(plan, "firma.value.many[\"n1\"]");
            plan.steps[one].leg = Leg::Forget;
        },
        &|finding| matches!(finding, Finding::Dangling(a, _) if *a == address("firma.value.all")),
    );
}

#[test]
fn many_references_to_a_block_of_many_are_sound() {
    let mut stage = Stage::default();
    for n in 0..2_000 {
        stage.want(&format!("firma.value.many[\"{n}\"]"), json!({ "input": 1 }));
        stage.want(&format!("firma.value.user[\"{n}\"]"), json!({ "input": 1, "triggers_replace": 1 }));
    }
    let mut plan = stage.planned();
    // Hand-made, because planning so many references to a whole block would be about something else.
    let hub = address("firma.value.hub").block;
    let instances = plan.steps.iter().map(|step| step.address.clone()).filter(|a| a.to_string().contains("many"));
    let shape = firma_plan::step::BlockShape {
        repetition: firma_model::desired::Repetition::ForEach,
        instances: instances.collect(),
    };
    plan.blocks.insert(hub.clone(), shape);
    let makes = plan.steps.iter().enumerate().filter(|(_, step)| step.address.to_string().contains("many"));
    let after = makes.map(|(at, _)| After { vertex: at as u32, rule: Rule::MakeAfterDependency }).collect();
    plan.gates.push(firma_plan::step::Gate { after });
    let gate = (plan.steps.len() + plan.gates.len() - 1) as u32;
    for step in plan.steps.iter_mut().filter(|step| step.address.to_string().contains("user")) {
        let node = firma_model::address::Node::Block(hub.clone());
        step.attributes.insert("input".into(), firma_model::expr::Expr::node_attribute(node, "x"));
        step.after.push(After { vertex: gate, rule: Rule::MakeAfterDependency });
    }
    assert_eq!(audit(&plan, &stage.recorded, &stage.recorded), []);
}

/// Spoils a sound plan and expects exactly these findings.
#[track_caller]
fn spoilt(spoil: impl Fn(&mut Plan, &mut Recorded), expected: &[Finding]) {
    let (mut plan, mut recorded) = sound();
    spoil(&mut plan, &mut recorded);
    let found = audit(&plan, &recorded, &recorded);
    for finding in expected {
        assert!(found.contains(finding), "{finding:?} is not among {found:?}");
        assert!(!finding.to_string().is_empty());
    }
    assert!(!expected.is_empty());
}

fn leg(plan: &mut Plan, name: &str, leg: Leg) -> usize {
    plan.steps.iter().position(|step| step.address == address(name) && step.leg == leg).expect(name)
}

/// Takes every edge away that leads from a step.
fn cut(plan: &mut Plan, name: &str, which: Leg) {
    let at = leg(plan, name, which);
    plan.steps[at].after.clear();
}

#[test]
fn records_and_calls() {
    let old = || address("firma.value.old");
    spoilt(
        |_, recorded| {
            recorded.records.remove(&old());
        },
        &[Finding::Unrecorded(old(), "1".into()), Finding::WrongBasis(old())],
    );
    spoilt(
        |plan, _| {
            let at = leg(plan, "firma.value.old", Leg::Delete);
            plan.steps[at].record.as_mut().expect("a record").cloud_id = "another".into();
        },
        &[Finding::Unrecorded(old(), "another".into())],
    );
    spoilt(
        |_, recorded| recorded.records.get_mut(&old()).expect("recorded").version = 7,
        &[Finding::WrongBasis(old())],
    );
    let has = || address("vm.keypair.has");
    spoilt(
        |plan, _| {
            let at = leg(plan, "vm.keypair.has", Leg::Create);
            plan.steps[at].calls.clear();
        },
        &[Finding::NoRecovery(has(), Leg::Create)],
    );
    spoilt(
        |plan, _| {
            let at = leg(plan, "vm.keypair.has", Leg::Create);
            plan.steps[at].calls[0].class.clear();
        },
        &[Finding::NoRecovery(has(), Leg::Create)],
    );
    spoilt(
        |plan, _| {
            let at = leg(plan, "firma.value.ahead", Leg::Delete);
            plan.steps[at].record.as_mut().expect("a record").deposed = "2".into();
        },
        &[Finding::WrongRecord(address("firma.value.ahead"), Leg::Delete)],
    );
}

#[test]
fn halves_of_replacements() {
    let ahead = || address("firma.value.ahead");
    let behind = || address("firma.value.behind");
    spoilt(
        |plan, _| {
            let at = leg(plan, "firma.value.ahead", Leg::Create);
            plan.steps[at].deposes.clear();
        },
        &[Finding::HalfReplaced(ahead())],
    );
    spoilt(|plan, _| cut(plan, "firma.value.ahead", Leg::Delete), &[Finding::HalfReplaced(ahead())]);
    spoilt(|plan, _| cut(plan, "firma.value.behind", Leg::Create), &[Finding::HalfReplaced(behind())]);
    spoilt(
        |plan, _| {
            let at = leg(plan, "firma.value.behind", Leg::Create);
            plan.steps[at].leg = Leg::Record;
        },
        &[Finding::HalfReplaced(behind())],
    );
    spoilt(
        |plan, recorded| {
            let at = leg(plan, "firma.value.ahead", Leg::Delete);
            let record = plan.steps[at].record.clone().expect("a record");
            recorded.deposed.push(*record);
        },
        &[Finding::HalfReplaced(ahead())],
    );
}

#[test]
fn what_waits_for_what() {
    spoilt(
        |plan, _| {
            let (a, user) = (leg(plan, "firma.value.a", Leg::Create), leg(plan, "firma.value.user", Leg::Create));
            plan.steps[a].after.push(After { vertex: user as u32, rule: Rule::MakeAfterDependency });
        },
        &[Finding::Circular],
    );
    // Through `kept`, which has no step.
    spoilt(
        |plan, _| cut(plan, "firma.value.below", Leg::Delete),
        &[Finding::DeletedEarly(address("firma.value.below"), address("firma.value.old"))],
    );
    spoilt(
        |plan, _| cut(plan, "firma.value.changed", Leg::Update),
        &[Finding::ChangedEarly(address("firma.value.changed"), address("firma.value.below"))],
    );
    spoilt(
        |plan, _| {
            let create = leg(plan, "firma.value.ahead", Leg::Create) as u32;
            let at = leg(plan, "firma.value.ahead", Leg::Delete);
            plan.steps[at].after.retain(|edge| edge.vertex == create);
        },
        &[Finding::DeletedEarly(address("firma.value.ahead"), address("firma.value.of_ahead"))],
    );
    spoilt(
        |plan, _| cut(plan, "vm.keypair.has", Leg::Create),
        &[Finding::TakenEarly(address("vm.keypair.has"), address("vm.keypair.had"))],
    );
    // An order that only depends_on asks for.
    spoilt(
        |plan, _| {
            let on = firma_model::address::Node::Instance(address("firma.value.a"));
            let at = leg(plan, "firma.value.of_ahead", Leg::Create);
            plan.steps[at].dependencies.insert(on);
        },
        &[Finding::Unordered(
            address("firma.value.of_ahead"),
            firma_model::address::Node::Instance(address("firma.value.a")),
        )],
    );
}
