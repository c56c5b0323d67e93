//! The expression tree: what the parser makes of `${...}`, what the evaluator reduces, and what is left over.
//!
//! A *residual* is such a tree whose only free names are [`ExprKind::Node`]s, attributes of resources that configuration
//! does not fix, and [inputs](Expr::input), which are kept nowhere. Parser and evaluator live in the `expr` crate; the tree is here because plans carry residuals.

mod input;
mod show;

use crate::{address::Node, span::Span, value::Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it was written.
    pub span: Span,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

impl BinaryOp {
    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            BinaryOp::Or => "||",
            BinaryOp::And => "&&",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
        }
    }
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// Name bound to the key or index, when two names are given.
    pub key_name: Option<Arc<str>>,
    /// Name bound to the element.
    pub value_name: Arc<str>,
    /// What is walked.
    pub collection: Expr,
    /// The key of each result: makes a map instead of a list.
    pub key: Option<Expr>,
    /// Each result.
    pub value: Expr,
    /// `...`: values of equal keys are grouped into lists.
    pub grouping: bool,
    /// `if`.
    pub condition: Option<Expr>,
}

/// The name of an element in what a splat applies to each.
pub const ELEMENT: &str = "*";

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A known value (it may hold unknowns).
    Literal(Value),
    /// A name: a scope variable (`each`, a `for` name) or the root of a reference (`var`, `local`, `vpc`...).
    Name(SmolStr),
    /// A resource, look-up or block whose attributes configuration does not fix. The free name of residuals.
    Node(Node),
    /// `of.name`
    Attribute(Box<Expr>, SmolStr),
    /// `of[key]`
    Index(Box<Expr>, Box<Expr>),
    /// `of.*` or `of[*]`, with what is applied to each element: `each` is an expression over the name `*`.
    Splat(Box<Expr>, Box<Expr>),
    /// Text with interpolations; each part is turned into text.
    Template(Vec<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ k = v }`
    Map(Vec<(Expr, Expr)>),
    /// `f(a, b...)`; the flag says that the last argument is expanded.
    Call(Arc<str>, Vec<Expr>, bool),
    /// `!a`, `-a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `[for ...]`, `{for ...}`
    For(Box<For>),
    /// Marks the inner value as sensitive.
    Sensitive(Box<Expr>),
}

impl Expr {
    /// A known value without a place.
    pub fn literal(value: Value) -> Expr {
        Expr { kind: ExprKind::Literal(value), span: Span::default() }
    }

    /// A known value from a place.
    pub fn literal_at(value: Value, span: Span) -> Expr {
        Expr { kind: ExprKind::Literal(value), span }
    }

    /// A reference to an attribute of a node.
    pub fn node_attribute(node: Node, attribute: &str) -> Expr {
        let of = Expr { kind: ExprKind::Node(node), span: Span::default() };
        Expr { kind: ExprKind::Attribute(Box::new(of), SmolStr::new(attribute)), span: Span::default() }
    }

    /// The value, when nothing is left to evaluate.
    pub fn as_value(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Where one attribute is taken of everything that a node stands for, `node[*].name`: the node and the attribute.
    pub fn as_attribute_of_all(&self) -> Option<(&Node, &SmolStr)> {
        let ExprKind::Splat(of, each) = &self.kind else { return None };
        match (&of.kind, &each.kind) {
            (ExprKind::Node(node), ExprKind::Attribute(element, name)) if matches!(&element.kind, ExprKind::Name(star) if star == ELEMENT) => {
                Some((node, name))
            }
            _ => None,
        }
    }

    /// Calls `visit` for every node that is a free name of this expression.
    pub fn each_node<'e>(&'e self, visit: &mut dyn FnMut(&'e Node)) {
        self.each_use(&mut |node, _| visit(node));
    }

    /// Calls `visit` for every node that is a free name of this expression, with the attribute that is read of it; `None`
    /// where the node is used as a whole.
    pub fn each_use<'e>(&'e self, visit: &mut dyn FnMut(&'e Node, Option<&'e str>)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) => {}
            ExprKind::Node(node) => visit(node, None),
            ExprKind::Attribute(of, name) => match &of.kind {
                ExprKind::Node(node) => visit(node, Some(name)),
                _ => of.each_use(visit),
            },
            ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => of.each_use(visit),
            ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => {
                a.each_use(visit);
                b.each_use(visit);
            }
            ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
                for item in items {
                    item.each_use(visit);
                }
            }
            ExprKind::Map(entries) => {
                for (key, value) in entries {
                    key.each_use(visit);
                    value.each_use(visit);
                }
            }
            ExprKind::Conditional(a, b, c) => {
                a.each_use(visit);
                b.each_use(visit);
                c.each_use(visit);
            }
            ExprKind::For(inner) => {
                inner.collection.each_use(visit);
                inner.value.each_use(visit);
                if let Some(key) = &inner.key {
                    key.each_use(visit);
                }
                if let Some(condition) = &inner.condition {
                    condition.each_use(visit);
                }
            }
        }
    }
}
