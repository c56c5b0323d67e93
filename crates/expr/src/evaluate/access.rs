//! `of.name` and `of[key]`.

use super::{Evaluator, Reduced, fail, seen::seen};
use crate::{
    codes,
    part::{Part, peel},
    text,
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    suggest::closest,
    types::Type,
    value::{Map, Unknown, Value},
};
use smol_str::SmolStr;
use std::borrow::Cow;

impl<'a> Evaluator<'a> {
    /// `of.name`
    pub(super) fn attribute<'x>(&self, of: Part<'x>, name: &SmolStr, span: Span) -> Reduced<'x>
    where
        'a: 'x,
    {
        if let Part::Value(value) = &of {
            self.doubts(value, &[]);
        }
        match of {
            Part::Value(Cow::Borrowed(value)) => {
                let (marked, found) = attribute_of(value, name, span)?;
                Ok(Part::Value(found).marked(marked))
            }
            Part::Value(Cow::Owned(value)) => {
                let (marked, found) = attribute_of(&value, name, span)?;
                Ok(Part::value(found.into_owned()).marked(marked))
            }
            Part::Residual(Cow::Borrowed(expr)) => self.residual_attribute(expr, name, span),
            Part::Residual(Cow::Owned(expr)) => {
                let part = self.residual_attribute(&expr, name, span)?;
                self.pay([&part], span)?;
                Ok(part.into_owned())
            }
        }
    }

    fn residual_attribute<'x>(&self, expr: &'x Expr, name: &SmolStr, span: Span) -> Reduced<'x>
    where
        'a: 'x,
    {
        let (marked, inner) = peel(expr);
        match &inner.kind {
            ExprKind::Map(entries) if keys_known(entries) && self.may_drop(inner) => match find(entries, name) {
                Some(value) => Ok(Part::of(Cow::Borrowed(value)).marked(marked)),
                None => Err(missing(name, entries.iter().filter_map(|(k, _)| k.as_value()?.as_str()), span)),
            },
            ExprKind::List(_) => Err(list_attribute(name, span)),
            ExprKind::Node(node) => match self.node_attribute(node, name, span)? {
                Some(part) => Ok(part.marked(marked)),
                None => self.left_attribute(Part::Residual(Cow::Borrowed(inner)), name, span, marked),
            },
            _ => self.left_attribute(Part::Residual(Cow::Borrowed(inner)), name, span, marked),
        }
    }

    fn left_attribute<'x>(&self, of: Part<'_>, name: &SmolStr, span: Span, marked: bool) -> Reduced<'x> {
        let of = self.embed(of, span)?;
        Ok(Part::residual(ExprKind::Attribute(Box::new(of), name.clone()), span).marked(marked))
    }

    /// `of[key]`
    pub(super) fn index<'x>(&self, of: Part<'x>, key: Part<'_>, span: Span) -> Reduced<'x>
    where
        'a: 'x,
    {
        let Part::Value(key) = key else {
            let of = self.embed(of, span)?;
            let key = self.embed(key, span)?;
            return Ok(Part::residual(ExprKind::Index(Box::new(of), Box::new(key)), span));
        };
        self.doubts(&key, &[]);
        if let Part::Value(value) = &of {
            self.doubts(value, &[]);
        }
        let secret = matches!(&*key, Value::Sensitive(_));
        let key = key.reveal();
        if matches!(key, Value::Null) {
            return fail(
                Diagnostic::error(codes::INVALID_INDEX, "the index is null, so nothing can be looked up").at(span),
            );
        }
        match of {
            Part::Value(Cow::Borrowed(value)) => {
                let (marked, found) =
                    index_of(value, key, span).map_err(|errors| if secret { hidden(errors) } else { errors })?;
                Ok(Part::Value(found).marked(marked || secret))
            }
            Part::Value(Cow::Owned(value)) => {
                let (marked, found) =
                    index_of(&value, key, span).map_err(|errors| if secret { hidden(errors) } else { errors })?;
                Ok(Part::value(found.into_owned()).marked(marked || secret))
            }
            Part::Residual(expr) => {
                if matches!(key, Value::Unknown(_)) {
                    return Ok(Part::unknown().marked(secret));
                }
                let (marked, inner) = peel(&expr);
                let marked = marked || secret;
                match &inner.kind {
                    ExprKind::Map(entries) if keys_known(entries) && self.may_drop(inner) => {
                        let name = text::key(key).map_err(|what| bad_key(&what, span))?;
                        match find(entries, &name) {
                            Some(value) => {
                                self.pay([&Part::of(Cow::Borrowed(value))], span)?;
                                Ok(Part::of(Cow::Owned(value.clone())).marked(marked))
                            }
                            None => {
                                let known = entries.iter().filter_map(|(k, _)| k.as_value()?.as_str());
                                let errors = missing_key(&name, known, span);
                                Err(if marked { hidden(errors) } else { errors })
                            }
                        }
                    }
                    ExprKind::List(items) if self.may_drop(inner) => {
                        let at = position(key, items.len(), span)?;
                        self.pay([&Part::of(Cow::Borrowed(&items[at]))], span)?;
                        Ok(Part::of(Cow::Owned(items[at].clone())).marked(marked))
                    }
                    ExprKind::Node(firma_model::address::Node::Instance(_)) if matches!(key, Value::String(_)) => {
                        let Value::String(name) = key else { return Ok(Part::unknown()) };
                        self.attribute(Part::Residual(Cow::Owned(inner.clone())), &SmolStr::from(name.clone()), span)
                            .map(|part| part.marked(marked))
                    }
                    _ => {
                        let of = self.embed(Part::Residual(Cow::Borrowed(inner)), span)?;
                        let key = Expr::literal_at(key.clone(), span);
                        Ok(Part::residual(ExprKind::Index(Box::new(of), Box::new(key)), span).marked(marked))
                    }
                }
            }
        }
    }
}

