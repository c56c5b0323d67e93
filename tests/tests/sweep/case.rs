//! The worlds of a kind's case ([`firma_tests::cases`]): with its subject made, changed and replaced.
//!
//! The subject is `<kind>.subject`. Its `<kind>.main` of `beside.toml` is there too: it is never the only one of its kind, so that
//! taking another for it would show.

use firma_lab::stack;
use firma_model::desired::Desired;
use firma_plan::procedure::{Identity, Procedure, Recovery};
use firma_tests::cases::Beside;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The address of what a case is about.
pub(crate) const SUBJECT: &str = "subject";

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
    let written = beside.subject(procedure)?;
    let mut around = BTreeMap::new();
    let sibling = format!("@{}.main#id", procedure.kind);
    if !matches!(procedure.identity, Identity::Composed(_)) {
        beside.gather(&json!([sibling]), &mut around);
    }
    for attributes in [&written.create].into_iter().chain(&written.changes).chain(&written.replacements) {
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
                // What the simulation numbers, is one of a kind here.
                *text = text.replace("{n}", "");
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
        create: world(Some(&written.create)),
        changes: written.changes.iter().map(|attributes| world(Some(attributes))).collect(),
        replacements: written.replacements.iter().map(|attributes| world(Some(attributes))).collect(),
        exempt: written.exempt,
    })
}

/// Operations that a crash must not multiply: deletions, and creations that no token makes harmless.
pub(crate) fn limited<'p>(procedures: impl Iterator<Item = &'p Procedure>) -> Vec<String> {
    let mut names = Vec::new();
    for procedure in procedures {
        let create = procedure.create.as_ref().filter(|_| !matches!(procedure.recovery, Recovery::Tokened(_)));
        let without = procedure.create_without.as_ref().map(|without| &without.call);
        for call in create.into_iter().chain(without).chain(&procedure.delete) {
            names.push(format!("{}.{}", call.service, call.operation));
        }
    }
    names
}
