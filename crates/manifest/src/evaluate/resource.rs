//! A resource block: its kind, the names it uses, its instances.

use super::world::{EvaluatedBlock, World};
use crate::{
    project::{ResourceBlock, Written},
    sections::RESOURCE_KEYS,
};
use firma_catalog::{Procedure, shape};
use firma_model::{address::Block, diagnostic::Diagnostics, suggest::closest, value::Value};
use std::sync::{Arc, OnceLock};

/// Instances of one block whose mistakes are shown: the others have the same.
const SHOWN_INSTANCES: usize = 20;

impl World<'_> {
    /// A block's name with the module instance it stands in.
    pub(super) fn name(&self, module: usize, block: &Block) -> Block {
        match module {
            0 => block.clone(),
            _ => block.in_module(self.modules[module].path.clone()),
        }
    }

    /// Evaluates a block and all its instances.
    pub(super) fn resource(&mut self, module: usize, index: usize, diagnostics: &mut Diagnostics) {
        let here = &self.modules[module];
        let block = &here.project.resources[index];
        let Some(procedure) = self.inputs.catalog.kind(&block.block.kind) else {
            diagnostics.push(self.inputs.catalog.unknown_kind(block.block.kind.as_str(), block.span));
            return;
        };
        let (attributes, wrong_names) = known_names(block, &procedure);
        diagnostics.extend(wrong_names);
        let Some(instances) = self.repeat(module, &block.repeat, diagnostics) else { return };
        let depends_on = self.depends_on(module, &block.depends_on, diagnostics);
        let mut evaluated = EvaluatedBlock {
            block: self.name(module, &block.block),
            repetition: instances.repetition,
            procedure: procedure.clone(),
            instances: Vec::with_capacity(instances.keys.len()),
            whole: OnceLock::new(),
        };
        let mut dependencies = instances.dependencies;
        dependencies.extend(depends_on);
        dependencies.extend(here.dependencies.iter().cloned());
        let mut wrong = 0;
        for (key, each) in instances.keys {
            let mut found = Diagnostics::new();
            let (instance, timeouts) =
                self.instance(module, block, &attributes, &procedure, key, each, &dependencies, &mut found);
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
        self.modules[module].blocks[index] = Some(evaluated);
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
