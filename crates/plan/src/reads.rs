//! Look-ups that an apply asks: they come after everything that may change what they find, and before whoever uses it.
//!
//! A look-up that depends on nothing which this plan changes was answered before there was a plan. The others are steps of
//! it: they send nothing that changes anything, so nothing of them needs to be found again, and what they find is unknown
//! until then.

use crate::{
    make::Planner,
    nodes,
    step::{Action, AttributeChange, CallOutline, Leg, Plan, Reason, Step},
};
use firma_expr::resolve;
use firma_model::{
    address::{Address, Block, Node, NodeSet},
    desired::{OnRemove, Read},
    diagnostic::Diagnostic,
    expr::Expr,
    path::{self, Path},
    small_map::SmallMap,
};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
};

/// The recovery class of a call that only asks: there is nothing to recover, it is asked again.
pub const ASKED: &str = "asked";

/// Things waited for that are named for each.
const NAMED: usize = 5;

/// What stays written down as dependencies of an object: a look-up is none that could be deleted too early. What it was
/// asked with is among them by itself.
pub(crate) fn lasting(dependencies: &NodeSet) -> Cow<'_, NodeSet> {
    match dependencies.iter().any(|node| node.block().data) {
        true => Cow::Owned(dependencies.iter().filter(|node| !node.block().data).cloned().collect()),
        false => Cow::Borrowed(dependencies),
    }
}

impl Planner<'_> {
    /// Plans a look-up, or sets it aside with what it depends on.
    pub(crate) fn plan_read(&mut self, read: &Read) {
        let desired = self.worlds.desired;
        if read.dependencies.iter().any(|node| self.aside.has(desired, node)) {
            self.aside.put(&read.address, Action::Read);
            return;
        }
        let Some(procedure) = self.options.lookups.get(read.address.kind().as_str()) else {
            let message = format!("no such look-up: {}", read.address.kind());
            self.diagnostics.push(Diagnostic::error("E0525", message).at(read.span));
            return;
        };
        let mut attributes = SmallMap::default();
        let mut changes = Vec::new();
        for (name, expr) in &read.parameters {
            match resolve(expr, &self.table, &self.limits) {
                Ok(value) if nodes::is_too_deep(&value) => {
                    let message =
                        format!("{}: {name} is nested more than {} levels deep", read.address, nodes::DEEPEST);
                    self.diagnostics.push(Diagnostic::error("E0528", message).at(read.span));
                }
                Ok(value) => {
                    let value = value.into_owned();
                    let expr = if value.has_unknown() { expr.clone() } else { Expr::literal(value.clone()) };
                    attributes.insert(name.clone(), expr);
                    changes.push(AttributeChange {
                        path: Path(vec![path::Step::Key(name.clone())]),
                        before: None,
                        after: Some(value),
                        forces_replacement: false,
                    });
                }
                Err(findings) => self.diagnostics.extend(findings),
            }
        }
        let call = CallOutline {
            service: procedure.service.clone(),
            operation: procedure.operation.clone(),
            class: ASKED.to_owned(),
        };
        self.plan.lookups.insert(procedure.kind.clone(), procedure.clone());
        self.plan.steps.push(Step {
            address: read.address.clone(),
            deposed: String::new(),
            leg: Leg::Read,
            action: Action::Read,
            reasons: Vec::new(),
            region: read.region.clone(),
            zone: None,
            billing: None,
            record: None,
            attributes,
            changes,
            dependencies: read.dependencies.clone(),
            deposes: String::new(),
            create_before_destroy: false,
            prevent_destroy: false,
            on_remove: OnRemove::Destroy,
            observed: None,
            timeout_seconds: None,
            calls: vec![call],
            after: Vec::new(),
            priority: 0,
        });
    }
}

/// Says of each look-up what it waits for.
pub(crate) fn explain(plan: &mut Plan) {
    if plan.lookups.is_empty() {
        return;
    }
    let acts = |step: &&Step| !matches!(step.leg, Leg::Forget | Leg::Record) && step.deposed.is_empty();
    let addresses: HashSet<Address> = plan.steps.iter().filter(acts).map(|step| step.address.clone()).collect();
    let mut blocks: HashMap<Block, Address> = HashMap::new();
    for address in &addresses {
        blocks.entry(address.block.clone()).or_insert_with(|| address.clone());
    }
    for step in plan.steps.iter_mut().filter(|step| step.leg == Leg::Read) {
        let on = step.dependencies.iter().filter(|node| match node {
            Node::Instance(address) => addresses.contains(address),
            Node::Block(block) => blocks.contains_key(block),
        });
        step.reasons = on.take(NAMED).map(|node| Reason::WaitsFor { on: node.to_string() }).collect();
    }
}

/// The look-ups of which somebody uses the one thing found: there must be exactly one then.
pub fn needing_one(plan: &Plan) -> BTreeSet<Address> {
    let mut found = BTreeSet::new();
    if plan.lookups.is_empty() {
        return found;
    }
    let mut note = |node: &Node, attribute: Option<&str>| {
        if let (Node::Instance(address), Some("one")) = (node, attribute)
            && address.block.data
        {
            found.insert(address.clone());
        }
    };
    plan.steps.iter().flat_map(|step| step.attributes.values()).for_each(|expr| expr.each_use(&mut note));
    plan.outputs.values().for_each(|output| output.value.each_use(&mut note));
    for condition in &plan.conditions {
        condition.condition.each_use(&mut note);
    }
    found
}
