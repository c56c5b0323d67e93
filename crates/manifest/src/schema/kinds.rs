//! Resources and look-ups, from the catalogue.

use super::{
    limited,
    part::{anything, blocks, boolean, definition, described, named, or_expression, plain, table, word},
};
use firma_catalog::{
    Catalog, billing, places,
    procedure::{Attribute, LookupProcedure, OnChange, Procedure, Shape, ZoneRule},
    rules::Rules,
};
use firma_model::address::KindId;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The services as sections: service, then kind, then name.
pub(super) fn services(catalog: &Catalog, definitions: &mut Map<String, Value>) -> BTreeMap<String, Value> {
    let kinds = catalog.kind_names().filter_map(|id| Some((id, resource(&*catalog.kind(&KindId::new(id))?))));
    sections(kinds, "kind", definitions)
}

/// `[data]`: service, then kind, then name.
pub(super) fn lookups(catalog: &Catalog, definitions: &mut Map<String, Value>) -> Value {
    let entries = catalog.lookups();
    let ids = entries.iter().map(|entry| entry.id.as_str());
    let lookups = ids.filter_map(|id| Some((id, lookup(&*catalog.lookup(&KindId::new(id))?))));
    let services = sections(lookups, "lookup", definitions);
    let services = table(services.iter().map(|(name, schema)| (name.as_str(), schema.clone())), &[]);
    described(services, "Look-ups: things that exist and are asked for, not made.")
}

fn sections<'k>(
    schemas: impl Iterator<Item = (&'k str, Value)>,
    prefix: &str,
    definitions: &mut Map<String, Value>,
) -> BTreeMap<String, Value> {
    let mut services: BTreeMap<String, Vec<(&str, Value)>> = BTreeMap::new();
    for (id, schema) in schemas {
        let Some((service, kind)) = id.split_once('.') else { continue };
        let name = format!("{prefix}.{id}");
        let description = schema["description"].as_str().unwrap_or_default().to_owned();
        let block = described(named(definition(&name)), &description);
        definitions.insert(name, schema);
        services.entry(service.to_owned()).or_default().push((kind, block));
    }
    let title = |service: &str| format!("Resources and look-ups of the service {service}.");
    services.into_iter().map(|(id, kinds)| (id.clone(), described(table(kinds, &[]), &title(&id)))).collect()
}

fn resource(procedure: &Procedure) -> Value {
    let mut keys: Vec<(&str, Value)> = vec![
        ("for_each", anything("One instance for each key of a map, or for each text of a set.")),
        ("count", described(definition("count"), "So many instances, addressed by their number.")),
        ("enabled", boolean("Whether the block exists at all.")),
        ("depends_on", described(definition("addresses"), "Blocks or instances to be made before this one.")),
        ("timeouts", timeouts()),
        ("lifecycle", lifecycle()),
    ];
    if procedure.regional {
        keys.push(("region", described(definition("region"), "Where it lives. `[defaults]` may say it.")));
    }
    let mut required = Vec::new();
    for (name, attribute) in &procedure.attributes {
        let placed = matches!(name.as_str(), "zone" | "billing");
        if attribute.required && !placed {
            required.push(name.as_str());
        }
        keys.push((name, described(value(name, attribute, procedure), &sentence(name, attribute, procedure))));
    }
    described(table(keys, &required), &format!("{}.", procedure.title))
}

fn value(name: &str, attribute: &Attribute, procedure: &Procedure) -> Value {
    match (name, &attribute.shape) {
        ("zone", Shape::String) => definition("zone"),
        ("billing", _) => billing_of(procedure.billing_methods.iter().map(String::as_str)),
        (_, shape) => limited::shape(shape, &procedure.rules, name),
    }
}

/// Billing by one of these methods.
pub(super) fn billing_of<'m>(methods: impl IntoIterator<Item = &'m str>) -> Value {
    let units = billing::methods().iter().flat_map(|method| &method.terms).map(|term| term.unit.as_str());
    let keys = [
        ("method", described(word(methods), "How it is paid for.")),
        ("unit", described(word(units), "What is bought in advance: months or years.")),
        ("duration", described(definition("whole_number"), "How many of them.")),
        ("auto_renew", boolean("Bought again before it expires.")),
    ];
    let mut schema = table(keys, &["method"]);
    // The cloud has further settings for some kinds; `firma validate` knows which.
    schema["additionalProperties"] = json!(true);
    or_expression(schema)
}