/// Whether all keys are known: else a key that is not among them may be one of the others.
fn keys_known(entries: &[(Expr, Expr)]) -> bool {
    entries.iter().all(|(key, _)| key.as_value().and_then(Value::as_str).is_some())
}

/// The value of a key. Maps made here are sorted, those of a scope need not be.
fn find<'e>(entries: &'e [(Expr, Expr)], name: &str) -> Option<&'e Expr> {
    let key = |entry: &'e (Expr, Expr)| entry.0.as_value().and_then(Value::as_str);
    let at = match entries.binary_search_by(|entry| key(entry).cmp(&Some(name))) {
        Ok(at) => Some(at),
        Err(_) => entries.iter().position(|entry| key(entry) == Some(name)),
    };
    at.map(|at| &entries[at].1)
}

/// The attribute of a value, and whether it was found below a sensitive mark.
fn attribute_of<'v>(value: &'v Value, name: &str, span: Span) -> Result<(bool, Cow<'v, Value>), Diagnostics> {
    match value {
        Value::Sensitive(inner) => Ok((true, attribute_of(inner, name, span).map_err(hidden)?.1)),
        Value::Map(map) => match map.get(name) {
            Some(found) => Ok((false, Cow::Borrowed(found))),
            None => Err(missing(name, map.keys().map(String::as_str), span)),
        },
        Value::Unknown(unknown) => Ok((false, Cow::Owned(unknown_inside(unknown, &Value::from(name))))),
        Value::Null => {
            let message = format!("this is null, so it has no attribute `{name}`");
            fail(Diagnostic::error(codes::NULL_VALUE, message).at(span))
        }
        Value::List(_) | Value::Set(_) => Err(list_attribute(name, span)),
        other => {
            let message = format!("this is {}, which has no attributes such as `{name}`", other.type_name());
            fail(Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message).at(span).label(seen(other)))
        }
    }
}

/// What is known of a part of an unknown value.
fn unknown_inside(unknown: &Unknown, key: &Value) -> Value {
    let ty = match (&unknown.ty, key) {
        (Some(Type::Object(fields)), Value::String(name)) => fields.get(&**name).map(|field| field.ty.clone()),
        (Some(Type::Tuple(items)), Value::Number(at)) => {
            at.as_i64().and_then(|at| usize::try_from(at).ok()).and_then(|at| items.get(at).cloned())
        }
        (Some(Type::Map(element) | Type::List(element) | Type::Set(element)), _) => Some((**element).clone()),
        _ => None,
    };
    Value::Unknown(Box::new(Unknown { ty: ty.filter(|ty| *ty != Type::Any), not_null: false, prefix: None }))
}

