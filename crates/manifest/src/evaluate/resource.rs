//! A resource block: its kind, the names it uses, its instances.

use super::world::{EvaluatedBlock, World};
use crate::{
    project::{ResourceBlock, Written},
    sections::RESOURCE_KEYS,
};
use firma_catalog::{Procedure, shape};
use firma_model::{diagnostic::Diagnostics, suggest::closest, value::Value};
use std::sync::{Arc, OnceLock};

/// Instances of one block whose mistakes are shown: the others have the same.
const SHOWN_INSTANCES: usize = 20;

impl World<'_> {
    /// Evaluates a block and all its instances.
    pub(super) fn resource(&mut self, index: usize, diagnostics: &mut Diagnostics) {
        let block = &self.project.resources[index];
        let Some(procedure) = self.inputs.catalog.kind(&block.block.kind) else {
            diagnostics.push(self.inputs.catalog.unknown_kind(block.block.kind.as_str(), block.span));
            return;
        };
        let (attributes, wrong_names) = known_names(block, &procedure);
        diagnostics.extend(wrong_names);
        let Some(instances) = self.repeat(&block.repeat, diagnostics) else { return };
        let depends_on = self.depends_on(&block.depends_on, diagnostics);
        let mut evaluated = EvaluatedBlock {
            repetition: instances.repetition,
            procedure: procedure.clone(),
            instances: Vec::with_capacity(instances.keys.len()),
            whole: OnceLock::new(),
        };
        let mut dependencies = instances.dependencies;
        dependencies.extend(depends_on);
        let mut wrong = 0;
        for (key, each) in instances.keys {
            let mut found = Diagnostics::new();
            let (instance, timeouts) =
                self.instance(block, &attributes, &procedure, key, each, &dependencies, &mut found);
            if let Some(timeouts) = timeouts {
                self.timeouts.insert(instance.resource.address.clone(), timeouts);
            }
            evaluated.instances.push(instance);
            if !found.is_empty() {
                wrong += usize::from(found.has_errors());
                if wrong <= SHOWN_INSTANCES {
                    diagnostics.extend(found);
                }
            }
        }
        self.blocks[index] = Some(evaluated);
    }
}

/// The attributes that the kind has; the other names are mistakes, said once for the block.
fn known_names<'b>(block: &'b ResourceBlock, procedure: &Arc<Procedure>) -> (Vec<&'b Written>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut known = Vec::with_capacity(block.attributes.len());
    for written in &block.attributes {
        if procedure.attributes.contains_key(&*written.name) {
            known.push(written);
        } else {
            let mut found = shape::check(procedure, &written.name, &Value::Null, written.name_span);
            let near = closest(&written.name, RESOURCE_KEYS.iter().copied());
            if let (Some(diagnostic), Some(near)) = (found.list.first_mut().filter(|d| d.hints.is_empty()), near) {
                diagnostic.hints.push(format!("did you mean `{near}`?"));
            }
            diagnostics.extend(found);
        }
    }
    (known, diagnostics)
}
