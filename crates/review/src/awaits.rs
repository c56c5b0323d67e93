//! What a value that is known only after apply waits for, and why that is not known either.

use firma_model::{
    address::{Address, Node},
    expr::{Expr, ExprKind},
    path::{Path, Step as PathStep},
    value::Value,
};
use firma_plan::step::{Action, Leg, Plan, Step};
use std::collections::HashMap;

/// The objects that a plan makes.
pub(crate) struct Made<'p>(HashMap<&'p Address, Action>);

impl<'p> Made<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Made<'p> {
        let made = plan.steps.iter().filter(|step| matches!(step.leg, Leg::Create | Leg::Read));
        Made(made.map(|step| (&step.address, step.action)).collect())
    }

    /// What the value at a path of a step waits for.
    pub(crate) fn awaited_at(&self, step: &Step, path: &Path) -> Vec<String> {
        let expr = path.head().and_then(|head| step.attributes.get(head));
        expr.map(|expr| self.awaited(within(expr, &path.0[1..]))).unwrap_or_default()
    }

    /// What an expression waits for: of what it refers to, that which is yet to be made.
    pub(crate) fn awaited(&self, expr: &Expr) -> Vec<String> {
        let mut all = expr.awaited();
        // By name: a splat refers to as many nodes as it has elements, each of which is to be found again.
        let mut of_made: HashMap<String, bool> = HashMap::new();
        expr.each_node(&mut |node| match node {
            Node::Instance(address) => {
                if let Some(action) = self.0.get(address) {
                    of_made.insert(address.to_string(), *action == Action::Replace);
                }
            }
            Node::Block(block) => _ = of_made.insert(format!("{block}[*]"), false),
        });
        // The node is all of the name, or what stands before one of its points.
        let cause = |name: &str| {
            let points = name.match_indices('.').map(|(at, _)| at);
            points.chain([name.len()]).find_map(|end| of_made.get(&name[..end])).copied()
        };
        if all.iter().any(|name| cause(name).is_some()) {
            all.retain(|name| cause(name).is_some());
        }
        let told = |name: String| match cause(&name) {
            Some(true) => format!("{name} (replaced)"),
            _ => name,
        };
        all.into_iter().map(told).collect()
    }
}

/// The part of an expression that gives what stands at a path, as far as it is written out.
fn within<'e>(expr: &'e Expr, path: &[PathStep]) -> &'e Expr {
    let Some((step, rest)) = path.split_first() else { return expr };
    let inner = match (&expr.kind, step) {
        (ExprKind::Map(entries), PathStep::Key(key)) => entries
            .iter()
            .find(|(name, _)| name.as_value().and_then(Value::as_str) == Some(key.as_str()))
            .map(|(_, value)| value),
        (ExprKind::List(items), PathStep::Index(index)) => items.get(*index),
        _ => None,
    };
    inner.map_or(expr, |inner| within(inner, rest))
}
