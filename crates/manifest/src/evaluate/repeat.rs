//! `count`, `for_each` and `enabled`: which instances a block has.

use super::{scope::InstanceScope, world::World};
use crate::{codes, project::Repeat};
use firma_expr::Trace;
use firma_model::{
    address::{Key, Node},
    desired::Repetition,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    value::Value,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Instances one block may have: more is a mistake in `count`.
const MAX_INSTANCES: u64 = 1_000_000;

/// The instances of a block.
pub(super) struct Instances {
    pub(super) repetition: Repetition,
    /// Keys in order, each with what `each.value` is.
    pub(super) keys: Vec<(Option<Key>, Option<Expr>)>,
    /// What every instance depends on because of `for_each` itself.
    pub(super) dependencies: BTreeSet<Node>,
}

impl World<'_> {
    /// Evaluates how a block repeats.
    pub(super) fn repeat(&self, module: usize, repeat: &Repeat, diagnostics: &mut Diagnostics) -> Option<Instances> {
        let scope = InstanceScope::plain(self, module);
        let mut trace = Trace::new();
        let known = |expr: &Expr, what: &str, trace: &mut Trace, diagnostics: &mut Diagnostics| {
            let value = self.known(expr, &scope, trace, what, diagnostics)?;
            match value {
                Value::Sensitive(_) => {
                    diagnostics.push(sensitive(what).at(expr.span));
                    None
                }
                value => Some(value),
            }
        };
        let instances = |repetition, keys, dependencies| Some(Instances { repetition, keys, dependencies });
        match repeat {
            Repeat::Single => instances(Repetition::Single, vec![(None, None)], BTreeSet::new()),
            Repeat::Enabled(expr) => {
                let value = known(expr, "whether the block is enabled", &mut trace, diagnostics)?;
                match value.as_bool() {
                    Some(true) => instances(Repetition::Single, vec![(None, None)], used(&trace)),
                    Some(false) => instances(Repetition::Single, Vec::new(), BTreeSet::new()),
                    None => {
                        let message = format!("`enabled` must be true or false, not {}", value.type_name());
                        diagnostics.push(Diagnostic::error(codes::BAD_ENABLED, message).at(expr.span));
                        None
                    }
                }
            }
            Repeat::Count(expr) => {
                let value = known(expr, "the number of instances", &mut trace, diagnostics)?;
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
            Repeat::ForEach(expr) => {
                let reduced = self.reduce(expr, &scope, &mut trace, diagnostics)?;
                let keys = self.keys(expr, reduced, diagnostics)?;
                // Walking a block's instances is no use of them: what an instance takes from `each.value` is.
                let chained: BTreeSet<_> = keys.values().filter_map(chained).collect();
                let dependencies = trace.nodes().filter(|node| !chained.contains(node.block())).cloned().collect();
                let keys = keys.into_iter().map(|(key, value)| (Some(Key::Name(key)), Some(value))).collect();
                instances(Repetition::ForEach, keys, dependencies)
            }
        }
    }

    fn keys(&self, expr: &Expr, reduced: Expr, diagnostics: &mut Diagnostics) -> Option<BTreeMap<Arc<str>, Expr>> {
        let what = "`for_each`";
        let mut keys = BTreeMap::new();
        let span = reduced.span;
        let wrong = |found: &str| {
            Diagnostic::error(codes::BAD_FOR_EACH, format!("`for_each` must be a map or a set of strings, not {found}"))
                .at(expr.span)
        };
        match reduced.kind {
            ExprKind::Literal(Value::Map(map)) => {
                keys.extend(map.into_iter().map(|(key, value)| (Arc::from(key), Expr::literal_at(value, span))));
            }
            ExprKind::Literal(Value::Set(items)) => {
                for item in items {
                    match item {
                        Value::String(text) => {
                            keys.insert(text.clone(), Expr::literal_at(Value::String(text), span));
                        }
                        Value::Sensitive(_) => {
                            diagnostics.push(sensitive(what).at(expr.span));
                            return None;
                        }
                        Value::Unknown(_) => {
                            diagnostics.push(self.unknown_yet(&Expr::literal(item), what).at(expr.span));
                            return None;
                        }
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
                    "a list has no keys: write `toset([...])` for strings, or a `for` expression that makes a map";
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
                            keys.insert(Arc::from(text), value);
                        }
                        None => {
                            diagnostics.push(self.unknown_yet(&key, what).at(expr.span));
                            return None;
                        }
                    }
                }
            }
            kind => {
                diagnostics.push(self.unknown_yet(&Expr { kind, span }, what).at(expr.span));
                return None;
            }
        }
        Some(keys)
    }
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
