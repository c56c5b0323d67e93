//! A resource block: its kind, the names it uses, its instances.

use super::{
    Timeouts,
    abreast::WORTH,
    ephemeral, misfit,
    nested::shadow,
    repeat::Repeated,
    scope::InstanceScope,
    settings::Unsettled,
    world::{EvaluatedBlock, World},
};
use crate::{
    foreign,
    parts::in_shares,
    project::{ResourceBlock, Written},
    sections::RESOURCE_KEYS,
    spot::spot_in_attribute,
};
use firma_catalog::{Procedure, shape};
use firma_expr::Trace;
use firma_model::{
    address::{Address, Block, NodeSet},
    deferral::{Deferred, Inquiry, Subject},
    desired::Repetition,
    diagnostic::{Diagnostics, Severity},
    path::Path,
    suggest::closest,
    value::Value,
};
use smallvec::SmallVec;
use std::{collections::BTreeSet, sync::OnceLock};

/// What came of a block.
#[derive(Default)]
pub(super) struct Made<'p> {
    /// The block; nothing where it is wrong or waits for what an inquiry asks.
    pub(super) block: Option<EvaluatedBlock<'p>>,
    pub(super) timeouts: Vec<(Address, Timeouts)>,
    pub(super) inquiries: Vec<Inquiry>,
    pub(super) diagnostics: Diagnostics,
}

/// Instances of one block whose mistakes are shown: the others have the same.
pub(super) const SHOWN_INSTANCES: usize = 20;

impl<'p> World<'p> {
    /// A block's name with the module instance it stands in.
    pub(super) fn name(&self, module: usize, block: &Block) -> Block {
        match module {
            0 => block.clone(),
            _ => block.in_module(self.modules[module].path.clone()),
        }
    }

    /// Evaluates a block and all its instances.
    pub(super) fn made(&self, module: usize, index: usize) -> Made<'p> {
        let mut made = Made::default();
        let diagnostics = &mut made.diagnostics;
        let here = &self.modules[module];
        let block = &here.project.resources[index];
        let Some(procedure) = self.inputs.catalog.kind_ref(&block.block.kind) else {
            diagnostics.push(self.inputs.catalog.unknown_kind(block.block.kind.as_str(), block.span));
            return made;
        };
        let (attributes, wrong_names) = known_names(block, procedure);
        diagnostics.extend(wrong_names);
        let subject = Subject::Block(self.name(module, &block.block));
        let instances = match self.repeat(module, &subject, &block.repeat, diagnostics) {
            None => return made,
            Some(Repeated::Instances(instances)) => instances,
            Some(Repeated::Ask(inquiry)) => {
                let Inquiry { asks, span, .. } = inquiry;
                let deferred = Deferred { asks, expr: inquiry.expr.clone(), dependencies: BTreeSet::new(), span };
                // Only to find what is wrong in it, before anybody is asked.
                self.later(module, block, &attributes, procedure, (asks.repetition(), deferred), diagnostics);
                made.inquiries.push(inquiry);
                return made;
            }
            Some(Repeated::Later(repetition, deferred)) => {
                let later = self.later(module, block, &attributes, procedure, (repetition, deferred), diagnostics);
                made.block = Some(later);
                return made;
            }
        };
        let depends_on = self.depends_on(module, &block.depends_on, diagnostics);
        let mut evaluated = EvaluatedBlock {
            block: self.name(module, &block.block),
            repetition: instances.repetition,
            procedure,
            instances: Vec::with_capacity(instances.keys.len()),
            deferred: None,
            whole: OnceLock::new(),
        };
        let mut dependencies = instances.dependencies;
        dependencies.extend(depends_on);
        dependencies.extend(here.dependencies.iter().cloned());
        let dependencies: NodeSet = dependencies.into_iter().collect();
        let mut wrong = 0;
        let same = match instances.keys.len() {
            0 | 1 => Vec::new(),
            _ => self.same(module, &attributes, procedure),
        };
        let one = |(key, each)| {
            let mut found = Diagnostics::new();
            let (instance, timeouts, open) =
                self.instance(module, block, &attributes, &same, procedure, key, each, &dependencies, &mut found);
            (instance, timeouts, open, found)
        };
        // Most blocks have one instance, which is not worth a list.
        let all: SmallVec<[_; 1]> = match instances.keys.len() {
            0 | 1 => instances.keys.into_iter().map(one).collect(),
            _ => SmallVec::from_vec(in_shares(instances.keys.into_vec(), WORTH, one)),
        };
        let mut waiting = 0;
        let mut warned = BTreeSet::new();
        for (mut instance, timeouts, open, mut found) in all {
            // What is only warned of is said once, however many instances there are.
            found.list.retain(|one| one.severity == Severity::Error || warned.insert((one.code, one.message.clone())));
            if !open.is_empty() {
                let subject = Subject::Instance(instance.resource.address.clone());
                match self.unsettled(subject, open, block.span) {
                    Unsettled::Ask(inquiry) => made.inquiries.push(inquiry),
                    Unsettled::Later(mut deferred) => {
                        deferred.dependencies.extend(instance.resource.dependencies.iter().cloned());
                        instance.later = Some(Box::new(deferred));
                        waiting += 1;
                    }
                }
            }
            if let Some(timeouts) = timeouts {
                made.timeouts.push((instance.resource.address.clone(), timeouts));
            }
            evaluated.instances.push(instance);
            if !found.is_empty() {
                wrong += usize::from(found.has_errors());
                if wrong <= SHOWN_INSTANCES {
                    diagnostics.extend(found);
                }
            }
        }
        if !made.inquiries.is_empty() {
            return made;
        }
        // One that waits leaves the others alone. When all of them wait, the block does.
        if waiting > 0
            && waiting == evaluated.instances.len()
            && let Some(deferred) = evaluated.instances.first_mut().and_then(|first| first.later.take())
        {
            // What is wrong in it was said above.
            let said = &mut Diagnostics::new();
            let waits = (evaluated.repetition, *deferred);
            evaluated = self.later(module, block, &attributes, procedure, waits, said);
        }
        made.block = Some(evaluated);
        made
    }
}

