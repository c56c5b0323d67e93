//! The keys that the schema has, and those that the program takes, are the same at every place.
//!
//! The places come out of the schema itself. At each, every word that is a key anywhere is tried as a key of a manifest; the
//! program's findings say whether it is one here. Where the program lists what a place has, that list is compared too, so a
//! key that is forgotten in any of the three is found.

use firma_catalog::Catalog;
use firma_manifest::{Inputs, Project, Variables, evaluate, read, settings};
use firma_model::{diagnostic::Diagnostic, span::Source};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// No key of anything.
const NO_KEY: &str = "qqqqqqqq";

const DEFAULTS: &str = "[defaults]\nregion = \"cn-north-1\"\nzone = \"cn-north-1a\"\n\
                        billing = { method = \"postpaid_by_duration\" }\n";

struct NoFiles;

impl firma_expr::Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there are no files".into())
    }
    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }
    fn list(&self, _: &str, _: Option<usize>) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}

/// A table of the schema: the way to it from the top, and the keys it has.
struct Place {
    way: Vec<Step>,
    keys: BTreeSet<String>,
}

#[derive(Clone)]
enum Step {
    Key(String),
    /// One element of a list.
    Element,
}

impl Place {
    /// A manifest that has these keys at this place.
    fn manifest<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> String {
        let value = |key| if key == "region" { "\"cn-north-1\"" } else { "1" };
        let entries: Vec<String> = keys.into_iter().map(|key| format!("{} = {}", quoted(key), value(key))).collect();
        let mut text = format!("{{ {} }}", entries.join(", "));
        for step in self.way.iter().skip(1).rev() {
            text = match step {
                Step::Key(key) => format!("{{ {} = {text} }}", quoted(key)),
                Step::Element => format!("[{text}]"),
            };
        }
        match &self.way[0] {
            Step::Key(section) if section == "defaults" => format!("{section} = {text}\n"),
            // Without a place nobody looks at the rest of a resource.
            Step::Key(section) => format!("{section} = {text}\n{DEFAULTS}"),
            Step::Element => unreachable!("a manifest is a table"),
        }
    }

    fn shown(&self) -> String {
        let parts = self.way.iter().map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Element => "[]",
        });
        parts.collect::<Vec<_>>().join(".")
    }
}

fn quoted(key: &str) -> String {
    format!("\"{key}\"")
}

/// Every table below `schema` whose keys are fixed.
fn places(root: &Value, schema: &Value, way: &mut Vec<Step>, found: &mut Vec<Place>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/$defs/").expect("a definition");
        return places(root, &root["$defs"][name], way, found);
    }
    for alternative in schema["anyOf"].as_array().into_iter().flatten() {
        places(root, alternative, way, found);
    }
    let mut below = |step: Step, schema: &Value| {
        way.push(step);
        places(root, schema, way, found);
        way.pop();
    };
    if schema["items"].is_object() {
        below(Step::Element, &schema["items"]);
    }
    for named in schema["patternProperties"].as_object().into_iter().flat_map(|patterns| patterns.values()) {
        below(Step::Key("x".into()), named);
    }
    if schema["additionalProperties"].is_object() {
        below(Step::Key("cn-north-1".into()), &schema["additionalProperties"]);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    for (key, schema) in properties {
        below(Step::Key(key.clone()), schema);
    }
    if schema["additionalProperties"] == json!(false) {
        found.push(Place { way: way.clone(), keys: properties.keys().cloned().collect() });
    }
}

/// What the program finds wrong with a manifest.
fn findings(text: &str) -> Vec<Diagnostic> {
    let sources = [Source { name: "a.toml".into(), text: text.into() }];
    let (project, mut found) = read(&sources);
    found.extend(settings(&project, &BTreeMap::new(), &Variables::default(), "0.1.0").1);
    found.extend(evaluated(&project));
    found.list
}

