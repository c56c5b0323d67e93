//! Objects that exist already and become those of an address.
//!
//! What the cloud shows of such an object is taken as if it had been applied, so that what the manifests want otherwise is
//! an ordinary change of it. What nobody can read back (a password) is taken to be as the manifests have it.

use crate::{
    compare::{agrees, plain_elements},
    decide::{self, Decision},
    marker::MARKER_FIELD,
    moves::Carried,
    once,
    step::{Action, AttributeChange, Leg, Reason, Step},
    worlds::Worlds,
};
use firma_catalog::{procedure::Procedure, shape};
use firma_model::{
    address::Address,
    desired::DesiredResource,
    diagnostic::{Diagnostic, Diagnostics},
    document::Document,
    observed::Sighting,
    path::Path,
    place::Billing,
    record::{Record, Recorded, Status},
    statement::Import,
    value::{Map, Value},
};
use std::collections::HashMap;

/// An object that is to be looked at before it can be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The address it is for.
    pub address: Address,
    /// Region.
    pub region: Option<String>,
    /// The cloud's id.
    pub id: String,
}

/// The objects that imports name and nothing is recorded for.
pub fn candidates(worlds: Worlds<'_>) -> Vec<Candidate> {
    let wanted = worlds.desired.imports.iter().filter(|(to, _)| !worlds.recorded.records.contains_key(to));
    let candidate = |(to, import): (&Address, &Import)| {
        let resource = worlds.desired.resources.get(to)?;
        let region = import.region.clone().or_else(|| resource.region.clone());
        Some(Candidate { address: to.clone(), region, id: import.id.clone() })
    };
    wanted.filter_map(candidate).collect()
}

/// Adds the objects that imports name to the recorded and observed worlds. What cannot be taken over is a diagnostic.
pub fn take_over(carried: &mut Carried<'_>, worlds: Worlds<'_>, diagnostics: &mut Diagnostics) {
    if worlds.desired.imports.is_empty() {
        return;
    }
    let mut owners = owners(worlds.recorded);
    let mut found = Vec::new();
    for (to, import) in &worlds.desired.imports {
        let Some(resource) = worlds.desired.resources.get(to) else { continue };
        if let Some(record) = carried.recorded.records.get(to) {
            if record.cloud_id != import.id {
                diagnostics.push(other_object(to, record, import));
            }
            continue;
        }
        let region = import.region.as_deref().or(resource.region.as_deref());
        let place = (to.kind().as_str().to_owned(), region.map(str::to_owned), import.id.clone());
        if let Some(owner) = owners.get(&place) {
            diagnostics.push(owned(to, owner, import));
            continue;
        }
        let Some(procedure) = worlds.procedures.get(to.kind().as_str()) else { continue };
        if procedure.read.is_none() && procedure.list.is_none() {
            let message = format!("{} cannot be imported: it has no object in the cloud", to.kind());
            diagnostics.push(Diagnostic::error("E0567", message).at(import.span));
            continue;
        }
        match worlds.observed.found.get(to) {
            Some(sighting @ Sighting::Present { attributes, fingerprint, .. }) => {
                if attributes.contains_key(MARKER_FIELD) && !import.force {
                    diagnostics.push(marked(to, import));
                    continue;
                }
                let region = region.map(str::to_owned);
                let record = record(resource, procedure, import, region, attributes, fingerprint);
                owners.insert(place, to.to_string());
                let given = |name: &str| resource.attributes.contains_key(name);
                once::expected(procedure, given).for_each(|name| diagnostics.push(unshown(to, name, import)));
                found.push((record, sighting.clone()));
            }
            Some(Sighting::Blocked(fault)) => diagnostics.push(
                Diagnostic::error("E0520", format!("cannot look at `{}`, which {to} is to import: {fault}", import.id))
                    .at(import.span)
                    .hint("mend the access (`firma doctor` checks it) and plan again"),
            ),
            Some(Sighting::Gone) | None => diagnostics.push(missing(to, import, region)),
        }
    }
    for (record, sighting) in found {
        let address = record.address.clone();
        carried.observed.to_mut().objects.insert(address.clone(), sighting);
        carried.recorded.to_mut().records.insert(address.clone(), record);
        carried.imported.insert(address);
    }
}

/// Who has which object: kind, region and id.
fn owners(recorded: &Recorded) -> HashMap<(String, Option<String>, String), String> {
    let records = recorded.records.values().chain(&recorded.deposed);
    let owner = |record: &Record| {
        let half = if record.deposed.is_empty() { "" } else { " (an old half)" };
        let place = (record.kind.as_str().to_owned(), record.region.clone(), record.cloud_id.clone());
        (place, format!("{}{half}", record.address))
    };
    records.map(owner).collect()
}

/// The object as if what the cloud shows had been applied.
fn record(
    resource: &DesiredResource,
    procedure: &Procedure,
    import: &Import,
    region: Option<String>,
    seen: &Map,
    fingerprint: &str,
) -> Record {
    let mut inputs = Map::new();
    for (name, attribute) in &procedure.attributes {
        if !resource.attributes.contains_key(name) || attribute.read.is_none() {
            continue;
        }
        let Some(value) = seen.get(name).filter(|value| !value.is_null()) else { continue };
        let value = match &attribute.elements {
            Some(_) => Value::List(plain_elements(value.as_list().unwrap_or_default())),
            None => value.clone(),
        };
        inputs.insert(name.clone(), shape::normalise(attribute, value));
    }
    let zone = seen.get("zone").and_then(Value::as_str).map(str::to_owned).or_else(|| resource.zone.clone());
    let billing = seen.get("billing").and_then(Billing::from_value).or_else(|| resource.billing.clone());
    Record {
        address: resource.address.clone(),
        deposed: String::new(),
        kind: resource.address.kind().clone(),
        schema_version: procedure.schema_version,
        cloud_id: import.id.clone(),
        region,
        zone,
        billing,
        status: Status::Ready,
        inputs: Document::encode(&Value::Map(inputs)),
        observed: Document::encode(&Value::Map(seen.clone())),
        fingerprint: fingerprint.to_owned(),
        dependencies: resource.dependencies.clone(),
        create_before_destroy: false,
        prevent_destroy: resource.lifecycle.prevent_destroy,
        on_remove: resource.lifecycle.on_remove,
        version: 0,
    }
}

