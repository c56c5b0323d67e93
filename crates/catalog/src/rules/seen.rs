//! Rules that a program found in the API's prose. They warn, and only where a kind has no rule of its own.

use super::{
    rule::{Case, Must, Rule, Strength},
    text::{RangeText, TextText},
};
use crate::{
    procedure::{Attribute, Shape},
    text::KindText,
};
use firma_api::{Hints, Operation, Type, naming, path as api_path};
use std::collections::BTreeMap;

/// Adds a rule for every attribute and field of which the prose says something.
pub(super) fn add(
    list: &mut Vec<Rule>,
    text: &KindText,
    attributes: &BTreeMap<String, Attribute>,
    create: Option<&Operation>,
) {
    let known: Vec<String> = list.iter().map(|rule| rule.at.join(".")).collect();
    let mut found = Finding { known: &known, rules: Vec::new() };
    for (name, attribute) in attributes.iter().filter(|(name, _)| !SHARED.contains(&name.as_str())) {
        let shape_of = text.attributes.get(name).and_then(|text| text.shape_of.as_deref());
        let facts = match (&attribute.write, shape_of) {
            (Some(path), _) => create.and_then(|create| facts(create, path)),
            (None, Some(place)) => elsewhere(place),
            (None, None) => None,
        };
        if let Some((ty, hints)) = facts {
            found.value(name, &attribute.shape, &ty, &hints, attribute.write_only);
        }
    }
    list.extend(found.rules);
}

/// These have checks of their own.
const SHARED: [&str; 4] = ["zone", "zones", "billing", "tags"];

fn elsewhere(place: &str) -> Option<(Type, Hints)> {
    let (operation, path) = place.split_once(':')?;
    let (service, name) = operation.split_once('.')?;
    facts(firma_api::operation(service, name)?, path)
}

/// Type and hints of a parameter, or of a field in one.
fn facts(operation: &Operation, path: &str) -> Option<(Type, Hints)> {
    let parsed = api_path::Path::parse(path).ok()?;
    let ty = api_path::param_type(operation, &parsed).ok()?;
    let hints = match path.rsplit_once('.') {
        None => operation.param(path.trim_end_matches("[0]"))?.hints.clone(),
        Some((parent, last)) => {
            let parent = api_path::param_type(operation, &api_path::Path::parse(parent).ok()?).ok()?;
            parent.model()?.field(last)?.hints.clone()
        }
    };
    Some((ty, hints))
}

struct Finding<'f> {
    /// Paths that have rules already.
    known: &'f [String],
    rules: Vec<Rule>,
}

impl Finding<'_> {
    fn value(&mut self, path: &str, shape: &Shape, ty: &Type, hints: &Hints, secret: bool) {
        if !self.known.iter().any(|known| known == path)
            && let Some(must) = must(shape, hints)
        {
            let at = path.split('.').map(str::to_owned).collect();
            let source = "the API's own description".to_owned();
            self.rules.push(Rule { at, when: Vec::new(), must, source, strength: Strength::Warns, secret });
        }
        match (shape, ty) {
            (Shape::List(item) | Shape::Set(item), Type::List(inner)) => self.inside(path, item, inner, secret),
            _ => self.inside(path, shape, ty, secret),
        }
    }

    fn inside(&mut self, path: &str, shape: &Shape, ty: &Type, secret: bool) {
        let (Shape::Object(fields), Some(model)) = (shape, ty.model()) else { return };
        for (name, field) in fields.iter().filter(|(name, _)| !SHARED.contains(&name.as_str())) {
            let fact = model.field(&field.write).or_else(|| model.field_by_snake(&naming::snake(name)));
            if let Some(fact) = fact {
                let path = format!("{path}.{name}");
                self.value(&path, &field.shape, &fact.ty, &fact.hints, secret || field.write_only);
            }
        }
    }
}

/// What the prose says of a value of this form, if it can be that.
fn must(shape: &Shape, hints: &Hints) -> Option<Must> {
    let shape = match shape {
        Shape::List(item) | Shape::Set(item) => item,
        other => other,
    };
    let range = hints.range();
    let characters = |min: Option<f64>, max: Option<f64>| {
        let text =
            TextText { min: min.map_or(0, |min| min as u64), max: max.map(|max| max as u64), ..TextText::default() };
        Some(Must::Text(text))
    };
    match shape {
        Shape::String | Shape::Integer if !hints.values().is_empty() => {
            let words = hints.values().iter().map(|word| word.as_str().into()).collect();
            Some(Must::OneOf(words, Case::Same))
        }
        Shape::Integer | Shape::Number => {
            let range = range.filter(|range| range.unit.is_none())?;
            let sound = range.min.zip(range.max).is_none_or(|(min, max)| min <= max);
            sound.then_some(Must::Range(RangeText { min: range.min, max: range.max, step: None, except: None }))
        }
        Shape::String => match (range.filter(|range| range.unit.as_deref() == Some("chars")), hints.max_chars()) {
            (Some(range), _) => characters(range.min, range.max),
            (None, Some(max)) => characters(None, Some(max as f64)),
            (None, None) => None,
        },
        _ => None,
    }
}
