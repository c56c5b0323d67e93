//! Functions over lists and maps of known shape whose elements hang on nodes.
//!
//! `keys(vpc.subnet.web)` must be known while planning although the subnets are not: these functions look at the shape
//! only, so they work on residual elements as they would on values.

use super::{Evaluator, Reduced, collection::unmark, ephemeral, fail};
use crate::{
    codes,
    part::{self, Items, Part, items},
    text,
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    number::Number,
    span::Span,
    value::Value,
};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

impl<'a> Evaluator<'a> {
    /// The result, when the shapes of the arguments are enough for it; `None` leaves the call.
    pub(super) fn shape<'x>(&self, name: &str, parts: &[Part<'_>], span: Span) -> Option<Reduced<'x>> {
        let peeled: Vec<(bool, Part<'_>)> = parts.iter().map(unmark).collect();
        let marked = peeled.iter().any(|(marked, _)| *marked);
        let whole = parts.first();
        let parts: Vec<&Part<'_>> = peeled.iter().map(|(_, part)| part).collect();
        let result = match name {
            "length" => count(parts.first()?).map(|n| Ok(Part::value(Value::Number(Number::from(n))))),
            // Whoever evaluates knows what an input was declared as: its mark only says that it is kept nowhere.
            "issensitive" if let Some(expr) = made_from_input(whole) => {
                let hidden = ephemeral::hidden(expr, &|name| self.hides(name))?;
                return Some(Ok(Part::value(Value::Bool(hidden))));
            }
            "issensitive" if marked => return Some(Ok(Part::value(Value::Bool(true)))),
            "keys" => match items(parts.first()?)? {
                Items::Map(map) => {
                    let keys = map.into_iter().map(|(key, _)| Value::string(key)).collect();
                    Some(Ok(Part::value(Value::List(keys))))
                }
                _ => None,
            },
            "values" => match items(parts.first()?)? {
                Items::Map(map) => Some(self.list(map.into_iter().map(|(_, part)| part).collect(), span)),
                _ => None,
            },
            "tolist" => {
                let list = elements(parts.first()?)?;
                let texts = list.iter().all(stays) && list.iter().any(is_text);
                texts.then(|| {
                    let list = list.into_iter().map(|part| self.as_text(part, span));
                    list.collect::<Result<_, Diagnostics>>().and_then(|list| self.list(list, span))
                })
            }
            "tomap" => match items(parts.first()?)? {
                Items::Map(map)
                    if map.iter().all(|(_, part)| stays(part)) && map.iter().any(|(_, part)| is_text(part)) =>
                {
                    let map = map.into_iter().map(|(key, part)| Ok((key.into_owned(), self.as_text(part, span)?)));
                    Some(map.collect::<Result<_, Diagnostics>>().and_then(|map| self.mapped(map, span)))
                }
                _ => None,
            },
            "concat" => {
                let mut all = Vec::new();
                for part in &parts {
                    all.extend(elements(part)?);
                }
                Some(self.list(all, span))
            }
            "reverse" => {
                let mut list = elements(parts.first()?)?;
                list.reverse();
                Some(self.list(list, span))
            }
            "flatten" => {
                let mut all = Vec::new();
                flatten(parts.first()?, &mut all)?;
                Some(self.list(all, span))
            }
            "merge" => self.merge(&parts, span),
            "lookup" => self.lookup(&parts, span),
            "element" => {
                let list = elements(parts.first()?)?;
                let at = text::number(parts.get(1)?.as_value()?)?.as_i128()?;
                if list.is_empty() || at < 0 {
                    return None;
                }
                let at = usize::try_from(at.rem_euclid(list.len() as i128)).ok()?;
                Some(self.one_part(list.into_iter().nth(at)?, span))
            }
            "slice" => {
                let list = elements(parts.first()?)?;
                let bound = |at: usize| usize::try_from(text::number(parts.get(at)?.as_value()?)?.as_i64()?).ok();
                let (from, to) = (bound(1)?, bound(2)?);
                if from > to || to > list.len() {
                    return None;
                }
                Some(self.list(list.into_iter().skip(from).take(to - from).collect(), span))
            }
            "one" => {
                let mut list = elements(parts.first()?)?;
                match list.len() {
                    0 => Some(Ok(Part::value(Value::Null))),
                    1 => Some(self.one_part(list.pop()?, span)),
                    n => Some(fail(
                        Diagnostic::error(codes::ARGUMENT, format!("one takes at most one element, and this has {n}"))
                            .at(span),
                    )),
                }
            }
            "zipmap" => {
                let Value::List(keys) = parts.first()?.as_value()? else { return None };
                let values = elements(parts.get(1)?)?;
                if keys.len() != values.len() {
                    return None;
                }
                let mut map = BTreeMap::new();
                for (key, value) in keys.iter().zip(values) {
                    map.insert(text::of(key)?.as_ref().to_owned(), value);
                }
                Some(self.mapped(map, span))
            }
            _ => None,
        };
        Some(result?.map(|part| part.marked(marked)))
    }

    /// An element beside texts: it becomes text, or is a mistake.
    fn as_text<'x>(&self, part: Part<'_>, span: Span) -> Reduced<'x> {
        match part {
            residual @ Part::Residual(_) => {
                let argument = self.embed(residual, span)?;
                Ok(Part::residual(ExprKind::Call(Arc::from("tostring"), vec![argument], false), span))
            }
            value => {
                self.pay([&value], span)?;
                Ok(value.into_owned())
            }
        }
    }

    fn merge<'x>(&self, parts: &[&Part<'_>], span: Span) -> Option<Reduced<'x>> {
        let mut merged = BTreeMap::new();
        for part in parts {
            if matches!(part.as_value(), Some(Value::Null)) {
                continue;
            }
            match items(part)? {
                Items::Map(map) => merged.extend(map.into_iter().map(|(key, part)| (key.into_owned(), part))),
                _ => return None,
            }
        }
        Some(self.mapped(merged, span))
    }

    fn lookup<'x>(&self, parts: &[&Part<'_>], span: Span) -> Option<Reduced<'x>> {
        let Items::Map(map) = items(parts.first()?)? else { return None };
        let key = text::of(parts.get(1)?.as_value()?)?;
        let found = map.into_iter().find(|(name, _)| **name == *key).map(|(_, part)| part);
        match (found, parts.get(2)) {
            (Some(part), _) => Some(self.one_part(part, span)),
            (None, Some(default)) => Some(self.one_part(default.by_ref(), span)),
            (None, None) => None,
        }
    }

    fn mapped<'x>(&self, parts: BTreeMap<String, Part<'_>>, span: Span) -> Reduced<'x> {
        self.budget.charge(parts.len(), span)?;
        self.pay(parts.values(), span)?;
        Ok(part::map(parts, span))
    }

    fn one_part<'x>(&self, part: Part<'_>, span: Span) -> Reduced<'x> {
        Ok(Part::of(Cow::Owned(self.embed(part, span)?)))
    }
}

