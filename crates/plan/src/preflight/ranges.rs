//! Ranges: what the plan puts into a parent that exists must not overlap what others put there.

use super::inquiry::{Answer, Asked, Deleted};
use crate::{
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
use ipnet::Ipv4Net;
use std::collections::BTreeMap;

/// Ranges to be made in parents of one region.
#[derive(Debug)]
pub(super) struct Placed {
    question: usize,
    kind: String,
    /// By the parent's id.
    ranges: BTreeMap<String, Vec<(Ipv4Net, Address)>>,
}

/// Asks what is in the parents that exist.
pub(super) fn placed(plan: &Plan, worlds: Worlds<'_>, ask: &mut dyn FnMut(Asked) -> usize) -> Vec<Placed> {
    let mut groups: BTreeMap<(&str, Option<&str>), Placed> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.leg == Leg::Create) {
        let kind = step.address.kind().as_str();
        let Some(procedure) = worlds.procedures.get(kind) else { continue };
        let Some(rule) = procedure.cidr.as_ref().filter(|_| procedure.list.is_some()) else { continue };
        let known = |name: &str| step.attributes.get(name).and_then(Expr::as_value).and_then(Value::as_str);
        let parent = rule.parent.as_deref().and_then(known);
        let range = known(&rule.attribute).and_then(|range| range.parse::<Ipv4Net>().ok());
        let (Some(parent), Some(range)) = (parent, range) else { continue };
        let region = step.region.as_deref();
        let group = groups.entry((kind, region)).or_insert_with(|| Placed {
            question: ask(Asked::Everything { procedure: procedure.clone(), region: region.map(str::to_owned) }),
            kind: kind.to_owned(),
            ranges: BTreeMap::new(),
        });
        group.ranges.entry(parent.to_owned()).or_default().push((range.trunc(), step.address.clone()));
    }
    groups.into_values().collect()
}

/// What is there and stays.
pub(super) fn judge(
    placed: &[Placed],
    worlds: Worlds<'_>,
    deleted: &Deleted<'_>,
    answers: &[Answer],
    diagnostics: &mut Diagnostics,
) {
    for placed in placed {
        let Some(Ok(items)) = answers.get(placed.question) else { continue };
        let Some(procedure) = worlds.procedures.get(&placed.kind) else { continue };
        let (Some(rule), Some(list)) = (&procedure.cidr, &procedure.list) else { continue };
        for item in items {
            let Some(id) = shape::read_path(item, &list.id) else { continue };
            if deleted.has(&placed.kind, id) {
                continue;
            }
            let shown = shape::project(procedure, item, id);
            let text = |name: &str| shown.get(name).and_then(Value::as_str);
            let ranges = rule.parent.as_deref().and_then(text).and_then(|parent| placed.ranges.get(parent));
            let (Some(ranges), Some(there)) = (ranges, text(&rule.attribute)) else { continue };
            let Ok(there) = there.parse::<Ipv4Net>() else { continue };
            for (range, address) in ranges.iter().filter(|(range, _)| range.contains(&there) || there.contains(range)) {
                let message = format!("{address} ({range}) overlaps {there} of {id}, which is there already");
                let mut diagnostic = Diagnostic::error("E0537", message)
                    .hint("it was made by hand or by another project: choose a range that is free");
                if let Some(resource) = worlds.desired.resources.get(address) {
                    diagnostic = diagnostic.at(resource.span);
                }
                diagnostics.push(diagnostic);
            }
        }
    }
}
