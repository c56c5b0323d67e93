//! The state of an evaluation: what every local, look-up and block has become so far.

use super::{Evaluated, Inputs, Timeouts, place::KnownDefaults, scope::InstanceScope};
use crate::{codes, order::Item, project::Project};
use firma_catalog::Procedure;
use firma_expr::{Limits, Trace};
use firma_model::{
    address::{Address, Key},
    desired::{Desired, DesiredResource, Lookup, Repetition},
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    value::Value,
};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// Everything known so far. `None` and missing parts are *tainted*: what went wrong was said.
pub(super) struct World<'p> {
    pub(super) project: &'p Project,
    pub(super) inputs: Inputs<'p>,
    pub(super) defaults: KnownDefaults,
    pub(super) locals: Vec<Option<LocalValue>>,
    pub(super) lookups: Vec<Option<Answer>>,
    pub(super) blocks: Vec<Option<EvaluatedBlock>>,
    pub(super) pending: Vec<Lookup>,
    pub(super) timeouts: BTreeMap<Address, Timeouts>,
    /// Evaluation steps taken so far.
    pub(super) steps: Cell<u64>,
}

/// A local, reduced, and what it used.
pub(super) struct LocalValue {
    pub(super) value: Expr,
    pub(super) trace: Trace,
}

/// What a look-up found.
pub(super) struct Answer {
    /// `{ items = [...] }`, and `one` when there is exactly one.
    pub(super) value: Expr,
    /// How many items there are.
    pub(super) count: usize,
}

/// A block, evaluated.
pub(super) struct EvaluatedBlock {
    pub(super) repetition: Repetition,
    pub(super) procedure: Arc<Procedure>,
    /// In the order of their keys.
    pub(super) instances: Vec<Instance>,
    /// The block as one expression: made when it is first referred to.
    pub(super) whole: OnceLock<Expr>,
}

/// One instance.
pub(super) struct Instance {
    pub(super) resource: DesiredResource,
    /// Attributes whose value could not be told.
    pub(super) tainted: BTreeSet<String>,
}

impl EvaluatedBlock {
    /// The instance with a key.
    pub(super) fn instance(&self, key: Option<&Key>) -> Option<&Instance> {
        match (self.repetition, key) {
            (Repetition::Single, None) => self.instances.first(),
            (Repetition::Count, Some(Key::Index(index))) => self.instances.get(usize::try_from(*index).ok()?),
            (Repetition::ForEach, Some(key)) => self
                .instances
                .binary_search_by(|instance| instance.resource.address.key.as_ref().cmp(&Some(key)))
                .ok()
                .and_then(|at| self.instances.get(at)),
            _ => None,
        }
    }
}

impl<'p> World<'p> {
    pub(super) fn new(project: &'p Project, inputs: Inputs<'p>) -> World<'p> {
        World {
            project,
            inputs,
            defaults: KnownDefaults::default(),
            locals: none(project.locals.len()),
            lookups: none(project.lookups.len()),
            blocks: none(project.resources.len()),
            pending: Vec::new(),
            timeouts: BTreeMap::new(),
            steps: Cell::new(0),
        }
    }

    /// Evaluates one item; everything it refers to was evaluated before.
    pub(super) fn item(&mut self, item: Item, diagnostics: &mut Diagnostics) {
        match item {
            Item::Defaults => self.defaults = KnownDefaults::evaluate(self, diagnostics),
            Item::Local(index) => {
                let mut trace = Trace::new();
                let value = self.reduce(
                    &self.project.locals[index].value,
                    &InstanceScope::plain(self),
                    &mut trace,
                    diagnostics,
                );
                self.locals[index] = value.map(|value| LocalValue { value, trace });
            }
            Item::Lookup(index) => self.lookup(index, diagnostics),
            Item::Resource(index) => self.resource(index, diagnostics),
        }
    }

    /// Reduces an expression; `None` when it is wrong, or uses something that was.
    pub(super) fn reduce(
        &self,
        expr: &Expr,
        scope: &InstanceScope<'_, 'p>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Option<Expr> {
        scope.tainted.set(false);
        let before = trace.steps();
        let reduced = firma_expr::evaluate(expr, scope, trace, &Limits::default());
        self.steps.set(self.steps.get() + trace.steps().saturating_sub(before));
        match reduced {
            Err(found) => {
                // What follows from a taint is no finding of its own.
                if !scope.tainted.get() {
                    diagnostics.extend(found);
                }
                None
            }
            Ok(_) if scope.tainted.get() => None,
            Ok(reduced) => {
                let found = super::reference::check(&reduced, self);
                match found.is_empty() {
                    true => Some(reduced),
                    false => {
                        diagnostics.extend(found);
                        None
                    }
                }
            }
        }
    }

    /// Reduces an expression that must be known now. `what` says what it is: "the number of instances".
    pub(super) fn known(
        &self,
        expr: &Expr,
        scope: &InstanceScope<'_, 'p>,
        trace: &mut Trace,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let reduced = self.reduce(expr, scope, trace, diagnostics)?;
        match reduced.as_value() {
            Some(value) if !value.has_unknown() => Some(value.clone()),
            _ => {
                diagnostics.push(self.unknown_yet(&reduced, what).at(expr.span));
                None
            }
        }
    }

    /// Says that something depends on what only the cloud decides.
    pub(super) fn unknown_yet(&self, reduced: &Expr, what: &str) -> Diagnostic {
        let mut nodes = BTreeSet::new();
        reduced.each_node(&mut |node| {
            if nodes.len() < 3 {
                nodes.insert(node.to_string());
            }
        });
        let on = match nodes.is_empty() {
            true => "a value".to_owned(),
            false => format!("an attribute of {}", nodes.into_iter().collect::<Vec<_>>().join(", ")),
        };
        Diagnostic::error(codes::UNKNOWN_YET, format!("{what} depends on {on} that only the cloud decides"))
            .hint("this is not possible yet: use something that the manifests say themselves")
    }

    /// Hands over what was evaluated.
    pub(super) fn finish(self) -> (Evaluated, Vec<Lookup>) {
        let mut desired = Desired::default();
        let mut resources = Vec::new();
        let mut blocks = Vec::with_capacity(self.blocks.len());
        for (block, evaluated) in self.project.resources.iter().zip(self.blocks) {
            let Some(evaluated) = evaluated else { continue };
            if !desired.kinds.contains(&block.block.kind) {
                desired.kinds.insert(block.block.kind.clone());
            }
            blocks.push((block.block.clone(), evaluated.repetition));
            resources.extend(evaluated.instances.into_iter().map(|instance| Some(instance.resource)));
        }
        desired.blocks = blocks.into_iter().collect();
        // Resources are large: their places are sorted, and each moves once.
        let address = |resource: &Option<DesiredResource>| resource.as_ref().map(|resource| resource.address.clone());
        let mut order: Vec<(Address, usize)> =
            resources.iter().enumerate().filter_map(|(at, resource)| Some((address(resource)?, at))).collect();
        order.sort_unstable();
        desired.resources =
            order.into_iter().filter_map(|(address, at)| Some((address, resources[at].take()?))).collect();
        let steps = self.steps.get();
        (Evaluated { desired, lookups: Vec::new(), timeouts: self.timeouts, steps }, self.pending)
    }
}

fn none<T>(length: usize) -> Vec<Option<T>> {
    std::iter::repeat_with(|| None).take(length).collect()
}
