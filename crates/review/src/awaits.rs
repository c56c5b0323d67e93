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

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect("an address")
    }

    fn attribute(of: &str, name: &str) -> Expr {
        Expr::node_attribute(of.parse().expect("a node"), name)
    }

    fn expr(kind: ExprKind) -> Expr {
        Expr { kind, span: firma_model::span::Span::default() }
    }

    #[test]
    fn a_value_waits_for_what_is_yet_to_be_made() {
        let (main, kept, old) = (address("vpc.vpc.main"), address("vpc.vpc.main_2"), address("vpc.subnet.a[\"x.y\"]"));
        let made = Made(HashMap::from([(&main, Action::Create), (&old, Action::Replace)]));
        let all = expr(ExprKind::List(vec![
            attribute(&main.to_string(), "id"),
            // What is there already; its name begins with that of another.
            attribute(&kept.to_string(), "id"),
            attribute(&old.to_string(), "id"),
        ]));
        assert_eq!(made.awaited(&all), ["vpc.subnet.a[\"x.y\"].id (replaced)", "vpc.vpc.main.id"]);
        // Where nothing of it is made, all of it is named.
        assert_eq!(made.awaited(&attribute(&kept.to_string(), "id")), ["vpc.vpc.main_2.id"]);
    }

    #[test]
    fn a_splat_waits_for_the_block() {
        let each = Box::new(expr(ExprKind::Attribute(Box::new(expr(ExprKind::Name("*".into()))), "id".into())));
        let of = Box::new(expr(ExprKind::Node("vpc.subnet.a[*]".parse().expect("a node"))));
        let splat = expr(ExprKind::Splat(of, each));
        assert_eq!(Made(HashMap::new()).awaited(&splat), ["vpc.subnet.a[*].id"]);
        // Inside a map, by its path.
        let map = expr(ExprKind::Map(vec![(Expr::literal(Value::string("ids")), splat)]));
        assert_eq!(within(&map, &[PathStep::Key("ids".to_owned())]).to_string(), "vpc.subnet.a[*].id");
        assert_eq!(within(&map, &[PathStep::Key("other".to_owned())]), &map);
    }
}