fn evaluated(project: &Project) -> firma_model::diagnostic::Diagnostics {
    let (variables, answers, outlooks) = (Variables::default(), BTreeMap::new(), BTreeMap::new());
    let catalog = Catalog::builtin();
    let inputs = Inputs { variables: &variables, answers: &answers, outlooks: &outlooks, catalog, files: &NoFiles };
    evaluate(project, inputs).1
}

/// The finding that says a key is none, or none yet: its place is the key.
fn refusal<'f>(text: &str, found: &'f [Diagnostic], key: &str) -> Option<&'f Diagnostic> {
    found.iter().find(|finding| {
        let place = finding.span.and_then(|span| text.get(span.start as usize..span.end as usize));
        let none = matches!(finding.code, "E0104" | "E0342" | "E0343");
        (none && place.is_some_and(|at| at.trim_matches('"') == key)) || (finding.code == "E0402" && key == "region")
    })
}

/// Tables whose keys an attribute's shape decides: they are compared by the kind's own tests.
fn is_attribute(place: &Place, root: &Value) -> bool {
    let keys: Vec<&str> =
        place.way.iter().filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None }).collect();
    let service = root["properties"]["data"]["properties"].get(keys[0]).is_some() || keys[0] == "firma";
    match keys[0] {
        // There are hundreds of look-ups, and they are alike.
        "data" => keys[1..3] != ["vm", "image"] || (keys.len() > 4 && keys[4] != "lifecycle"),
        "defaults" => keys.contains(&"billing"),
        "module" => keys.contains(&"billing"),
        _ if service => keys.len() > 3 && !matches!(keys[3], "lifecycle" | "timeouts"),
        _ => false,
    }
}

#[test]
fn every_place_has_the_same_keys_in_the_schema_and_in_the_program() {
    let root = firma_manifest::schema::schema(Catalog::builtin());
    let mut all = Vec::new();
    places(&root, &root, &mut Vec::new(), &mut all);
    let services = root["properties"]["data"]["properties"].as_object().expect("services");
    let is_service = |key: &str| services.contains_key(key) || key == "firma";
    // The manifest itself, and services with their kinds, are the catalogue's.
    all.retain(|place| match &place.way[..] {
        [] => false,
        [Step::Key(a)] => a != "data" && !is_service(a),
        [Step::Key(a), Step::Key(b)] => !(a == "data" && is_service(b)),
        _ => true,
    });
    all.retain(|place| !is_attribute(place, &root));
    let words: BTreeSet<String> = all
        .iter()
        .filter(|place| place.keys.len() < 20)
        .flat_map(|place| place.keys.iter().cloned())
        .chain(["destroy", "version", "provider", "provisioner", "connection", "create_if", "mode"].map(str::to_owned))
        .collect();
    assert!(all.len() > 30 && words.len() > 60, "{} places, {} words", all.len(), words.len());
    let mut wrong = Vec::new();
    for place in &all {
        for key in &place.keys {
            let text = place.manifest([key.as_str()]);
            if refusal(&text, &findings(&text), key).is_some() {
                wrong.push(format!("{}: the schema alone has `{key}`", place.shown()));
            }
        }
        let others = || words.difference(&place.keys).map(String::as_str).chain([NO_KEY]);
        let text = place.manifest(others());
        let found = findings(&text);
        for word in others().filter(|word| refusal(&text, &found, word).is_none()) {
            wrong.push(format!("{}: the program alone takes `{word}`", place.shown()));
        }
        // "it has `a`, `b` and `c`"
        let refused = refusal(&text, &found, NO_KEY);
        let hint = |finding: &Diagnostic| {
            finding.hints.iter().find_map(|hint| hint.strip_prefix("it has ").map(str::to_owned))
        };
        if let Some(list) = refused.and_then(hint) {
            let listed: BTreeSet<String> = list.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            if listed != place.keys {
                wrong.push(format!("{}: it is said to have {listed:?}, and has {:?}", place.shown(), place.keys));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