/// Attributes that are taken to be as the manifests have them, because nobody can read them.
fn believed<'r>(procedure: &Procedure, resource: &'r DesiredResource) -> impl Iterator<Item = &'r str> {
    let unseen = |name: &&String| {
        procedure.attributes.get(*name).is_some_and(|attribute| attribute.read.is_none() || attribute.write_only)
    };
    resource.attributes.keys().filter(unseen).map(String::as_str)
}

/// A record that holds what the manifests want of what nobody can read, or not all of it.
pub(crate) fn with_believed(
    record: &Record,
    procedure: &Procedure,
    wanted: &Map,
    key: &crate::secret::HashKey,
) -> Record {
    let mut inputs = crate::nodes::recorded_inputs(record);
    for (name, attribute) in &procedure.attributes {
        let Some(value) = wanted.get(name).filter(|value| !value.has_unknown()) else { continue };
        let unseen = attribute.read.is_none() || attribute.write_only;
        // Of some attributes a read shows a part only; as far as it goes it says the same.
        if unseen || inputs.get(name).is_some_and(|seen| agrees(value, seen)) {
            inputs.insert(name.clone(), crate::secret::concealed(attribute, value, key));
        }
    }
    Record { inputs: Document::encode(&Value::Map(inputs)), ..record.clone() }
}

/// The step that writes an imported object down, or why it is not one of this address.
pub(crate) fn step(
    resource: &DesiredResource,
    import: &Import,
    procedure: &Procedure,
    decision: &Decision,
    of_record: Step,
) -> Result<Step, Diagnostic> {
    if decision.action == Some(Action::Replace) {
        return Err(unlike(resource, import, decision));
    }
    let mut step = of_record;
    step.leg = Leg::Record;
    step.action = Action::Import;
    step.reasons = vec![Reason::Imported { id: import.id.clone() }];
    step.reasons.extend(believed(procedure, resource).map(|name| Reason::Believed { path: Path::attribute(name) }));
    step.changes = Vec::new();
    if decision.action != Some(Action::Update) {
        step.attributes = decide::step_attributes(resource, &decision.wanted);
    }
    Ok(step)
}

fn unlike(resource: &DesiredResource, import: &Import, decision: &Decision) -> Diagnostic {
    let forcing = |change: &&AttributeChange| change.forces_replacement;
    let words: Vec<String> = decision
        .changes
        .iter()
        .filter(forcing)
        .map(|change| {
            let shown = |value: &Option<Value>| match value {
                Some(value) if value.has_sensitive() => "(sensitive)".to_owned(),
                Some(value) if value.has_unknown() => "known after apply".to_owned(),
                Some(value) => firma_model::document::to_plain_json(value).to_string(),
                None => "nothing".to_owned(),
            };
            format!("{} is {} and would be {}", change.path, shown(&change.before), shown(&change.after))
        })
        .collect();
    let why = match words.is_empty() {
        true => decision.reasons.iter().map(Reason::code).collect::<Vec<_>>().join(", "),
        false => words.join("; "),
    };
    let message = format!(
        "`{}` cannot be imported to {}: it would be deleted and made anew at once ({why})",
        import.id, resource.address
    );
    Diagnostic::error("E0566", message)
        .at(import.span)
        .related(resource.span, "the resource")
        .hint("write the attributes as the object has them, or have lifecycle.ignore_changes leave them alone")
}

fn other_object(to: &Address, record: &Record, import: &Import) -> Diagnostic {
    let message = format!("the import of `{}` does nothing: {to} has `{}` already", import.id, record.cloud_id);
    Diagnostic::warning("E0568", message)
        .at(import.span)
        .hint("take the statement away; to have the other object instead, `firma state rm` forgets this one first")
}

fn owned(to: &Address, owner: &str, import: &Import) -> Diagnostic {
    Diagnostic::error("E0565", format!("`{}` cannot be imported to {to}: it is the object of {owner}", import.id))
        .at(import.span)
        .hint("an object has one address; `[[moved]]` gives it another one")
}

fn marked(to: &Address, import: &Import) -> Diagnostic {
    let message =
        format!("`{}` cannot be imported to {to}: Firma made it, for another project or another state", import.id);
    Diagnostic::error("E0569", message)
        .at(import.span)
        .hint("two states that hold one object will undo each other's work: have the other project forget it first, with `[[removed]]` and on_remove = \"retain\"")
        .hint("`force = true` takes it over all the same")
}

fn unshown(to: &Address, name: &str, import: &Import) -> Diagnostic {
    let message = format!("{to} is imported without its {name}, which is shown only when the object is made");
    Diagnostic::warning("E0871", message)
        .at(import.span)
        .hint(format!("`{name}` is null for whatever refers to it; an object that Firma makes itself has it"))
}

fn missing(to: &Address, import: &Import, region: Option<&str>) -> Diagnostic {
    let place = region.map(|region| format!(" in {region}")).unwrap_or_default();
    let message = format!("there is no {} `{}`{place} to import to {to}", to.kind(), import.id);
    Diagnostic::error("E0567", message)
        .at(import.span)
        .hint("check the id and the region; without the statement the object would be made")
}
