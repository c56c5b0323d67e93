//! From the parser's tree to ours, which is smaller and keeps places as spans of the manifest.

mod template;

use crate::{codes, text};
use firma_model::{
    diagnostic::Diagnostic,
    expr::{BinaryOp, Expr, ExprKind, For, UnaryOp},
    number::Number,
    span::{SourceId, Span},
    value::Value,
};
use hcl_edit::{
    Decorated, Formatted, Span as _,
    expr::{BinaryOperator, Expression, ForExpr, FuncCall, ObjectKey, TraversalOperator, UnaryOperator},
    template::Template,
};
use smol_str::SmolStr;
use std::{ops::Range, sync::Arc};
use template::Written;

/// Levels of the tree. The parser bounds nesting and operators, this also bounds the steps of references.
const MAX_DEPTH: usize = 220;

/// What is wrong with a text, and where in it.
#[derive(Debug)]
pub(crate) struct Problem {
    code: &'static str,
    message: String,
    range: Range<usize>,
    hint: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(code: &'static str, message: String, range: Range<usize>) -> Problem {
        Problem { code, message, range, hint: None }
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> Problem {
        self.hint = Some(hint);
        self
    }

    /// As a diagnostic, its range translated.
    pub(crate) fn at(self, span: &dyn Fn(usize, usize) -> Span) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, self.message).at(span(self.range.start, self.range.end));
        match self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

type Lowered = Result<Expr, Problem>;

/// Replaces the offsets that lowering left in spans by places in the source.
pub(crate) fn place(expr: &mut Expr, span: &dyn Fn(usize, usize) -> Span) {
    expr.span = span(expr.span.start as usize, expr.span.end as usize);
    let each = |inner: &mut Expr| place(inner, span);
    match &mut expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Node(_) => {}
        ExprKind::Attribute(of, _) | ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => each(of),
        ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => {
            each(a);
            each(b);
        }
        ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
            items.iter_mut().for_each(each);
        }
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                each(key);
                each(value);
            }
        }
        ExprKind::Conditional(a, b, c) => {
            each(a);
            each(b);
            each(c);
        }
        ExprKind::For(inner) => {
            each(&mut inner.collection);
            each(&mut inner.value);
            inner.key.iter_mut().chain(&mut inner.condition).for_each(each);
        }
    }
}

/// Lowers a whole template.
pub(crate) fn template(template: &Template, length: usize) -> Lowered {
    template::whole(template, Written::Plain, 0..length, 0)
}

/// Lowers an expression that stands alone.
pub(crate) fn bare(expr: &Expression, range: &Range<usize>) -> Lowered {
    expression(expr, range, 0)
}

fn at(range: &Range<usize>) -> Span {
    Span::new(SourceId(0), range.start, range.end)
}

fn make(kind: ExprKind, range: &Range<usize>) -> Expr {
    Expr { kind, span: at(range) }
}

fn literal(value: Value, range: &Range<usize>) -> Expr {
    make(ExprKind::Literal(value), range)
}

/// Lowers one expression; `around` is its place if the parser kept none.
fn expression(expr: &Expression, around: &Range<usize>, depth: usize) -> Lowered {
    let range = expr.span().unwrap_or_else(|| around.clone());
    if depth > MAX_DEPTH {
        return Err(too_deep(range));
    }
    let inner = |expr: &Expression| expression(expr, &range, depth + 1);
    let boxed = |expr: &Expression| inner(expr).map(Box::new);
    let kind = match expr {
        Expression::Null(_) => ExprKind::Literal(Value::Null),
        Expression::Bool(value) => ExprKind::Literal(Value::Bool(**value)),
        Expression::Number(number) => ExprKind::Literal(Value::Number(literal_number(number, &range)?)),
        Expression::String(text) => ExprKind::Literal(text::compose(Value::from(text.as_str()))),
        Expression::Array(items) => ExprKind::List(items.iter().map(inner).collect::<Result<_, _>>()?),
        Expression::Object(object) => {
            let mut entries = Vec::with_capacity(object.len());
            for (key, value) in object.iter() {
                let key = match key {
                    ObjectKey::Ident(name) => {
                        let key = text::compose(Value::from(name.as_str()));
                        literal(key, &name.span().unwrap_or_else(|| range.clone()))
                    }
                    ObjectKey::Expression(key) => inner(key)?,
                };
                entries.push((key, inner(value.expr())?));
            }
            ExprKind::Map(entries)
        }
        Expression::StringTemplate(template) => return template::whole(template, Written::Quoted, range, depth + 1),
        Expression::HeredocTemplate(heredoc) => {
            return template::whole(&heredoc.template, Written::Plain, range, depth + 1);
        }
        Expression::Parenthesis(parenthesis) => return expression(parenthesis.inner(), &range, depth + 1),
        Expression::Variable(name) => ExprKind::Name(SmolStr::from(name.as_str())),
        Expression::Conditional(conditional) => ExprKind::Conditional(
            boxed(&conditional.cond_expr)?,
            boxed(&conditional.true_expr)?,
            boxed(&conditional.false_expr)?,
        ),
        Expression::FuncCall(call) => function(call, &range, depth)?,
        Expression::Traversal(traversal) => {
            let of = expression(&traversal.expr, &range, depth + traversal.operators.len())?;
            return steps(of, &traversal.operators, &range, depth);
        }
        Expression::UnaryOp(unary) => {
            let op = match *unary.operator.value() {
                UnaryOperator::Neg => UnaryOp::Negate,
                UnaryOperator::Not => UnaryOp::Not,
            };
            ExprKind::Unary(op, boxed(&unary.expr)?)
        }
        Expression::BinaryOp(binary) => {
            ExprKind::Binary(operator(*binary.operator.value()), boxed(&binary.lhs_expr)?, boxed(&binary.rhs_expr)?)
        }
        Expression::ForExpr(walk) => ExprKind::For(Box::new(for_expression(walk, &range, depth)?)),
    };
    Ok(make(kind, &range))
}

