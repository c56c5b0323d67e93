//! One case a kind: the worlds that make it, change every attribute that can be changed in place, and replace it.
//!
//! `kinds/<service>/<kind>.toml` says what only a person can know; the rest follows from the kind's procedure:
//!
//! - `[create]`: attributes of `<kind>.subject`. `"@vpc.vpc.main#id"` is another resource's attribute, `"?image"` a look-up.
//!   Zone, billing, tags and required references are filled in.
//! - `[[change]]`: worlds that differ from it in these attributes, all changed in place. Names, descriptions, flags and tags
//!   that none of them mentions are changed by the first.
//! - `[[replace]]`: worlds that replace it. References, zone, billing and the resource group are changed by the first.
//! - `[exempt]`: attributes and operations that no world can reach, each with the reason why.
//!
//! `kinds/beside.toml` has the resources that others stand on; a case takes those it refers to, and those they refer to. Its
//! `<kind>.main` is there too: the subject is never the only one of its kind, so that taking another for it would show.

use firma_lab::stack;
use firma_model::desired::Desired;
use firma_plan::procedure::{Identity, OnChange, Procedure, Recovery, Shape, ZoneRule};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// The address of what a case is about.
pub(crate) const SUBJECT: &str = "subject";

/// What can stand beside a subject.
pub(crate) struct Beside {
    resources: BTreeMap<String, Json>,
    /// Look-ups by name: kind, parameters, attribute of the first item.
    pub(crate) lookups: BTreeMap<String, Json>,
}

/// The worlds of a kind.
pub(crate) struct Case {
    /// The kind.
    pub(crate) kind: String,
    /// Everything but the subject.
    pub(crate) without: Desired,
    /// With the subject.
    pub(crate) create: Desired,
    /// With the subject changed in place.
    pub(crate) changes: Vec<Desired>,
    /// With another subject.
    pub(crate) replacements: Vec<Desired>,
    /// What cannot be reached.
    pub(crate) exempt: BTreeSet<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sweep/kinds")
}

fn read(name: &str) -> Option<Json> {
    let text = std::fs::read_to_string(folder().join(name)).ok()?;
    let table: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Some(serde_json::to_value(table).unwrap())
}

impl Beside {
    /// Reads the file.
    pub(crate) fn load() -> Beside {
        let mut file = read("beside.toml").expect("kinds/beside.toml");
        let lookups = file.as_object_mut().unwrap().remove("lookups").unwrap_or_default();
        let table = |json: Json| json.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        Beside { resources: table(file), lookups: table(lookups) }
    }

    /// Adds what attributes refer to, and so on.
    fn gather(&self, attributes: &Json, into: &mut BTreeMap<String, Json>) {
        let mut found = BTreeSet::new();
        each_text(attributes, &mut |text| {
            if let Some((address, _)) = text.strip_prefix('@').and_then(|text| text.split_once('#')) {
                found.insert(address.to_owned());
            }
        });
        for address in found {
            let Some(attributes) = self.resources.get(&address) else {
                panic!("{address} is not in tests/tests/sweep/kinds/beside.toml")
            };
            if into.insert(address, attributes.clone()).is_none() {
                self.gather(attributes, into);
            }
        }
    }
}

fn each_text(json: &Json, see: &mut impl FnMut(&str)) {
    match json {
        Json::String(text) => see(text),
        Json::Array(items) => items.iter().for_each(|item| each_text(item, see)),
        Json::Object(map) => map.values().for_each(|item| each_text(item, see)),
        _ => {}
    }
}

fn each_text_mut(json: &mut Json, see: &mut impl FnMut(&mut String)) {
    match json {
        Json::String(text) => see(text),
        Json::Array(items) => items.iter_mut().for_each(|item| each_text_mut(item, see)),
        Json::Object(map) => map.values_mut().for_each(|item| each_text_mut(item, see)),
        _ => {}
    }
}