/// A residual that something ephemeral is in.
fn made_from_input<'p>(part: Option<&'p Part<'_>>) -> Option<&'p Expr> {
    match part? {
        Part::Residual(expr) if expr.has_input() => Some(expr),
        _ => None,
    }
}

fn is_text(part: &Part<'_>) -> bool {
    matches!(part.as_value().map(Value::reveal), Some(Value::String(_)))
}

/// Whether an element is the same in a collection of one type, whatever the others turn out to be: a number might become
/// text, text stays text.
fn stays(part: &Part<'_>) -> bool {
    match part {
        Part::Value(value) => matches!(value.reveal(), Value::Null | Value::String(_) | Value::Unknown(_)),
        Part::Residual(_) => true,
    }
}

fn count(part: &Part<'_>) -> Option<usize> {
    // A conversion keeps the number of elements; a set may lose some.
    if let Part::Residual(expr) = part
        && let ExprKind::Call(name, arguments, false) = &expr.kind
        && matches!(&**name, "tolist" | "tomap")
    {
        return count(&Part::of(Cow::Borrowed(arguments.first()?)));
    }
    Some(match items(part)? {
        Items::List(list) => list.len(),
        Items::Set(set) => set.len(),
        Items::Map(map) => map.len(),
    })
}

/// The elements of a list or set.
fn elements<'p>(part: &'p Part<'_>) -> Option<Vec<Part<'p>>> {
    match items(part)? {
        Items::List(list) => Some(list),
        Items::Set(set) => Some(set.iter().map(|value| Part::Value(Cow::Borrowed(value))).collect()),
        Items::Map(_) => None,
    }
}

/// Adds the elements of nested lists; `None` when an element could turn out to be a list.
fn flatten<'p>(part: &Part<'_>, into: &mut Vec<Part<'p>>) -> Option<()> {
    for element in elements(part)? {
        let is_list = match &element {
            Part::Value(value) => match value.reveal() {
                Value::List(_) | Value::Set(_) => true,
                Value::Unknown(_) => return None,
                _ => false,
            },
            Part::Residual(expr) => match &expr.kind {
                ExprKind::List(_) => true,
                ExprKind::Map(_) | ExprKind::Template(_) | ExprKind::Node(_) => false,
                _ => return None,
            },
        };
        if is_list {
            let (marked, inner) = unmark(&element);
            if marked {
                return None;
            }
            flatten(&inner, into)?;
        } else {
            into.push(element.into_owned());
        }
    }
    Some(())
}