impl<'p> World<'p> {
    /// A block whose instances nobody can name yet. What is written in it is looked through all the same: a mistake need
    /// not wait.
    fn later(
        &self,
        module: usize,
        block: &'p ResourceBlock,
        attributes: &[&'p Written],
        procedure: &'p Procedure,
        (repetition, mut deferred): (Repetition, Deferred),
        diagnostics: &mut Diagnostics,
    ) -> EvaluatedBlock<'p> {
        let scope = InstanceScope::of_any(self, module, repetition);
        let mut trace = Trace::new();
        for written in attributes {
            let Some(value) = self.reduce(&written.value, &scope, &mut trace, diagnostics) else { continue };
            let place = |path: &Path, part| spot_in_attribute(&written.value, path, part);
            diagnostics.extend(shape::check_at(procedure, &written.name, &shadow(&value), &place));
            if let Some(attribute) = procedure.attributes.get(&*written.name)
                && let Some(found) = misfit::of(&attribute.shape, &value, self)
            {
                diagnostics.push(found.said_of(written, &procedure.kind));
            }
            let kept = ephemeral::in_attribute(procedure, &written.name, &value);
            diagnostics.list.extend(kept.map(|found| found.at(written.value.span)));
        }
        let present = |name: &str| {
            // Where it will be, and how it is paid for, is seen when there are instances.
            ["zone", "billing"].contains(&name) || attributes.iter().any(|written| *written.name == *name)
        };
        diagnostics.extend(shape::required(procedure, present, block.span));
        deferred.dependencies.extend(self.depends_on(module, &block.depends_on, diagnostics));
        deferred.dependencies.extend(self.modules[module].dependencies.iter().cloned());
        deferred.dependencies.extend(trace.nodes().cloned());
        EvaluatedBlock {
            block: self.name(module, &block.block),
            repetition,
            procedure,
            instances: Vec::new(),
            deferred: Some(Box::new(deferred)),
            whole: OnceLock::new(),
        }
    }
}

/// The attributes that the kind has; the other names are mistakes, said once for the block.
fn known_names<'b>(block: &'b ResourceBlock, procedure: &Procedure) -> (SmallVec<[&'b Written; 8]>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut known = SmallVec::with_capacity(block.attributes.len());
    for written in &block.attributes {
        if procedure.attributes.contains_key(&*written.name) {
            known.push(written);
        } else {
            let mut found = shape::check(procedure, &written.name, &Value::Null, written.name_span);
            let near = closest(&written.name, RESOURCE_KEYS.iter().copied());
            if let (Some(diagnostic), Some(instead)) = (found.list.first_mut(), foreign::key(&written.name)) {
                diagnostic.hints = vec![instead.to_owned()];
            } else if let (Some(diagnostic), Some(near)) = (found.list.first_mut().filter(|d| d.hints.is_empty()), near)
            {
                diagnostic.hints.push(format!("did you mean `{near}`?"));
            }
            diagnostics.extend(found);
        }
    }
    (known, diagnostics)
}
