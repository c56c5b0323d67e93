//! What the manifests alone show: ranges of siblings, and ids that cannot be hidden.

use crate::{
    procedure::Identity,
    step::{Leg, Plan},
    worlds::Worlds,
};
use firma_catalog::procedure::Procedure;
use firma_model::{
    address::{Address, KindId},
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    value::Value,
};
use ipnet::Ipv4Net;
use std::{collections::BTreeMap, sync::Arc};

/// A CIDR block that will exist.
struct Range<'a> {
    address: &'a Address,
    net: Ipv4Net,
    shown: String,
}

/// Refuses sensitive values as ids: those are shown everywhere.
pub fn check_ids(worlds: Worlds<'_>, diagnostics: &mut Diagnostics) {
    for resource in worlds.desired.resources.values() {
        let Some(procedure) = worlds.procedures.get(resource.address.kind().as_str()) else { continue };
        let Identity::Chosen(name) = &procedure.identity else { continue };
        let id = resource.attributes.get(name);
        if id.and_then(Expr::as_value).is_some_and(Value::has_sensitive) {
            diagnostics.push(
                Diagnostic::error(
                    "E0532",
                    format!("{} of {} is its id, and cannot be sensitive", name, resource.address),
                )
                .at(span(id, resource.span))
                .hint("choose a name that may be shown, or take the mark off with nonsensitive()"),
            );
        }
    }
}

/// Checks the planned world, where the plan changes something in it.
pub fn check(worlds: Worlds<'_>, plan: &Plan, diagnostics: &mut Diagnostics) {
    let touched = plan.steps.iter().any(|step| matches!(step.leg, Leg::Create | Leg::Update));
    if touched {
        check_ranges(worlds.desired, &|kind| worlds.procedures.get(kind).cloned(), diagnostics);
    }
}

/// Checks what the manifests ask for: CIDR blocks of siblings must not overlap and must lie inside their parent's.
pub fn check_ranges(
    desired: &Desired,
    procedure: &dyn Fn(&str) -> Option<Arc<Procedure>>,
    diagnostics: &mut Diagnostics,
) {
    // By kind and parent: the parent is told by its expression, so that it need not exist yet.
    let mut siblings: BTreeMap<(String, String), Vec<Range<'_>>> = BTreeMap::new();
    let with_ranges = |kind| Some((kind, procedure(KindId::as_str(kind)).filter(|found| found.cidr.is_some())?));
    let procedures: BTreeMap<&KindId, Arc<Procedure>> = desired.kinds.iter().filter_map(with_ranges).collect();
    if procedures.is_empty() {
        return;
    }
    for resource in desired.resources.values() {
        let Some(procedure) = procedures.get(resource.address.kind()) else { continue };
        let Some(rule) = &procedure.cidr else { continue };
        let Some(net) = literal(resource.attributes.get(&rule.attribute)) else { continue };
        let Some(parent_attribute) = &rule.parent else { continue };
        let Some(parent) = resource.attributes.get(parent_attribute) else { continue };
        let parent_name = match parent.as_value().and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => {
                let mut name = String::new();
                parent.each_node(&mut |node| name = node.to_string());
                name
            }
        };
        if let Some((parent_address, outer)) = parent_range(desired, &rule.attribute, parent)
            && !outer.contains(&net)
        {
            diagnostics.push(
                Diagnostic::error(
                    "E0530",
                    format!(
                        "{} has {}, which is not inside {} of {parent_address}",
                        resource.address,
                        shown(net, resource.attributes.get(&rule.attribute)),
                        shown(outer, desired.resources[parent_address].attributes.get(&rule.attribute)),
                    ),
                )
                .at(span(resource.attributes.get(&rule.attribute), resource.span)),
            );
        }
        let kind = resource.address.kind().as_str().to_owned();
        siblings.entry((kind, parent_name)).or_default().push(Range {
            address: &resource.address,
            net,
            shown: shown(net, resource.attributes.get(&rule.attribute)),
        });
    }
    for ranges in siblings.values_mut() {
        ranges.sort_by_key(|range| (u32::from(range.net.network()), range.net.prefix_len()));
        // Sorted by network, any overlap shows between a range and the widest one before it.
        let mut widest: Option<&Range<'_>> = None;
        for range in ranges.iter() {
            if let Some(before) = widest
                && before.net.contains(&range.net)
            {
                let later = &desired.resources[range.address];
                let earlier = &desired.resources[before.address];
                diagnostics.push(
                    Diagnostic::error(
                        "E0531",
                        format!(
                            "{} ({}) and {} ({}) overlap",
                            before.address, before.shown, range.address, range.shown
                        ),
                    )
                    .at(later.span)
                    .related(earlier.span, "the other one")
                    .hint(
                        "the ranges of two siblings must not share an address; cidrsubnet() cuts them without overlap",
                    ),
                );
            }
            if widest.is_none_or(|before| u32::from(range.net.broadcast()) > u32::from(before.net.broadcast())) {
                widest = Some(range);
            }
        }
    }
}

fn literal(expr: Option<&Expr>) -> Option<Ipv4Net> {
    expr?.as_value()?.as_str()?.parse::<Ipv4Net>().ok().map(|net| net.trunc())
}

/// A range as a message may show it.
fn shown(net: Ipv4Net, expr: Option<&Expr>) -> String {
    match expr.and_then(Expr::as_value).is_some_and(Value::has_sensitive) {
        true => "a sensitive range".to_owned(),
        false => net.to_string(),
    }
}

fn span(expr: Option<&Expr>, otherwise: firma_model::span::Span) -> firma_model::span::Span {
    expr.map(|expr| expr.span).filter(|span| span.end > span.start).unwrap_or(otherwise)
}

fn parent_range<'a>(desired: &'a Desired, attribute: &str, parent: &Expr) -> Option<(&'a Address, Ipv4Net)> {
    let mut found = None;
    parent.each_node(&mut |node| {
        if let firma_model::address::Node::Instance(address) = node
            && let Some((address, resource)) = desired.resources.get_key_value(address)
            && let Some(net) = literal(resource.attributes.get(attribute))
        {
            found = Some((address, net));
        }
    });
    found
}
