//! `c ? a : b`

use super::{Env, Evaluator, Reduced, fail, operator::equal};
use crate::{
    codes, functions,
    part::Part,
    text,
    unify::{Mixed, beside, bring, common, open, type_of},
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{BinaryOp, Expr, ExprKind, UnaryOp},
    span::Span,
    types::{ObjectField, Type},
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
                Ok(either(&yes, &no, span)?.marked(marked))
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
            unknown @ Value::Unknown(_) => {
                self.doubts(unknown, &[Type::Bool]);
                Ok(Choice::Unknown(marked))
            }
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
        Ok(self.like(part, passed, taken.span)?.marked(marked))
    }

    /// Brings the taken result to the type of both, as far as the other one's form shows it without evaluating it.
    fn like<'x>(&self, part: Part<'x>, passed: &Expr, place: Span) -> Reduced<'x> {
        let Part::Value(value) = part else { return Ok(part) };
        let other = static_type(passed);
        if other == Type::Any || matches!(value.reveal(), Value::Null) {
            return Ok(Part::Value(value));
        }
        self.budget.copy_value(&value, place)?;
        match beside(&value, &other) {
            Ok(ty) => Ok(Part::value(bring(value.into_owned(), &ty))),
            Err(mixed) => fail(two_types(&mixed, place)),
        }
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
fn either<'x>(yes: &Part<'_>, no: &Part<'_>, span: Span) -> Reduced<'x> {
    // A residual beside an unknown condition is unknown as well, whatever it becomes.
    let (Part::Value(a), Part::Value(b)) = (yes, no) else { return Ok(Part::unknown()) };
    let secret = matches!(&**a, Value::Sensitive(_)) || matches!(&**b, Value::Sensitive(_));
    let (a, b) = (a.reveal(), b.reveal());
    let ty = match beside(a, &type_of(b)) {
        Ok(ty) => ty,
        Err(mixed) => return fail(two_types(&mixed, span)),
    };
    // Whichever it is, it is the same.
    if equal(a, b) == Some(true) && !a.has_sensitive() && !b.has_sensitive() {
        return Ok(Part::value(bring(a.clone(), &ty)).marked(secret));
    }
    let not_null = never_null(a) && never_null(b);
    let prefix = match ty {
        Type::String => shared(&beginning(a), &beginning(b)),
        _ => None,
    };
    let ty = (settled(&ty) && !open(a) && !open(b)).then_some(ty);
    Ok(Part::value(Value::Unknown(Unknown { ty, not_null, prefix })).marked(secret))
}

fn two_types(mixed: &Mixed, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::NOT_ONE_TYPE,
        format!("the two results of a conditional have one type, and {}", mixed.message()),
    )
    .at(span)
    .hint("bring both to one type, such as with `tostring(...)`, or encode both as text with `jsonencode(...)`")
}

/// Whether a type says something at every level.
fn settled(ty: &Type) -> bool {
    match ty {
        Type::Any => false,
        Type::String | Type::Number | Type::Bool => true,
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => settled(inner),
        Type::Tuple(items) => items.iter().all(settled),
        Type::Object(fields) => fields.values().all(|field| settled(&field.ty)),
    }
}

fn never_null(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Unknown(unknown) => unknown.not_null,
        _ => true,
    }
}

/// What a text is known to begin with.
fn beginning(value: &Value) -> String {
    match value {
        Value::Unknown(unknown) => unknown.prefix.clone().unwrap_or_default(),
        known => text::of(known).map(|text| text.as_ref().to_owned()).unwrap_or_default(),
    }
}

/// The beginning that two texts share.
fn shared(a: &str, b: &str) -> Option<String> {
    let common: String = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    (!common.is_empty()).then_some(common)
}

/// The type an expression has whatever its parts are, where its form shows it; `any` where it does not.
fn static_type(expr: &Expr) -> Type {
    match &expr.kind {
        ExprKind::Literal(value) => type_of(value),
        ExprKind::Template(_) => Type::String,
        ExprKind::Unary(UnaryOp::Not, _) => Type::Bool,
        ExprKind::Unary(UnaryOp::Negate, _) => Type::Number,
        ExprKind::Binary(op, ..) => match op {
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
                Type::Number
            }
            _ => Type::Bool,
        },
        ExprKind::Conditional(_, a, b) => common(&[&static_type(a), &static_type(b)]).unwrap_or(Type::Any),
        ExprKind::List(items) => Type::Tuple(items.iter().map(static_type).collect()),
        ExprKind::Map(entries) => {
            let fields = entries.iter().map(|(key, value)| {
                let name = key.as_value()?.as_str()?.to_owned();
                Some((name, ObjectField::required(static_type(value))))
            });
            fields.collect::<Option<_>>().map_or(Type::Any, Type::Object)
        }
        ExprKind::Call(name, arguments, _) => {
            let inner = || arguments.first().map_or(Type::Any, static_type);
            match &**name {
                "sensitive" | "nonsensitive" => inner(),
                "toset" => match inner() {
                    Type::Tuple(items) => {
                        Type::Set(Box::new(common(&items.iter().collect::<Vec<_>>()).unwrap_or(Type::Any)))
                    }
                    _ => Type::Any,
                },
                name => functions::find(name).map_or(Type::Any, functions::Function::result_type),
            }
        }
        ExprKind::Sensitive(inner) => static_type(inner),
        _ => Type::Any,
    }
}
