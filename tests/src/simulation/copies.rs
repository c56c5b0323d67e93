//! Kinds without a recipe of their own in [`super::worlds`]: a subject is a copy of the one that the sweep makes
//! ([`crate::cases`]), with copies of all that it stands on, and an edit makes another of that kind's subjects of it.
//!
//! What a subject stands on is found again from what it refers to, as addresses change in a life: the references that the
//! case has at the same place say which is which.

use crate::{
    cases::{Beside, Subject},
    simulation::script::Resources,
};
use firma_catalog::Catalog;
use firma_model::address::KindId;
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, sync::OnceLock};

/// Addresses of copies by the address that a case has.
pub type Copies = BTreeMap<String, String>;

/// The region, its zones and the number that a copy is made with.
pub struct Stamp<'s> {
    /// Where it is.
    pub region: &'s str,
    /// The zones there.
    pub zones: &'s [&'s str],
    /// Tells its names from those of other copies.
    pub number: u64,
}

/// What can stand beside a subject.
pub fn beside() -> &'static Beside {
    static BESIDE: OnceLock<Beside> = OnceLock::new();
    BESIDE.get_or_init(Beside::load)
}

/// The subject of a kind.
///
/// # Panics
/// Where the case lacks something.
pub fn subject(kind: &str) -> &'static Subject {
    static SUBJECTS: OnceLock<BTreeMap<String, Subject>> = OnceLock::new();
    let subjects = SUBJECTS.get_or_init(|| {
        let catalog = Catalog::builtin();
        let procedures = catalog.kind_names().filter_map(|name| catalog.kind(&KindId::new(name)));
        let made = procedures.filter(|procedure| procedure.create.is_some());
        made.map(|procedure| {
            let subject = beside().subject(&procedure).unwrap_or_else(|lacks| panic!("{}", lacks.join("\n")));
            (procedure.kind.clone(), subject)
        })
        .collect()
    });
    &subjects[kind]
}

/// The subject's attributes in each of its forms that can be deleted at once: as made, changed, replaced.
pub fn forms(kind: &str) -> [Vec<&'static Map<String, Json>>; 3] {
    let subject = subject(kind);
    // What is protected is meant to stay: the cloud refuses its deletion until somebody takes the protection off.
    let is_protected = |attributes: &Map<String, Json>| attributes.get("delete_protection") == Some(&Json::Bool(true));
    // An image that does not take its snapshots with it leaves what is nobody's, as it was told to.
    let takes_all = |attributes: &Map<String, Json>| attributes.get("delete_snapshots") == Some(&Json::Bool(true));
    let leaves = |attributes: &Map<String, Json>| takes_all(&subject.create) && !takes_all(attributes);
    let free =
        |attributes: &&Map<String, Json>| !is_prepaid(attributes) && !is_protected(attributes) && !leaves(attributes);
    [
        vec![&subject.create],
        subject.changes.iter().filter(free).collect(),
        subject.replacements.iter().filter(free).collect(),
    ]
}

fn is_prepaid(attributes: &Map<String, Json>) -> bool {
    let method = |value: &Json| value["method"].as_str().is_some_and(|method| method.starts_with("prepaid"));
    fn any(json: &Json, holds: &impl Fn(&Json) -> bool) -> bool {
        match json {
            Json::Array(items) => items.iter().any(|item| any(item, holds)),
            Json::Object(map) => holds(json) || map.values().any(|item| any(item, holds)),
            _ => false,
        }
    }
    attributes.values().any(|value| any(value, &method))
}

/// Which copies a subject and what it stands on refer to, judged by the places of references.
pub fn recognise(kind: &str, attributes: &Json, world: &Resources) -> Copies {
    let mut copies = Copies::new();
    for form in forms(kind).into_iter().flatten() {
        meet(&Json::Object(form.clone()), attributes, world, &mut copies);
    }
    copies
}

fn meet(ours: &Json, theirs: &Json, world: &Resources, copies: &mut Copies) {
    match (ours, theirs) {
        (Json::String(ours), Json::String(theirs)) => {
            let (Some((ours, _)), Some((theirs, _))) = (reference(ours), reference(theirs)) else { return };
            let same_kind =
                ours.rsplit_once('.').map(|(kind, _)| kind) == theirs.rsplit_once('.').map(|(kind, _)| kind);
            let taken = copies.contains_key(ours) || copies.values().any(|copy| copy == theirs);
            let alike = || beside().resources[ours]["address_prefix"] == world[theirs]["address_prefix"];
            if same_kind && !taken && world.contains_key(theirs) && alike() {
                copies.insert(ours.to_owned(), theirs.to_owned());
                meet(&beside().resources[ours], &world[theirs], world, copies);
            }
        }
        (Json::Array(ours), Json::Array(theirs)) => {
            ours.iter().zip(theirs).for_each(|(ours, theirs)| meet(ours, theirs, world, copies));
        }
        (Json::Object(ours), Json::Object(theirs)) => {
            for (name, value) in ours {
                if let Some(theirs) = theirs.get(name) {
                    meet(value, theirs, world, copies);
                }
            }
        }
        _ => {}
    }
}

