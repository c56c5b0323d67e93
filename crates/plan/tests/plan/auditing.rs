//! The checker of finished plans: a sound plan is spoilt in one way at a time, and each way is found.

use crate::support::{Stage, address};
use firma_plan::{
    audit::{Finding, audit},
    step::{After, Leg, Plan, Rule},
};
use serde_json::json;

fn sound() -> Plan {
    let mut stage = Stage::default();
    stage.want("firma.value.a", json!({ "input": 1 }));
    for n in 0..3 {
        stage.want(&format!("firma.value.many[\"n{n}\"]"), json!({ "input": 1 }));
    }
    stage.want("firma.value.user", json!({ "input": "@firma.value.a.id" }));
    stage.want("firma.value.all", json!({ "input": "@firma.value.many[*].n0" }));
    stage.have("firma.value.old", "1", json!({ "input": 1 }), &[]);
    stage.planned()
}

fn at(plan: &Plan, name: &str) -> usize {
    plan.steps.iter().position(|step| step.address == address(name)).expect(name)
}

#[test]
fn every_way_of_being_unsound_is_found() {
    let check = |spoil: &dyn Fn(&mut Plan), expected: &dyn Fn(&Finding) -> bool| {
        let mut plan = sound();
        assert_eq!(audit(&plan), []);
        spoil(&mut plan);
        let findings = audit(&plan);
        assert!(findings.iter().any(expected), "{findings:?}");
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
    assert_eq!(audit(&plan), []);
}
