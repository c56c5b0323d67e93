//! Which drift matters: what the plan takes back or accepts, and what explains a change somewhere else. The rest is set aside;
//! it is there for whoever asks.

use crate::{
    compare::same,
    step::{Action, AttributeChange, Leg, Mode, Plan, Step},
};
use firma_model::{
    address::{Address, Block, Node},
    desired::Desired,
    expr::Expr,
    path::Path,
};
use std::collections::{BTreeMap, BTreeSet};

/// Sets aside what does not matter to this plan.
pub(crate) fn sort_out(plan: &mut Plan, desired: &Desired) {
    if plan.drift.is_empty() || plan.mode == Mode::RefreshOnly {
        return;
    }
    let referred = referred(plan, desired);
    let mut steps: BTreeMap<&Address, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        steps.entry(&step.address).or_default().push(step);
    }
    for drift in &mut plan.drift {
        let own = steps.get(&drift.address).map(Vec::as_slice).unwrap_or_default();
        let address = drift.address.to_string();
        let block = format!("{}[*]", drift.address.block);
        let matters = |change: &AttributeChange| {
            let head = change.path.head().unwrap_or_default();
            let explains = |of: &str| referred.contains(of) || referred.contains(&format!("{of}.{head}"));
            own.iter().any(|step| taken_back(step, change)) || explains(&address) || explains(&block)
        };
        let (changes, aside) = std::mem::take(&mut drift.changes).into_iter().partition(matters);
        (drift.changes, drift.aside) = (changes, aside);
    }
}

/// Whether a step of the object undoes its drift, or writes down that it is as it was wanted.
fn taken_back(step: &Step, change: &AttributeChange) -> bool {
    let overlaps = |own: &AttributeChange| own.path.starts_with(&change.path) || change.path.starts_with(&own.path);
    step.action == Action::Replace || step.changes.iter().any(overlaps) || accepted(step, change)
}

/// Whether the cloud has by now what the step wants. An attribute that left the manifest is back at its default.
fn accepted(step: &Step, change: &AttributeChange) -> bool {
    let wanted = change.path.head().and_then(|head| step.attributes.get(head));
    let within = Path(change.path.0[1..].to_vec());
    match wanted {
        Some(wanted) => {
            let wanted = wanted.as_value().and_then(|wanted| within.get(wanted));
            wanted.zip(change.after.as_ref()).is_some_and(|(wanted, seen)| same(wanted, seen))
        }
        None => step.leg == Leg::Record && step.action == Action::Record,
    }
}

/// What the attributes of changing objects and changing outputs refer to, as far as it drifted: `vpc.vpc.main.description`.
fn referred(plan: &Plan, desired: &Desired) -> BTreeSet<String> {
    let addresses: BTreeSet<&Address> = plan.drift.iter().map(|drift| &drift.address).collect();
    let blocks: BTreeSet<&Block> = addresses.iter().map(|address| &address.block).collect();
    let mut found = BTreeSet::new();
    let mut gather = |expr: &Expr| {
        let mut hit = false;
        expr.each_node(&mut |node| {
            hit |= match node {
                Node::Instance(address) => addresses.contains(address),
                Node::Block(block) => blocks.contains(block),
            };
        });
        if hit {
            found.extend(expr.awaited());
        }
    };
    for step in plan.steps.iter().filter(|step| !step.changes.is_empty()) {
        let Some(resource) = desired.resources.get(&step.address) else { continue };
        let changed: BTreeSet<&str> = step.changes.iter().filter_map(|change| change.path.head()).collect();
        for (name, expr) in &resource.attributes {
            if changed.contains(name.as_str()) {
                gather(expr);
            }
        }
    }
    for (name, planned) in &plan.outputs {
        if planned.before.as_ref() != Some(&planned.after)
            && let Some(output) = desired.outputs.get(name)
        {
            gather(&output.value);
        }
    }
    found
}