/// Adds the subnets that a form needs and that are there already, in the networks of its copies, from when it was needed before.
pub fn remember(form: &Json, world: &Resources, copies: &mut Copies) {
    let mut around = Resources::new();
    beside().gather(form, &mut around);
    for (ours, attributes) in around.iter().filter(|(ours, _)| ours.starts_with("vpc.subnet.")) {
        let network = attributes["vpc_id"].as_str().and_then(reference).and_then(|(vpc, _)| copies.get(vpc));
        let Some(network) = network.map(|vpc| format!("@{vpc}#id")).filter(|_| !copies.contains_key(ours)) else {
            continue;
        };
        let there = world.iter().find(|(theirs, other)| {
            let placed = other["vpc_id"] == *network && other["address_prefix"] == attributes["address_prefix"];
            theirs.starts_with("vpc.subnet.") && placed
        });
        if let Some((theirs, _)) = there {
            copies.insert(ours.clone(), theirs.clone());
        }
    }
}

/// Whether a form needs nothing but what there is a copy of.
pub fn stands_on(form: &Map<String, Json>, copies: &Copies) -> bool {
    let mut around = Resources::new();
    beside().gather(&Json::Object(form.clone()), &mut around);
    around.keys().all(|address| copies.contains_key(address))
}

/// `@ADDRESS#ATTRIBUTE` in two.
pub fn reference(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('@')?.split_once('#')
}

/// Stands for the name of the attributes as a whole.
const ATTRIBUTES: &str = "*";

/// Attributes that choose among the service's names.
const CHOSEN: [&str; 3] = ["device_name", "character_set_name", "metric_name"];

/// Attributes of a case with references to copies, in another place, under names of their own.
pub fn stamped(attributes: &Json, copies: &Copies, stamp: &Stamp<'_>) -> Json {
    write(ATTRIBUTES, attributes, copies, stamp)
}

fn write(name: &str, json: &Json, copies: &Copies, stamp: &Stamp<'_>) -> Json {
    match json {
        Json::String(text) => Json::String(match (reference(text), text.strip_prefix('?')) {
            (Some((address, attribute)), _) => format!("@{}#{attribute}", copies[address]),
            (_, Some(look_up)) => found(look_up).to_owned(),
            _ => text_of(name, text, stamp),
        }),
        Json::Array(items) => items.iter().map(|item| write(name, item, copies, stamp)).collect(),
        Json::Object(map) => {
            // Names inside of values are not the object's own: they say what is meant.
            let own = |inner: &String| if name == ATTRIBUTES { inner.clone() } else { String::new() };
            let entries = map.iter().map(|(inner, value)| (inner.clone(), write(&own(inner), value, copies, stamp)));
            Json::Object(entries.collect())
        }
        other => other.clone(),
    }
}

fn text_of(name: &str, text: &str, stamp: &Stamp<'_>) -> String {
    if text == "cn-north-1" {
        return stamp.region.to_owned();
    }
    if let Some(zone) = text.strip_prefix("cn-north-1").filter(|zone| zone.len() == 1) {
        let number = zone.bytes().next().map_or(0, |letter| usize::from(letter.saturating_sub(b'a')));
        return stamp.zones[number % stamp.zones.len()].to_owned();
    }
    if text.contains("{n}") {
        return text.replace("{n}", &stamp.number.to_string());
    }
    match name.ends_with("name") && !CHOSEN.contains(&name) && !text.contains(['.', '@']) {
        // Some services allow no hyphens in names.
        true => format!("{text}{}", stamp.number),
        false => text.to_owned(),
    }
}

/// What a look-up of a case finds in the emulated cloud, the same everywhere.
fn found(look_up: &str) -> &'static str {
    match look_up {
        "image" => "img-ubuntu2204",
        "other_image" => "img-debian12",
        other => panic!("the simulation does not know what the look-up {other} finds: say so in {}", file!()),
    }
}
