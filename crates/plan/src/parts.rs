//! Parts of attributes by dotted path, as updates name them: `billing.auto_renew`.

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

/// What a change at this place means: the kind says it of the attribute, or of a part that it lies in.
pub fn on_change(procedure: &Procedure, path: &Path) -> Option<OnChange> {
    let attribute = procedure.attributes.get(path.head()?)?;
    let mut found = attribute.on_change;
    let mut name = String::new();
    for step in &path.0[1..] {
        let Step::Key(key) = step else { break };
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
