//! Look-ups as steps of a plan: after what they depend on, before whoever uses them, and what is known of them.

use crate::support::{Stage, address};
use firma_catalog::Catalog;
use firma_model::{
    address::{KindId, Node},
    desired::Read,
    document::Document,
    event::EventBody,
    expr::Expr,
    span::Span,
    value::Value,
};
use firma_plan::{
    audit::{Finding, audit},
    fill, lookup,
    progress::Progress,
    step::{Action, Leg, Plan, Reason},
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

const FOUND: &str = "data.vpc.vpc.found";

/// A network that is made, a look-up of it, and a value of what is found.
fn stage() -> Stage {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.main", json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16" }));
    let main: Node = "vpc.vpc.main".parse().expect("a node");
    let kind = KindId::new("vpc.vpc");
    let procedure = Catalog::builtin().lookup(&kind).expect("a look-up");
    stage.options.lookups.insert("vpc.vpc".into(), procedure);
    let read = Read {
        address: address(FOUND),
        region: Some("cn-north-1".into()),
        parameters: BTreeMap::from([("vpc_ids".into(), Expr::node_attribute(main.clone(), "id"))]),
        dependencies: [main].into(),
        span: Span::default(),
    };
    stage.desired.reads.insert(address(FOUND), read);
    stage.want("firma.value.user", json!({ "input": "@data.vpc.vpc.found.items" }));
    stage
}

fn at(plan: &Plan, name: &str) -> usize {
    plan.steps.iter().position(|step| step.address == address(name)).expect(name)
}

fn waits(plan: &Plan, later: &str, earlier: &str) -> bool {
    plan.steps[at(plan, later)].after.iter().any(|edge| edge.vertex as usize == at(plan, earlier))
}

#[test]
fn a_look_up_stands_between_what_it_depends_on_and_who_uses_it() {
    let plan = stage().planned();
    let step = &plan.steps[at(&plan, FOUND)];
    assert_eq!((step.leg, step.action), (Leg::Read, Action::Read));
    assert_eq!(step.calls[0].class, "asked");
    assert_eq!(step.reasons, [Reason::WaitsFor { on: "vpc.vpc.main".into() }]);
    assert!(waits(&plan, FOUND, "vpc.vpc.main") && waits(&plan, "firma.value.user", FOUND));
    assert!(plan.lookups.contains_key("vpc.vpc"));
    assert!(!plan.basis.contains_key(&address(FOUND)), "there is no record that it could stand on");
}

#[test]
fn what_was_found_fills_the_holes_of_those_after_it() {
    let plan = Arc::new(stage().planned());
    let mut progress = Progress::new(plan.clone());
    let items = Value::List(vec![Value::from(1), Value::from(2)]);
    let (found, user) = (at(&plan, FOUND) as u32, at(&plan, "firma.value.user"));
    progress.apply(&EventBody::Found { step: found, answer: Document::encode(&lookup::answer(&items)) });
    let step = &plan.steps[user];
    let procedure = plan.procedure(step.kind()).expect("a procedure");
    let filled = fill::attributes(step, procedure, &progress).expect("filled");
    assert_eq!(filled.get("input"), Some(&items));
    assert!(!progress.is_over());
}

#[test]
fn one_is_there_where_exactly_one_was_found() {
    let one = |value: &Value| value.as_map().and_then(|map| map.get("one")).cloned();
    let (single, double) = (Value::List(vec![Value::from(1)]), Value::List(vec![Value::from(1), Value::from(2)]));
    assert_eq!(one(&lookup::answer(&single)), Some(Value::from(1)));
    assert_eq!(one(&lookup::answer(&double)), None);
    assert_eq!(lookup::not_one(&address(FOUND), &single), None);
    assert!(lookup::not_one(&address(FOUND), &double).expect("a refusal").contains("found 2 items"));
    assert!(lookup::not_one(&address(FOUND), &Value::List(Vec::new())).expect("a refusal").contains("found nothing"));
}

#[test]
fn a_record_does_not_name_a_look_up_and_so_does_not_change_with_it() {
    let mut stage = stage();
    let input = json!({ "input": [] });
    stage.have("firma.value.still", "1", input.clone(), &["vpc.vpc.main"]);
    let wanted = stage.want("firma.value.still", input);
    wanted.dependencies.extend(["vpc.vpc.main".parse().expect("a node"), FOUND.parse().expect("a node")]);
    let plan = stage.planned();
    assert!(!plan.steps.iter().any(|step| step.address == address("firma.value.still")), "nothing of it differs");
}

#[test]
fn a_look_up_in_the_wrong_place_is_found() {
    let stage = stage();
    let check = |spoil: &dyn Fn(&mut Plan), expected: &dyn Fn(&Finding) -> bool| {
        let mut plan = stage.planned();
        assert_eq!(audit(&plan, &stage.recorded, &stage.recorded), []);
        spoil(&mut plan);
        let findings = audit(&plan, &stage.recorded, &stage.recorded);
        assert!(findings.iter().any(expected), "{findings:?}");
    };
    let unordered =
        |of: &'static str| move |finding: &Finding| matches!(finding, Finding::Unordered(a, _) if *a == address(of));
    check(
        &|plan| {
            let user = at(plan, "firma.value.user");
            plan.steps[user].after.clear();
        },
        &unordered("firma.value.user"),
    );
    check(
        &|plan| {
            let found = at(plan, FOUND);
            plan.steps[found].after.clear();
        },
        &unordered(FOUND),
    );
    check(&|plan| plan.lookups.clear(), &|finding| matches!(finding, Finding::NoProcedure(a) if *a == address(FOUND)));
    check(
        &|plan| {
            let found = at(plan, FOUND);
            plan.steps[found].calls[0].class.clear();
        },
        &|finding| matches!(finding, Finding::NoRecovery(a, Leg::Read) if *a == address(FOUND)),
    );
}
