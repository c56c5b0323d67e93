//! Partial evaluation: reduces a tree as far as its scope allows.
//!
//! One reducer serves both phases. Over a [`Scope`] names are looked up and nodes stay; over [`Nodes`] every node has a
//! value (perhaps unknown), so a value always comes out.

mod access;
mod call;
mod collection;
mod conditional;
mod env;
mod ephemeral;
mod operator;
mod seen;
mod references;
mod shapes;
mod template;

pub(crate) use env::Env;
pub(crate) use operator::equal;
pub(crate) use seen::seen;

use crate::{
    codes,
    limits::{Budget, Limits},
    part::{self, Part},
    resolve::Nodes,
    scope::{Files, NoFiles, Scope},
    trace::Trace,
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    types::Type,
    value::{Map, Value},
};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
};

/// Reduces an expression as far as `scope` allows: to a literal, or to a residual whose only free names are nodes.
///
/// What was used is added to `trace`, also when there are errors.
///
/// # Errors
/// Everything found wrong in this expression; several parts of a list, map or template may each add theirs.
pub fn evaluate(expr: &Expr, scope: &dyn Scope, trace: &mut Trace, limits: &Limits) -> Result<Expr, Diagnostics> {
    if matches!(expr.kind, ExprKind::Literal(_)) {
        trace.spend(1);
        return Ok(expr.clone());
    }
    let evaluator = Evaluator {
        source: Source::Scope(scope),
        trace: RefCell::new(std::mem::take(trace)),
        doubt: Cell::new(false),
        attempts: Cell::new(0),
        budget: Budget::new(limits),
    };
    let result = evaluator.reduce(expr, None).and_then(|part| evaluator.finish(part, expr));
    *trace = evaluator.trace.into_inner();
    trace.spend(evaluator.budget.spent());
    result
}

/// Where names and nodes come from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Scope(&'a dyn Scope),
    Nodes(&'a dyn Nodes),
}

/// One evaluation.
pub(crate) struct Evaluator<'a> {
    source: Source<'a>,
    trace: RefCell<Trace>,
    /// Something was done to an unknown value that may turn out to be a mistake: what `try` and `can` say is open then.
    doubt: Cell<bool>,
    /// How many `try` and `can` stand around what is reduced.
    attempts: Cell<u32>,
    pub(crate) budget: Budget,
}

/// What reducing gives.
pub(crate) type Reduced<'x> = Result<Part<'x>, Diagnostics>;

impl<'a> Evaluator<'a> {
    pub(crate) fn over_nodes(nodes: &'a dyn Nodes, limits: &Limits) -> Evaluator<'a> {
        Evaluator {
            source: Source::Nodes(nodes),
            trace: RefCell::default(),
            doubt: Cell::new(false),
            attempts: Cell::new(0),
            budget: Budget::new(limits),
        }
    }

    /// Notes that `value` was used where only a known one shows whether that is right, unless it is sure to be of one of
    /// these types and not null.
    pub(crate) fn doubts(&self, value: &Value, taken: &[Type]) {
        if let Value::Unknown(unknown) = value.reveal() {
            let sure = unknown.not_null && unknown.ty.as_ref().is_some_and(|ty| taken.contains(ty));
            self.doubt.set(self.doubt.get() || !sure);
        }
    }

    /// Runs something, and says whether it left a doubt; one that was there before stays.
    pub(crate) fn doubtful<T>(&self, run: impl FnOnce() -> T) -> (T, bool) {
        let before = self.doubt.replace(false);
        self.attempts.set(self.attempts.get() + 1);
        let result = run();
        self.attempts.set(self.attempts.get() - 1);
        let doubt = self.doubt.replace(before);
        (result, doubt)
    }

    /// Whether an answer may pass over this residual: below a `try` or a `can` only if it is sure to be no mistake, because
    /// a mistake there changes the answer.
    pub(crate) fn may_drop(&self, expr: &Expr) -> bool {
        self.attempts.get() == 0 || is_sure(expr)
    }

    /// What is reduced here may turn out not to be needed at all: a mistake in it is one only perhaps.
    pub(crate) fn perhaps<T>(&self, result: Result<T, Diagnostics>) -> Result<T, Diagnostics> {
        if result.is_err() {
            self.doubt.set(true);
        }
        result
    }

    /// Whether an input was declared as sensitive; `None` where nobody knows.
    pub(crate) fn hides(&self, input: &str) -> Option<bool> {
        match self.source {
            Source::Scope(scope) => scope.hides(input),
            Source::Nodes(_) => None,
        }
    }

    pub(crate) fn files(&self) -> &'a dyn Files {
        match self.source {
            Source::Scope(scope) => scope.files(),
            Source::Nodes(_) => &NoFiles,
        }
    }

