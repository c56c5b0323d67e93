//! Objects that change their address: what moves, what follows it, and what is refused.

use crate::support::{Stage, action, address, must_precede, reasons, sequence};
use firma_model::{record::Status, span::Span, statement::Move};
use firma_plan::step::{Action, Leg};
use serde_json::json;

fn vpc() -> serde_json::Value {
    json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16" })
}

fn subnet(vpc_id: &str) -> serde_json::Value {
    json!({ "vpc_id": vpc_id, "subnet_name": "s", "address_prefix": "10.0.1.0/24" })
}

impl Stage {
    fn moved(&mut self, from: &str, to: &str) {
        let extent = |text: &str| text.parse().expect("a part of a project");
        let statement = Move { from: extent(from), to: extent(to), span: Span::default() };
        self.desired.moves.push(statement);
    }
}

#[test]
fn an_object_moves_between_its_address_and_the_first_of_a_count() {
    for (from, to) in [("vpc.vpc.a", "vpc.vpc.a[0]"), ("vpc.vpc.a[0]", "vpc.vpc.a")] {
        let mut stage = Stage::default();
        stage.want(to, vpc());
        stage.have(from, "vpc-1", vpc(), &[]);
        let plan = stage.planned();
        assert_eq!(plan.steps.len(), 1, "{from}");
        assert_eq!((plan.steps[0].action, plan.steps[0].leg), (Action::Move, Leg::Record));
        assert_eq!(plan.steps[0].moves_from().map(|record| &record.address), Some(&address(from)));
        assert_eq!(reasons(&plan, to), ["moved"]);
        assert_eq!((plan.basis[&address(from)], plan.basis[&address(to)]), (Some(1), None));
    }
}

#[test]
fn an_object_gets_another_name_and_a_count_at_once() {
    for (from, to) in [("vpc.vpc.a", "vpc.vpc.b[0]"), ("vpc.vpc.a[0]", "vpc.vpc.b")] {
        let mut stage = Stage::default();
        stage.want(to, vpc());
        stage.have(from, "vpc-1", vpc(), &[]);
        stage.moved("vpc.vpc.a", "vpc.vpc.b");
        let plan = stage.planned();
        assert_eq!(plan.steps.len(), 1, "{from}");
        assert_eq!((plan.steps[0].action, plan.steps[0].leg), (Action::Move, Leg::Record));
    }
}

#[test]
fn what_moves_and_changes_is_written_down_first() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a[0]", json!({ "vpc_name": "renamed", "address_prefix": "10.0.0.0/16" }));
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    let plan = stage.planned();
    let legs: Vec<_> = plan.steps.iter().map(|step| (step.action, step.leg)).collect();
    assert_eq!(legs, [(Action::Update, Leg::Record), (Action::Update, Leg::Update)]);
    assert_eq!(plan.steps[1].after.iter().map(|edge| edge.vertex).collect::<Vec<_>>(), [0]);
}

#[test]
fn what_repeats_otherwise_does_not_move_by_itself() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a[\"x\"]", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    assert_eq!(action(&stage.planned(), "vpc.vpc.a"), Some(Action::Delete));
}

#[test]
fn what_moves_and_is_replaced_is_written_down_deleted_and_made() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.b", json!({ "vpc_name": "main", "address_prefix": "10.9.0.0/16" }));
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.moved("vpc.vpc.a", "vpc.vpc.b");
    let plan = stage.planned();
    assert_eq!(sequence(&plan), ["record vpc.vpc.b", "delete vpc.vpc.b", "create vpc.vpc.b"]);
    assert!(plan.steps.iter().all(|step| step.action == Action::Replace));
    assert!(must_precede(&plan, ("vpc.vpc.b", Leg::Record), ("vpc.vpc.b", Leg::Delete)));
    assert_eq!((plan.basis[&address("vpc.vpc.a")], plan.basis[&address("vpc.vpc.b")]), (Some(1), None));
}

#[test]
fn what_is_gone_is_forgotten_where_it_was_and_made_where_it_goes() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.b", vpc());
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.moved("vpc.vpc.a", "vpc.vpc.b");
    stage.gone("vpc.vpc.a");
    let plan = stage.planned();
    assert_eq!(action(&plan, "vpc.vpc.a"), Some(Action::Forget));
    assert_eq!(action(&plan, "vpc.vpc.b"), Some(Action::Create));
    assert_eq!(plan.basis[&address("vpc.vpc.a")], Some(1));
}

