//! The text plan.

use crate::plans::{call, change, everything, from_to, plan, set, step};
use firma_model::value::{Map, Value};
use firma_plan::{
    listing::{Legible, Method, listing},
    step::{Action, Leg, Mode, Plan, Reason},
};
use firma_review::{Style, View, calls, markdown, text};
use serde_json::json;
use std::sync::Arc;

fn shown(plan: &Plan) -> String {
    text::plan(&View::of(plan, "7c9e"), Style::Plain)
}

#[test]
fn everything_at_once() {
    insta::assert_snapshot!(shown(&everything()));
}

#[test]
fn in_colour() {
    let coloured = text::plan(&View::of(&everything(), "7c9e"), Style::Coloured);
    assert!(coloured.contains("\u{1b}[31m"));
    insta::assert_snapshot!(coloured.replace('\u{1b}', "ESC"));
}

#[test]
fn calls_with_their_classes() {
    let mut all = listing(&Arc::new(everything()), None);
    let body = json!({ "vpcId": "{vpc.vpc.main.id}", "password": "(sensitive)" });
    let path = "/v1/regions/cn-north-1/subnets/".to_owned();
    let request = Legible { method: Method::Post, path, query: Default::default(), body: Some(body) };
    all[0].request = Some(request);
    insta::assert_snapshot!(calls::list(&all, Style::Plain));
    assert_eq!(calls::list(&[], Style::Plain), "No calls are made.\n");
    assert_eq!(calls::json(&all)[0]["path"], "/v1/regions/cn-north-1/subnets/");
}

#[test]
fn as_markdown() {
    let one =
        plan(vec![step("vpc.vpc.main", Action::Create, Leg::Create, &[Reason::New], vec![set("vpc_name", "a ``` b")])]);
    insta::assert_snapshot!(markdown::plan(&View::of(&one, "7c9e")));
}

#[test]
fn nothing_to_do() {
    let mut plan = plan(vec![]);
    assert_eq!(
        shown(&plan),
        "No changes. 12 resources are as the manifests say.\n  Project: shop at emulator\n  Plan id: 7c9e\n"
    );
    plan.unchanged = 0;
    plan.mode = Mode::Destroy;
    assert_eq!(shown(&plan), "Nothing to destroy.\n  Project: shop at emulator\n  Plan id: 7c9e\n");
    plan.mode = Mode::RefreshOnly;
    assert_eq!(
        shown(&plan),
        "No changes. The cloud is as it was last seen.\n  Project: shop at emulator\n  Plan id: 7c9e\n"
    );
}

#[test]
fn only_outputs() {
    let mut plan = plan(vec![]);
    plan.outputs = crate::plans::outputs();
    insta::assert_snapshot!(shown(&plan));
}

#[test]
fn destroying() {
    let changes =
        vec![change("vpc_name", Some("main".into()), None), change("tags", Some(Value::Map(Map::new())), None)];
    let mut plan = plan(vec![step("vpc.vpc.main", Action::Delete, Leg::Delete, &[Reason::Destroyed], changes)]);
    plan.mode = Mode::Destroy;
    plan.unchanged = 0;
    insta::assert_snapshot!(shown(&plan));
}

#[test]
fn an_update_in_place_only_shows_what_differs() {
    let long = |middle: &str| format!("{}{middle}{}", "x".repeat(300), "y".repeat(300));
    let lines =
        |name: &str| (1..=30).map(|n| format!("line {n}{}\n", if n == 15 { name } else { "" })).collect::<String>();
    let nested = |port: i64| {
        let inner = Map::from([("port".into(), Value::from(port)), ("comment".into(), "x".repeat(70).as_str().into())]);
        Value::List(vec![Value::Map(inner)])
    };
    let changes = vec![
        from_to("description", long("A").as_str(), long("B").as_str()),
        from_to("script", lines("").as_str(), lines(" changed").as_str()),
        from_to("ending", "a\nb\n", "a\nb"),
        from_to("nested", nested(1), nested(2)),
        change("added", None, Some("first\nsecond".into())),
        change("null", Some(Value::Null), Some(Value::from(1))),
        change("gone", Some("x".into()), None),
    ];
    let mut update = step("vm.instance.web", Action::Update, Leg::Update, &[Reason::Changed], changes);
    update.calls = vec![call("vm", "modifyInstanceAttribute", "repeatable")];
    insta::assert_snapshot!(shown(&plan(vec![update])));
}

#[test]
fn long_values_are_cut_and_say_so() {
    let many = (0..100).map(|n| format!("line {n}\n")).collect::<String>();
    let changes = vec![set("one", "x".repeat(1000).as_str()), set("many", many.as_str())];
    let out = shown(&plan(vec![step("a.b.c", Action::Create, Leg::Create, &[], changes)]));
    assert!(out.contains("... (892 more characters)"), "{out}");
    assert!(out.contains("... (60 more lines)"), "{out}");
}

#[test]
fn a_huge_difference_is_counted_not_computed() {
    let lines = |salt: usize| (0..10_000).map(|n| format!("{}\n", n * salt)).collect::<String>();
    let changes = vec![from_to("userdata", lines(3).as_str(), lines(7).as_str())];
    let out = shown(&plan(vec![step("a.b.c", Action::Update, Leg::Update, &[], changes)]));
    assert!(out.contains("10000 lines -> 10000 lines"), "{out}");
}

#[test]
fn what_the_header_says_is_not_said_again() {
    let mut disk = step(
        "disk.disk.data",
        Action::Create,
        Leg::Create,
        &[Reason::New],
        vec![
            set("zone", "cn-north-1a"),
            set("billing", crate::plans::billing("postpaid_by_usage").to_value()),
            set("name", "d"),
        ],
    );
    disk.zone = Some("cn-north-1a".into());
    disk.billing = Some(crate::plans::billing("postpaid_by_usage"));
    let out = shown(&plan(vec![disk]));
    assert_eq!(out.matches("cn-north-1a").count(), 1, "{out}");
    assert_eq!(out.matches("postpaid_by_usage").count(), 2, "once in the summary, once in the header: {out}");
}
