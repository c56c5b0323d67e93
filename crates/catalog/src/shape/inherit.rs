//! Zone and billing of specs nested in a resource: they follow the resource's own, written out.

use crate::procedure::{Procedure, Shape};
use firma_model::value::{Map, Value};

/// Fills `zone` and `billing` of nested specs that do not say otherwise from the resource's own, so that a plan shows
/// them and the API gets what it demands. `attributes` are the resource's, by manifest name.
pub fn inherit(procedure: &Procedure, attributes: &mut Map) {
    let own = Own { zone: attributes.get("zone").cloned(), billing: attributes.get("billing").cloned() };
    for (name, attribute) in &procedure.attributes {
        if let Some(value) = attributes.get_mut(name) {
            own.fill(&attribute.shape, value);
        }
    }
}

struct Own {
    zone: Option<Value>,
    billing: Option<Value>,
}

impl Own {
    fn fill(&self, shape: &Shape, value: &mut Value) {
        match (shape, value) {
            (_, Value::Sensitive(inner)) => self.fill(shape, inner),
            (Shape::List(item) | Shape::Set(item), Value::List(items) | Value::Set(items)) => {
                items.iter_mut().for_each(|value| self.fill(item, value));
            }
            (Shape::Object(fields), Value::Map(map)) => {
                for (name, field) in fields {
                    let own = match name.as_str() {
                        "zone" => &self.zone,
                        "billing" => &self.billing,
                        _ => &None,
                    };
                    let given = map.get(name).is_some_and(|value| !value.is_null());
                    if let (Some(own), false) = (own, given) {
                        map.insert(name.clone(), own.clone());
                    } else if let Some(value) = map.get_mut(name) {
                        self.fill(&field.shape, value);
                    }
                }
            }
            _ => {}
        }
    }
}