#[test]
fn chains_are_followed_in_any_order_and_dependants_are_written_down() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut stage = Stage::default();
        stage.want("vpc.vpc.d", vpc());
        stage.want("vpc.subnet.s", subnet("@vpc.vpc.d.id"));
        stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
        stage.have("vpc.subnet.s", "subnet-1", subnet("vpc-1"), &["vpc.vpc.a"]);
        let links = [("vpc.vpc.a", "vpc.vpc.b"), ("vpc.vpc.b", "vpc.vpc.c"), ("vpc.vpc.c", "vpc.vpc.d")];
        for at in order {
            stage.moved(links[at].0, links[at].1);
        }
        let plan = stage.planned();
        assert_eq!(action(&plan, "vpc.vpc.d"), Some(Action::Move));
        assert_eq!(reasons(&plan, "vpc.subnet.s"), ["bookkeeping"]);
        assert!(plan.steps.iter().all(|step| step.leg == Leg::Record && step.calls.is_empty()));
    }
}

#[test]
fn a_whole_resource_moves_with_its_keys_and_an_instance_goes_its_own_way() {
    let mut stage = Stage::default();
    for key in ["x", "y"] {
        stage.have(&format!("vpc.vpc.a[\"{key}\"]"), key, vpc(), &[]);
    }
    stage.want("vpc.vpc.b[\"x\"]", vpc());
    stage.want("vpc.vpc.single", vpc());
    stage.moved("vpc.vpc.a", "vpc.vpc.b");
    stage.moved("vpc.vpc.a[\"y\"]", "vpc.vpc.single");
    let plan = stage.planned();
    let moves: Vec<_> = plan.steps.iter().map(|step| (step.address.to_string(), step.action)).collect();
    assert_eq!(moves, [("vpc.vpc.b[\"x\"]".to_owned(), Action::Move), ("vpc.vpc.single".to_owned(), Action::Move)]);
}

#[test]
fn modules_move_and_so_does_what_goes_into_and_out_of_them() {
    let mut stage = Stage::default();
    stage.have("module.a.vpc.vpc.x", "vpc-1", vpc(), &[]);
    stage.have("module.a.module.inner.vpc.vpc.x", "vpc-2", vpc(), &[]);
    stage.have("vpc.vpc.root", "vpc-3", vpc(), &[]);
    stage.have("module.c.vpc.vpc.out", "vpc-4", vpc(), &[]);
    for name in ["module.b.vpc.vpc.x", "module.b.module.inner.vpc.vpc.x", "module.b.vpc.vpc.root", "vpc.vpc.out"] {
        stage.want(name, vpc());
    }
    stage.moved("module.a", "module.b");
    stage.moved("vpc.vpc.root", "module.b.vpc.vpc.root");
    stage.moved("module.c.vpc.vpc.out", "vpc.vpc.out");
    let plan = stage.planned();
    assert_eq!(plan.steps.len(), 4);
    assert!(plan.steps.iter().all(|step| step.action == Action::Move));
}

#[test]
fn old_halves_move_with_their_object_and_are_deleted_there() {
    let mut stage = Stage::default();
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    let mut half = stage.recorded.records[&address("vpc.vpc.a")].clone();
    (half.deposed, half.status, half.cloud_id) = ("1".into(), Status::Deposed, "vpc-0".into());
    stage.recorded.deposed.push(half);
    stage.want("vpc.vpc.b", vpc());
    stage.moved("vpc.vpc.a", "vpc.vpc.b");
    let plan = stage.planned();
    let steps: Vec<_> = plan.steps.iter().map(|s| (s.leg, s.deposed.as_str(), s.after.len())).collect();
    assert_eq!(steps, [(Leg::Record, "", 0), (Leg::Record, "1", 0), (Leg::Delete, "1", 1)]);
    assert_eq!(plan.steps[1].moves_from().map(|record| record.cloud_id.as_str()), Some("vpc-0"));
}

