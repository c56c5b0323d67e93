//! Replacements that a trigger called for, and that an earlier run left undone.

use crate::support::{Stage, address};
use firma_model::{path::Path, statement::Trigger};
use firma_plan::{due::Due, step::Reason};
use serde_json::json;

/// `user` is replaced when `trigger` changes; what is wanted of `trigger` has already changed.
fn stage() -> Stage {
    let mut stage = Stage::default();
    stage.want("firma.value.trigger", json!({ "input": "new" }));
    let user = stage.want("firma.value.user", json!({ "input": "same" }));
    let node = "firma.value.trigger".parse().expect("a node");
    user.lifecycle.replace_triggered_by = vec![Trigger { node, path: Path::default() }];
    stage.have("firma.value.trigger", "v-1", json!({ "input": "old" }), &[]);
    stage.have("firma.value.user", "v-2", json!({ "input": "same" }), &[]);
    stage
}

fn is_triggered(stage: &Stage) -> bool {
    let of = |reasons: &[Reason]| reasons.iter().any(|reason| matches!(reason, Reason::TriggeredBy { .. }));
    stage.planned().steps.iter().any(|step| step.address == address("firma.value.user") && of(&step.reasons))
}

/// Whether the replacement is planned after the first plan was carried out in so far as this says.
fn after(carry_out: impl FnOnce(&mut Stage)) -> bool {
    let mut stage = stage();
    let first = stage.planned();
    carry_out(&mut stage);
    let mut due = Due::default();
    due.add(&first, &stage.recorded);
    stage.options.due = due;
    is_triggered(&stage)
}

fn trigger_changes(stage: &mut Stage) {
    stage.have("firma.value.trigger", "v-1", json!({ "input": "new" }), &[]).version = 7;
}

#[test]
fn a_trigger_fires_while_it_changes() {
    assert!(is_triggered(&stage()));
    let mut done = stage();
    trigger_changes(&mut done);
    assert!(!is_triggered(&done), "no plan owes anything");
}

#[test]
fn a_replacement_that_failed_after_its_trigger_changed_is_still_due() {
    assert!(after(trigger_changes));
}

#[test]
fn one_that_was_done_is_not() {
    let done = |stage: &mut Stage| {
        trigger_changes(stage);
        stage.have("firma.value.user", "v-3", json!({ "input": "same" }), &[]).version = 8;
    };
    assert!(!after(done));
}

#[test]
fn nor_one_whose_trigger_is_wanted_as_it_was_again() {
    let given_up = |stage: &mut Stage| {
        stage.want("firma.value.trigger", json!({ "input": "old" }));
    };
    assert!(!after(given_up));
}

#[test]
fn nor_one_that_is_no_longer_asked_for() {
    let taken_out = |stage: &mut Stage| {
        trigger_changes(stage);
        stage.want("firma.value.user", json!({ "input": "same" }));
    };
    assert!(!after(taken_out));
}

/// Whether the replacement of something that moves in the same plan is planned after this.
fn after_a_move(carry_out: impl FnOnce(&mut Stage)) -> bool {
    let mut stage = Stage::default();
    stage.want("firma.value.trigger", json!({ "input": "new" }));
    let user = stage.want("firma.value.user[0]", json!({ "input": "same" }));
    let node = "firma.value.trigger".parse().expect("a node");
    user.lifecycle.replace_triggered_by = vec![Trigger { node, path: Path::default() }];
    stage.have("firma.value.trigger", "v-1", json!({ "input": "old" }), &[]);
    stage.have("firma.value.user", "v-2", json!({ "input": "same" }), &[]);
    let first = stage.planned();
    carry_out(&mut stage);
    let mut due = Due::default();
    due.add(&first, &stage.recorded);
    stage.options.due = due;
    let of = |reasons: &[Reason]| reasons.iter().any(|reason| matches!(reason, Reason::TriggeredBy { .. }));
    stage.planned().steps.iter().any(|step| step.address == address("firma.value.user[0]") && of(&step.reasons))
}

/// Recorded under its new address, as the object with this id.
fn moved(stage: &mut Stage, id: &str) {
    stage.recorded.records.remove(&address("firma.value.user"));
    stage.have("firma.value.user[0]", id, json!({ "input": "same" }), &[]).version = 7;
}

#[test]
fn what_moved_and_was_not_replaced_is_still_due() {
    let moves = |stage: &mut Stage| {
        trigger_changes(stage);
        moved(stage, "v-2");
    };
    assert!(after_a_move(moves));
    // Not even the move was made.
    assert!(after_a_move(trigger_changes));
}

#[test]
fn what_moved_and_was_replaced_is_not() {
    let replaced = |stage: &mut Stage| {
        trigger_changes(stage);
        moved(stage, "v-3");
    };
    assert!(!after_a_move(replaced));
}
