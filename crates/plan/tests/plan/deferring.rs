//! What is known before an apply, what waits for it, and what stays because of it.

use crate::support::{Stage, action, address};
use firma_model::{
    address::Node,
    deferral::{Asks, Deferred, Inquiry, Outlook, Subject},
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use firma_plan::{
    postponed::{What, Why},
    step::{Action, Mode},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

fn vpc() -> serde_json::Value {
    json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16" })
}

fn subject(block: &str) -> Subject {
    Subject::Block(address(block).block)
}

fn attribute(of: &str, name: &str) -> Expr {
    Expr::node_attribute(of.parse().expect("a node"), name)
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr { kind: ExprKind::Call(Arc::from(name), arguments, false), span: Span::default() }
}

fn list(items: Vec<Expr>) -> Expr {
    Expr { kind: ExprKind::List(items), span: Span::default() }
}

/// The inquiry of a block about an expression; its nodes are what it uses.
fn inquiry(block: &str, asks: Asks, expr: Expr) -> Inquiry {
    let mut uses = BTreeSet::new();
    expr.each_node(&mut |node| {
        uses.insert(node.clone());
    });
    Inquiry { subject: subject(block), asks, expr, uses, depends_on: BTreeSet::new(), span: Span::default() }
}

/// A block that waits for an expression.
fn defer(stage: &mut Stage, block: &str, asks: Asks, expr: Expr) {
    let Inquiry { subject, expr, uses, span, .. } = inquiry(block, asks, expr);
    stage.desired.deferred.insert(subject, Deferred { asks, expr, dependencies: uses, span });
}

/// What is said of one inquiry.
fn outlook(stage: &Stage, inquiry: Inquiry) -> Outlook {
    let subject = inquiry.subject.clone();
    let (mut outlooks, diagnostics) = stage.foresee(&[inquiry]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    outlooks.remove(&subject).expect("an outlook")
}

fn names(plan: &firma_plan::step::Plan) -> Vec<String> {
    plan.postponed.iter().map(|postponed| postponed.what.name()).collect()
}

#[test]
fn what_stays_is_known_and_what_is_made_anew_is_not() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.kept", vpc());
    stage.have("vpc.vpc.kept", "vpc-1", vpc(), &[]);
    stage.want("vpc.vpc.renamed", json!({ "vpc_name": "other", "address_prefix": "10.0.0.0/16" }));
    stage.have("vpc.vpc.renamed", "vpc-2", vpc(), &[]);
    stage.want("vpc.vpc.replaced", json!({ "vpc_name": "main", "address_prefix": "10.1.0.0/16" }));
    stage.have("vpc.vpc.replaced", "vpc-3", vpc(), &[]);
    stage.want("vpc.vpc.new", vpc());
    let id = |of: &str| inquiry("firma.value.x", Asks::Count, call("length", vec![attribute(of, "id")]));
    assert_eq!(outlook(&stage, id("vpc.vpc.kept")), Outlook::Known(Value::from(5)));
    assert_eq!(outlook(&stage, id("vpc.vpc.renamed")), Outlook::Known(Value::from(5)));
    assert_eq!(outlook(&stage, id("vpc.vpc.replaced")), Outlook::Later);
    assert_eq!(outlook(&stage, id("vpc.vpc.new")), Outlook::Later);
    stage.options.mode = Mode::Destroy;
    assert_eq!(outlook(&stage, id("vpc.vpc.kept")), Outlook::Later);
}

#[test]
fn keys_are_enough_for_for_each() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.new", vpc());
    let values = list(vec![attribute("vpc.vpc.new", "id")]);
    let keys = list(vec![Expr::literal(Value::from("a"))]);
    let zipped = call("zipmap", vec![keys, values.clone()]);
    let Outlook::Known(Value::Map(map)) = outlook(&stage, inquiry("firma.value.x", Asks::ForEach, zipped)) else {
        panic!("the keys are known");
    };
    assert!(map["a"].has_unknown());
    let set = call("toset", vec![values.clone()]);
    assert_eq!(outlook(&stage, inquiry("firma.value.x", Asks::ForEach, set)), Outlook::Later);
    let count = call("length", vec![values]);
    assert_eq!(outlook(&stage, inquiry("firma.value.x", Asks::Count, count)), Outlook::Known(Value::from(1)));
}

#[test]
fn a_look_up_waits_only_for_what_changes_its_answer() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.renamed", json!({ "vpc_name": "other", "address_prefix": "10.0.0.0/16" }));
    stage.have("vpc.vpc.renamed", "vpc-2", vpc(), &[]);
    stage.have("vpc.vpc.old", "vpc-3", vpc(), &[]);
    let asked = |name: &str| {
        let entry = (Expr::literal(Value::from("p")), attribute("vpc.vpc.renamed", name));
        let expr = Expr { kind: ExprKind::Map(vec![entry]), span: Span::default() };
        inquiry("data.vpc.subnet.x", Asks::Parameters, expr)
    };
    assert!(matches!(outlook(&stage, asked("id")), Outlook::Known(_)), "its id stays");
    assert_eq!(outlook(&stage, asked("vpc_name")), Outlook::Read, "its name changes");
    let depends = |node: &str| {
        let node: Node = node.parse().expect("a node");
        Inquiry { depends_on: [node].into(), ..asked("id") }
    };
    assert_eq!(outlook(&stage, depends("vpc.vpc.renamed")), Outlook::Read, "it was asked to wait for any change");
    assert_eq!(outlook(&stage, depends("vpc.vpc.old[*]")), Outlook::Later, "one of them goes");
}

