//! Bounds on what one expression may cost.

use crate::codes;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use regex::Regex;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

/// Regular expressions kept, each of up to a megabyte.
const MAX_PATTERNS: usize = 32;

/// Bytes of text that cost one step: a million steps make half a gigabyte at most.
const TEXT_STEP: usize = 512;

/// Bounds of one evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Evaluation steps: nodes of the tree visited, elements made, and one for every 512 bytes of text made or
    /// copied.
    pub steps: u64,
    /// Bytes of one text.
    pub text: usize,
    /// Levels of a tree or of a value. A level costs up to four kilobytes of stack, and threads have two megabytes.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { steps: 1_000_000, text: 16 << 20, depth: 256 }
    }
}

/// What is left of the limits while evaluating.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    steps: Cell<u64>,
    depth: Cell<u32>,
    /// Regular expressions that were compiled.
    patterns: RefCell<HashMap<String, Regex>>,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Budget {
        Budget { limits: *limits, steps: Cell::new(0), depth: Cell::new(0), patterns: RefCell::default() }
    }

    /// Steps taken so far.
    pub(crate) fn spent(&self) -> u64 {
        self.steps.get()
    }

    /// Takes steps.
    pub(crate) fn charge(&self, steps: usize, span: Span) -> Result<(), Diagnostics> {
        let used = self.steps.get().saturating_add(steps as u64);
        self.steps.set(used);
        if used > self.limits.steps {
            return Err(Diagnostic::error(
                codes::LIMIT,
                format!("this expression takes more than {} evaluation steps", self.limits.steps),
            )
            .at(span)
            .into());
        }
        Ok(())
    }

    /// Takes what making a text of this size costs.
    pub(crate) fn text(&self, bytes: usize, span: Span) -> Result<(), Diagnostics> {
        if bytes > self.limits.text {
            return Err(Diagnostic::error(
                codes::LIMIT,
                format!("this expression makes a text of more than {} bytes", self.limits.text),
            )
            .at(span)
            .into());
        }
        self.charge(bytes / TEXT_STEP, span)
    }

    /// A regular expression that was compiled before.
    pub(crate) fn pattern(&self, text: &str) -> Option<Regex> {
        self.patterns.borrow().get(text).cloned()
    }

    /// Keeps a regular expression; more of them than a manifest has would only take memory.
    pub(crate) fn keep_pattern(&self, text: &str, pattern: &Regex) {
        let mut patterns = self.patterns.borrow_mut();
        if patterns.len() < MAX_PATTERNS {
            patterns.insert(text.to_owned(), pattern.clone());
        }
    }

    /// The longest text allowed.
    pub(crate) fn max_text(&self) -> usize {
        self.limits.text
    }

    /// Goes one level down; [`Budget::leave`] goes up again.
    pub(crate) fn enter(&self, span: Span) -> Result<(), Diagnostics> {
        self.charge(1, span)?;
        if self.depth.get() >= self.limits.depth {
            return Err(self.too_deep(span));
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    fn too_deep(&self, span: Span) -> Diagnostics {
        Diagnostic::error(codes::LIMIT, format!("this expression nests more than {} levels", self.limits.depth))
            .at(span)
            .into()
    }

    /// Takes what copying a value costs, and refuses one that nests too deeply to be walked safely.
    pub(crate) fn copy_value(&self, value: &Value, span: Span) -> Result<(), Diagnostics> {
        self.value_at(value, 0, span)
    }

    fn value_at(&self, value: &Value, depth: u32, span: Span) -> Result<(), Diagnostics> {
        if depth > self.limits.depth {
            return Err(self.too_deep(span));
        }
        match value {
            Value::List(items) | Value::Set(items) => {
                self.charge(items.len(), span)?;
                items.iter().try_for_each(|item| self.value_at(item, depth + 1, span))
            }
            Value::Map(map) => {
                self.charge(map.len(), span)?;
                map.values().try_for_each(|item| self.value_at(item, depth + 1, span))
            }
            Value::Sensitive(inner) => self.value_at(inner, depth + 1, span),
            // The copy itself is shared, but whoever prints or stores the result pays for every one.
            Value::String(text) => self.charge(text.len() / TEXT_STEP, span),
            _ => Ok(()),
        }
    }

    /// Takes what copying a residual costs, and refuses one that nests too deeply to be walked safely.
    pub(crate) fn copy_expr(&self, expr: &Expr, span: Span) -> Result<(), Diagnostics> {
        self.expr_at(expr, 0, span)
    }

    fn expr_at(&self, expr: &Expr, depth: u32, span: Span) -> Result<(), Diagnostics> {
        self.charge(1, span)?;
        if depth > self.limits.depth {
            return Err(self.too_deep(span));
        }
        let below = |inner: &Expr| self.expr_at(inner, depth + 1, span);
        match &expr.kind {
            ExprKind::Literal(value) => self.value_at(value, depth, span),
            ExprKind::Name(_) | ExprKind::Node(_) => Ok(()),
            ExprKind::Attribute(of, _) | ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => below(of),
            ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => {
                below(a).and_then(|()| below(b))
            }
            ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
                items.iter().try_for_each(below)
            }
            ExprKind::Map(entries) => entries.iter().try_for_each(|(k, v)| below(k).and_then(|()| below(v))),
            ExprKind::Conditional(a, b, c) => below(a).and_then(|()| below(b)).and_then(|()| below(c)),
            ExprKind::For(inner) => {
                below(&inner.collection)?;
                below(&inner.value)?;
                inner.key.iter().chain(&inner.condition).try_for_each(below)
            }
        }
    }
}
