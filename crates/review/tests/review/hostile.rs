//! Names and values that want to be something else.

use crate::plans::{from_to, plan, set, step};
use firma_model::{
    address::{Address, Key},
    value::{Map, Value},
};
use firma_plan::{
    listing::{Legible, ListedCall, Method},
    step::{Action, Leg, Plan, Reason, Scope},
};
use firma_review::{Style, View, calls, json, markdown, text};

const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\r\u{8}\u{202e}gpj.exe\u{200b}\u{feff}";

fn hostile() -> Plan {
    let mut create = step("vm.instance.web", Action::Create, Leg::Create, &[Reason::New], vec![]);
    let block = create.address.block.clone();
    create.address = Address { block, key: Some(Key::Name(HOSTILE.into())) };
    create.region = Some(HOSTILE.into());
    create.zone = Some(HOSTILE.into());
    create.reasons.push(Reason::Bookkeeping { what: HOSTILE.into() });
    let inner = Map::from([(HOSTILE.to_owned(), Value::string(HOSTILE))]);
    create.changes = vec![
        set("name", HOSTILE),
        set("map", Value::Map(inner)),
        set("script", format!("first {HOSTILE}\n\tsecond {HOSTILE}\n").as_str()),
        from_to("long", "中".repeat(5000).as_str(), format!("{}文", "中".repeat(4999)).as_str()),
        from_to("lines", format!("{HOSTILE}\na").as_str(), format!("{HOSTILE}\nb").as_str()),
        set("wide", "名字：京东云，区域：华北。"),
        set("forged", "x\n\nPlan: 0 to delete.\n"),
    ];
    let mut plan = plan(vec![create]);
    plan.identity.project = HOSTILE.into();
    plan
}

fn hostile_call() -> ListedCall {
    let request = Legible {
        method: Method::Post,
        path: format!("/v1/{HOSTILE}"),
        query: [(HOSTILE.to_owned(), HOSTILE.into())].into_iter().collect(),
        body: Some([(HOSTILE, HOSTILE)].into_iter().collect()),
    };
    ListedCall {
        step: 0,
        address: "vpc.vpc.main".parse().expect("an address"),
        deposed: HOSTILE.into(),
        leg: Leg::Create,
        service: HOSTILE.into(),
        operation: HOSTILE.into(),
        class: HOSTILE.into(),
        region: None,
        request: Some(request),
    }
}

fn hostile_scope() -> Scope {
    Scope { target: vec![HOSTILE.into(), "` ``` <b>".into()], left_out: 1, ..Scope::default() }
}

fn harmless(text: &str) {
    let bad = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}' | '\u{feff}');
    if let Some(at) = text.find(bad) {
        let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
        panic!("{:?}", &text[from..]);
    }
}

#[test]
fn no_printer_lets_them_through() {
    let view = View::of(&hostile(), HOSTILE);
    harmless(&text::plan(&view, Style::Plain));
    harmless(&calls::list(&[hostile_call()], Style::Plain));
    harmless(&text::plan(&View { scope: hostile_scope(), ..view.clone() }, Style::Plain));
    harmless(&markdown::plan(&View { scope: hostile_scope(), unverified: Some(HOSTILE.into()), ..view.clone() }));
    harmless(&markdown::plan(&view));
    harmless(&json::plan(&view));
    insta::assert_snapshot!(text::plan(&view, Style::Plain));
}

#[test]
fn a_value_cannot_pretend_to_be_a_line_of_the_plan() {
    let text = text::plan(&View::of(&hostile(), "7c9e"), Style::Plain);
    assert_eq!(text.lines().filter(|line| line.starts_with("Plan:")).count(), 1, "{text}");
}

#[test]
fn json_keeps_the_very_value() {
    let review: serde_json::Value = serde_json::from_str(&json::plan(&View::of(&hostile(), ""))).expect("JSON");
    assert_eq!(review["changes"][0]["attributes"][0]["after"], HOSTILE);
    assert_eq!(review["changes"][0]["region"], HOSTILE);
}
