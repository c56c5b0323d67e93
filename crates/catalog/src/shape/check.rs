//! What a manifest says of a resource, against its kind: unknown names, wrong types, missing fields.

use crate::{
    codes,
    procedure::{Field, Procedure, Shape},
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    number::Number,
    path::Path,
    span::Span,
    suggest::closest,
    trail::{Trail, Way},
    types::{ObjectField, Type},
    value::{Map, Value},
};
use std::collections::BTreeMap;

/// Which half of `name = value` a mistake lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name.
    Name,
    /// The value.
    Value,
}

/// Says where a part of a value was written.
pub type Place<'p> = &'p dyn Fn(&Path, Part) -> Span;

/// Checks one attribute as a manifest gives it. What is unknown fits everything its type allows; null is absent.
pub fn check(procedure: &Procedure, name: &str, value: &Value, span: Span) -> Diagnostics {
    check_at(procedure, name, value, &|_, _| span)
}

/// [`check`], with a place for every part of the value.
pub fn check_at(procedure: &Procedure, name: &str, value: &Value, place: Place<'_>) -> Diagnostics {
    match procedure.attributes.get(name) {
        Some(attribute) => check_parameter_at(&procedure.kind, name, &attribute.shape, value, place),
        None => unknown_attribute(procedure, name).at(place(&Path::attribute(name), Part::Name)).into(),
    }
}

fn unknown_attribute(procedure: &Procedure, name: &str) -> Diagnostic {
    let kind = &procedure.kind;
    if name == "id" || procedure.computed.contains_key(name) {
        return Diagnostic::error(codes::READ_ONLY, format!("`{name}` of {kind} is read-only"))
            .label("the cloud decides it")
            .hint("other resources can refer to it; here it cannot be set");
    }
    let error = Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, format!("{kind} has no attribute `{name}`"));
    match name {
        "zone" => return error.hint("the kind lives in a region, not in a zone"),
        "billing" => return error.hint("the kind costs nothing by itself, so it has no billing"),
        "tags" => return error.hint("the kind cannot carry tags"),
        _ => {}
    }
    // A name in the API's own spelling means the attribute of that name.
    let snake = firma_api::naming::snake(name);
    if snake != name && procedure.attributes.contains_key(&snake) {
        return error.hint(format!("names are in snake case: `{snake}`"));
    }
    error.did_you_mean(closest(name, procedure.attributes.keys().map(String::as_str)))
}

/// Checks that everything the kind demands is there. `present` says whether an attribute is given (unknown counts).
pub fn required(procedure: &Procedure, present: impl Fn(&str) -> bool, span: Span) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let demanded = procedure.attributes.iter().filter(|(_, a)| a.required || !a.required_unless.is_empty());
    for (name, attribute) in demanded.filter(|(name, _)| !present(name)) {
        // Places and billing have defaults, and messages of their own.
        if attribute.required && name != "zone" && name != "billing" {
            let message = format!("{} needs `{name}`", procedure.kind);
            let mut error = Diagnostic::error(codes::MISSING_ATTRIBUTE, message).at(span);
            if let Some(kind) = &attribute.references {
                error = error.hint(format!("it is the id of a {kind}: `{name} = \"${{{kind}.NAME.id}}\"`"));
            }
            diagnostics.push(error);
        }
        let others = &attribute.required_unless;
        if !others.is_empty() && !others.iter().any(|other| present(other)) {
            let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
            let message = format!("{} needs `{name}`, or {} to take it from", procedure.kind, others.join(" or "));
            diagnostics.push(Diagnostic::error(codes::MISSING_ATTRIBUTE, message).at(span));
        }
    }
    diagnostics
}

/// Checks a value against the shape of a look-up's parameter or of anything else that is named.
pub fn check_parameter(within: &str, name: &str, shape: &Shape, value: &Value, span: Span) -> Diagnostics {
    check_parameter_at(within, name, shape, value, &|_, _| span)
}

/// [`check_parameter`], with a place for every part of the value.
pub fn check_parameter_at(within: &str, name: &str, shape: &Shape, value: &Value, place: Place<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    Checking { within, name, trail: Trail::new(), place, diagnostics: &mut diagnostics }.value(shape, value);
    diagnostics
}

struct Checking<'c> {
    within: &'c str,
    /// The attribute or parameter.
    name: &'c str,
    /// Where in its value.
    trail: Trail<'c>,
    place: Place<'c>,
    diagnostics: &'c mut Diagnostics,
}

impl<'c> Checking<'c> {
    fn path(&self) -> Path {
        self.trail.path(Some(self.name))
    }

    fn part(&mut self, way: Way<'c>, shape: &'c Shape, value: &'c Value) {
        self.trail.enter(way);
        self.value(shape, value);
        self.trail.leave();
    }

