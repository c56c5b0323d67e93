//! What an interrupted run leaves of its plan.

use crate::support::{Stage, address};
use firma_model::{
    address::Address,
    event::EventBody,
    fault::{Fault, FaultKind},
    record::{Record, Status},
};
use firma_plan::{
    audit::audit,
    resume::{Rest, rest},
    step::{Action, Leg, Plan},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

const RUN: u64 = 7;

fn at(plan: &Plan, name: &str, leg: Leg) -> u32 {
    plan.steps.iter().position(|step| step.address == address(name) && step.leg == leg).expect(name) as u32
}

/// A record as a step of the run would write it.
fn made(name: &str) -> Record {
    let mut stage = Stage::default();
    stage.have(name, "1", json!({ "input": "made" }), &[]).clone()
}

fn refused() -> Fault {
    Fault {
        kind: FaultKind::Invalid,
        service: "s".into(),
        operation: "o".into(),
        http_status: None,
        code: None,
        status: None,
        message: "no".into(),
        request_id: None,
    }
}

fn chain() -> Stage {
    let mut stage = Stage::default();
    stage.want("firma.value.a", json!({ "input": "made" }));
    stage.want("firma.value.b", json!({ "input": "@firma.value.a.id" }));
    stage.want("firma.value.c", json!({ "input": "@firma.value.b.id" }));
    stage
}

#[test]
fn the_steps_that_were_not_done_are_left_and_stand_on_what_the_run_wrote() {
    let mut stage = chain();
    let plan = Arc::new(stage.planned());
    let (a, b) = (at(&plan, "firma.value.a", Leg::Create), at(&plan, "firma.value.b", Leg::Create));
    let done = made("firma.value.a");
    let journal = vec![
        (11, EventBody::Done { step: a, record: done.clone() }),
        (12, EventBody::Failed { step: b, fault: refused(), record: None }),
        (13, EventBody::Skipped { step: b + 1, because: "firma.value.b".into() }),
    ];
    let Rest::Steps(left) = rest(&plan, RUN, &journal) else { panic!("steps are left") };
    let names: Vec<String> = left.steps.iter().map(|step| step.address.to_string()).collect();
    assert_eq!(names, ["firma.value.b", "firma.value.c"]);
    assert!(left.steps[0].after.is_empty(), "what it waited for is done");
    assert_eq!(left.steps[1].after[0].vertex, 0);
    assert_eq!(left.basis[&address("firma.value.a")], Some(11));
    assert_eq!(left.kept[&address("firma.value.a")]["id"].as_str(), Some("1"));
    assert_eq!(left.identity.after_run, RUN);
    stage.recorded.records.insert(address("firma.value.a"), Record { version: 11, ..done });
    assert_eq!(audit(&left, &stage.recorded, &stage.recorded), [], "what is left is sound by itself");
}

#[test]
fn nothing_is_left_where_every_step_was_done() {
    let plan = Arc::new(chain().planned());
    let journal: Vec<(u64, EventBody)> = (0_u32..)
        .zip(&plan.steps)
        .map(|(step, of)| (u64::from(step), EventBody::Done { step, record: made(&of.address.to_string()) }))
        .collect();
    assert_eq!(rest(&plan, RUN, &journal), Rest::Nothing);
}

#[test]
fn what_is_half_done_is_named_and_nothing_goes_on() {
    let plan = Arc::new(chain().planned());
    let a = at(&plan, "firma.value.a", Leg::Create);
    let half = |body: EventBody| match rest(&plan, RUN, &[(1, body)]) {
        Rest::Half(addresses) => addresses,
        other => panic!("{other:?}"),
    };
    let expected: BTreeSet<Address> = [address("firma.value.a")].into();
    let unfinished = Record { status: Status::Creating, ..made("firma.value.a") };
    assert_eq!(half(EventBody::Failed { step: a, fault: refused(), record: Some(unfinished.clone()) }), expected);
    assert_eq!(half(EventBody::Unresolved { step: a, call: 0, fault: refused() }), expected);
    let settled = |of, how: &str, record| EventBody::Settled { run: of, step: a, call: 0, how: how.into(), record };
    assert_eq!(half(settled(RUN, "created", Some(unfinished))), expected);
    // Settled as never done, it may begin again; and calls of other runs are none of this plan's.
    for body in [settled(RUN, "not_created", None), settled(RUN + 1, "created", None)] {
        assert!(matches!(rest(&plan, RUN, &[(1, body)]), Rest::Steps(left) if left.steps.len() == 3));
    }
}

#[test]
fn of_a_replacement_whose_old_object_is_gone_the_new_one_is_left() {
    let mut stage = Stage::default();
    stage.want("firma.value.x", json!({ "input": 1, "triggers_replace": 2 }));
    stage.have("firma.value.x", "old", json!({ "input": 1, "triggers_replace": 1 }), &[]);
    let plan = Arc::new(stage.planned());
    let delete = at(&plan, "firma.value.x", Leg::Delete);
    let gone = EventBody::Removed {
        step: delete,
        address: address("firma.value.x"),
        deposed: String::new(),
        cloud_id: "old".into(),
        how: "deleted".into(),
    };
    let Rest::Steps(left) = rest(&plan, RUN, &[(5, gone)]) else { panic!("a step is left") };
    assert_eq!(
        left.steps.iter().map(|step| (step.leg, step.action)).collect::<Vec<_>>(),
        [(Leg::Create, Action::Create)]
    );
    assert_eq!(left.basis[&address("firma.value.x")], None);
    stage.recorded.records.clear();
    assert_eq!(audit(&left, &stage.recorded, &stage.recorded), []);
}