/// The case of a kind, or what to add and where. `found` are the answers of the look-ups.
pub(crate) fn case(
    procedure: &Procedure,
    beside: &Beside,
    found: &BTreeMap<String, String>,
) -> Result<Case, Vec<String>> {
    let (service, name) = procedure.kind.split_once('.').expect("service.kind");
    let file = format!("{service}/{name}.toml");
    let shown = format!("tests/tests/sweep/kinds/{file}");
    let Some(text) = read(&file) else {
        return Err(vec![format!(
            "{} has no case: write {shown} with [create], [[change]] and [[replace]], as tests/tests/sweep/case.rs says",
            procedure.kind
        )]);
    };
    let written = Written::of(&text, &shown)?;
    let mut lacks = Vec::new();
    let create = written.create(procedure, beside, &mut lacks);
    let changes = written.overlays(procedure, beside, &create, &written.change, Want::Change, &mut lacks);
    let replacements = written.overlays(procedure, beside, &create, &written.replace, Want::Replace, &mut lacks);
    if !lacks.is_empty() {
        return Err(lacks.into_iter().map(|lack| format!("{}: {lack}, in {shown}", procedure.kind)).collect());
    }
    let mut around = BTreeMap::new();
    let sibling = format!("@{}.main#id", procedure.kind);
    if !matches!(procedure.identity, Identity::Composed(_)) {
        beside.gather(&json!([sibling]), &mut around);
    }
    for attributes in [&create].into_iter().chain(&changes).chain(&replacements) {
        beside.gather(&Json::Object(attributes.clone()), &mut around);
    }
    let world = |subject: Option<&Map<String, Json>>| {
        let address = format!("{}.{SUBJECT}", procedure.kind);
        let mut resources: Vec<(&str, Json)> =
            around.iter().map(|(address, attributes)| (address.as_str(), attributes.clone())).collect();
        if let Some(attributes) = subject {
            resources.push((&address, Json::Object(attributes.clone())));
        }
        for (_, attributes) in &mut resources {
            each_text_mut(attributes, &mut |text| {
                if let Some(id) = text.strip_prefix('?').and_then(|name| found.get(name)) {
                    text.clone_from(id);
                }
            });
        }
        stack::desired(&resources)
    };
    Ok(Case {
        kind: procedure.kind.clone(),
        without: world(None),
        create: world(Some(&create)),
        changes: changes.iter().map(|attributes| world(Some(attributes))).collect(),
        replacements: replacements.iter().map(|attributes| world(Some(attributes))).collect(),
        exempt: written.exempt,
    })
}

/// A case's file.
struct Written {
    create: Map<String, Json>,
    change: Vec<Map<String, Json>>,
    replace: Vec<Map<String, Json>>,
    exempt: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Change,
    Replace,
}

impl Written {
    fn of(file: &Json, shown: &str) -> Result<Written, Vec<String>> {
        let known = ["create", "change", "replace", "exempt"];
        let strange = file.as_object().into_iter().flatten().find(|(name, _)| !known.contains(&name.as_str()));
        if let Some((name, _)) = strange {
            return Err(vec![format!("{shown}: `{name}` is none of {}", known.join(", "))]);
        }
        let map = |json: &Json| json.as_object().cloned().unwrap_or_default();
        let maps = |name: &str| file[name].as_array().into_iter().flatten().map(map).collect();
        Ok(Written {
            create: map(&file["create"]),
            change: maps("change"),
            replace: maps("replace"),
            exempt: map(&file["exempt"]).keys().cloned().collect(),
        })
    }

    fn create(&self, procedure: &Procedure, beside: &Beside, lacks: &mut Vec<String>) -> Map<String, Json> {
        let mut create = self.create.clone();
        for (name, attribute) in &procedure.attributes {
            if create.contains_key(name) {
                continue;
            }
            let value = match (name.as_str(), &attribute.references) {
                ("tags", _) => Some(json!({ "stage": "test", "gone": "soon" })),
                ("zone", _) if procedure.zone == ZoneRule::Required => Some(json!("cn-north-1a")),
                ("billing", _) => postpaid(procedure).first().cloned(),
                (_, Some(kind)) if attribute.required => reference(beside, kind, "main"),
                _ => None,
            };
            match value {
                Some(value) => {
                    create.insert(name.clone(), value);
                }
                None if attribute.required => lacks.push(format!("give the required `{name}` a value under [create]")),
                None => {}
            }
        }
        create
    }