    fn value(&mut self, shape: &'c Shape, value: &'c Value) {
        let value = value.reveal();
        let fits = match (shape, value) {
            (_, Value::Null) | (Shape::Any, _) => true,
            (shape, Value::Unknown(unknown)) => unknown.ty.as_ref().is_none_or(|ty| may_be(shape, ty)),
            (Shape::String, Value::String(_) | Value::Number(_) | Value::Bool(_)) => true,
            (Shape::Integer, Value::Number(number)) => number.as_i128().is_some(),
            (Shape::Integer, Value::String(text)) => Number::parse(text).is_some_and(|n| n.as_i128().is_some()),
            (Shape::Number, Value::Number(_)) => true,
            (Shape::Number, Value::String(text)) => Number::parse(text).is_some(),
            (Shape::Bool, Value::Bool(_)) => true,
            (Shape::Bool, Value::String(text)) => matches!(&**text, "true" | "false"),
            (Shape::List(item) | Shape::Set(item), Value::List(items) | Value::Set(items)) => {
                for (at, value) in items.iter().enumerate() {
                    self.part(Way::Index(at), item, value);
                }
                true
            }
            (Shape::Object(fields), Value::Map(map)) => {
                self.object(fields, map);
                true
            }
            (Shape::Pairs, Value::Map(map)) => {
                for (key, value) in map {
                    self.part(Way::Key(key), &Shape::String, value);
                }
                true
            }
            _ => false,
        };
        if !fits {
            let path = self.path();
            let message = format!("`{path}` of {} is {}, not {}", self.within, wanted(shape), found(value));
            let span = (self.place)(&path, Part::Value);
            self.diagnostics.push(Diagnostic::error(codes::WRONG_TYPE, message).at(span));
        }
    }

    fn object(&mut self, fields: &'c BTreeMap<String, Field>, map: &'c Map) {
        for (name, value) in map {
            match fields.get(name) {
                Some(field) => self.part(Way::Key(name), &field.shape, value),
                None => {
                    let snake = firma_api::naming::snake(name);
                    let meant = match fields.contains_key(&snake) {
                        true => Some(snake.as_str()),
                        false => closest(name, fields.keys().map(String::as_str)),
                    };
                    let path = self.path();
                    let message = format!("`{path}` of {} has no `{name}`", self.within);
                    let span = (self.place)(&path.key(name), Part::Name);
                    let error = Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message).at(span).did_you_mean(meant);
                    self.diagnostics.push(error);
                }
            }
        }
        for (name, field) in fields {
            if field.required && map.get(name).is_none_or(Value::is_null) {
                let path = self.path();
                let message = format!("`{path}` of {} needs `{name}`", self.within);
                let span = (self.place)(&path, Part::Value);
                self.diagnostics.push(Diagnostic::error(codes::MISSING_ATTRIBUTE, message).at(span));
            }
        }
    }
}

/// A shape in words.
fn wanted(shape: &Shape) -> &'static str {
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

fn found(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.as_i128().is_none() => "a fraction",
        other => other.type_name(),
    }
}

/// Whether a value of a type may turn out to fit.
fn may_be(shape: &Shape, ty: &Type) -> bool {
    let scalar = matches!(ty, Type::String | Type::Number | Type::Bool);
    match (shape, ty) {
        (Shape::Any, _) | (_, Type::Any) => true,
        // Text may hold a number or a truth value, and they become text.
        (Shape::String, _) => scalar,
        (Shape::Integer | Shape::Number, _) => matches!(ty, Type::Number | Type::String),
        (Shape::Bool, _) => matches!(ty, Type::Bool | Type::String),
        (Shape::List(item) | Shape::Set(item), Type::List(of) | Type::Set(of)) => may_be(item, of),
        (Shape::List(item) | Shape::Set(item), Type::Tuple(types)) => types.iter().all(|ty| may_be(item, ty)),
        (Shape::Object(_) | Shape::Pairs, Type::Map(_) | Type::Object(_)) => true,
        _ => false,
    }
}

/// The type constraint that a shape is.
pub fn type_of(shape: &Shape) -> Type {
    match shape {
        Shape::String => Type::String,
        Shape::Integer | Shape::Number => Type::Number,
        Shape::Bool => Type::Bool,
        Shape::Any => Type::Any,
        Shape::List(item) => Type::List(Box::new(type_of(item))),
        Shape::Set(item) => Type::Set(Box::new(type_of(item))),
        Shape::Pairs => Type::Map(Box::new(Type::String)),
        Shape::Object(fields) => Type::Object(
            fields
                .iter()
                .map(|(name, field)| {
                    let ty = type_of(&field.shape);
                    let field = if field.required { ObjectField::required(ty) } else { ObjectField::optional(ty) };
                    (name.clone(), field)
                })
                .collect(),
        ),
    }
}
