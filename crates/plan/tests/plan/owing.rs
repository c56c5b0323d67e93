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
