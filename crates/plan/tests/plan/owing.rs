//! Replacements that a trigger called for, and that an earlier run left undone.

use crate::support::{Stage, address};
use firma_model::{path::Path, statement::Trigger};
use firma_plan::{due::Due, step::Reason};
use serde_json::json;

const USER: &str = "firma.value.user";

/// Where the user moves in the same plan.
const MOVED: &str = "firma.value.user[0]";

/// `user`, wanted at this address, is replaced when `trigger` changes; what is wanted of `trigger` has already changed.
fn stage(wanted: &str) -> Stage {
    let mut stage = Stage::default();
    stage.want("firma.value.trigger", json!({ "input": "new" }));
    let user = stage.want(wanted, json!({ "input": "same" }));
    let node = "firma.value.trigger".parse().expect("a node");
    user.lifecycle.replace_triggered_by = vec![Trigger { node, path: Path::default() }];
    stage.have("firma.value.trigger", "v-1", json!({ "input": "old" }), &[]);
    stage.have(USER, "v-2", json!({ "input": "same" }), &[]);
    stage
}

fn is_triggered(stage: &Stage, wanted: &str) -> bool {
    let of = |reasons: &[Reason]| reasons.iter().any(|reason| matches!(reason, Reason::TriggeredBy { .. }));
    stage.planned().steps.iter().any(|step| step.address == address(wanted) && of(&step.reasons))
}

/// Whether the replacement is planned after the first plan was carried out in so far as this says.
fn after(wanted: &str, carry_out: impl FnOnce(&mut Stage)) -> bool {
    let mut stage = stage(wanted);
    let first = stage.planned();
    carry_out(&mut stage);
    let mut due = Due::default();
    due.add(&first, &stage.recorded);
    stage.options.due = due;
    is_triggered(&stage, wanted)
}

fn trigger_changes(stage: &mut Stage) {
    stage.have("firma.value.trigger", "v-1", json!({ "input": "new" }), &[]).version = 7;
}

#[test]
fn a_trigger_fires_while_it_changes() {
    assert!(is_triggered(&stage(USER), USER));
    let mut done = stage(USER);
    trigger_changes(&mut done);
    assert!(!is_triggered(&done, USER), "no plan owes anything");
}

#[test]
fn a_replacement_that_failed_after_its_trigger_changed_is_still_due() {
    assert!(after(USER, trigger_changes));
}

#[test]
fn one_that_was_done_is_not() {
    let done = |stage: &mut Stage| {
        trigger_changes(stage);
        stage.have(USER, "v-3", json!({ "input": "same" }), &[]).version = 8;
    };
    assert!(!after(USER, done));
}

#[test]
fn nor_one_whose_trigger_is_wanted_as_it_was_again() {
    let given_up = |stage: &mut Stage| {
        stage.want("firma.value.trigger", json!({ "input": "old" }));
    };
    assert!(!after(USER, given_up));
}

#[test]
fn nor_one_that_is_no_longer_asked_for() {
    let taken_out = |stage: &mut Stage| {
        trigger_changes(stage);
        stage.want(USER, json!({ "input": "same" }));
    };
    assert!(!after(USER, taken_out));
}

/// Recorded under its new address, as the object with this id.
fn moved(stage: &mut Stage, id: &str) {
    stage.recorded.records.remove(&address(USER));
    stage.have(MOVED, id, json!({ "input": "same" }), &[]).version = 7;
}

#[test]
fn what_moved_and_was_not_replaced_is_still_due() {
    let moves = |stage: &mut Stage| {
        trigger_changes(stage);
        moved(stage, "v-2");
    };
    assert!(after(MOVED, moves));
    // Not even the move was made.
    assert!(after(MOVED, trigger_changes));
}

#[test]
fn what_moved_and_was_replaced_is_not() {
    let replaced = |stage: &mut Stage| {
        trigger_changes(stage);
        moved(stage, "v-3");
    };
    assert!(!after(MOVED, replaced));
}