    /// The result as an expression that stands where `expr` stood, its nodes noted.
    fn finish(&self, part: Part<'_>, expr: &Expr) -> Result<Expr, Diagnostics> {
        match part {
            Part::Value(value) => {
                self.budget.copy_value(&value, expr.span)?;
                Ok(Expr::literal_at(value.into_owned(), expr.span))
            }
            Part::Residual(residual) => {
                self.budget.copy_expr(&residual, expr.span)?;
                self.trace.borrow_mut().residual(&residual);
                match &residual.kind {
                    // The instances of an empty block, answered as such by the scope.
                    ExprKind::Map(entries) if entries.is_empty() => {
                        Ok(Expr::literal_at(Value::Map(Map::new()), expr.span))
                    }
                    ExprKind::List(items) if items.is_empty() => {
                        Ok(Expr::literal_at(Value::List(Vec::new()), expr.span))
                    }
                    _ => Ok(residual.into_owned()),
                }
            }
        }
    }

    /// Reduces one expression.
    pub(crate) fn reduce<'x>(&self, expr: &'x Expr, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        if let ExprKind::Literal(value) = &expr.kind {
            self.budget.charge(1, expr.span)?;
            return Ok(Part::Value(Cow::Borrowed(value)));
        }
        self.budget.enter(expr.span)?;
        let reduced = self.reduce_kind(expr, env);
        self.budget.leave();
        reduced
    }

    // What recurses is kept apart from what works on the results, here and in the modules below: without optimisation
    // every temporary of a function has its own place on the stack, and a level must stay far below eight kilobytes.
    fn reduce_kind<'x>(&self, expr: &'x Expr, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(Part::Value(Cow::Borrowed(value))),
            ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Index(..) => self.reference(expr, env),
            ExprKind::Node(node) => Ok(self.node(node, expr)),
            ExprKind::Splat(of, each) => self.splat(expr, of, each, env),
            ExprKind::Template(parts) => self.template(parts, expr.span, env),
            ExprKind::List(items) => self.list_of(items, expr.span, env),
            ExprKind::Map(entries) => self.map(entries, expr.span, env),
            ExprKind::Call(name, arguments, expand) => self.call(name, arguments, *expand, expr.span, env),
            ExprKind::Unary(op, of) => self.unary(*op, of, expr.span, env),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, expr.span, env),
            ExprKind::Conditional(c, a, b) => self.conditional(c, a, b, expr.span, env),
            ExprKind::For(inner) => self.iterate(inner, expr.span, env),
            ExprKind::Sensitive(inner) => self.sensitive(inner, env),
        }
    }

    fn list_of<'x>(&self, items: &'x [Expr], span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let parts = self.all(items, env)?;
        self.list(parts, span)
    }

    fn sensitive<'x>(&self, inner: &'x Expr, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        Ok(self.reduce(inner, env)?.marked(true))
    }

    /// Reduces all of several expressions, gathering the errors of each.
    pub(crate) fn all<'x>(&self, exprs: &'x [Expr], env: Option<&'x Env<'x>>) -> Result<Vec<Part<'x>>, Diagnostics>
    where
        'a: 'x,
    {
        let mut parts = Vec::with_capacity(exprs.len());
        let mut errors = Diagnostics::new();
        for expr in exprs {
            match self.reduce(expr, env) {
                Ok(part) => parts.push(part),
                Err(found) => {
                    let spent = found.list.iter().any(|d| d.code == codes::LIMIT);
                    errors.extend(found);
                    if spent {
                        break;
                    }
                }
            }
        }
        if errors.is_empty() { Ok(parts) } else { Err(errors) }
    }

    /// Pays for the copies that building a list or map of these parts makes.
    pub(crate) fn pay<'p, 'x: 'p>(
        &self,
        parts: impl IntoIterator<Item = &'p Part<'x>>,
        span: Span,
    ) -> Result<(), Diagnostics> {
        for part in parts {
            match part {
                Part::Value(Cow::Borrowed(value)) => self.budget.copy_value(value, span)?,
                Part::Residual(Cow::Borrowed(expr)) => self.budget.copy_expr(expr, span)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A list of parts, paid for.
    pub(crate) fn list<'x>(&self, parts: Vec<Part<'_>>, span: Span) -> Reduced<'x> {
        self.budget.charge(parts.len(), span)?;
        self.pay(&parts, span)?;
        Ok(part::list(parts, span))
    }

    /// As an expression inside a residual, paid for.
    pub(crate) fn embed(&self, part: Part<'_>, span: Span) -> Result<Expr, Diagnostics> {
        self.pay([&part], span)?;
        Ok(part.into_expr(span))
    }
}

/// Whether a residual has a value once its nodes have theirs.
fn is_sure(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(value) => !value.has_unknown(),
        ExprKind::Node(_) => true,
        ExprKind::Name(_) => expr.input_name().is_some(),
        ExprKind::Attribute(of, _) => matches!(of.kind, ExprKind::Node(_)),
        ExprKind::Sensitive(of) => is_sure(of),
        ExprKind::List(items) => items.iter().all(is_sure),
        ExprKind::Map(entries) => entries.iter().all(|(key, value)| is_sure(key) && is_sure(value)),
        _ => false,
    }
}

/// An error at a place.
pub(crate) fn fail<T>(diagnostic: Diagnostic) -> Result<T, Diagnostics> {
    Err(diagnostic.into())
}
