//! Expressions in a plan: known values as they are, residuals as a flat list of terms.
//!
//! Terms refer to earlier terms by their position, and the last one is the expression. Flat, because a legal expression may
//! nest deeper than a JSON reader follows. Where an expression was written is not kept: sources are not part of a plan, and
//! a comment added to a manifest must not give a plan another id.

use super::{
    adapt::{Form, Text},
    value::ValueForm,
};
use firma_model::{
    address::Node,
    expr::{BinaryOp, Expr, ExprKind, For, UnaryOp},
    span::Span,
    value::Value,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{borrow::Cow, sync::Arc};

/// Deeper expressions are refused: everything that walks one does so by recursion. The evaluator stops at 256.
const MAX_DEPTH: u32 = 512;

/// Writes and reads an [`Expr`].
pub(super) struct ExprForm;

impl ExprForm {
    pub(super) fn serialize<S: Serializer>(of: &Expr, serializer: S) -> Result<S::Ok, S::Error> {
        Self::put(of, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expr, D::Error> {
        Self::take(deserializer)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written<'a> {
    #[serde(with = "cow_value")]
    Value(Cow<'a, Value>),
    Terms(Vec<Term<'a>>),
}

/// One term. Numbers are positions of earlier terms, each used once.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Term<'a> {
    #[serde(with = "cow_value")]
    Value(Cow<'a, Value>),
    Name(Cow<'a, str>),
    #[serde(with = "cow_node")]
    Node(Cow<'a, Node>),
    Attribute(u32, Cow<'a, str>),
    Index(u32, u32),
    Splat(u32, u32),
    Template(Vec<u32>),
    List(Vec<u32>),
    Map(Vec<(u32, u32)>),
    Call(Cow<'a, str>, Vec<u32>, bool),
    Unary(Cow<'a, str>, u32),
    Binary(Cow<'a, str>, u32, u32),
    Conditional(u32, u32, u32),
    For {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key_name: Option<Cow<'a, str>>,
        value_name: Cow<'a, str>,
        collection: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<u32>,
        value: u32,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        grouping: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<u32>,
    },
    /// Holds its own terms, so that whatever is hidden by it lies inside the mark.
    #[serde(rename = "$sensitive")]
    Sensitive(Vec<Term<'a>>),
}

impl Form for ExprForm {
    type Of = Expr;

    fn put<S: Serializer>(of: &Expr, serializer: S) -> Result<S::Ok, S::Error> {
        match &of.kind {
            ExprKind::Literal(value) => Written::Value(Cow::Borrowed(value)).serialize(serializer),
            _ => Written::Terms(terms(of)).serialize(serializer),
        }
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expr, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Value(value) => Ok(Expr::literal(value.into_owned())),
            Written::Terms(terms) => {
                rebuild(terms).map(|(expr, _)| expr).map_err(|why| D::Error::custom(format!("an expression {why}")))
            }
        }
    }
}

fn terms(expr: &Expr) -> Vec<Term<'_>> {
    let mut out = Vec::new();
    flatten(expr, &mut out);
    out
}

/// Adds the terms of an expression and says where the last of them is.
fn flatten<'e>(expr: &'e Expr, out: &mut Vec<Term<'e>>) -> u32 {
    let term = match &expr.kind {
        ExprKind::Literal(value) => Term::Value(Cow::Borrowed(value)),
        ExprKind::Name(name) => Term::Name(Cow::Borrowed(name)),
        ExprKind::Node(node) => Term::Node(Cow::Borrowed(node)),
        ExprKind::Attribute(of, name) => Term::Attribute(flatten(of, out), Cow::Borrowed(name)),
        ExprKind::Index(of, key) => Term::Index(flatten(of, out), flatten(key, out)),
        ExprKind::Splat(of, each) => Term::Splat(flatten(of, out), flatten(each, out)),
        ExprKind::Template(parts) => Term::Template(flatten_all(parts, out)),
        ExprKind::List(items) => Term::List(flatten_all(items, out)),
        ExprKind::Map(entries) => {
            Term::Map(entries.iter().map(|(key, value)| (flatten(key, out), flatten(value, out))).collect())
        }
        ExprKind::Call(name, arguments, expand) => {
            Term::Call(Cow::Borrowed(name), flatten_all(arguments, out), *expand)
        }
        ExprKind::Unary(op, of) => Term::Unary(Cow::Borrowed(unary_sign(*op)), flatten(of, out)),
        ExprKind::Binary(op, a, b) => Term::Binary(Cow::Borrowed(op.sign()), flatten(a, out), flatten(b, out)),
        ExprKind::Conditional(condition, yes, no) => {
            Term::Conditional(flatten(condition, out), flatten(yes, out), flatten(no, out))
        }
        ExprKind::For(inner) => Term::For {
            key_name: inner.key_name.as_deref().map(Cow::Borrowed),
            value_name: Cow::Borrowed(&inner.value_name),
            collection: flatten(&inner.collection, out),
            key: inner.key.as_ref().map(|key| flatten(key, out)),
            value: flatten(&inner.value, out),
            grouping: inner.grouping,
            condition: inner.condition.as_ref().map(|condition| flatten(condition, out)),
        },
        ExprKind::Sensitive(inner) => Term::Sensitive(terms(inner)),
    };
    out.push(term);
    (out.len() - 1) as u32
}

fn flatten_all<'e>(items: &'e [Expr], out: &mut Vec<Term<'e>>) -> Vec<u32> {
    items.iter().map(|item| flatten(item, out)).collect()
}

/// Terms already rebuilt, each with its depth, until another term takes them.
struct Built {
    terms: Vec<Option<(Expr, u32)>>,
    deepest: u32,
}

impl Built {
    /// Takes an earlier term and counts its depth into that of the term being built.
    fn take(&mut self, position: u32) -> Result<Expr, String> {
        let slot = self.terms.get_mut(position as usize).and_then(Option::take);
        let (expr, depth) = slot.ok_or_else(|| format!("refers to term {position}, which is not there"))?;
        self.deepest = self.deepest.max(depth);
        Ok(expr)
    }

    fn boxed(&mut self, position: u32) -> Result<Box<Expr>, String> {
        self.take(position).map(Box::new)
    }

    fn all(&mut self, positions: &[u32]) -> Result<Vec<Expr>, String> {
        positions.iter().map(|position| self.take(*position)).collect()
    }

    fn maybe(&mut self, position: Option<u32>) -> Result<Option<Expr>, String> {
        position.map(|position| self.take(position)).transpose()
    }
}

/// The expression of some terms, and its depth.
fn rebuild(terms: Vec<Term<'_>>) -> Result<(Expr, u32), String> {
    let mut built = Built { terms: Vec::with_capacity(terms.len()), deepest: 0 };
    for term in terms {
        built.deepest = 0;
        let kind = rebuild_one(term, &mut built)?;
        let depth = built.deepest + 1;
        if depth > MAX_DEPTH {
            return Err(format!("is nested more than {MAX_DEPTH} levels deep"));
        }
        built.terms.push(Some((Expr { kind, span: Span::default() }, depth)));
    }
    let root = built.terms.pop().flatten().ok_or("has no terms")?;
    match built.terms.iter().all(Option::is_none) {
        true => Ok(root),
        false => Err("has terms that nothing refers to".into()),
    }
}

fn rebuild_one(term: Term<'_>, built: &mut Built) -> Result<ExprKind, String> {
    Ok(match term {
        Term::Value(value) => ExprKind::Literal(value.into_owned()),
        Term::Name(name) => ExprKind::Name(name.into()),
        Term::Node(node) => ExprKind::Node(node.into_owned()),
        Term::Attribute(of, name) => ExprKind::Attribute(built.boxed(of)?, name.into()),
        Term::Index(of, key) => ExprKind::Index(built.boxed(of)?, built.boxed(key)?),
        Term::Splat(of, each) => ExprKind::Splat(built.boxed(of)?, built.boxed(each)?),
        Term::Template(parts) => ExprKind::Template(built.all(&parts)?),
        Term::List(items) => ExprKind::List(built.all(&items)?),
        Term::Map(entries) => ExprKind::Map(
            entries
                .iter()
                .map(|(key, value)| Ok((built.take(*key)?, built.take(*value)?)))
                .collect::<Result<_, String>>()?,
        ),
        Term::Call(name, arguments, expand) => ExprKind::Call(Arc::from(name), built.all(&arguments)?, expand),
        Term::Unary(sign, of) => ExprKind::Unary(
            UNARY.into_iter().find(|op| unary_sign(*op) == sign).ok_or_else(|| no_operator(&sign))?,
            built.boxed(of)?,
        ),
        Term::Binary(sign, a, b) => ExprKind::Binary(
            BINARY.into_iter().find(|op| op.sign() == sign).ok_or_else(|| no_operator(&sign))?,
            built.boxed(a)?,
            built.boxed(b)?,
        ),
        Term::Conditional(condition, yes, no) => {
            ExprKind::Conditional(built.boxed(condition)?, built.boxed(yes)?, built.boxed(no)?)
        }
        Term::For { key_name, value_name, collection, key, value, grouping, condition } => {
            ExprKind::For(Box::new(For {
                key_name: key_name.map(Arc::from),
                value_name: Arc::from(value_name),
                collection: built.take(collection)?,
                key: built.maybe(key)?,
                value: built.take(value)?,
                grouping,
                condition: built.maybe(condition)?,
            }))
        }
        Term::Sensitive(inner) => {
            let (inner, depth) = rebuild(inner)?;
            built.deepest = depth;
            ExprKind::Sensitive(Box::new(inner))
        }
    })
}

fn no_operator(sign: &str) -> String {
    format!("has the operator `{sign}`, which is not known here")
}

const UNARY: [UnaryOp; 2] = [UnaryOp::Not, UnaryOp::Negate];

fn unary_sign(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "!",
        UnaryOp::Negate => "-",
    }
}

const BINARY: [BinaryOp; 13] = [
    BinaryOp::Or,
    BinaryOp::And,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Modulo,
];

/// A value, borrowed when written and owned when read.
mod cow_value {
    use super::{Cow, Deserializer, Serializer, Value, ValueForm};
    use std::borrow::Borrow;

    pub(super) fn serialize<S: Serializer>(of: &impl Borrow<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        ValueForm::serialize(of.borrow(), serializer)
    }

    pub(super) fn deserialize<'de, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, Value>, D::Error> {
        ValueForm::deserialize(deserializer).map(Cow::Owned)
    }
}

/// A node, borrowed when written and owned when read.
mod cow_node {
    use super::{Cow, Deserializer, Node, Serializer, Text};
    use std::borrow::Borrow;

    pub(super) fn serialize<S: Serializer>(of: &impl Borrow<Node>, serializer: S) -> Result<S::Ok, S::Error> {
        Text::<Node>::serialize(of.borrow(), serializer)
    }

    pub(super) fn deserialize<'de, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, Node>, D::Error> {
        Text::<Node>::deserialize(deserializer).map(Cow::Owned)
    }
}