#[test]
fn a_deletion_waits_for_the_dependants_of_what_moved() {
    // The stored dependency of the subnet names the old address of the VPC, which is replaced under its new one.
    let mut stage = Stage::default();
    stage.have("vpc.vpc.a", "vpc-1", vpc(), &[]);
    stage.have("vpc.subnet.s", "subnet-1", subnet("vpc-1"), &["vpc.vpc.a"]);
    stage.want("vpc.vpc.b", json!({ "vpc_name": "main", "address_prefix": "10.9.0.0/16" }));
    stage.moved("vpc.vpc.a", "vpc.vpc.b");
    let plan = stage.planned();
    assert!(must_precede(&plan, ("vpc.subnet.s", Leg::Delete), ("vpc.vpc.b", Leg::Delete)));
}

#[test]
fn statements_that_cannot_be_true_are_refused() {
    let two = |links: &[(&str, &str)], have: &[&str], want: &[&str]| {
        let mut stage = Stage::default();
        links.iter().for_each(|(from, to)| stage.moved(from, to));
        for (at, name) in have.iter().enumerate() {
            stage.have(name, &format!("vpc-{at}"), vpc(), &[]);
        }
        want.iter().for_each(|name| {
            stage.want(name, vpc());
        });
        stage
    };
    let (a, b, c) = ("vpc.vpc.a", "vpc.vpc.b", "vpc.vpc.c");
    for (links, have, want, codes) in [
        (&[(a, b)][..], &[a, b][..], &[b][..], &["E0556"][..]),
        (&[(a, c), (b, c)], &[a, b], &[c], &["E0556"]),
        (&[(a, b), (b, c)], &[a, b], &[c], &["E0556"]),
        (&[(a, b), (a, c)], &[a], &[b, c], &["E0557"]),
        (&[(a, b), (b, a)], &[a], &[b], &["E0555", "E0558"]),
        (&[(c, a), (a, b), (b, a)], &[], &[], &["E0558"]),
        (&[(a, b)], &[a], &[a, b], &["E0555"]),
        (&[(a, b)], &[a], &[], &["E0560"]),
        (&[(a, c), (b, c)], &[b], &[c], &[]),
        (&[(a, b), (a, b)], &[a], &[b], &[]),
    ] {
        assert_eq!(two(links, have, want).codes(), codes, "{links:?} {have:?} {want:?}");
    }
    let mut stage = two(&[(a, b)], &[a], &[b]);
    stage.options.open.insert(address(a));
    assert_eq!(stage.codes(), ["E0559"]);
}

#[test]
fn a_module_that_is_named_without_its_key_is_told() {
    for (have, from, told) in [
        ("module.m[0].vpc.vpc.a", "module.m.vpc.vpc.a", Some("module.m[0].vpc.vpc.a")),
        ("module.m[\"k\"].vpc.vpc.a[1]", "module.m.vpc.vpc.a", Some("module.m[\"k\"].vpc.vpc.a")),
        ("module.m[0].module.n.vpc.vpc.a", "module.m.module.n", Some("module.m[0].module.n")),
        (
            "module.m[0].module.n[1].vpc.vpc.a",
            "module.m[0].module.n.vpc.vpc.a",
            Some("module.m[0].module.n[1].vpc.vpc.a"),
        ),
        ("module.m[1].module.n[1].vpc.vpc.a", "module.m[0].module.n.vpc.vpc.a", None),
        ("module.m[0].vpc.vpc.a", "module.m.vpc.vpc.b", None),
        ("vpc.vpc.a", "module.m.vpc.vpc.a", None),
    ] {
        let mut stage = Stage::default();
        stage.have(have, "vpc-1", vpc(), &[]);
        stage.want("vpc.vpc.z", vpc());
        stage.moved(from, if from.ends_with("module.n") { "module.o" } else { "vpc.vpc.z" });
        let hints: Vec<String> =
            stage.plan().1.list.into_iter().filter(|d| d.code == "E0376").flat_map(|d| d.hints).collect();
        let expected: Vec<String> =
            told.iter().map(|at| format!("say which instance is meant: `from = '{at}'`")).collect();
        assert_eq!(hints, expected, "{have}: {from}");
    }
}
