//! The words every crate shares: what is written is read back, and what is wrong is not accepted.

use firma_model::{
    address::{Address, Block, BlockName, Key, KindId, ModulePath, ModuleStep, Node},
    document::{Document, from_plain_json, to_plain_json},
    number::Number,
    path::Path,
    place::Billing,
    suggest::closest,
    time::Timestamp,
    value::{Map, Value},
};
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn addresses() {
    for text in [
        "vpc.vpc.main",
        "vpc.subnet.web[\"a\"]",
        "vpc.subnet.web[\"a \\\"b\\\" ]\"]",
        "vm.instance.web[0]",
        "data.vm.image.ubuntu",
        "module.net.vpc.subnet.web[\"a\"]",
        "module.a.module.b.data.vpc.vpc.x",
        "module.net[\"a.b\"].module.x[3].vpc.subnet.web[\"]\\\"[\"]",
        "firma.value.x-1",
    ] {
        let address: Address = text.parse().expect(text);
        assert_eq!(address.to_string(), text);
        assert_eq!(address.block.data, text.contains("data."), "{text}");
    }
    for text in [
        "",
        "vpc",
        "vpc.vpc",
        "vpc.vpc.a.b",
        "vpc..a",
        "vpc.vpc.1",
        "vpc.vpc.a[",
        "vpc.vpc.a[b]",
        "vpc.vpc.a[-1]",
        "vpc.vpc[0].a",
        "module.a",
        "module[0].a.vpc.vpc.x",
        "vpc.vpc.a[\"b]",
        "vpc.vpc.a[\"b\"]c",
        "vpc.vpc.a[+1]",
        "vpc.vpc.a[0][0]",
    ] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
    let tenth: Address = "vm.instance.web[10]".parse().expect("an address");
    let second: Address = "vm.instance.web[2]".parse().expect("an address");
    assert!(second < tenth, "positions are ordered as numbers");
    assert_eq!(tenth.key, Some(Key::Index(10)));
    let block: Node = "vpc.subnet.web[*]".parse().expect("a node");
    assert_eq!(block.to_string(), "vpc.subnet.web[*]");
    assert!("vpc.subnet.web[0][*]".parse::<Node>().is_err());
    // Words of the language are names where names stand.
    let words: Address = "module.module.module.data.vpc.data.module".parse().expect("an address");
    assert_eq!((words.block.module.steps().len(), words.block.data), (2, false));
}

#[test]
fn modules() {
    let of = |text: &str| text.parse::<ModulePath>().expect(text);
    let web = of("module.net[\"a\"].module.web");
    assert_eq!(web.to_string(), "module.net[\"a\"].module.web");
    assert_eq!(web, of("module.net[\"a\"]").child("web", None));
    assert_eq!(web.parent(), Some(of("module.net[\"a\"]")));
    assert_eq!(ModulePath::ROOT.parent(), None);
    assert!(ModulePath::ROOT.contains(&web) && of("module.net[\"a\"]").contains(&web) && web.contains(&web));
    assert!(!of("module.net").contains(&web) && !web.contains(&of("module.net[\"a\"]")));
    assert!(of("module.m[2]") < of("module.m[10]"), "positions are ordered as numbers");
    for text in ["", "module", "module.a.vpc", "vpc.vpc.main", "module.a.", "module.a[0].module"] {
        assert!(text.parse::<ModulePath>().is_err(), "{text}");
    }
}

fn key() -> impl Strategy<Value = Option<Key>> {
    let awkward =
        proptest::sample::select(vec!["", ".", "]", "\"]", "a.b[\"c\"]", "\\", "\\\"", "${x}", "名字", "\n", "[*]"]);
    proptest::option::of(prop_oneof![
        any::<u64>().prop_map(Key::Index),
        any::<String>().prop_map(|name| Key::Name(Arc::from(name))),
        awkward.prop_map(|name| Key::Name(Arc::from(name))),
    ])
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z_][A-Za-z0-9_-]{0,8}", Just("module".to_owned()), Just("data".to_owned())]
}

