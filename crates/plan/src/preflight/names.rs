//! Names that are ids: what the plan makes under a name must not be there already.

use super::inquiry::{Answer, Asked, Deleted};
use crate::{
    observe::split_for_names,
    procedure::Identity,
    step::{Leg, Plan},
    worlds::Worlds,
};
use firma_catalog::shape;
use firma_model::{
    address::Address,
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    value::Value,
};
use std::collections::BTreeMap;

/// Objects to be made whose names are in one question.
#[derive(Debug)]
pub(super) struct Wanted {
    question: usize,
    kind: String,
    objects: BTreeMap<String, Address>,
}

/// Asks for every name that is to be made, but those that the plan frees first.
pub(super) fn wanted(
    plan: &Plan,
    worlds: Worlds<'_>,
    deleted: &Deleted<'_>,
    ask: &mut dyn FnMut(Asked) -> usize,
) -> Vec<Wanted> {
    let mut groups: BTreeMap<(&str, Option<&str>), BTreeMap<String, Address>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.leg == Leg::Create) {
        let kind = step.address.kind().as_str();
        let Some(procedure) = worlds.procedures.get(kind) else { continue };
        let (Identity::Chosen(attribute), Some(_)) = (&procedure.identity, &procedure.list) else { continue };
        let name = step.attributes.get(attribute).and_then(Expr::as_value).and_then(Value::as_str);
        if let Some(name) = name.filter(|name| !deleted.has(kind, name)) {
            let group = groups.entry((kind, step.region.as_deref())).or_default();
            group.insert(name.to_owned(), step.address.clone());
        }
    }
    let mut wanted = Vec::new();
    for ((kind, region), objects) in groups {
        let ids = objects.keys().cloned().collect();
        for batch in split_for_names(&worlds.procedures[kind], region, ids) {
            let objects = batch.ids.iter().map(|id| (id.clone(), objects[id].clone())).collect();
            let question = ask(Asked::Objects(batch));
            wanted.push(Wanted { question, kind: kind.to_owned(), objects });
        }
    }
    wanted
}

/// What is there already.
pub(super) fn judge(wanted: &[Wanted], worlds: Worlds<'_>, answers: &[Answer], diagnostics: &mut Diagnostics) {
    for wanted in wanted {
        let Some(Ok(items)) = answers.get(wanted.question) else { continue };
        let Some(list) = worlds.procedures.get(&wanted.kind).and_then(|procedure| procedure.list.as_ref()) else {
            continue;
        };
        let found = items.iter().filter_map(|item| shape::read_path(item, &list.id));
        for (name, address) in found.filter_map(|id| wanted.objects.get_key_value(id)) {
            let message = format!("{address} cannot be made: there is a {} `{name}` already", wanted.kind);
            let mut diagnostic = Diagnostic::error("E0535", message)
                .hint("it was made by hand or by another project: choose another name, or bring it in with an [[import]] block");
            if let Some(resource) = worlds.desired.resources.get(address) {
                diagnostic = diagnostic.at(resource.span);
            }
            diagnostics.push(diagnostic);
        }
    }
}
