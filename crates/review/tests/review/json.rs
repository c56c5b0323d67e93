//! `firma.review/v1`: its shape is a contract.

use crate::plans::{SECRET, everything};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::{Source, SourceId, Span},
};
use firma_review::{View, json};
use serde_json::{Value as Json, json};

fn review() -> Json {
    let source = Source { name: "net.toml".into(), text: "[vpc.vpc.main]\nname = 1\n".into() };
    let warning = Diagnostic::warning("E0512", "look here")
        .at(Span::new(SourceId(0), 15, 19))
        .related(Span::new(SourceId(0), 0, 3), "in this block")
        .hint("do that");
    let view = View::of(&everything(), "7c9e").with_findings(&Diagnostics::from(warning), &[source]);
    serde_json::from_str(&json::plan(&view)).expect("JSON")
}

fn keys(object: &Json) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn the_whole() {
    let view = View::of(&everything(), "7c9e");
    insta::assert_snapshot!(json::plan(&view));
}

#[test]
fn the_shape() {
    let review = review();
    assert_eq!(
        keys(&review),
        [
            "changes",
            "deferred",
            "diagnostics",
            "drift",
            "format",
            "mode",
            "outputs",
            "pinned_key",
            "plan_id",
            "scope",
            "summary",
            "unverified"
        ]
    );
    assert_eq!(review["format"], "firma.review/v1");
    assert_eq!(review["plan_id"], "7c9e");
    assert_eq!(
        review["summary"],
        json!({
            "create": 2, "update": 2, "replace": 1, "delete": 2, "read": 0, "import": 0, "move": 0, "forget": 1,
            "record": 1, "no_op": 12, "deferred": 0, "left_out": 0
        })
    );
    for change in review["changes"].as_array().expect("a list") {
        let expected =
            ["action", "address", "attributes", "billing", "kind", "reasons", "recovery", "region", "written", "zone"];
        assert_eq!(keys(change), expected);
        for attribute in change["attributes"].as_array().expect("a list") {
            let expected = ["after", "before", "forces_replacement", "path", "sensitive", "unknown"];
            assert_eq!(keys(attribute), expected);
        }
        assert!(change["reasons"].as_array().expect("a list").iter().all(|reason| reason["code"].is_string()));
    }
    assert_eq!(
        review["diagnostics"],
        json!([{
            "code": "E0512", "severity": "warning", "message": "look here", "file": "net.toml", "line": 2, "column": 1,
            "related": [{ "text": "in this block", "file": "net.toml", "line": 1, "column": 1 }], "hints": ["do that"]
        }])
    );
}

#[test]
fn changes_are_sorted_and_a_replacement_is_one() {
    let review = review();
    let addresses: Vec<&str> =
        review["changes"].as_array().expect("a list").iter().filter_map(|change| change["address"].as_str()).collect();
    assert!(addresses.is_sorted());
    let replaced: Vec<&Json> = review["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|change| change["address"] == "vm.instance.web[\"a\"]")
        .collect();
    assert_eq!(replaced.len(), 1);
    assert_eq!(replaced[0]["action"], "replace");
    assert_eq!(replaced[0]["zone"], "cn-north-1b");
}

#[test]
fn hidden_and_unknown_values_are_null() {
    let text = json::plan(&View::of(&everything(), "7c9e"));
    assert!(!text.contains(SECRET), "{text}");
    assert!(!text.contains("00ff00ff"), "{text}");
    let review = review();
    let attribute = |path: &str| -> Json {
        let all =
            review["changes"].as_array().expect("a list").iter().flat_map(|change| change["attributes"].as_array());
        all.flatten().find(|attribute| attribute["path"] == path).expect("the attribute").clone()
    };
    assert_eq!(
        attribute("password"),
        json!({
            "path": "password", "before": null, "after": null, "unknown": false, "sensitive": true,
            "forces_replacement": false
        })
    );
    assert_eq!(
        attribute("primary_network_interface.network_interface.subnet_id"),
        json!({
            "path": "primary_network_interface.network_interface.subnet_id", "before": "subnet-1", "after": null,
            "unknown": true, "sensitive": false, "forces_replacement": true
        })
    );
    assert_eq!(
        review["outputs"]["login"],
        json!({ "before": null, "after": null, "unknown": false, "sensitive": true, "changed": true })
    );
}

#[test]
fn equal_plans_give_equal_bytes() {
    let once = json::plan(&View::of(&everything(), "7c9e"));
    let mut plan = everything();
    plan.steps.reverse();
    assert_eq!(json::plan(&View::of(&plan, "7c9e")), once);
}