proptest! {
    #[test]
    fn every_address_is_read_back(
        steps in proptest::collection::vec((name(), key()), 0..4),
        data: bool,
        kind in ("[a-z]{1,5}", name()),
        name in name(),
        key in key(),
    ) {
        // `data` is no service.
        prop_assume!(kind.0 != "data" && kind.0 != "module");
        let steps = steps.into_iter().map(|(name, key)| ModuleStep { name: name.into(), key }).collect();
        let block: Block = BlockName {
            module: ModulePath::new(steps),
            data,
            kind: KindId::new(format!("{}.{}", kind.0, kind.1)),
            name: name.into(),
        }
        .into();
        let address = block.clone().at(key);
        prop_assert_eq!(address.to_string().parse(), Ok(address));
        let node = Node::Block(block.clone());
        prop_assert_eq!(node.to_string().parse::<Node>(), Ok(node));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[a-z.\\[\\]\"\\\\0-9é]{0,40}") {
        if let Ok(address) = text.parse::<Address>() {
            prop_assert_eq!(address.to_string().parse::<Address>(), Ok(address));
        }
    }
}

#[test]
fn numbers_keep_what_was_written() {
    for (text, canonical) in [
        ("3", "3"),
        ("-12", "-12"),
        ("1.50", "1.5"),
        ("2e3", "2000"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("0.1", "0.1"),
    ] {
        let number = Number::parse(text).expect(text);
        assert_eq!((number.as_str(), number.canonical().as_str()), (text, canonical));
    }
    for text in ["", "-", ".", "1.", "1e", "e1", "nan", "inf", "0x1", "1_000", "1e999", "1.2.3"] {
        assert!(Number::parse(text).is_none(), "{text}");
    }
    assert_eq!(Number::parse("1.0"), Number::parse("1"));
    assert!(Number::parse("9") < Number::parse("10"));
}

#[test]
fn paths() {
    for text in ["a", "a.b", "rules[2].from_port", "tags[\"a b\"]", "a[0][1]"] {
        assert_eq!(Path::parse(text).expect(text).to_string(), text);
    }
    for text in ["", ".a", "a.", "a..b", "a[", "a[x]"] {
        assert!(Path::parse(text).is_none(), "{text}");
    }
    let value = from_plain_json(&serde_json::json!({ "a": [{ "b": 1 }] })).sensitive();
    assert_eq!(Path::parse("a[0].b").and_then(|path| path.get(&value).cloned()), Some(Value::from(1)));
}

#[test]
fn documents_are_canonical_and_keep_marks() {
    let value = Value::Map(Map::from([
        ("z".into(), Value::set(vec![Value::from("b"), Value::from("a"), Value::from("b")])),
        ("a".into(), Value::from("secret").sensitive()),
        ("$mine".into(), Value::Null),
        ("big".into(), Number::parse("123456789012345678901234567890").map_or(Value::Null, Value::Number)),
    ]));
    let document = Document::encode(&value);
    assert_eq!(
        document.as_str(),
        r#"{"$$mine":null,"a":{"$sensitive":"secret"},"big":{"$number":"123456789012345678901234567890"},"z":["a","b"]}"#
    );
    let back = document.decode().expect("a document");
    assert_eq!(Document::encode(&back), document);
    assert!(back.has_sensitive());
    assert!(Document::from_text("{").decode().is_err());
    // For the cloud there are no marks, and `$` means nothing.
    let plain = serde_json::json!({ "$sensitive": 1 });
    assert_eq!(to_plain_json(&from_plain_json(&plain)), plain);
}

#[test]
fn billing_and_time() {
    let value = from_plain_json(
        &serde_json::json!({ "method": "prepaid_by_duration", "unit": "month", "duration": 3, "auto_renew": true }),
    );
    let billing = Billing::from_value(&value).expect("a billing");
    assert!(billing.is_prepaid());
    assert_eq!(billing.to_value(), value);
    assert_eq!(billing.to_string(), "prepaid_by_duration 3 months, renewed");
    let time = Timestamp::parse("2026-01-02T03:04:05Z").expect("a time");
    assert_eq!((time.to_string().as_str(), time.basic().as_str()), ("2026-01-02T03:04:05Z", "20260102T030405Z"));
}

#[test]
fn suggestions_are_slips_not_guesses() {
    for (name, found) in
        [("vcp", Some("vpc")), ("subnte", Some("subnet")), ("zone", None), ("address", Some("address_prefix"))]
    {
        assert_eq!(closest(name, ["vpc", "subnet", "name", "address_prefix"]), found, "{name}");
    }
}
