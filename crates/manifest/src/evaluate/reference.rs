//! Attributes that stay for later: whether they can exist at all.
//!
//! An attribute of a resource that only the cloud knows is left in the residual. Its first name was checked when it was
//! read; what stands behind it is checked here, against the form that the kind declares.

use super::world::World;
use crate::{codes, source::list};
use firma_catalog::{
    LookupProcedure,
    procedure::{Field, Shape},
};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    suggest::closest,
};

/// Checks every chain of attributes over a node in a reduced expression.
pub(super) fn check(reduced: &Expr, world: &World<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    walk(reduced, world, &mut diagnostics);
    diagnostics
}

fn walk(expr: &Expr, world: &World<'_>, diagnostics: &mut Diagnostics) {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Node(_) => {}
        ExprKind::Attribute(of, name) => {
            if let Some(diagnostic) = form(of, world).and_then(|form| missing(&form, name)) {
                diagnostics.push(diagnostic.at(expr.span));
                return;
            }
            walk(of, world, diagnostics);
        }
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Splat(a, b) => {
            walk(a, world, diagnostics);
            walk(b, world, diagnostics);
        }
        ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => walk(of, world, diagnostics),
        ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
            items.iter().for_each(|item| walk(item, world, diagnostics));
        }
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            walk(key, world, diagnostics);
            walk(value, world, diagnostics);
        }),
        ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|part| walk(part, world, diagnostics)),
        ExprKind::For(inner) => {
            let parts = [Some(&inner.collection), inner.key.as_ref(), Some(&inner.value), inner.condition.as_ref()];
            parts.into_iter().flatten().for_each(|part| walk(part, world, diagnostics));
        }
    }
}

/// Says that something of this form has no such attribute, when that is certain.
fn missing(form: &Shape, name: &str) -> Option<Diagnostic> {
    let error = |message: String| Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message);
    match form {
        Shape::Object(fields) if !fields.contains_key(name) => {
            let fields: Vec<&str> = fields.keys().map(String::as_str).collect();
            let diagnostic = error(format!("there is no `{name}` in this attribute"));
            Some(match closest(name, fields.iter().copied()) {
                Some(near) => diagnostic.did_you_mean(Some(near)),
                None => diagnostic.hint(format!("it has {}", list(&fields))),
            })
        }
        Shape::String | Shape::Integer | Shape::Number | Shape::Bool => {
            Some(error(format!("this is a single value, which has no attribute `{name}`")))
        }
        Shape::List(_) | Shape::Set(_) => Some(
            error(format!("this is a list, which has no attribute `{name}`"))
                .hint(format!("take one element, as in `[0].{name}`, or all of them, as in `[*].{name}`")),
        ),
        Shape::Object(_) | Shape::Pairs | Shape::Any => None,
    }
}

/// The form of a chain that ends in an attribute or an element: of a spec, the fields that can be read.
pub(super) fn form(expr: &Expr, world: &World<'_>) -> Option<Shape> {
    match &expr.kind {
        ExprKind::Attribute(of, name) => match &of.kind {
            ExprKind::Node(Node::Instance(address)) if address.block.data => {
                let procedure = world.inputs.catalog.lookup(address.kind())?;
                match &**name {
                    "one" => Some(found(&procedure)),
                    "items" => Some(Shape::List(Box::new(found(&procedure)))),
                    _ => None,
                }
            }
            ExprKind::Node(Node::Instance(address)) => {
                let procedure = world.inputs.catalog.kind_ref(address.kind())?;
                match (procedure.attributes.get(&**name), procedure.computed.get(&**name)) {
                    (Some(attribute), _) => Some(readable(&attribute.shape)),
                    (None, Some(computed)) => Some(computed.shape.clone()),
                    (None, None) => (&**name == "id").then_some(Shape::String),
                }
            }
            _ => match form(of, world)? {
                Shape::Object(mut fields) => fields.remove(&**name).map(|field| field.shape),
                _ => None,
            },
        },
        ExprKind::Index(of, _) => match form(of, world)? {
            Shape::List(item) | Shape::Set(item) => Some(*item),
            _ => None,
        },
        _ => None,
    }
}

/// The form of what a look-up finds: each also answers to `id`.
fn found(procedure: &LookupProcedure) -> Shape {
    match readable(&procedure.item) {
        Shape::Object(mut fields) => {
            if let Some(id) = procedure.id.as_ref().and_then(|id| fields.get(id)).cloned() {
                fields.entry("id".to_owned()).or_insert(id);
            }
            Shape::Object(fields)
        }
        other => other,
    }
}

fn readable(shape: &Shape) -> Shape {
    match shape {
        Shape::Object(fields) => Shape::Object(
            fields
                .iter()
                .filter(|(_, field)| field.read.is_some())
                .map(|(name, field)| (name.clone(), Field { shape: readable(&field.shape), ..field.clone() }))
                .collect(),
        ),
        Shape::List(item) => Shape::List(Box::new(readable(item))),
        Shape::Set(item) => Shape::Set(Box::new(readable(item))),
        other => other.clone(),
    }
}