#[test]
fn what_hangs_on_a_deferred_block_waits_and_what_does_not_change_is_left_out() {
    let mut stage = Stage::default();
    stage.want("firma.value.source", json!({ "input": "s" }));
    defer(
        &mut stage,
        "firma.value.web",
        Asks::ForEach,
        call("toset", vec![list(vec![attribute("firma.value.source", "id")])]),
    );
    stage.want("firma.value.reader", json!({ "input": "@firma.value.web[\"a\"].id" }));
    stage.want("firma.value.second", json!({ "input": "@firma.value.reader.id" }));
    let settled = stage.want("firma.value.settled", json!({ "input": "same" }));
    settled.dependencies.insert("firma.value.web[*]".parse().expect("a node"));
    stage.have("firma.value.settled", "v-1", json!({ "input": "same" }), &["firma.value.web[*]"]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "firma.value.source"), Some(Action::Create));
    assert_eq!(action(&plan, "firma.value.reader"), None);
    assert_eq!(names(&plan), ["firma.value.web", "firma.value.reader", "firma.value.second"]);
    assert_eq!(plan.unchanged, 1);
    let waits: Vec<_> = plan.postponed[0].waits.iter().map(|wait| (wait.on.as_str(), wait.why)).collect();
    assert_eq!(waits, [("firma.value.source.id", Why::Created)]);
}

#[test]
fn frozen_instances_hold_what_they_depend_on_however_far_down() {
    let mut stage = Stage::default();
    stage.want("firma.value.source", json!({ "input": "s" }));
    defer(&mut stage, "firma.value.web", Asks::Count, call("length", vec![attribute("firma.value.source", "id")]));
    stage.have("firma.value.web[0]", "w-0", json!({ "input": "w" }), &["firma.value.near"]);
    stage.have("firma.value.near", "n-1", json!({ "input": "n" }), &["firma.value.far[*]"]);
    stage.have("firma.value.far[\"x\"]", "f-1", json!({ "input": "f" }), &[]);
    stage.have("firma.value.other", "o-1", json!({ "input": "o" }), &[]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "firma.value.web[0]"), None);
    assert_eq!(action(&plan, "firma.value.near"), None);
    assert_eq!(action(&plan, "firma.value.far[\"x\"]"), None);
    assert_eq!(action(&plan, "firma.value.other"), Some(Action::Delete));
    assert_eq!(names(&plan), ["firma.value.web", "firma.value.far[\"x\"]", "firma.value.near"]);
    assert!(plan.postponed[1..].iter().all(|held| held.waits[0].on == "firma.value.web[0]"));
    assert_eq!(plan.postponed[0].stays, [address("firma.value.web[0]")]);
}

#[test]
fn a_replacement_held_back_keeps_its_dependants_as_they_are() {
    let mut stage = Stage::default();
    stage.want("firma.value.source", json!({ "input": "s" }));
    defer(&mut stage, "firma.value.web", Asks::Count, call("length", vec![attribute("firma.value.source", "id")]));
    stage.have("firma.value.web[0]", "w-0", json!({ "input": "w" }), &["vpc.vpc.base"]);
    stage.want("vpc.vpc.base", json!({ "vpc_name": "main", "address_prefix": "10.1.0.0/16" }));
    stage.have("vpc.vpc.base", "vpc-1", vpc(), &[]);
    stage.want("firma.value.reader", json!({ "input": "@vpc.vpc.base.id" }));
    stage.have("firma.value.reader", "r-1", json!({ "input": "vpc-1" }), &["vpc.vpc.base"]);
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.base"), None);
    assert_eq!(action(&plan, "firma.value.reader"), None);
    let held = plan.postponed.iter().find(|p| p.what.name() == "vpc.vpc.base").expect("held back");
    assert_eq!(held.what, What::Held { address: address("vpc.vpc.base"), action: Action::Replace });
    let reader = plan.postponed.iter().find(|p| p.what.name() == "firma.value.reader").expect("postponed");
    assert_eq!(reader.waits[0].why, Why::Held);
}

#[test]
fn what_could_wait_for_ever_is_refused() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.base", json!({ "vpc_name": "main", "address_prefix": "10.1.0.0/16" }));
    stage.have("vpc.vpc.base", "vpc-1", vpc(), &[]);
    defer(&mut stage, "firma.value.web", Asks::Count, call("length", vec![attribute("vpc.vpc.base", "id")]));
    stage.have("firma.value.web[0]", "w-0", json!({ "input": "w" }), &["vpc.vpc.base"]);
    assert_eq!(stage.codes(), ["E0570"]);

    let mut stage = Stage::default();
    stage.want("vpc.vpc.kept", vpc());
    stage.have("vpc.vpc.kept", "vpc-1", vpc(), &[]);
    defer(&mut stage, "firma.value.web", Asks::Count, Expr::literal(Value::unknown()));
    assert_eq!(stage.codes(), ["E0571"]);
}