    /// The subject as each overlay makes it; what none mentions and can be made up goes into the first.
    fn overlays(
        &self,
        procedure: &Procedure,
        beside: &Beside,
        create: &Map<String, Json>,
        given: &[Map<String, Json>],
        want: Want,
        lacks: &mut Vec<String>,
    ) -> Vec<Map<String, Json>> {
        let mut overlays = given.to_vec();
        let mut made_up = Map::new();
        for (name, attribute) in &procedure.attributes {
            let wanted = match attribute.on_change {
                OnChange::Update(_) => Want::Change,
                OnChange::Replace => Want::Replace,
                OnChange::Record => continue,
            };
            let shrinks = attribute.grows_only && want == Want::Replace;
            let mentioned = given.iter().any(|overlay| overlay.contains_key(name)) || self.exempt.contains(name);
            if (wanted != want && !shrinks) || mentioned {
                continue;
            }
            let flag = create.get(name).or(attribute.default.as_ref()).and_then(Json::as_bool).unwrap_or(false);
            let value = match (name.as_str(), &attribute.shape, &attribute.references) {
                ("tags", ..) => Some(json!({ "stage": "changed", "more": "one" })),
                ("zone", ..) => Some(json!("cn-north-1b")),
                ("billing", ..) => postpaid(procedure).get(1).cloned(),
                ("resource_group_id", ..) => Some(json!("rg-another")),
                (_, Shape::Bool, _) => Some(json!(!flag)),
                (_, Shape::String, Some(kind)) => reference(beside, kind, "other"),
                (name, Shape::String, None) if name == "description" || name.ends_with("name") => {
                    Some(json!("changed"))
                }
                _ => None,
            };
            let (verb, table) = match want {
                Want::Change => ("changes", "change"),
                Want::Replace => ("replaces it", "replace"),
            };
            match value {
                Some(value) => {
                    made_up.insert(name.clone(), value);
                }
                None => {
                    lacks.push(format!("say how `{name}` {verb} under [[{table}]], or why it cannot under [exempt]"));
                }
            }
        }
        if !made_up.is_empty() {
            match overlays.first_mut() {
                Some(first) => first.extend(made_up),
                None => overlays.push(made_up),
            }
        }
        overlays.iter().map(|overlay| create.clone().into_iter().chain(overlay.clone()).collect()).collect()
    }
}

/// Billing methods that allow a deletion at once, and one that does not, in this order.
fn postpaid(procedure: &Procedure) -> Vec<Json> {
    let (prepaid, mut postpaid): (Vec<_>, Vec<_>) =
        procedure.billing_methods.iter().partition(|method| method.starts_with("prepaid"));
    postpaid.sort();
    let paid = prepaid.iter().map(|method| json!({ "method": method, "duration": 1, "unit": "month" }));
    postpaid.iter().map(|method| json!({ "method": method })).chain(paid).collect()
}

fn reference(beside: &Beside, kind: &str, name: &str) -> Option<Json> {
    let address = format!("{kind}.{name}");
    beside.resources.contains_key(&address).then(|| json!(format!("@{address}#id")))
}

/// Operations that a crash must not multiply: deletions, and creations that no token makes harmless.
pub(crate) fn limited<'p>(procedures: impl Iterator<Item = &'p Procedure>) -> Vec<String> {
    let mut names = Vec::new();
    for procedure in procedures {
        let create = procedure.create.as_ref().filter(|_| !matches!(procedure.recovery, Recovery::Tokened(_)));
        for call in create.into_iter().chain(&procedure.delete) {
            names.push(format!("{}.{}", call.service, call.operation));
        }
    }
    names
}
