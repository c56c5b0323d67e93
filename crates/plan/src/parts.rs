//! Parts of attributes by dotted path, as updates name them: `billing.auto_renew`.

use crate::{
    compare::{leaves, same},
    step::AttributeChange,
};
use firma_catalog::procedure::{OnChange, Procedure, Shape};
use firma_model::{
    path::{Path, Step},
    value::{Map, Value},
};

/// The attribute that a name begins with.
pub fn head(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The value of an attribute, or of a part of one.
pub fn part<'v>(attributes: &'v Map, name: &str) -> Option<&'v Value> {
    let mut steps = name.split('.');
    let mut here = attributes.get(steps.next()?)?;
    for step in steps {
        here = here.as_map()?.get(step)?;
    }
    Some(here)
}

/// The form of an attribute, or of a part of one.
pub fn shape_of<'p>(procedure: &'p Procedure, name: &str) -> Option<&'p Shape> {
    let mut steps = name.split('.');
    let mut here = &procedure.attributes.get(steps.next()?)?.shape;
    for step in steps {
        let Shape::Object(fields) = here else { return None };
        here = &fields.get(step)?.shape;
    }
    Some(here)
}

/// What a change at this place means, all that differs inside it taken together: what replaces outweighs what does not.
pub fn meaning(procedure: &Procedure, change: &AttributeChange) -> Vec<OnChange> {
    let Some(attribute) = change.path.head().and_then(|head| procedure.attributes.get(head)) else { return Vec::new() };
    let lists = change.before.as_ref().and_then(Value::as_list).zip(change.after.as_ref().and_then(Value::as_list));
    let mut found: Vec<OnChange> = match lists {
        Some((before, after)) if before.len() == after.len() && !attribute.inside.is_empty() => {
            let mut inner = Vec::new();
            for (at, (before, after)) in before.iter().zip(after).enumerate().filter(|(_, (a, b))| !same(a, b)) {
                let path = change.path.index(at);
                leaves(&element_shape(procedure, &change.path), &path, Some(before), Some(after), &mut inner);
            }
            inner.iter().filter_map(|change| on_change(procedure, &change.path)).collect()
        }
        _ => on_change(procedure, &change.path).into_iter().collect(),
    };
    found.sort_by_key(|meaning| match meaning {
        OnChange::Replace => (0, 0),
        OnChange::Update(index) => (1, *index),
        OnChange::Record => (2, 0),
    });
    found.dedup();
    if found.first() == Some(&OnChange::Replace) {
        found.truncate(1);
    }
    found
}

/// The form of the elements of a list that is an attribute.
fn element_shape(procedure: &Procedure, path: &Path) -> Shape {
    match path.head().and_then(|head| procedure.attributes.get(head)).map(|attribute| &attribute.shape) {
        Some(Shape::List(item) | Shape::Set(item)) if path.0.len() == 1 => (**item).clone(),
        _ => Shape::Any,
    }
}

/// What a change at this place means: the kind says it of the attribute, or of a part that it lies in.
pub fn on_change(procedure: &Procedure, path: &Path) -> Option<OnChange> {
    let attribute = procedure.attributes.get(path.head()?)?;
    let mut found = attribute.on_change;
    let mut name = String::new();
    for step in &path.0[1..] {
        // What is said of a part of an element is said of all elements.
        let Step::Key(key) = step else { continue };
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(key);
        if let Some(other) = attribute.inside.get(&name) {
            found = *other;
        }
    }
    Some(found)
}
