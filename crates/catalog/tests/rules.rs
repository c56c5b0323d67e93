//! Every rule of every kind takes the values that it says it takes, and refuses those that it says it refuses.

use firma_catalog::{
    Catalog, Procedure, builtin, codes,
    rules::{
        Must, Rule, Rules, Strength, check,
        text::{MustText, NamedText},
    },
    text::KindText,
};
use firma_model::{
    address::KindId,
    diagnostic::{Diagnostics, Severity},
    number::Number,
    span::Span,
    value::{Map, Value},
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// An example; `{ repeat = R, times = N }` is so much text, or a list of so many.
fn value(json: &Json) -> Value {
    if let (Some(repeat), Some(times)) = (json.get("repeat"), json.get("times").and_then(Json::as_u64)) {
        let times = times as usize;
        return match repeat {
            Json::String(text) => Value::string(text.repeat(times)),
            other => Value::List(vec![value(other); times]),
        };
    }
    match json {
        Json::Null => Value::Null,
        Json::Bool(given) => Value::Bool(*given),
        Json::Number(number) => Value::Number(Number::parse(&number.to_string()).expect("a number")),
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(fields) => Value::Map(fields.iter().map(|(name, json)| (name.clone(), value(json))).collect()),
    }
}

/// Puts a value at a path of tables.
fn put(into: &mut Map, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            into.insert(name.replace('*', "key"), value);
        }
        [name, rest @ ..] => {
            let mut inner = into.get(name).and_then(Value::as_map).cloned().unwrap_or_default();
            put(&mut inner, rest, value);
            into.insert(name.clone(), Value::Map(inner));
        }
    }
}

/// A resource of which a rule sees this example.
fn resource(rule: &Rule, example: &Json) -> Map {
    let (name, parents) = rule.at.split_last().expect("a path");
    let mut around = Map::new();
    if rule.must.is_of_several() {
        around = value(example).as_map().expect("the fields beside one another").clone();
    } else {
        put(&mut around, std::slice::from_ref(name), value(example));
        for (field, values) in &rule.when {
            let first = values.first().expect("a value");
            if first.as_str() != Some("") {
                put(&mut around, field, value(first));
            }
        }
    }
    let mut resource = Map::new();
    match parents {
        [] => resource = around,
        parents => put(&mut resource, parents, Value::Map(around)),
    }
    resource
}

fn found(kind: &Procedure, rules: Vec<Rule>, resource: &Map) -> Diagnostics {
    let kind = Procedure { rules: Rules { list: rules }, ..kind.clone() };
    check(&kind, &|name| resource.get(name), &|_| Span::default())
}

fn named() -> BTreeMap<String, NamedText> {
    toml::from_str(include_str!("../data/rules.toml")).expect("the rules with names")
}

#[test]
fn every_rule_takes_and_refuses_what_it_says() {
    let mut tried = 0;
    let mut used = BTreeSet::new();
    for (id, text) in builtin::KINDS {
        let text: KindText = toml::from_str(text).expect("a kind");
        let kind = Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
        let texts: Vec<_> = text.rules.iter().filter(|rule| rule.must != Some(MustText::Open)).collect();
        assert!(kind.rules.list.len() >= texts.len(), "{id}");
        for (rule, text) in kind.rules.list.iter().zip(&texts) {
            assert_eq!(rule.at.join("."), text.at, "{id}");
            used.extend(text.is.clone());
            let (accepts, refuses) = match text.named() {
                Some(named) => (&named.accepts, &named.refuses),
                None => (&text.accepts, &text.refuses),
            };
            assert!(!accepts.is_empty() && !refuses.is_empty(), "{id}: {} has no examples", text.at);
            for (examples, refused) in [(accepts, false), (refuses, true)] {
                for example in examples {
                    let resource = resource(rule, example);
                    let said = found(&kind, vec![rule.clone()], &resource);
                    assert_eq!(said.has_errors(), refused, "{id}: {} of {resource:?}: {said:?}", text.at);
                    tried += 1;
                }
            }
        }
    }
    for name in named().keys().filter(|name| !name.starts_with("tag")) {
        assert!(used.contains(name), "no kind has the rule {name}");
    }
    assert!(tried > 1500, "{tried}");
}

#[test]
fn tags_have_rules_wherever_there_are_tags() {
    let named = named();
    for id in Catalog::builtin().kind_names() {
        let kind = Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
        if !kind.attributes.contains_key("tags") {
            continue;
        }
        let marked = kind.recovery.name() == "markable" && kind.attributes["tags"].write.is_some();
        let count = if marked { "tags_beside_a_marker" } else { "tags" };
        for name in [count, "tag_key"] {
            for (examples, refused) in [(&named[name].accepts, false), (&named[name].refuses, true)] {
                for example in examples {
                    let tags = Map::from_iter([("tags".to_owned(), value(example))]);
                    let about = kind.rules.at("tags").cloned().collect();
                    assert_eq!(found(&kind, about, &tags).has_errors(), refused, "{id}: {example}");
                }
            }
        }
        assert_eq!(kind.rules.at("tags.*").count(), 1, "{id}");
    }
}

#[test]
fn what_prose_hints_at_only_warns() {
    let (mut hints, mut refusals) = (0, 0);
    for id in Catalog::builtin().kind_names() {
        let kind = Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
        for rule in &kind.rules.list {
            match rule.strength {
                Strength::Refuses => refusals += 1,
                Strength::Warns => {
                    hints += 1;
                    let path = rule.at.join(".");
                    assert_eq!(kind.rules.at(&path).count(), 1, "{id}: {:?} has a rule of its own", rule.at);
                    let wrong = match &rule.must {
                        Must::OneOf(..) => Json::from("nothing of the sort"),
                        Must::Range(range) => Json::from(range.max.or(range.min).expect("an end") + 1e9),
                        _ => Json::from("a".repeat(100_000)),
                    };
                    let said = found(&kind, vec![rule.clone()], &resource(rule, &wrong));
                    assert_eq!(said.list.len(), 1, "{id}: {:?}", rule.at);
                    assert_eq!((said.list[0].code, said.list[0].severity), (codes::UNUSUAL_VALUE, Severity::Warning));
                }
            }
        }
    }
    assert!(hints > 0 && refusals > hints, "{hints} {refusals}");
}

#[test]
fn what_is_not_known_yet_is_taken() {
    for id in Catalog::builtin().kind_names() {
        let kind = Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
        for rule in kind.rules.list.iter().filter(|rule| rule.must != Must::Present) {
            let mut resource = Map::new();
            put(&mut resource, &rule.at, Value::unknown());
            let said = found(&kind, vec![rule.clone()], &resource);
            assert!(said.is_empty(), "{id}: {:?}: {said:?}", rule.at);
        }
    }
}

#[test]
fn secrets_are_not_shown() {
    let kind = Catalog::builtin().kind(&KindId::new("vm.instance")).expect("a kind");
    let secret = "not-a-secret".to_owned();
    for (name, given) in [
        ("password", Value::string(&secret)),
        ("name", Value::string(format!("{secret} with spaces")).sensitive()),
        ("charge_on_stopped", Value::string(&secret).sensitive()),
    ] {
        let resource = Map::from_iter([(name.to_owned(), given)]);
        let said = found(&kind, kind.rules.list.clone(), &resource);
        assert!(said.has_errors(), "{name}");
        assert!(!format!("{said:?}").contains(&secret), "{said:?}");
    }
}
