//! Unary and binary operators.

use super::{Env, Evaluator, Reduced, fail, seen::seen};
use crate::{
    codes,
    decimal::Decimal,
    part::{Part, unknown_of},
    text,
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{BinaryOp, Expr, ExprKind, UnaryOp},
    number::Number,
    span::Span,
    types::Type,
    value::Value,
};

/// Steps that arithmetic with digits behind the point costs: it is done with 512 bits and written with 155 digits.
const FRACTION_STEPS: usize = 16;

impl<'a> Evaluator<'a> {
    pub(super) fn unary<'x>(&self, op: UnaryOp, of: &'x Expr, span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let part = self.reduce(of, env)?;
        self.applied(op, part, of.span, span)
    }

    fn applied<'x>(&self, op: UnaryOp, part: Part<'_>, place: Span, span: Span) -> Reduced<'x> {
        let value = match part {
            Part::Value(value) => value,
            residual @ Part::Residual(_) => {
                let of = self.embed(residual, place)?;
                return Ok(Part::residual(ExprKind::Unary(op, Box::new(of)), span));
            }
        };
        self.doubts(&value, if op == UnaryOp::Not { &[Type::Bool] } else { &[Type::Number] });
        let marked = matches!(&*value, Value::Sensitive(_));
        let result = match (op, value.reveal()) {
            (UnaryOp::Not, Value::Unknown(_)) => unknown_of(Type::Bool, true),
            (UnaryOp::Negate, Value::Unknown(_)) => unknown_of(Type::Number, true),
            (UnaryOp::Not, _) => Value::Bool(!truth(&value, "!", place)?),
            (UnaryOp::Negate, _) => {
                let number = number(&value, "-", place)?;
                let zero = Number::from(0_i64);
                Value::Number(Decimal::subtract(&zero, &number).ok_or_else(|| too_large("-", span))?)
            }
        };
        Ok(Part::value(result).marked(marked))
    }

    pub(super) fn binary<'x>(
        &self,
        op: BinaryOp,
        left: &'x Expr,
        right: &'x Expr,
        span: Span,
        env: Option<&'x Env<'x>>,
    ) -> Reduced<'x>
    where
        'a: 'x,
    {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return self.logical(op, left, right, span, env);
        }
        let (a, b) = self.both(left, right, env)?;
        self.combined(op, a, b, [left.span, right.span], span)
    }

    fn both<'x>(
        &self,
        left: &'x Expr,
        right: &'x Expr,
        env: Option<&'x Env<'x>>,
    ) -> Result<(Part<'x>, Part<'x>), Diagnostics>
    where
        'a: 'x,
    {
        match (self.reduce(left, env), self.reduce(right, env)) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(mut a), Err(b)) => {
                a.extend(b);
                Err(a)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// The result over reduced operands, given where those stand.
    fn combined<'x>(&self, op: BinaryOp, a: Part<'_>, b: Part<'_>, places: [Span; 2], span: Span) -> Reduced<'x> {
        let (a, b) = match (a, b) {
            (Part::Value(a), Part::Value(b)) => (a, b),
            (a, b) => {
                let (a, b) = (self.embed(a, places[0])?, self.embed(b, places[1])?);
                return Ok(Part::residual(ExprKind::Binary(op, Box::new(a), Box::new(b)), span));
            }
        };
        if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            let marked = a.has_sensitive() || b.has_sensitive();
            self.budget.copy_value(&a, span)?;
            let result = match equal(&a, &b) {
                Some(same) => Value::Bool(same == (op == BinaryOp::Equal)),
                None => unknown_of(Type::Bool, true),
            };
            return Ok(Part::value(result).marked(marked));
        }
        let marked = matches!(&*a, Value::Sensitive(_)) || matches!(&*b, Value::Sensitive(_));
        let (marked_a, marked_b) = (&*a, &*b);
        let (a, b) = (marked_a.reveal(), marked_b.reveal());
        // A division by what is not known may be one by zero.
        let taken: &[Type] = if matches!(op, BinaryOp::Divide | BinaryOp::Modulo) { &[] } else { &[Type::Number] };
        self.doubts(a, &[Type::Number]);
        self.doubts(b, taken);
        let sign = op.sign();
        let compares = matches!(op, BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual);
        let result = match (known_number(marked_a, sign, places[0])?, known_number(marked_b, sign, places[1])?) {
            (Some(a), Some(b)) => {
                let whole = |number: &Number| number.as_str().parse::<i128>().is_ok();
                if !compares && (op == BinaryOp::Divide || !whole(&a) || !whole(&b)) {
                    self.budget.charge(FRACTION_STEPS, span)?;
                }
                arithmetic(op, &a, &b, span)?
            }
            _ => unknown_of(if compares { Type::Bool } else { Type::Number }, true),
        };
        Ok(Part::value(result).marked(marked))
    }

    /// `&&` and `||`: the right side is reduced only if it matters, and a known side that decides is enough.
    fn logical<'x>(
        &self,
        op: BinaryOp,
        left: &'x Expr,
        right: &'x Expr,
        span: Span,
        env: Option<&'x Env<'x>>,
    ) -> Reduced<'x>
    where
        'a: 'x,
    {
        let decisive = op == BinaryOp::Or;
        let a = self.reduce(left, env)?;
        let side = Side::of(&a, op, left.span)?;
        if side.truth == Some(Some(decisive)) {
            return Ok(side.decided(decisive));
        }
        let open = !matches!(side.truth, Some(Some(_)));
        let b = self.reduce(right, env);
        let b = if open { self.perhaps(b)? } else { b? };
        let other = Side::of(&b, op, right.span);
        let other = if open { self.perhaps(other)? } else { other? };
        self.logically(op, (a, side), (b, other), [left.span, right.span], span)
    }

    fn logically<'x>(
        &self,
        op: BinaryOp,
        (a, left): (Part<'_>, Side),
        (b, right): (Part<'_>, Side),
        places: [Span; 2],
        span: Span,
    ) -> Reduced<'x> {
        let decisive = op == BinaryOp::Or;
        for part in [&a, &b] {
            if let Some(value) = part.as_value() {
                self.doubts(value, &[Type::Bool]);
            }
        }
        let marked = left.marked || right.marked;
        match (left.truth, right.truth) {
            (_, Some(Some(b))) if b == decisive => Ok(Part::value(Value::Bool(decisive)).marked(marked)),
            (Some(Some(_)), Some(Some(b))) => Ok(Part::value(Value::Bool(b)).marked(marked)),
            (Some(_), Some(_)) => Ok(Part::value(unknown_of(Type::Bool, true)).marked(marked)),
            _ => {
                let (a, b) = (self.embed(a, places[0])?, self.embed(b, places[1])?);
                Ok(Part::residual(ExprKind::Binary(op, Box::new(a), Box::new(b)), span))
            }
        }
    }
}

