//! What is known only later, and can be seen already to have another form than it should: a resource where one of its attributes
//! is meant, a list where text is.

use super::{reference::form, world::World};
use firma_catalog::{codes, procedure::Shape};
use firma_model::{
    address::{Address, Node},
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    value::Value,
};

/// Something of another form.
pub(super) struct Misfit {
    wanted: &'static str,
    found: String,
    hint: Option<String>,
}

impl Misfit {
    /// As a finding; `what` is what it was given for: "`vpc_id` of vpc.subnet".
    pub(super) fn said_of(self, what: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, format!("{what} is {}, not {}", self.wanted, self.found));
        match self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

/// Why a residual cannot be of this form; `None` where it may be.
pub(super) fn of(shape: &Shape, expr: &Expr, world: &World<'_>) -> Option<Misfit> {
    let plain = |found: &str| Some(Misfit { wanted: words(shape), found: found.to_owned(), hint: None });
    match (&expr.kind, shape) {
        (ExprKind::Literal(_), _) | (_, Shape::Any) => None,
        (ExprKind::Sensitive(inner), _) => of(shape, inner, world),
        (ExprKind::Conditional(_, a, b), _) => of(shape, a, world).or_else(|| of(shape, b, world)),
        (ExprKind::List(items), Shape::List(item) | Shape::Set(item)) => {
            items.iter().find_map(|part| of(item, part, world))
        }
        (ExprKind::Map(entries), Shape::Object(fields)) => entries.iter().find_map(|(key, part)| {
            let field = key.as_value().and_then(Value::as_str).and_then(|name| fields.get(name))?;
            of(&field.shape, part, world)
        }),
        (ExprKind::Map(entries), Shape::Pairs) => entries.iter().find_map(|(_, part)| of(&Shape::String, part, world)),
        // What is known of their form is seen elsewhere.
        (ExprKind::List(_) | ExprKind::Map(_), _) => None,
        // An object of attributes may be what is meant.
        (ExprKind::Node(node), Shape::Object(_)) if matches!(node, Node::Instance(_)) => None,
        (ExprKind::Node(node), _) => whole(shape, node),
        (ExprKind::Template(_), Shape::List(_) | Shape::Set(_) | Shape::Object(_) | Shape::Pairs) => plain("text"),
        (ExprKind::Splat(..), shape) if !is_list(shape) => plain("a list"),
        (ExprKind::For(inner), shape) if inner.key.is_none() && !is_list(shape) => plain("a list"),
        (ExprKind::For(inner), shape) if inner.key.is_some() && !matches!(shape, Shape::Pairs | Shape::Object(_)) => {
            plain("a map")
        }
        (ExprKind::Attribute(..) | ExprKind::Index(..), _) => {
            let found = form(expr, world)?;
            let scalar = |shape: &Shape| matches!(shape, Shape::String | Shape::Integer | Shape::Number | Shape::Bool);
            let alike = match (shape, &found) {
                (_, Shape::Any) => true,
                (a, b) if scalar(a) || scalar(b) => scalar(a) && scalar(b),
                (a, b) => is_list(a) == is_list(b),
            };
            let hint = (is_list(&found) && scalar(shape)).then(|| "take one element, as in `[0]`".to_owned());
            (!alike).then(|| Misfit { wanted: words(shape), found: words(&found).to_owned(), hint })
        }
        _ => None,
    }
}

/// A resource or look-up as a whole, for something that is less.
fn whole(shape: &Shape, node: &Node) -> Option<Misfit> {
    if node.is_output() {
        return None;
    }
    let (found, hint) = match node {
        Node::Instance(address) => of_one(address),
        Node::Block(_) if is_list(shape) => return None,
        Node::Block(block) => (
            format!("all instances of {block}"),
            format!("name one by its key, and take an attribute: `{block}[KEY].id`"),
        ),
    };
    Some(Misfit { wanted: words(shape), found, hint: Some(hint) })
}

fn of_one(address: &Address) -> (String, String) {
    match address.block.data {
        true => (format!("the look-up {address}"), format!("take what it found: `{address}.one.id`, or its `items`")),
        false => (format!("the resource {address}"), format!("take one of its attributes: `{address}.id`")),
    }
}

fn is_list(shape: &Shape) -> bool {
    matches!(shape, Shape::List(_) | Shape::Set(_))
}

/// A form in words.
fn words(shape: &Shape) -> &'static str {
    match shape {
        Shape::String => "text",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::Bool => "true or false",
        Shape::Any => "anything",
        Shape::List(_) | Shape::Set(_) => "a list",
        Shape::Object(_) => "a table",
        Shape::Pairs => "a map of text",
    }
}
