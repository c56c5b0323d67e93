//! `count`, `for_each` and `enabled`: which instances a block has.

use super::{condition::truth, ephemeral, scope::InstanceScope, world::World};
use crate::{codes, project::Repeat};
use firma_expr::Trace;
use firma_model::{
    address::{Key, Node},
    deferral::{Asks, Deferred, Inquiry, Outlook, Subject},
    desired::Repetition,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use smallvec::{SmallVec, smallvec};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Instances one block may have: more is a mistake in `count`.
const MAX_INSTANCES: u64 = 1_000_000;

/// What a block's `count`, `for_each` or `enabled` comes to.
pub(super) enum Repeated {
    /// These instances.
    Instances(Instances),
    /// The planner has to be asked.
    Ask(Inquiry),
    /// Only an apply will show it.
    Later(Repetition, Deferred),
}

/// The instances of a block.
pub(super) struct Instances {
    pub(super) repetition: Repetition,
    /// Keys in order, each with what `each.value` is.
    pub(super) keys: SmallVec<[(Option<Key>, Option<Expr>); 1]>,
    /// What every instance depends on because of `for_each` itself.
    pub(super) dependencies: BTreeSet<Node>,
}

/// What must be known: known, or not for now.
enum Settled {
    Value(Value),
    Ask(Inquiry),
    Later(Deferred),
}

/// The keys that the form of an expression shows.
enum Keys {
    Known(BTreeMap<Arc<str>, Expr>),
    Open,
}

impl World<'_> {
    /// Evaluates how a block repeats; `None` when it is wrong, which was said.
    pub(super) fn repeat(
        &self,
        module: usize,
        subject: &Subject,
        repeat: &Repeat,
        diagnostics: &mut Diagnostics,
    ) -> Option<Repeated> {
        let scope = InstanceScope::plain(self, module);
        let mut trace = Trace::new();
        let instances =
            |repetition, keys, dependencies| Some(Repeated::Instances(Instances { repetition, keys, dependencies }));
        let (expr, asks, repetition) = match repeat {
            Repeat::Single => return instances(Repetition::Single, smallvec![(None, None)], BTreeSet::new()),
            Repeat::Enabled(expr) => (expr, Asks::Enabled, Repetition::Single),
            Repeat::Count(expr) => (expr, Asks::Count, Repetition::Count),
            Repeat::ForEach(expr) => (expr, Asks::ForEach, Repetition::ForEach),
        };
        let reduced = self.reduce(expr, &scope, &mut trace, diagnostics)?;
        if reduced.has_input() {
            let what = match asks {
                Asks::ForEach => "`for_each`",
                Asks::Count => "`count`",
                Asks::Enabled | Asks::Parameters | Asks::Settings => "`enabled`",
            };
            diagnostics.push(ephemeral::kept(what, &reduced).at(expr.span));
            return None;
        }
        if asks == Asks::ForEach {
            return self.each(subject, expr, &reduced, &trace, diagnostics);
        }
        let value = match reduced.as_value().filter(|value| !value.has_unknown()) {
            Some(value) => value.clone(),
            None => match self.settle(subject, asks, reduced, &trace, expr.span) {
                Settled::Value(value) => value,
                Settled::Ask(inquiry) => return Some(Repeated::Ask(inquiry)),
                Settled::Later(deferred) => return Some(Repeated::Later(repetition, deferred)),
            },
        };
        if matches!(value, Value::Sensitive(_)) {
            let what = if asks == Asks::Count { "the number of instances" } else { "whether the block is enabled" };
            diagnostics.push(sensitive(what).at(expr.span));
            return None;
        }
        if asks == Asks::Enabled {
            return match truth(&value) {
                Some(true) => instances(Repetition::Single, smallvec![(None, None)], used(&trace)),
                Some(false) => instances(Repetition::Single, SmallVec::new(), BTreeSet::new()),
                None => {
                    let message = format!("`enabled` must be true or false, not {}", value.type_name());
                    diagnostics.push(Diagnostic::error(codes::BAD_ENABLED, message).at(expr.span));
                    None
                }
            };
        }
        let number = match &value {
            Value::Number(number) => number.as_i128(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number.and_then(|n| u64::try_from(n).ok()).filter(|n| *n <= MAX_INSTANCES) {
            Some(count) => {
                let keys = (0..count).map(|index| (Some(Key::Index(index)), None)).collect();
                instances(Repetition::Count, keys, used(&trace))
            }
            None => {
                diagnostics.push(
                    Diagnostic::error(codes::BAD_COUNT, "`count` must be a whole number from 0 to 1000000")
                        .at(expr.span)
                        .label(format!("this is {}", spelled(&value))),
                );
                None
            }
        }
    }

    /// The instances of `for_each`: its keys must be known, what stands behind them may be known later.
    fn each(
        &self,
        subject: &Subject,
        expr: &Expr,
        reduced: &Expr,
        trace: &Trace,
        diagnostics: &mut Diagnostics,
    ) -> Option<Repeated> {
        let keys = match keys(expr, reduced, diagnostics)? {
            Keys::Known(keys) => keys,
            Keys::Open => match self.settle(subject, Asks::ForEach, reduced.clone(), trace, expr.span) {
                Settled::Ask(inquiry) => return Some(Repeated::Ask(inquiry)),
                Settled::Later(deferred) => return Some(Repeated::Later(Repetition::ForEach, deferred)),
                Settled::Value(value) => match keys(expr, &Expr::literal_at(value, reduced.span), diagnostics)? {
                    Keys::Known(keys) => keys.into_iter().map(|(key, value)| behind(reduced, key, value)).collect(),
                    Keys::Open => return None,
                },
            },
        };
        // Walking a block's instances is no use of them: what an instance takes from `each.value` is.
        let chained: BTreeSet<_> = keys.values().filter_map(chained).collect();
        let dependencies = trace.nodes().filter(|node| !chained.contains(node.block())).cloned().collect();
        let keys = keys.into_iter().map(|(key, value)| (Some(Key::Name(key)), Some(value))).collect();
        Some(Repeated::Instances(Instances { repetition: Repetition::ForEach, keys, dependencies }))
    }

    /// What the planner said of an expression that configuration leaves open.
    fn settle(&self, subject: &Subject, asks: Asks, expr: Expr, trace: &Trace, span: Span) -> Settled {
        match self.inputs.outlooks.get(subject) {
            Some(Outlook::Known(value)) => Settled::Value(value.clone()),
            Some(Outlook::Later | Outlook::Read) => {
                Settled::Later(Deferred { asks, expr, dependencies: used(trace), span })
            }
            None => Settled::Ask(Inquiry {
                subject: subject.clone(),
                asks,
                expr,
                uses: used(trace),
                depends_on: BTreeSet::new(),
                span,
            }),
        }
    }
}

/// An element of a map that the planner knows: what is open in it is taken from the expression once it is known.
fn behind(reduced: &Expr, key: Arc<str>, value: Expr) -> (Arc<str>, Expr) {
    if !value.as_value().is_some_and(Value::has_unknown) {
        return (key, value);
    }
    let at = Expr::literal_at(Value::String(key.clone()), value.span);
    let kind = ExprKind::Index(Box::new(reduced.clone()), Box::new(at));
    (key, Expr { kind, span: value.span })
}

/// The keys of what `for_each` came to; `None` when it is wrong, which was said.
fn keys(expr: &Expr, reduced: &Expr, diagnostics: &mut Diagnostics) -> Option<Keys> {
    let what = "`for_each`";
    let mut keys = BTreeMap::new();
    let span = reduced.span;
    let wrong = |found: &str| {
        Diagnostic::error(codes::BAD_FOR_EACH, format!("`for_each` must be a map or a set of strings, not {found}"))
            .at(expr.span)
    };
    match &reduced.kind {
        ExprKind::Literal(Value::Map(map)) => {
            keys.extend(map.iter().map(|(key, value)| (Arc::from(&**key), Expr::literal_at(value.clone(), span))));
        }
        ExprKind::Literal(Value::Set(items)) => {
            for item in items {
                match item {
                    Value::String(text) => {
                        keys.insert(text.clone(), Expr::literal_at(Value::String(text.clone()), span));
                    }
                    Value::Sensitive(_) => {
                        diagnostics.push(sensitive(what).at(expr.span));
                        return None;
                    }
                    Value::Unknown(_) => return Some(Keys::Open),
                    other => {
                        diagnostics.push(wrong(&format!("a set with {} in it", other.type_name())));
                        return None;
                    }
                }
            }
        }
        ExprKind::Literal(Value::Sensitive(_)) | ExprKind::Sensitive(_) => {
            diagnostics.push(sensitive(what).at(expr.span));
            return None;
        }
        ExprKind::Literal(Value::List(_)) | ExprKind::List(_) => {
            let hint =
                "a list has no keys: write `'${toset([...])}'` for strings, or a `for` expression that makes a map";
            diagnostics.push(wrong("a list").hint(hint));
            return None;
        }
        ExprKind::Literal(value) if !value.has_unknown() => {
            diagnostics.push(wrong(value.type_name()));
            return None;
        }
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                match key.as_value().and_then(Value::as_str) {
                    Some(text) => {
                        keys.insert(Arc::from(text), value.clone());
                    }
                    None => return Some(Keys::Open),
                }
            }
        }
        _ => return Some(Keys::Open),
    }
    Some(Keys::Known(keys))
}

fn used(trace: &Trace) -> BTreeSet<Node> {
    trace.nodes().cloned().collect()
}

/// The block whose instance a value of `for_each` is.
fn chained(value: &Expr) -> Option<firma_model::address::Block> {
    match &value.kind {
        ExprKind::Node(node) => Some(node.block().clone()),
        _ => None,
    }
}

fn sensitive(what: &str) -> Diagnostic {
    Diagnostic::error(codes::SENSITIVE_REPEAT, format!("{what} cannot be sensitive: addresses show it"))
        .hint("`nonsensitive(...)` says that a value may be shown")
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        other => other.type_name().to_owned(),
    }
}
