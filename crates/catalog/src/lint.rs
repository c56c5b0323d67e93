//! What compiling cannot see of a kind: whether values are plausible, whether kinds it names exist.

use crate::{
    billing, compile,
    problem::{Findings, Problem, What},
    text::{IdentityText, KindText, LookupText},
};
use firma_api::path as api_path;
use std::collections::BTreeSet;

/// Everything that is wrong with a kind. `known` says whether a kind or look-up of a name exists.
pub fn lint(id: &str, text: &str, known: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut findings = Findings::new(id);
    let kind: KindText = match toml::from_str(text) {
        Ok(kind) => kind,
        Err(error) => {
            findings.add(What::Text(error.to_string()));
            return findings.list;
        }
    };
    if !text.starts_with("title = \"") {
        findings.add(What::Text("the title is the first line".to_owned()));
    }
    for target in kind.references.values().filter(|target| !known(target)) {
        findings.unknown("references", target.as_str());
    }
    if let Some(sold) = &kind.billing {
        for method in sold.methods.iter().filter(|method| billing::method(method).is_none()) {
            findings.add(What::Billing(method.clone()));
        }
        if sold.methods.is_empty() {
            findings.add(What::Missing("a billed kind sells by some method"));
        }
    }
    status(&kind, &mut findings);
    if kind.create.is_some() && kind.delete.is_none() {
        findings.add(What::Missing("what is created needs a delete call"));
    }
    if kind.create.is_some() && kind.list.is_none() {
        findings.add(What::Missing("what is created needs a list, to be seen with others in one call"));
    }
    if kind.tags.as_ref().is_some_and(|tags| tags.service_code.is_empty()) {
        findings.add(What::Missing("the tag service addresses products by a service code"));
    }
    if let IdentityText::Chosen(name) = &kind.identity
        && !kind.unique.iter().any(|key| key.overlapping.is_none() && key.equal == [name.as_str()])
    {
        findings.add(What::Missing("a chosen id is a unique key"));
    }
    let (_, mut problems) = compile::compile(id, &kind);
    problems.extend(findings.list);
    problems
}

/// Everything that is wrong with a look-up.
pub fn lint_lookup(id: &str, text: &str) -> Vec<Problem> {
    match toml::from_str::<LookupText>(text) {
        Ok(lookup) => compile::lookup(id, &lookup).1,
        Err(error) => {
            let mut findings = Findings::new(id);
            findings.add(What::Text(error.to_string()));
            findings.list
        }
    }
}

/// Status values have one meaning each, and are among those the API's prose lists where it lists any.
fn status(kind: &KindText, findings: &mut Findings<'_>) {
    let Some(rule) = &kind.status else { return };
    if rule.ready.is_empty() {
        findings.add(What::Missing("a status rule needs a value that ends the wait"));
    }
    let mut seen = BTreeSet::new();
    let before = kind.delete.iter().flat_map(|delete| &delete.before);
    let waited = kind.updates.iter().flat_map(|update| &update.stages).chain(before).flat_map(|stage| &stage.until);
    let named: Vec<&String> = rule.ready.iter().chain(&rule.failed).chain(&rule.gone).collect();
    for value in &named {
        if !seen.insert(*value) {
            findings.add(What::Status((*value).clone()));
        }
    }
    // What failed may be grave; what is at rest or gone may not.
    let named: Vec<&String> = named.into_iter().chain(rule.grave.iter().filter(|v| !rule.failed.contains(v))).collect();
    for value in rule.grave.iter().filter(|value| rule.ready.contains(value) || rule.gone.contains(value)) {
        findings.add(What::Status(value.clone()));
    }
    for value in waited.filter(|value| !rule.ready.contains(value)) {
        findings.add(What::Status(value.clone()));
    }
    let listed = listed_values(kind, &rule.path);
    if !listed.is_empty() {
        for value in named.into_iter().filter(|value| !listed.contains(value) && !rule.unlisted.contains(value)) {
            findings.add(What::Status(value.clone()));
        }
    }
}

/// The values that the API's prose lists for the status field.
fn listed_values(kind: &KindText, path: &str) -> Vec<String> {
    let hints = || {
        let list = kind.list.as_ref()?;
        let (service, name) = list.operation.split_once('.')?;
        let operation = firma_api::operation(service, name)?;
        let within = kind.select.as_ref().and_then(|select| select.within.as_deref());
        let parent = match within {
            Some(within) => format!("{}[].{within}[]", list.items),
            None => format!("{}[]", list.items),
        };
        let object = api_path::result_type(operation, &api_path::Path::parse(&parent).ok()?).ok()?;
        Some(object.model()?.field(path)?.hints.values().to_vec())
    };
    hints().unwrap_or_default()
}