fn too_deep(range: Range<usize>) -> Problem {
    Problem::new(codes::SOURCE_LIMIT, "this nests too deeply".to_owned(), range)
        .hint("give names to its parts in [local]")
}

fn literal_number(number: &Formatted<hcl_edit::Number>, range: &Range<usize>) -> Result<Number, Problem> {
    // The written digits: beyond 64 bits the parser rounds.
    let written = number.as_repr().map(|repr| repr.chars().filter(|c| !c.is_whitespace()).collect::<String>());
    let text = written.unwrap_or_else(|| number.value().to_string());
    Number::parse(&text)
        .ok_or_else(|| Problem::new(codes::SYNTAX, format!("the number {text} is out of range"), range.clone()))
}

fn function(call: &FuncCall, range: &Range<usize>, depth: usize) -> Result<ExprKind, Problem> {
    // `core::upper` is how the language names its own functions.
    if call.name.namespace.iter().any(|name| name.as_str() != "core") {
        let what = "functions with a namespace do not exist here".to_owned();
        return Err(Problem::new(codes::UNSUPPORTED, what, range.clone()));
    }
    let arguments =
        call.args.iter().map(|argument| expression(argument, range, depth + 1)).collect::<Result<Vec<_>, _>>()?;
    Ok(ExprKind::Call(Arc::from(call.name.name.as_str()), arguments, call.args.expand_final()))
}

fn for_expression(walk: &ForExpr, range: &Range<usize>, depth: usize) -> Result<For, Problem> {
    let inner = |expr: &Expression| expression(expr, range, depth + 1);
    Ok(For {
        key_name: walk.intro.key_var.as_ref().map(|name| Arc::from(name.as_str())),
        value_name: Arc::from(walk.intro.value_var.as_str()),
        collection: inner(&walk.intro.collection_expr)?,
        key: walk.key_expr.as_ref().map(inner).transpose()?,
        value: inner(&walk.value_expr)?,
        grouping: walk.grouping,
        condition: walk.cond.as_ref().map(|condition| inner(&condition.expr)).transpose()?,
    })
}

/// The steps of a reference, from the left.
fn steps(of: Expr, operators: &[Decorated<TraversalOperator>], range: &Range<usize>, depth: usize) -> Lowered {
    let mut here = of;
    let mut at = 0;
    while let Some(operator) = operators.get(at) {
        let end = operator.span().map_or(range.end, |span| span.end);
        let so_far = range.start..end;
        at += 1;
        let kind = match operator.value() {
            TraversalOperator::GetAttr(name) => ExprKind::Attribute(Box::new(here), SmolStr::from(name.as_str())),
            TraversalOperator::LegacyIndex(index) => {
                let key = literal(Value::Number(Number::from(*index.value())), &so_far);
                ExprKind::Index(Box::new(here), Box::new(key))
            }
            TraversalOperator::Index(key) => {
                let key = expression(key, &so_far, depth + operators.len() + 1)?;
                ExprKind::Index(Box::new(here), Box::new(key))
            }
            splat @ (TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_)) => {
                // `.*` is followed by what begins with a point, `[*]` by everything to the end.
                let rest = &operators[at..];
                let taken = match splat {
                    TraversalOperator::AttrSplat(_) => rest
                        .iter()
                        .take_while(|operator| {
                            matches!(
                                operator.value(),
                                TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
                            )
                        })
                        .count(),
                    _ => rest.len(),
                };
                let element = make(ExprKind::Name(SmolStr::from("*")), &so_far);
                let each = steps(element, &rest[..taken], range, depth + 1)?;
                at += taken;
                ExprKind::Splat(Box::new(here), Box::new(each))
            }
        };
        here = make(kind, &so_far);
    }
    Ok(here)
}

fn operator(op: BinaryOperator) -> BinaryOp {
    match op {
        BinaryOperator::Eq => BinaryOp::Equal,
        BinaryOperator::NotEq => BinaryOp::NotEqual,
        BinaryOperator::LessEq => BinaryOp::LessEqual,
        BinaryOperator::GreaterEq => BinaryOp::GreaterEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Mul => BinaryOp::Multiply,
        BinaryOperator::Div => BinaryOp::Divide,
        BinaryOperator::Mod => BinaryOp::Modulo,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}
