//! Parts of a project: what a target takes in, what an exclusion leaves, and what becomes of the rest.

use crate::support::{Stage, action, address, reasons};
use firma_model::{
    address::{Node, NodeSet},
    desired::DesiredOutput,
    document::Document,
    expr::Expr,
    observed::Sighting,
    record::{RecordedOutput, Status},
    span::Span,
    value::{Map, Value},
};
use firma_plan::{
    basis::{Moved, moved},
    select::{Patterns, select},
    step::{Action, Mode},
};
use serde_json::json;
use std::collections::BTreeSet;

/// `a <- b <- c`, beside them `d`, and two that were left over: `old <- leaf`. `c` used `old` once.
fn chain(recorded: bool) -> Stage {
    let mut stage = Stage::default();
    stage.want("firma.value.a", json!({ "input": "1" }));
    stage.want("firma.value.b", json!({ "input": "@firma.value.a.id" }));
    stage.want("firma.value.c", json!({ "input": "@firma.value.b.id" }));
    stage.want("firma.value.d", json!({ "input": "1" }));
    if recorded {
        stage.have("firma.value.a", "ida", json!({ "input": "0" }), &[]);
        stage.have("firma.value.b", "idb", json!({ "input": "ida" }), &["firma.value.a"]);
        stage.have("firma.value.c", "idc", json!({ "input": "idb" }), &["firma.value.b", "firma.value.old"]);
        stage.have("firma.value.d", "idd", json!({ "input": "0" }), &[]);
        stage.have("firma.value.old", "ido", json!({ "input": "0" }), &[]);
        stage.have("firma.value.leaf", "idl", json!({ "input": "0" }), &["firma.value.old"]);
    }
    stage
}

fn patterns(words: &str) -> Patterns {
    let (mut target, mut exclude, mut replace) = (Vec::new(), Vec::new(), Vec::new());
    for word in words.split(' ') {
        match word.split_at(1) {
            ("+", pattern) => target.push(pattern.to_owned()),
            ("-", pattern) => exclude.push(pattern.to_owned()),
            ("!", pattern) => replace.push(pattern.to_owned()),
            _ => {}
        }
    }
    Patterns::parse(&target, &exclude, &replace).expect("patterns")
}

fn choose(stage: &mut Stage, words: &str) {
    let mode = stage.options.mode;
    stage.options.selection =
        select(&patterns(words), &stage.desired, &stage.recorded, mode).unwrap_or_else(|found| panic!("{found:?}"));
}

fn refusal(stage: &Stage, words: &str) -> (String, String) {
    let found = select(&patterns(words), &stage.desired, &stage.recorded, stage.options.mode).expect_err("a refusal");
    (found.list[0].code.to_owned(), found.list[0].message.clone())
}

