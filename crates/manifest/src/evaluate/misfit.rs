//! What is known only later, and can be seen already to have another form than it should: a resource where one of its attributes
//! is meant, a list where text is.

use super::{reference::form, world::World};
use crate::{project::Written, spot::spot_in_attribute};
use firma_catalog::{codes, procedure::Shape, shape::Part};
use firma_model::{
    address::{Address, Node},
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    path::{Path, Step},
};

/// Something of another form.
pub(super) struct Misfit {
    /// Where in what was looked at, the innermost step first.
    within: Vec<Step>,
    wanted: &'static str,
    found: String,
    hint: Option<String>,
}

impl Misfit {
    fn new(shape: &Shape, found: String, hint: Option<String>) -> Misfit {
        Misfit { within: Vec::new(), wanted: words(shape), found, hint }
    }

    /// As a finding about an attribute, or a parameter, of a kind.
    pub(super) fn said_of(self, written: &Written, kind: &str) -> Diagnostic {
        let Misfit { mut within, wanted, found, hint } = self;
        within.push(Step::Key(written.name.to_string()));
        within.reverse();
        let path = Path(within);
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, format!("`{path}` of {kind} is {wanted}, not {found}"))
            .at(spot_in_attribute(&written.value, &path, Part::Value));
        match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }

    fn within(mut self, step: Step) -> Misfit {
        self.within.push(step);
        self
    }
}

/// Why a residual cannot be of this form; `None` where it may be.
pub(super) fn of(shape: &Shape, expr: &Expr, world: &World<'_>) -> Option<Misfit> {
    let plain = |found: &str| Some(Misfit::new(shape, found.to_owned(), None));
    match (&expr.kind, shape) {
        (ExprKind::Literal(_), _) | (_, Shape::Any) => None,
        (ExprKind::Sensitive(inner), _) => of(shape, inner, world),
        (ExprKind::Conditional(_, a, b), _) => of(shape, a, world).or_else(|| of(shape, b, world)),
        (ExprKind::List(items), Shape::List(item) | Shape::Set(item)) => {
            let found = |(at, part)| Some(of(item, part, world)?.within(Step::Index(at)));
            items.iter().enumerate().find_map(found)
        }
        (ExprKind::Map(entries), Shape::Object(fields)) => entries.iter().find_map(|(key, part)| {
            let name = key.as_value()?.as_str()?;
            Some(of(&fields.get(name)?.shape, part, world)?.within(Step::Key(name.to_owned())))
        }),
        (ExprKind::Map(entries), Shape::Pairs) => entries.iter().find_map(|(key, part)| {
            let name = key.as_value()?.as_str()?;
            Some(of(&Shape::String, part, world)?.within(Step::Key(name.to_owned())))
        }),
        // What is known of their form is seen elsewhere.
        (ExprKind::List(_) | ExprKind::Map(_), _) => None,
        // An object of attributes may be what is meant.
        (ExprKind::Node(Node::Instance(_)), Shape::Object(_)) => None,
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
            (!alike).then(|| Misfit::new(shape, words(&found).to_owned(), hint))
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
    Some(Misfit::new(shape, found, Some(hint)))
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