/// What can be said of an attribute, in sentences.
fn sentence(name: &str, attribute: &Attribute, procedure: &Procedure) -> String {
    let mut said: Vec<String> = attribute.doc.iter().cloned().collect();
    if let Some(kind) = &attribute.references {
        said.push(format!("The id of a {kind}: `${{{kind}.NAME.id}}`."));
    }
    match name {
        "zone" if procedure.zone == ZoneRule::Required => said.push("Needed; `[defaults]` may say it.".to_owned()),
        "billing" => said.push("How it is paid for; `[defaults]` may say it.".to_owned()),
        _ if attribute.required => said.push("Required.".to_owned()),
        _ if !attribute.required_unless.is_empty() => {
            said.push(format!("Required without {}.", attribute.required_unless.join(" or ")));
        }
        _ => {}
    }
    said.push(match (attribute.on_change, attribute.grows_only) {
        (OnChange::Replace, _) => "A change replaces the object.".to_owned(),
        (OnChange::Update(_), true) => "It grows in place; shrinking replaces the object.".to_owned(),
        (OnChange::Update(_), false) => "A change is made in place.".to_owned(),
        (OnChange::Record, _) => "A change concerns the state only.".to_owned(),
    });
    said.extend(procedure.rules.at(name).map(|rule| format!("It {}.", rule.words())));
    if attribute.write_only {
        said.push("Never stored or shown.".to_owned());
    }
    said.join(" ")
}

fn lookup(procedure: &LookupProcedure) -> Value {
    let mut keys: Vec<(&str, Value)> = vec![
        ("for_each", anything("Asked once for each key of a map, or for each text of a set.")),
        ("count", described(definition("count"), "Asked so many times, addressed by number.")),
        ("enabled", boolean("Whether it is asked at all.")),
        ("depends_on", described(definition("addresses"), "What must be done before it is asked.")),
        ("lifecycle", described(expectations(), "What must hold of it.")),
    ];
    if procedure.regional {
        keys.push(("region", described(definition("region"), "Where it is asked. `[defaults]` may say it.")));
    }
    let mut required = Vec::new();
    for (name, field) in &procedure.parameters {
        if field.required {
            required.push(name.as_str());
        }
        keys.push((name, limited::shape(&field.shape, &Rules::default(), name)));
    }
    described(table(keys, &required), &format!("Look-up: {}.", procedure.title))
}

fn timeouts() -> Value {
    let time = |what: &str| {
        let plain = json!({ "anyOf": [{ "type": "number" }, { "type": "string" }] });
        described(plain, &format!("How long to wait for {what}: seconds, or text such as `10m`."))
    };
    let keys = [("create", time("its making")), ("update", time("a change")), ("delete", time("its deletion"))];
    described(table(keys, &[]), "How long to wait.")
}

fn condition() -> Value {
    let keys = [("condition", boolean("What must be true.")), ("message", plain("What to say when it is not."))];
    blocks(table(keys, &["condition", "message"]))
}

fn expectations() -> Value {
    let keys = [
        ("precondition", described(condition(), "Of what it is asked with.")),
        ("postcondition", described(condition(), "Of what it found, which is `self`.")),
    ];
    table(keys, &[])
}

fn lifecycle() -> Value {
    let keys = [
        ("prevent_destroy", boolean("Whoever would delete or replace it is refused.")),
        ("create_before_destroy", boolean("A replacement is made before the old object is deleted.")),
        ("ignore_changes", anything("Attributes whose differences are left alone, or \"all\".")),
        ("replace_triggered_by", described(definition("references"), "What makes a replacement when it changes.")),
        ("on_remove", described(word(["destroy", "retain"]), "What happens to the object when its block goes.")),
        ("precondition", described(condition(), "Checked before it is touched.")),
        ("postcondition", described(condition(), "Checked when it is done.")),
    ];
    described(table(keys, &[]), "How it is treated when it changes or goes.")
}

/// Every region's id.
pub(super) fn regions() -> Value {
    word(places::regions().iter().map(|region| region.id.as_str()))
}

/// Every zone, in every spelling.
pub(super) fn zones() -> Value {
    let zones = places::regions()
        .iter()
        .flat_map(|region| region.zones.iter().chain(&region.further).chain(region.printed.keys()).map(String::as_str));
    word(zones)
}