/// Names of what is chosen, without their kind.
fn chosen(mode: Mode, words: &str) -> String {
    let mut stage = chain(true);
    stage.options.mode = mode;
    choose(&mut stage, words);
    let all: BTreeSet<_> = stage.desired.resources.keys().chain(stage.recorded.records.keys()).collect();
    let names = all.into_iter().filter(|address| stage.options.selection.takes(address));
    names.map(|address| address.block.name.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_choice_takes_in_what_belongs_to_it() {
    let cases = [
        // What is made needs what it refers to now, not what it referred to once.
        (Mode::Apply, "+firma.value.c", "a b c"),
        (Mode::Apply, "+firma.value.a", "a"),
        (Mode::Apply, "+firma.value.a +firma.value.d", "a d"),
        // What is deleted needs those that stand on it to go, or to be changed away from it, first.
        (Mode::Apply, "+firma.value.old", "a b c leaf old"),
        (Mode::Apply, "+firma.value.leaf", "leaf"),
        (Mode::Apply, "-firma.value.b", "a d"),
        (Mode::Apply, "-firma.value.d", "a b c leaf old"),
        // What is left keeps what it stands on: `c` was made with `old`.
        (Mode::Apply, "-firma.value.c", "a b d"),
        (Mode::Apply, "-firma.value.old", "a b c d"),
        (Mode::Apply, "-firma.value.leaf", "a b c d"),
        (Mode::Apply, "+firma.value.c -firma.value.a", ""),
        (Mode::Apply, "+firma.value.c -firma.value.d", "a b c"),
        (Mode::Destroy, "+firma.value.b", "b c"),
        (Mode::Destroy, "+firma.value.old", "c leaf old"),
        (Mode::Destroy, "-firma.value.b", "c d leaf old"),
        (Mode::Destroy, "+firma.value.a -firma.value.b", "c"),
        (Mode::RefreshOnly, "+firma.value.b", "a b"),
        (Mode::RefreshOnly, "-firma.value.b", "a d leaf old"),
        (Mode::Apply, "+firma.*.*", "a b c d leaf old"),
    ];
    for (mode, words, expected) in cases {
        let expected: BTreeSet<&str> = expected.split(' ').filter(|name| !name.is_empty()).collect();
        let found = chosen(mode, words);
        let found: BTreeSet<&str> = found.split(' ').filter(|name| !name.is_empty()).collect();
        assert_eq!(found, expected, "{mode:?} {words}");
    }
}

#[test]
fn a_block_as_a_whole_is_taken_in_with_all_its_instances() {
    let mut stage = Stage::default();
    stage.want("firma.value.many[\"a\"]", json!({ "input": "1" }));
    stage.want("firma.value.many[\"b\"]", json!({ "input": "1" }));
    let all = stage.want("firma.value.all", json!({ "input": "1" }));
    all.dependencies.insert("firma.value.many[*]".parse::<Node>().expect("a node"));
    choose(&mut stage, "+firma.value.all");
    assert!(stage.options.selection.takes(&address("firma.value.many[\"b\"]")));
    choose(&mut stage, "-firma.value.many[a]");
    assert!(!stage.options.selection.takes(&address("firma.value.all")));
    assert!(stage.options.selection.takes(&address("firma.value.many[\"b\"]")));
}

#[test]
fn an_address_and_the_one_it_moves_from_belong_together() {
    let mut stage = Stage::default();
    stage.want("firma.value.x[0]", json!({ "input": "1" }));
    stage.want("firma.value.y", json!({ "input": "1" }));
    stage.have("firma.value.x", "idx", json!({ "input": "1" }), &[]);
    for words in ["+firma.value.x[0]", "-firma.value.y"] {
        choose(&mut stage, words);
        let plan = stage.planned();
        assert_eq!(action(&plan, "firma.value.x[0]"), Some(Action::Move), "{words}");
        assert_eq!(plan.steps.len(), 1, "{words}");
    }
}

#[test]
fn what_is_left_out_is_not_touched_and_outputs_stay() {
    let mut stage = chain(true);
    let output = |of: &str| DesiredOutput {
        preconditions: Vec::new(),
        value: Expr::node_attribute(Node::Instance(address(of)), "input"),
        dependencies: NodeSet::new(),
        sensitive: false,
        description: None,
        span: Span::default(),
    };
    stage.desired.outputs.insert("a".into(), output("firma.value.a"));
    stage.desired.outputs.insert("d".into(), output("firma.value.d"));
    stage.desired.outputs.insert("new".into(), output("firma.value.d"));
    // What the manifests say of something is no more true of it before that is done.
    let said = DesiredOutput {
        preconditions: Vec::new(),
        value: Expr::literal(Value::string("said")),
        dependencies: NodeSet::from([Node::Instance(address("firma.value.d"))]),
        ..output("firma.value.d")
    };
    stage.desired.outputs.insert("said".into(), said);
    for name in ["a", "d", "said"] {
        let value = Document::encode(&Value::string("before"));
        stage.recorded.outputs.insert(name.into(), RecordedOutput { value, sensitive: false });
    }
    choose(&mut stage, "+firma.value.a");
    assert_eq!(stage.codes(), ["E0547"]);
    let plan = stage.planned();
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.scope.to_string(), "--target firma.value.a (5 left out)");
    let after = |name: &str| plan.outputs.get(name).map(|output| output.after.clone());
    assert_eq!((after("a"), after("d")), (Some(Value::string("1")), Some(Value::string("before"))));
    assert_eq!((after("new"), after("said")), (None, Some(Value::string("before"))));

    // When destroying, an output goes with what it shows.
    stage.options.mode = Mode::Destroy;
    choose(&mut stage, "+firma.value.a");
    let plan = stage.planned();
    let after = |name: &str| plan.outputs.get(name).map(|output| output.after.clone());
    assert_eq!((after("a"), after("d")), (Some(Value::Null), Some(Value::string("before"))));
    assert_eq!(plan.steps.len(), 3);
}

#[test]
fn a_pattern_that_matches_nothing_is_refused_with_what_is_near() {
    let mut stage = chain(true);
    let (code, message) = refusal(&stage, "+firma.value.e");
    assert_eq!(code, "E0546");
    assert!(message.contains("--target firma.value.e"), "{message}");
    // What was never made cannot be destroyed.
    stage.recorded.records.remove(&address("firma.value.d"));
    stage.options.mode = Mode::Destroy;
    assert_eq!(refusal(&stage, "-firma.value.d").0, "E0546");
}

#[test]
fn what_is_asked_for_is_made_anew() {
    let mut stage = chain(true);
    choose(&mut stage, "!firma.value.d");
    let plan = stage.planned();
    assert_eq!(action(&plan, "firma.value.d"), Some(Action::Replace));
    assert_eq!(reasons(&plan, "firma.value.d"), ["requested", "changed"]);
    // Others go on as usual, and nothing is left out.
    assert_eq!(plan.scope.left_out, 0);
    assert!(plan.steps.len() > 2);
    // Nothing about it differs: it is made anew all the same.
    stage.want("firma.value.d", json!({ "input": "0" }));
    let plan = stage.planned();
    assert_eq!(reasons(&plan, "firma.value.d"), ["requested"]);

    assert_eq!(refusal(&stage, "!firma.value.old").0, "E0548");
    assert_eq!(refusal(&stage, "!firma.value.d -firma.value.d").0, "E0548");
    stage.recorded.records.remove(&address("firma.value.d"));
    let (code, message) = refusal(&stage, "!firma.value.d");
    assert_eq!((code.as_str(), message.as_str()), ("E0548", "firma.value.d cannot be replaced: it was not made yet"));
    assert_eq!(refusal(&stage, "!firma.value.nothing").0, "E0546");
}

#[test]
fn a_replacement_that_leaves_its_users_behind_is_told() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.main", json!({ "vpc_name": "main", "address_prefix": "10.1.0.0/16" }));
    stage.want("vpc.subnet.web", json!({ "vpc_id": "@vpc.vpc.main.id", "subnet_name": "web" }));
    stage.have("vpc.vpc.main", "vpc-1", json!({ "vpc_name": "main", "address_prefix": "10.0.0.0/16" }), &[]);
    stage.have("vpc.subnet.web", "subnet-1", json!({ "vpc_id": "vpc-1", "subnet_name": "web" }), &["vpc.vpc.main"]);
    choose(&mut stage, "+vpc.vpc.main");
    assert_eq!(stage.codes(), ["E0547", "E0549"]);
    choose(&mut stage, "+vpc.subnet.web");
    assert!(!stage.codes().contains(&"E0549"));
}

