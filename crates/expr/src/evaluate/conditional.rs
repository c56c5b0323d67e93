//! `c ? a : b`

use super::{Env, Evaluator, Reduced, fail, operator::equal, seen::seen_below};
use crate::{
    codes, functions,
    part::Part,
    text,
    unify::{Mixed, beside, bring, common, open, open_within, type_of},
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{BinaryOp, Expr, ExprKind, UnaryOp},
    span::Span,
    types::{ObjectField, Type},
    value::{Unknown, Value},
};
use std::sync::Arc;

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
                let parts = (self.perhaps(self.reduce(yes, env))?, self.perhaps(self.reduce(no, env))?);
                Ok(self.either(&parts.0, &parts.1, [form(yes), form(no)], span)?.marked(marked))
            }
            Choice::Left => {
                let (a, b) = (self.perhaps(self.reduce(yes, env))?, self.perhaps(self.reduce(no, env))?);
                let (a, b) = (as_written(self.embed(a, yes.span)?, yes), as_written(self.embed(b, no.span)?, no));
                let condition = self.embed(decided, condition.span)?;
                Ok(Part::residual(ExprKind::Conditional(Box::new(condition), Box::new(a), Box::new(b)), span))
            }
        }
    }

    /// What is known of a result that is one of two.
    ///
    /// When the condition is known, the taken one is brought to what the form of the other one shows: only what that gives
    /// either way is said of the type.
    fn either<'x>(&self, yes: &Part<'_>, no: &Part<'_>, forms: [Type; 2], span: Span) -> Reduced<'x> {
        // A residual beside an unknown condition is unknown as well, whatever it becomes.
        let (Part::Value(a), Part::Value(b)) = (yes, no) else { return Ok(Part::unknown()) };
        let secret = matches!(&**a, Value::Sensitive(_)) || matches!(&**b, Value::Sensitive(_));
        let (a, b) = (a.reveal(), b.reveal());
        let [yes_form, no_form] = forms;
        let (ty, other) = match (beside(a, &no_form), beside(b, &yes_form)) {
            (Err(mixed), Err(_)) => return fail(two_types(&mixed, span)),
            (Ok(ty), Ok(_)) if b.is_null() => (ty.clone(), ty),
            (Ok(_), Ok(ty)) if a.is_null() => (ty.clone(), ty),
            (Ok(a), Ok(b)) => (a, b),
            // One of them would be a mistake.
            _ => {
                self.doubts(&Value::unknown(), &[]);
                return Ok(Part::unknown().marked(secret));
            }
        };
        // Whichever it is, it is the same.
        if ty == other && equal(a, b) == Some(true) && !a.has_sensitive() && !b.has_sensitive() {
            return Ok(Part::value(bring(a.clone(), &ty)).marked(secret));
        }
        let ty = if ty == other { ty } else { Type::Any };
        let not_null = never_null(a) && never_null(b);
        let prefix = match ty {
            Type::String => shared(&beginning(a), &beginning(b)),
            _ => None,
        };
        let ty = (settled(&ty) && !open(a) && !open(b)).then_some(ty);
        Ok(Part::value(Value::Unknown(Box::new(Unknown { ty, not_null, prefix }))).marked(secret))
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
                        .at(place)
                        .label(seen_below(other, marked)),
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
        let other = form(passed);
        let value = match part {
            Part::Value(value) => value,
            // What it is brought to shows when it is known: the form of the other one stays beside it until then.
            Part::Residual(expr) if other != Type::Any && form(&expr) != other => {
                let Some(example) = example(&other, passed.span) else { return Ok(Part::Residual(expr)) };
                let taken = self.embed(Part::Residual(expr), place)?;
                let truth = Expr::literal_at(Value::Bool(true), place);
                let kind = ExprKind::Conditional(Box::new(truth), Box::new(taken), Box::new(example));
                return Ok(Part::residual(kind, place));
            }
            residual @ Part::Residual(_) => return Ok(residual),
        };
        if other == Type::Any || matches!(value.reveal(), Value::Null) {
            return Ok(Part::Value(value));
        }
        self.budget.copy_value(&value, place)?;
        if open_within(&value) {
            self.doubts(&Value::unknown(), &[]);
        }
        match beside(&value, &other) {
            Ok(ty) => Ok(Part::value(bring(value.into_owned(), &ty))),
            Err(mixed) => fail(two_types(&mixed, place)),
        }
    }
}

/// What a condition says; the flags tell whether it is sensitive.
enum Choice {
    Known(bool, bool),
    Unknown(bool),
    Left,
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

/// A reduced expression that shows a type.
fn example(ty: &Type, span: Span) -> Option<Expr> {
    let call = |name: &str, arguments| ExprKind::Call(Arc::from(name), arguments, false);
    let text = || Expr::literal_at(Value::from(""), span);
    let kind = match ty {
        Type::String => ExprKind::Literal(Value::from("")),
        Type::Number => ExprKind::Literal(Value::from(0_i64)),
        Type::Bool => ExprKind::Literal(Value::Bool(false)),
        Type::Tuple(items) => ExprKind::List(items.iter().map(|ty| example(ty, span)).collect::<Option<_>>()?),
        Type::Object(fields) => {
            let entry = |(name, field): (&String, &ObjectField)| {
                Some((Expr::literal_at(Value::string(name), span), example(&field.ty, span)?))
            };
            ExprKind::Map(fields.iter().map(entry).collect::<Option<_>>()?)
        }
        Type::List(inner) if **inner == Type::String => call("split", vec![text(), text()]),
        Type::Set(inner) => {
            let kind = ExprKind::List(vec![example(inner, span)?]);
            call("toset", vec![Expr { kind, span }])
        }
        _ => return None,
    };
    Some(Expr { kind, span })
}

/// The type that an expression shows, when it shows all of it.
fn form(expr: &Expr) -> Type {
    let ty = static_type(expr);
    if settled(&ty) { ty } else { Type::Any }
}

/// A reduced branch that shows no more of its type than what was written: else what stands beside it would be brought to
/// another type than when all had been known at once. `try` of one argument is that argument, and shows no type.
fn as_written(reduced: Expr, written: &Expr) -> Expr {
    // Nor less: `tostring(null)` is no null of every type.
    if matches!(&reduced.kind, ExprKind::Literal(Value::Null)) {
        let name = match form(written) {
            Type::String => "tostring",
            Type::Number => "tonumber",
            Type::Bool => "tobool",
            _ => return reduced,
        };
        let span = reduced.span;
        return Expr { kind: ExprKind::Call(Arc::from(name), vec![reduced], false), span };
    }
    if form(written) != Type::Any || form(&reduced) == Type::Any {
        return reduced;
    }
    let span = reduced.span;
    Expr { kind: ExprKind::Call(Arc::from("try"), vec![reduced], false), span }
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