/// One side of `&&` or `||`.
struct Side {
    /// None for a residual, `Some(None)` for a value that is not known yet.
    truth: Option<Option<bool>>,
    marked: bool,
}

impl Side {
    fn of(part: &Part<'_>, op: BinaryOp, place: Span) -> Result<Side, Diagnostics> {
        let truth = part.as_value().map(|value| known_truth(value, op.sign(), place)).transpose()?;
        Ok(Side { truth, marked: matches!(part.as_value(), Some(Value::Sensitive(_))) })
    }

    fn decided<'x>(&self, truth: bool) -> Part<'x> {
        Part::value(Value::Bool(truth)).marked(self.marked)
    }
}

/// Whether two values are equal; `None` when that hangs on something unknown. Marks are looked through.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (a.reveal(), b.reveal()) {
        (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => {
            let prefix = unknown.prefix.as_deref().unwrap_or("");
            match other {
                Value::Null if unknown.not_null => Some(false),
                Value::String(text) if !text.starts_with(prefix) => Some(false),
                _ => None,
            }
        }
        (Value::List(a), Value::List(b)) | (Value::Set(a), Value::Set(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all_equal(a.iter().zip(b).map(|(a, b)| equal(a, b)))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() || a.keys().ne(b.keys()) {
                return Some(false);
            }
            all_equal(a.values().zip(b.values()).map(|(a, b)| equal(a, b)))
        }
        (Value::Number(a), Value::Number(b)) => Some(Decimal::compare(a, b).is_eq()),
        (a, b) => Some(a == b),
    }
}

fn all_equal(pairs: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for pair in pairs {
        match pair {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

fn arithmetic(op: BinaryOp, a: &Number, b: &Number, span: Span) -> Result<Value, Diagnostics> {
    if let BinaryOp::Divide | BinaryOp::Modulo = op
        && Decimal::compare(b, &Number::from(0_i64)).is_eq()
    {
        return fail(Diagnostic::error(codes::ARITHMETIC, "division by zero").at(span));
    }
    let order = || Decimal::compare(a, b);
    let number = match op {
        BinaryOp::Less => return Ok(Value::Bool(order().is_lt())),
        BinaryOp::LessEqual => return Ok(Value::Bool(order().is_le())),
        BinaryOp::Greater => return Ok(Value::Bool(order().is_gt())),
        BinaryOp::GreaterEqual => return Ok(Value::Bool(order().is_ge())),
        BinaryOp::Add => Decimal::add(a, b),
        BinaryOp::Subtract => Decimal::subtract(a, b),
        BinaryOp::Multiply => Decimal::multiply(a, b),
        BinaryOp::Divide => Decimal::divide(a, b),
        BinaryOp::Modulo => Decimal::remainder(a, b),
        BinaryOp::Or | BinaryOp::And | BinaryOp::Equal | BinaryOp::NotEqual => {
            unreachable!("BUG: {op:?} is no arithmetic")
        }
    };
    number.map(Value::Number).ok_or_else(|| too_large(op.sign(), span))
}

fn too_large(sign: &str, span: Span) -> Diagnostics {
    Diagnostic::error(codes::ARITHMETIC, format!("the result of `{sign}` is out of range")).at(span).into()
}

fn known_number(value: &Value, sign: &str, span: Span) -> Result<Option<Number>, Diagnostics> {
    match value.reveal() {
        Value::Unknown(_) => Ok(None),
        _ => number(value, sign, span).map(Some),
    }
}

fn number(value: &Value, sign: &str, span: Span) -> Result<Number, Diagnostics> {
    text::number(value.reveal()).ok_or_else(|| operand("a number", value, sign, span))
}

fn known_truth(value: &Value, sign: &str, span: Span) -> Result<Option<bool>, Diagnostics> {
    match value.reveal() {
        Value::Unknown(_) => Ok(None),
        _ => truth(value, sign, span).map(Some),
    }
}

fn truth(value: &Value, sign: &str, span: Span) -> Result<bool, Diagnostics> {
    text::truth(value.reveal()).ok_or_else(|| operand("a bool", value, sign, span))
}

fn operand(wanted: &str, value: &Value, sign: &str, span: Span) -> Diagnostics {
    let message = format!("`{sign}` takes {wanted}, and this is {}", value.reveal().type_name());
    Diagnostic::error(codes::OPERAND, message).at(span).label(seen(value)).into()
}