#[test]
fn a_plan_stands_on_what_it_touches_and_reads_and_on_nothing_else() {
    let mut stage = chain(true);
    stage.want("firma.value.a", json!({ "input": "0" }));
    stage.desired.resources.remove(&address("firma.value.c"));
    stage.want("firma.value.c", json!({ "input": "@firma.value.a.id" }));
    let plan = stage.planned();
    let basis: Vec<String> = plan.basis.keys().map(|address| address.block.name.to_string()).collect();
    // `b` stays and nobody reads it.
    assert_eq!(basis, ["a", "c", "d", "leaf", "old"]);
    let mut now = stage.recorded.clone();
    assert_eq!(moved(&plan, &now), []);
    let touch = |now: &mut firma_model::record::Recorded, name: &str| {
        now.records.get_mut(&address(name)).expect("recorded").version = 9;
    };
    touch(&mut now, "firma.value.b");
    assert_eq!(moved(&plan, &now), []);
    touch(&mut now, "firma.value.a");
    assert_eq!(moved(&plan, &now).len(), 1);
    // Somebody made something that stands on what the plan deletes.
    let mut now = stage.recorded.clone();
    let mut user = now.records[&address("firma.value.b")].clone();
    user.address = address("firma.value.user");
    user.dependencies = NodeSet::from([Node::Instance(address("firma.value.old"))]);
    now.records.insert(user.address.clone(), user);
    assert_eq!(moved(&plan, &now), [Moved::User { address: address("firma.value.user"), found: 1 }]);
}

