//! Ephemeral inputs: values that are given again whenever they are needed, and are kept nowhere.
//!
//! While manifests are evaluated such a variable stays a free name of whatever is made from it, `var.token`. Names that are
//! bound hold no dot, so nothing else is spelt like this. What a plan carries is the expression with that name in it; whoever
//! needs the value puts it in, and drops the result.

use super::{Expr, ExprKind, For};
use crate::{span::Span, value::Map};
use smol_str::SmolStr;
use std::{collections::BTreeSet, sync::Arc};

/// What the name of an input begins with.
const ROOT: &str = "var.";

impl Expr {
    /// The input of a name. What is made of it is hidden wherever it is shown.
    pub fn input(name: &str, span: Span) -> Expr {
        let name = Expr { kind: ExprKind::Name(SmolStr::from(format!("{ROOT}{name}"))), span };
        Expr { kind: ExprKind::Sensitive(Box::new(name)), span }
    }

    /// The name of the input that this is.
    pub fn input_name(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Name(name) => name.strip_prefix(ROOT),
            ExprKind::Sensitive(of) => of.input_name(),
            _ => None,
        }
    }

    /// Whether anything in this expression is made from an input.
    pub fn has_input(&self) -> bool {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Node(_) => false,
            ExprKind::Name(name) => name.starts_with(ROOT),
            ExprKind::Attribute(of, _) | ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => of.has_input(),
            ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => a.has_input() || b.has_input(),
            ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
                items.iter().any(Expr::has_input)
            }
            ExprKind::Map(entries) => entries.iter().any(|(key, value)| key.has_input() || value.has_input()),
            ExprKind::Conditional(a, b, c) => a.has_input() || b.has_input() || c.has_input(),
            ExprKind::For(inner) => {
                let parts = [Some(&inner.collection), inner.key.as_ref(), Some(&inner.value), inner.condition.as_ref()];
                parts.into_iter().flatten().any(Expr::has_input)
            }
        }
    }

    /// The inputs that this expression is made from, in order.
    pub fn inputs(&self) -> BTreeSet<Arc<str>> {
        let mut found = BTreeSet::new();
        self.rebuilt(&mut |name| {
            found.insert(Arc::from(name));
            None
        });
        found
    }

    /// The same with the values of its inputs in their places. Inputs without a value stay.
    pub fn with_inputs(&self, values: &Map) -> Expr {
        self.rebuilt(&mut |name| values.get(name).map(|value| Expr::literal(value.clone().sensitive())))
    }

    fn rebuilt(&self, put: &mut dyn FnMut(&str) -> Option<Expr>) -> Expr {
        let kind = match &self.kind {
            ExprKind::Name(name) => match name.strip_prefix(ROOT).and_then(&mut *put) {
                Some(value) => return value,
                None => ExprKind::Name(name.clone()),
            },
            ExprKind::Literal(_) | ExprKind::Node(_) => self.kind.clone(),
            ExprKind::Template(items) => ExprKind::Template(all(items, put)),
            ExprKind::List(items) => ExprKind::List(all(items, put)),
            ExprKind::Call(name, items, expand) => ExprKind::Call(name.clone(), all(items, put), *expand),
            ExprKind::Attribute(of, name) => ExprKind::Attribute(Box::new(of.rebuilt(put)), name.clone()),
            ExprKind::Unary(op, of) => ExprKind::Unary(*op, Box::new(of.rebuilt(put))),
            ExprKind::Sensitive(of) => match of.rebuilt(put) {
                Expr { kind: ExprKind::Literal(value), span } => return Expr::literal_at(value.sensitive(), span),
                inner => ExprKind::Sensitive(Box::new(inner)),
            },
            ExprKind::Index(a, b) => ExprKind::Index(Box::new(a.rebuilt(put)), Box::new(b.rebuilt(put))),
            ExprKind::Splat(a, b) => ExprKind::Splat(Box::new(a.rebuilt(put)), Box::new(b.rebuilt(put))),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, Box::new(a.rebuilt(put)), Box::new(b.rebuilt(put))),
            ExprKind::Map(entries) => ExprKind::Map(
                entries.iter().map(|(key, value)| (key.rebuilt(put), value.rebuilt(put))).collect::<Vec<_>>(),
            ),
            ExprKind::Conditional(a, b, c) => {
                ExprKind::Conditional(Box::new(a.rebuilt(put)), Box::new(b.rebuilt(put)), Box::new(c.rebuilt(put)))
            }
            ExprKind::For(inner) => ExprKind::For(Box::new(For {
                key_name: inner.key_name.clone(),
                value_name: inner.value_name.clone(),
                collection: inner.collection.rebuilt(put),
                key: inner.key.as_ref().map(|key| key.rebuilt(put)),
                value: inner.value.rebuilt(put),
                grouping: inner.grouping,
                condition: inner.condition.as_ref().map(|condition| condition.rebuilt(put)),
            })),
        };
        Expr { kind, span: self.span }
    }
}

fn all(items: &[Expr], put: &mut dyn FnMut(&str) -> Option<Expr>) -> Vec<Expr> {
    items.iter().map(|item| item.rebuilt(put)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn inputs_are_found_and_filled_in() {
        let span = Span::default();
        let text = Expr::literal(Value::from("-x"));
        let expr = Expr { kind: ExprKind::Template(vec![Expr::input("token", span), text.clone()]), span };
        assert!(expr.has_input() && !text.has_input());
        assert_eq!(expr.inputs().into_iter().collect::<Vec<_>>(), [Arc::from("token")]);
        let filled = expr.with_inputs(&Map::from([("token".into(), Value::from("t"))]));
        assert!(!filled.has_input());
        let ExprKind::Template(parts) = filled.kind else { panic!("still a template") };
        assert_eq!(parts[0].as_value(), Some(&Value::from("t").sensitive()));
        // A name that a `for` binds is no input.
        assert!(!Expr { kind: ExprKind::Name("var".into()), span }.has_input());
        assert!(expr.with_inputs(&Map::new()).has_input());
    }
}
