//! Calls of modules: which instances each has.

use super::{
    repeat::Repeated,
    world::{Caller, EvaluatedCall, World},
};
use crate::{codes, foreign, sections::CALL_KEYS};
use firma_model::{
    deferral::Subject,
    diagnostic::{Diagnostic, Diagnostics},
    suggest::closest,
};
use std::sync::{Arc, OnceLock};

/// Instances of modules in a project: more is a mistake in a `count`, and it multiplies at each level.
const MAX_INSTANCES: usize = 100_000;

impl World<'_> {
    /// Makes the instances of a place, in every instance of the module that calls it.
    pub(super) fn instances(&mut self, place: usize, diagnostics: &mut Diagnostics) {
        let tree = self.tree;
        let (Some(at), Some(call)) = (tree.places[place].call, tree.call(place)) else { return };
        if self.full {
            return;
        }
        self.names_of_inputs(place, diagnostics);
        let callers = self.of_place[at.place].clone();
        for module in callers {
            let path = self.modules[module].path.child(&call.name, None);
            let subject = Subject::Module(path.to_string().into());
            let instances = match self.repeat(module, &subject, &call.repeat, diagnostics) {
                None => continue,
                Some(Repeated::Instances(instances)) => instances,
                Some(Repeated::Ask(inquiry)) => {
                    self.inquiries.push(inquiry);
                    continue;
                }
                Some(Repeated::Later(repetition, deferred)) => {
                    self.deferred.insert(subject, deferred);
                    let (instances, whole) = (Vec::new(), OnceLock::new());
                    let call = EvaluatedCall { repetition, instances, deferred: true, whole };
                    self.modules[module].calls[at.call] = Some(call);
                    continue;
                }
            };
            if self.modules.len() + instances.keys.len() > MAX_INSTANCES {
                self.full = true;
                diagnostics.push(
                    Diagnostic::error(
                        codes::MODULE_DEPTH,
                        format!("with these the modules of the project have more than {MAX_INSTANCES} instances"),
                    )
                    .at(call.span),
                );
                return;
            }
            let mut dependencies = instances.dependencies;
            dependencies.extend(self.depends_on(module, &call.depends_on, diagnostics));
            let outer = self.modules[module].dependencies.clone();
            let dependencies = match dependencies.is_empty() {
                true => outer,
                false => {
                    dependencies.extend(outer.iter().cloned());
                    Arc::new(dependencies)
                }
            };
            let mut made = Vec::with_capacity(instances.keys.len());
            for (key, each) in instances.keys {
                let path = self.modules[module].path.child(&call.name, key.clone());
                let caller = Caller { module, key: key.clone(), each };
                made.push((key, self.add(place, path, Some(caller), dependencies.clone())));
            }
            let repetition = instances.repetition;
            let call = EvaluatedCall { repetition, instances: made, deferred: false, whole: OnceLock::new() };
            self.modules[module].calls[at.call] = Some(call);
        }
    }

    /// Inputs that the module does not have, and inputs that it needs and does not get.
    fn names_of_inputs(&self, place: usize, diagnostics: &mut Diagnostics) {
        let here = &self.tree.places[place];
        let Some(call) = self.tree.call(place) else { return };
        if here.project.incomplete {
            return;
        }
        for input in &call.inputs {
            if here.variable(&input.name).is_some() {
                continue;
            }
            let names = here.variables.iter().map(|(name, _)| &***name);
            let diagnostic = Diagnostic::error(
                codes::UNKNOWN_INPUT,
                format!("module `{}` has no variable `{}`", call.name, input.name),
            )
            .at(input.name_span);
            let near = closest(&input.name, names.chain(CALL_KEYS.iter().copied()));
            diagnostics.push(match (foreign::key(&input.name), near) {
                (Some(instead), _) => diagnostic.hint(instead),
                (None, Some(near)) => diagnostic.did_you_mean(Some(near)),
                (None, None) => diagnostic.hint(format!("declare it in the module with `[variable.{}]`", input.name)),
            });
        }
        for (name, variable) in &here.variables {
            let given = call.inputs.iter().any(|input| input.name == **name);
            if variable.default.is_none() && !given {
                diagnostics.push(
                    Diagnostic::error(
                        codes::MISSING_INPUT,
                        format!("module `{}` needs a value for `{name}`", call.name),
                    )
                    .at(call.span)
                    .related(variable.span, "declared without a default here")
                    .hint(format!("add `{name} = ...` to the call")),
                );
            }
        }
    }
}
