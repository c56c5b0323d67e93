//! The schema has every key that the reader has.

use super::schema;
use crate::sections;
use firma_catalog::Catalog;
use serde_json::Value;

fn keys(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn no_key_of_the_reader_is_missing() {
    let schema = schema(Catalog::builtin());
    let top = &schema["properties"];
    let instance = &schema["$defs"]["kind.vm.instance"];
    let lookup = &schema["$defs"]["lookup.vm.image"];
    let (_, call) = top["module"]["patternProperties"].as_object().expect("names").iter().next().expect("a module");
    let rows: [(&Value, &[&str]); 6] = [
        (call, sections::CALL_KEYS),
        (&schema, crate::read::SECTIONS),
        (&top["cloud"], sections::CLOUD_KEYS),
        (&top["state"], sections::STATE_KEYS),
        (instance, sections::RESOURCE_KEYS),
        (lookup, sections::DATA_KEYS),
    ];
    for (part, known) in rows {
        let missing: Vec<&&str> = known.iter().filter(|key| !keys(part).contains(key)).collect();
        assert!(missing.is_empty(), "{missing:?} of {known:?}");
    }
}

#[test]
fn every_kind_is_there_and_every_reference_leads_somewhere() {
    let schema = schema(Catalog::builtin());
    for id in Catalog::builtin().kind_names() {
        let (service, kind) = id.split_once('.').expect("a kind");
        assert!(schema["properties"][service]["properties"][kind].is_object(), "{id}");
    }
    let text = schema.to_string();
    for reference in text.split("\"#/$defs/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(schema["$defs"].get(name).is_some(), "{name}");
    }
    assert_eq!(text, super::schema(Catalog::builtin()).to_string());
}
