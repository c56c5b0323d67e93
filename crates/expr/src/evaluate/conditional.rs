//! `c ? a : b`

use super::{Env, Evaluator, Reduced, fail};
use crate::{codes, part::Part, text};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{BinaryOp, Expr, ExprKind, UnaryOp},
    span::Span,
    types::Type,
    value::{Unknown, Value},
};

impl<'a> Evaluator<'a> {
    /// Only the chosen branch is reduced, so that only what it uses is used.
    pub(super) fn conditional<'x>(
        &self,
        condition: &'x Expr,
        yes: &'x Expr,
        no: &'x Expr,
        span: Span,
        env: Option<&'x Env<'x>>,
    ) -> Reduced<'x>
    where
        'a: 'x,
    {
        let decided = self.reduce(condition, env)?;
        match self.chosen(&decided, condition.span)? {
            Choice::Known(chosen, marked) => {
                let (taken, passed) = if chosen { (yes, no) } else { (no, yes) };
                self.taken(taken, passed, marked, env)
            }
            Choice::Unknown(marked) => {
                let (yes, no) = (self.reduce(yes, env)?, self.reduce(no, env)?);
                Ok(either(&yes, &no).marked(marked))
            }
            Choice::Left => {
                let branches = (self.reduce(yes, env)?, self.reduce(no, env)?);
                self.left_conditional(decided, branches, [condition.span, yes.span, no.span], span)
            }
        }
    }

    fn chosen(&self, condition: &Part<'_>, place: Span) -> Result<Choice, Diagnostics> {
        let Part::Value(value) = condition else { return Ok(Choice::Left) };
        let marked = matches!(&**value, Value::Sensitive(_));
        match value.reveal() {
            Value::Unknown(_) => Ok(Choice::Unknown(marked)),
            other => match text::truth(other) {
                Some(chosen) => Ok(Choice::Known(chosen, marked)),
                None => fail(
                    Diagnostic::error(codes::NOT_BOOL, format!("a condition is a bool, not {}", other.type_name()))
                        .at(place),
                ),
            },
        }
    }

    fn taken<'x>(&self, taken: &'x Expr, passed: &Expr, marked: bool, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let part = self.reduce(taken, env)?;
        Ok(like(part, static_type(passed)).marked(marked))
    }

    fn left_conditional<'x>(
        &self,
        condition: Part<'_>,
        (yes, no): (Part<'_>, Part<'_>),
        places: [Span; 3],
        span: Span,
    ) -> Reduced<'x> {
        let condition = self.embed(condition, places[0])?;
        let (yes, no) = (self.embed(yes, places[1])?, self.embed(no, places[2])?);
        Ok(Part::residual(ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), span))
    }
}

/// What a condition says; the flags tell whether it is sensitive.
enum Choice {
    Known(bool, bool),
    Unknown(bool),
    Left,
}

/// What is known of a result that is one of two.
fn either<'x>(yes: &Part<'_>, no: &Part<'_>) -> Part<'x> {
    // A residual beside an unknown condition is unknown as well, whatever it becomes.
    let (Part::Value(a), Part::Value(b)) = (yes, no) else { return Part::unknown() };
    let secret = matches!(&**a, Value::Sensitive(_)) || matches!(&**b, Value::Sensitive(_));
    let (a, b) = (a.reveal(), b.reveal());
    let ty = match (type_of(a), type_of(b)) {
        (Some(a), Some(b)) => unify(&a, &b),
        (ty, None) if b.is_null() => ty,
        (None, ty) if a.is_null() => ty,
        _ => None,
    };
    let not_null = never_null(a) && never_null(b);
    Part::value(Value::Unknown(Unknown { ty, not_null, prefix: None })).marked(secret)
}

fn never_null(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Unknown(unknown) => unknown.not_null,
        _ => true,
    }
}

fn type_of(value: &Value) -> Option<Type> {
    match value {
        Value::String(_) => Some(Type::String),
        Value::Number(_) => Some(Type::Number),
        Value::Bool(_) => Some(Type::Bool),
        Value::Unknown(unknown) => unknown.ty.clone(),
        _ => None,
    }
}

/// Both branches have one type: a number or a bool beside a text is text.
fn unify(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        _ if a == b => Some(a.clone()),
        (Type::String, Type::Number | Type::Bool) | (Type::Number | Type::Bool, Type::String) => Some(Type::String),
        _ => None,
    }
}

/// Brings the taken branch to the type of both, as far as the other one's form shows it without evaluating it.
fn like<'x>(part: Part<'x>, other: Option<Type>) -> Part<'x> {
    match (part, other) {
        (Part::Value(value), Some(Type::String)) => match &*value {
            Value::Number(_) | Value::Bool(_) => match text::of(&value) {
                Some(shown) => Part::value(Value::String(shown)),
                None => Part::Value(value),
            },
            _ => Part::Value(value),
        },
        (part, _) => part,
    }
}

/// The type an expression has whatever its parts are, where its form shows it.
fn static_type(expr: &Expr) -> Option<Type> {
    match &expr.kind {
        ExprKind::Literal(value) => type_of(value.reveal()),
        ExprKind::Template(_) => Some(Type::String),
        ExprKind::Unary(UnaryOp::Not, _) => Some(Type::Bool),
        ExprKind::Unary(UnaryOp::Negate, _) => Some(Type::Number),
        ExprKind::Binary(op, ..) => Some(match op {
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
                Type::Number
            }
            _ => Type::Bool,
        }),
        ExprKind::Conditional(_, a, b) => unify(&static_type(a)?, &static_type(b)?),
        _ => None,
    }
}
