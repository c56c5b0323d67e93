//! Every kind and look-up of the catalogue is free of findings, listed and compiled as the catalogue promises.

use firma_catalog::{Catalog, builtin, lint};
use firma_model::{address::KindId, span::Span};

fn known(kind: &str) -> bool {
    builtin::KINDS.iter().chain(builtin::LOOKUPS).any(|(id, _)| *id == kind)
}

#[test]
fn no_kind_has_findings() {
    let mut problems: Vec<String> = Vec::new();
    for (id, text) in builtin::KINDS {
        problems.extend(lint::lint(id, text, &known).iter().map(ToString::to_string));
    }
    for (id, text) in builtin::LOOKUPS {
        problems.extend(lint::lint_lookup(id, text).iter().map(ToString::to_string));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn lists_are_sorted_and_titles_need_no_parsing() {
    let catalog = Catalog::builtin();
    for (list, entries) in [(builtin::KINDS, catalog.kinds()), (builtin::LOOKUPS, catalog.lookups())] {
        assert!(list.is_sorted_by(|a, b| a.0 < b.0));
        assert!(entries.is_sorted_by(|a, b| a.id < b.id));
        for (id, text) in list {
            let parsed: toml::Table = toml::from_str(text).expect("TOML");
            let entry = entries.iter().find(|entry| entry.id == *id).expect("a listed one");
            assert_eq!(entry.title, parsed["title"].as_str().expect("a title"));
        }
    }
}

#[test]
fn an_unknown_look_up_is_answered_with_what_was_meant() {
    let say = |id: &str| {
        let diagnostic = Catalog::builtin().unknown_lookup(id, Span::default());
        format!("{}; {}", diagnostic.message, diagnostic.hints.join("; "))
    };
    assert_eq!(
        say("vpc.route_tables"),
        "there is no look-up `data.vpc.route_tables`; did you mean `data.vpc.route_table`?; \
         `firma catalog kinds vpc` lists what can be looked up there"
    );
    assert_eq!(
        say("vcp.subnet"),
        "there is no look-up `data.vcp.subnet`; there is no service `vcp`; did you mean `vpc`?"
    );
}

#[test]
fn every_kind_compiles_to_one_shared_procedure_that_survives_json() {
    let catalog = Catalog::builtin();
    for id in catalog.kind_names() {
        let id = KindId::new(id);
        let procedure = catalog.kind(&id).expect("a kind");
        assert!(std::sync::Arc::ptr_eq(&procedure, &catalog.kind(&id).expect("the same")));
        assert_eq!(procedure.kind_id(), id);
        let text = serde_json::to_string(&*procedure).expect("JSON");
        let mut back: firma_catalog::Procedure = serde_json::from_str(&text).expect("a procedure");
        // What values must be is asked before a plan is stored, and not kept with it.
        back.rules = procedure.rules.clone();
        assert_eq!(back, *procedure);
    }
    for (id, _) in builtin::LOOKUPS {
        let lookup = catalog.lookup(&KindId::new(id)).expect("a look-up");
        assert!(lookup.regional, "{id}");
    }
    assert!(catalog.kind(&KindId::new("vpc.nothing")).is_none());
    assert_eq!(catalog.digest().len(), 64);
}

#[test]
fn an_unknown_kind_is_answered_with_what_was_meant() {
    let say = |id: &str| {
        let diagnostic = Catalog::builtin().unknown_kind(id, Span::default());
        format!("{}; {}", diagnostic.message, diagnostic.hints.join("; "))
    };
    assert_eq!(say("vpc.subnets"), "there is no kind `vpc.subnets`; did you mean `vpc.subnet`?");
    assert_eq!(say("firma.floppy"), "there is no kind `firma.floppy`; kinds of firma are firma.value");
    assert_eq!(say("aws.x"), "there is no kind `aws.x`; `firma catalog kinds` lists all kinds");
}