fn index_of<'v>(value: &'v Value, key: &Value, span: Span) -> Result<(bool, Cow<'v, Value>), Diagnostics> {
    match value {
        Value::Sensitive(inner) => Ok((true, index_of(inner, key, span).map_err(hidden)?.1)),
        Value::Unknown(unknown) => Ok((false, Cow::Owned(unknown_inside(unknown, key)))),
        Value::Null => fail(Diagnostic::error(codes::NULL_VALUE, "this is null, so it has no elements").at(span)),
        Value::Map(_) | Value::List(_) if matches!(key, Value::Unknown(_)) => Ok((false, Cow::Owned(Value::unknown()))),
        Value::Map(map) => {
            let name = text::key(key).map_err(|what| bad_key(&what, span))?;
            match map.get(&*name) {
                Some(found) => Ok((false, Cow::Borrowed(found))),
                None => Err(missing_key(&name, map_keys(map), span)),
            }
        }
        Value::List(items) => Ok((false, Cow::Borrowed(&items[position(key, items.len(), span)?]))),
        Value::Set(_) => fail(
            Diagnostic::error(codes::INVALID_INDEX, "the elements of a set have no positions or keys")
                .at(span)
                .hint("turn it into a list with `tolist(...)`, or into one element with `one(...)`"),
        ),
        other => {
            let message = format!("this is {}, which cannot be indexed", other.type_name());
            fail(Diagnostic::error(codes::INVALID_INDEX, message).at(span).label(seen(other)))
        }
    }
}

fn map_keys(map: &Map) -> impl Iterator<Item = &str> {
    map.keys().map(String::as_str)
}

fn position(key: &Value, length: usize, span: Span) -> Result<usize, Diagnostics> {
    let number = match text::number(key) {
        Some(number) => number,
        None => return Err(bad_key(&format!("a position in a list is a number, not {}", key.type_name()), span)),
    };
    match number.as_i128() {
        Some(at) if at >= 0 && (at as u128) < length as u128 => Ok(at as usize),
        Some(at) => {
            let message = match length {
                0 => format!("there is no element {at}: the list is empty"),
                1 => format!("there is no element {at}: the list has one element"),
                _ => format!("there is no element {at}: the list has {length} elements, from 0 to {}", length - 1),
            };
            fail(Diagnostic::error(codes::INVALID_INDEX, message).at(span))
        }
        None => Err(bad_key(&format!("a position in a list is a whole number, not {number}"), span)),
    }
}

/// The same errors without anything that a sensitive value or key holds.
fn hidden(errors: Diagnostics) -> Diagnostics {
    let mut errors = errors;
    for error in &mut errors.list {
        error.message = "there is no such element (the value is sensitive, so no more is said)".to_owned();
        error.hints.clear();
        error.label = None;
    }
    errors
}

fn bad_key(what: &str, span: Span) -> Diagnostics {
    Diagnostic::error(codes::INVALID_INDEX, what).at(span).into()
}

/// A missing attribute, with a suggestion or with what there is.
pub(super) fn missing<'n>(name: &str, known: impl Iterator<Item = &'n str>, span: Span) -> Diagnostics {
    absent(format!("there is no attribute `{name}`"), codes::UNKNOWN_ATTRIBUTE, name, known, span)
}

fn missing_key<'n>(name: &str, known: impl Iterator<Item = &'n str>, span: Span) -> Diagnostics {
    absent(format!("there is no element with the key {}", text::quote(name)), codes::INVALID_INDEX, name, known, span)
}

fn absent<'n>(
    message: String,
    code: &'static str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
    span: Span,
) -> Diagnostics {
    let known: Vec<&str> = known.collect();
    let diagnostic = Diagnostic::error(code, message).at(span);
    let diagnostic = match closest(name, known.iter().copied()) {
        Some(close) => diagnostic.did_you_mean(Some(close)),
        None if known.is_empty() => diagnostic.hint("it is empty"),
        // More than a line of names helps nobody.
        None if known.len() <= 12 => diagnostic.hint(format!("there are: {}", known.join(", "))),
        None => diagnostic.hint(format!("there are {} others: {}, ...", known.len(), known[..12].join(", "))),
    };
    diagnostic.into()
}

fn list_attribute(name: &str, span: Span) -> Diagnostics {
    Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, format!("this is a list, which has no attribute `{name}`"))
        .at(span)
        .hint(format!("`[*].{name}` takes the attribute of every element, `[0].{name}` of the first"))
        .into()
}
