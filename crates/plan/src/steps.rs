//! Decisions become steps, and steps get what they need to stand alone: procedures, calls, timeouts, kept values.

use crate::{
    compare::same,
    decide::{self, Decision},
    lower,
    nodes::recorded_inputs,
    parts::{head, part},
    step::{Action, Leg, Plan, Step},
    table::Table,
    worlds::{Options, Worlds},
};
use firma_catalog::procedure::Procedure;
use firma_model::{
    address::{Address, Block, NameSet, Node},
    desired::DesiredResource,
    record::{Record, Status},
    value::{Map, Value},
};

/// Updates whose attributes were never recorded as applied, although the object may show them already: of a change in several
/// calls that was interrupted, the last ones (the start after a resize) are still to come.
fn interrupted<'p>(procedure: &'p Procedure, record: &Record, wanted: &'p Map) -> impl Iterator<Item = usize> + 'p {
    let inputs = recorded_inputs(record);
    let differs = move |name: &String| {
        let plain = procedure.attributes.get(head(name)).is_some_and(|attribute| !attribute.write_only);
        plain && part(wanted, name).is_some_and(|value| part(&inputs, name).is_none_or(|applied| !same(value, applied)))
    };
    let updates = procedure.updates.iter().enumerate();
    updates.filter(move |(_, update)| update.attributes.iter().any(&differs)).map(|(index, _)| index)
}

/// A step that makes or changes what is wanted.
pub(crate) fn wanted_step(
    procedure: &Procedure,
    resource: &DesiredResource,
    record: Option<&Record>,
    decision: Decision,
    leg: Leg,
) -> Step {
    let calls = match leg {
        Leg::Create => lower::create_outline(procedure, &decision.wanted),
        Leg::Update => {
            let unfinished = record.filter(|record| record.status != Status::Ready);
            let mut updates = decision.updates.clone();
            updates.extend(unfinished.into_iter().flat_map(|record| interrupted(procedure, record, &decision.wanted)));
            lower::update_outline(procedure, &updates, &decision.wanted, unfinished.is_some())
        }
        _ => Vec::new(),
    };
    Step {
        address: resource.address.clone(),
        deposed: String::new(),
        leg,
        action: decision.action.unwrap_or(Action::Record),
        reasons: decision.reasons,
        region: resource.region.clone(),
        zone: resource.zone.clone(),
        billing: resource.billing.clone(),
        record: record.cloned().map(Box::new),
        attributes: decide::step_attributes(resource, &decision.wanted),
        changes: decision.changes,
        dependencies: resource.dependencies.clone(),
        deposes: String::new(),
        create_before_destroy: resource.lifecycle.create_before_destroy,
        prevent_destroy: resource.lifecycle.prevent_destroy,
        on_remove: resource.lifecycle.on_remove,
        observed: decision.observed,
        timeout_seconds: None,
        calls,
        after: Vec::new(),
        priority: 0,
    }
}

pub(crate) fn set_timeouts(plan: &mut Plan, options: &Options) {
    if options.timeouts.is_empty() {
        return;
    }
    for step in &mut plan.steps {
        if let Some(timeouts) = options.timeouts.get(&step.address) {
            step.timeout_seconds = match step.leg {
                Leg::Create => timeouts.create,
                Leg::Update => timeouts.update,
                Leg::Delete => timeouts.delete,
                Leg::Forget | Leg::Record | Leg::Read => None,
            };
        }
    }
}

/// Puts the procedures of all kinds that steps use into the plan, and lists the calls of deletions.
pub(crate) fn embed_procedures(plan: &mut Plan, worlds: Worlds<'_>) {
    for step in plan.steps.iter().filter(|step| step.leg != Leg::Read) {
        let kind = step.kind().as_str();
        if !plan.procedures.contains_key(kind)
            && let Some(procedure) = worlds.procedures.get(kind)
        {
            plan.procedures.insert(kind.to_owned(), procedure.clone());
        }
    }
    for step in &mut plan.steps {
        if step.leg == Leg::Delete
            && let Some(procedure) = plan.procedures.get(step.address.kind().as_str())
        {
            step.calls = lower::delete_outline(procedure);
        }
    }
}

/// Keeps, of what stays as it is, what steps, outputs and conditions still refer to: the apply must know it.
pub(crate) fn keep(plan: &mut Plan, kept: &[&Address], table: &Table) {
    if kept.is_empty() {
        return;
    }
    let mut instances: NameSet<&Address> = NameSet::default();
    let mut blocks: NameSet<&Block> = NameSet::default();
    plan.each_node(&mut |node| match node {
        Node::Instance(address) => _ = instances.insert(address),
        Node::Block(block) => _ = blocks.insert(block),
    });
    instances.extend(blocks.into_iter().filter_map(|block| plan.blocks.get(block)).flat_map(|shape| &shape.instances));
    let needed = kept.iter().filter(|address| instances.contains(**address));
    let values = needed.filter_map(|address| match table.get(address) {
        Some(Value::Map(attributes)) => Some(((*address).clone(), attributes.clone())),
        _ => None,
    });
    plan.kept = values.collect();
}