#[test]
fn what_a_plan_sets_aside_itself_is_no_reason_to_be_stale() {
    let mut stage = chain(true);
    stage.want("firma.value.d", json!({ "input": "2" })).lifecycle.create_before_destroy = true;
    choose(&mut stage, "!firma.value.d");
    let plan = stage.planned();
    assert!(plan.steps.iter().any(|step| !step.deposes.is_empty()), "{:#?}", plan.steps);
    assert_eq!((moved(&plan, &stage.recorded), plan.deposed_basis.len()), (vec![], 0));
}

#[test]
fn a_unique_key_must_still_be_free() {
    let subnet = |range: &str| json!({ "vpc_id": "vpc-1", "subnet_name": "web", "address_prefix": range });
    let mut stage = Stage::default();
    stage.want("vpc.subnet.web", subnet("10.0.0.0/24"));
    stage.want("vpc.subnet.rest", subnet("10.0.8.0/24"));
    let plan = stage.planned();
    let mut now = Stage::default();
    now.have("vpc.subnet.beside", "subnet-1", subnet("10.0.1.0/24"), &[]);
    assert_eq!(moved(&plan, &now.recorded), []);
    now.have("vpc.subnet.around", "subnet-2", subnet("10.0.0.0/16"), &[]);
    let found = moved(&plan, &now.recorded);
    assert!(
        matches!(&found[..], [Moved::Taken { holder, .. }] if *holder == address("vpc.subnet.around")),
        "{found:?}"
    );
}

#[test]
fn an_output_that_somebody_else_wrote_is_not_written_over() {
    let mut stage = Stage::default();
    let stored = |text: &str| RecordedOutput { value: Document::encode(&Value::string(text)), sensitive: false };
    stage.desired.outputs.insert(
        "one".into(),
        DesiredOutput {
            preconditions: Vec::new(),
            value: Expr::literal(Value::string("new")),
            dependencies: NodeSet::new(),
            sensitive: false,
            description: None,
            span: Span::default(),
        },
    );
    let plan = stage.planned();
    let mut now = stage.recorded.clone();
    now.outputs.insert("other".into(), stored("theirs"));
    assert!(matches!(moved(&plan, &now)[..], [Moved::Output { .. }]));
    // A plan that writes none does not care.
    stage.recorded.outputs.insert("one".into(), stored("new"));
    assert_eq!(moved(&stage.planned(), &now), []);
}

#[test]
fn taking_note_is_of_old_halves_and_outputs_too() {
    let mut stage = chain(true);
    let mut half = |id: &str| {
        let mut record = stage.recorded.records[&address("firma.value.d")].clone();
        record.deposed = id.to_owned();
        record.status = Status::Deposed;
        stage.recorded.deposed.push(record);
    };
    half("00");
    half("11");
    stage.observed.deposed.insert((address("firma.value.d"), "00".into()), Sighting::Gone);
    let attributes = Map::from([("output".to_owned(), Value::string("seen"))]);
    let seen = Sighting::Present { attributes, fingerprint: String::new(), status: None };
    stage.observed.deposed.insert((address("firma.value.d"), "11".into()), seen.clone());
    stage.observed.objects.insert(address("firma.value.a"), seen);
    stage.desired.outputs.insert(
        "a".into(),
        DesiredOutput {
            preconditions: Vec::new(),
            value: Expr::node_attribute(Node::Instance(address("firma.value.a")), "output"),
            dependencies: NodeSet::new(),
            sensitive: false,
            description: None,
            span: Span::default(),
        },
    );
    for name in ["a", "gone"] {
        let value = Document::encode(&Value::string("before"));
        stage.recorded.outputs.insert(name.into(), RecordedOutput { value, sensitive: false });
    }
    stage.options.mode = Mode::RefreshOnly;
    let plan = stage.planned();
    let steps: Vec<(&str, &str)> = plan.steps.iter().map(|s| (s.deposed.as_str(), s.leg.as_str())).collect();
    assert_eq!(steps, [("", "record"), ("00", "forget"), ("11", "record")]);
    assert_eq!(plan.deposed_basis[&address("firma.value.d")].len(), 2);
    assert_eq!(plan.outputs["a"].after, Value::string("seen"));
    // What is wanted is not this mode's to change.
    assert_eq!(plan.outputs["gone"].after, Value::string("before"));
    assert!(plan.has_changes());
    let mut now = stage.recorded.clone();
    now.deposed.remove(0);
    assert_eq!(moved(&plan, &now).len(), 1);
}
