//! One case a kind: the attributes that make it, change every attribute that can be changed in place, and replace it.
//!
//! `tests/sweep/kinds/<service>/<kind>.toml` says what only a person can know; the rest follows from the kind's procedure:
//!
//! - `[create]`: attributes of the subject. `"@vpc.vpc.main#id"` is another resource's attribute, `"?image"` a look-up.
//!   Zone, billing, tags and required references are filled in.
//! - `[[change]]`: how it differs from that, all changed in place. Names, descriptions, flags and tags that none of them
//!   mentions are changed by the first.
//! - `[[replace]]`: what replaces it. References, zone, billing and the resource group are changed by the first.
//! - `[exempt]`: attributes and operations that no world can reach, each with the reason why.
//!
//! `beside.toml`, there and in the folder of each service, has the resources that others stand on. `<kind>.main` fills a required
//! reference in, `<kind>.other` is what it changes to. The sweep takes a subject with those it refers to, and those they
//! refer to; the simulation makes copies of them ([`crate::simulation::copies`]).

use crate::{simulation::script::references, tidy::tree};
use firma_catalog::procedure::{OnChange, Procedure, Shape, ZoneRule};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// What can stand beside a subject.
pub struct Beside {
    /// Attributes by address.
    pub resources: BTreeMap<String, Json>,
    /// Look-ups by name: kind, parameters, attribute of the first item.
    pub lookups: BTreeMap<String, Json>,
}

/// The attributes of a subject, in the laboratory's notation.
pub struct Subject {
    /// As it is made.
    pub create: Map<String, Json>,
    /// As it is changed in place.
    pub changes: Vec<Map<String, Json>>,
    /// As another object.
    pub replacements: Vec<Map<String, Json>>,
    /// Attributes and operations that cannot be reached.
    pub exempt: BTreeSet<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sweep/kinds")
}

fn read(name: &str) -> Option<Json> {
    let text = std::fs::read_to_string(folder().join(name)).ok()?;
    let table: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    Some(serde_json::to_value(table).unwrap_or_else(|error| panic!("{name}: {error}")))
}

impl Beside {
    /// Reads the files.
    ///
    /// # Panics
    /// Where one is no TOML, or two say the same.
    pub fn load() -> Beside {
        let mut beside = Beside { resources: BTreeMap::new(), lookups: BTreeMap::new() };
        let services = tree::entries(&folder()).into_iter().filter(|path| path.is_dir());
        let files = services.map(|path| format!("{}/beside.toml", tree::name_of(&path)));
        for file in std::iter::once("beside.toml".to_owned()).chain(files) {
            let Some(Json::Object(mut entries)) = read(&file) else { continue };
            if let Some(Json::Object(lookups)) = entries.remove("lookups") {
                beside.lookups.extend(lookups);
            }
            for (address, attributes) in entries {
                assert!(
                    beside.resources.insert(address.clone(), attributes).is_none(),
                    "{file}: {address} is there twice"
                );
            }
        }
        beside
    }

    /// Adds what attributes refer to, and so on.
    ///
    /// # Panics
    /// Where one refers to what no file has.
    pub fn gather(&self, attributes: &Json, into: &mut BTreeMap<String, Json>) {
        for address in references(attributes) {
            let Some(attributes) = self.resources.get(&address) else {
                panic!("{address} is in no beside.toml of {}", folder().display())
            };
            if into.insert(address, attributes.clone()).is_none() {
                self.gather(attributes, into);
            }
        }
    }

    /// The subject of a kind.
    ///
    /// # Errors
    /// What to add, and where.
    pub fn subject(&self, procedure: &Procedure) -> Result<Subject, Vec<String>> {
        let (service, name) = procedure.kind.split_once('.').expect("BUG: a kind is service.kind");
        let file = format!("{service}/{name}.toml");
        let shown = format!("tests/tests/sweep/kinds/{file}");
        let Some(text) = read(&file) else {
            return Err(vec![format!(
                "{} has no case: write {shown} with [create], [[change]] and [[replace]], as tests/src/cases.rs says",
                procedure.kind
            )]);
        };
        let written = Written::of(&text, &shown)?;
        let mut lacks = Vec::new();
        let create = written.create(procedure, self, &mut lacks);
        let changes = written.overlays(procedure, self, &create, &written.change, Want::Change, &mut lacks);
        let replacements = written.overlays(procedure, self, &create, &written.replace, Want::Replace, &mut lacks);
        if !lacks.is_empty() {
            return Err(lacks.into_iter().map(|lack| format!("{}: {lack}, in {shown}", procedure.kind)).collect());
        }
        Ok(Subject { create, changes, replacements, exempt: written.exempt })
    }
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
