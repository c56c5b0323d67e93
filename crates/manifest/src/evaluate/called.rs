//! `module.net.id`, `module.net["a"].id`, `module.net[*].id`, `path.module`: what modules give to their callers.

use super::{
    keyed::{Chosen, Keyed, SUGGEST_AMONG, composite, together},
    scope::{Answered, InstanceScope},
    unknown::incomplete,
    world::{EvaluatedCall, World},
};
use crate::{codes, source::list};
use firma_expr::{Reference, Resolution, Segment, Trace};
use firma_model::{
    address::{Block, BlockName, KindId, MODULE_OUTPUT, ModulePath, Node},
    desired::Repetition,
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    span::Span,
    suggest::closest,
    value::Value,
};
use std::collections::BTreeSet;

impl<'w> InstanceScope<'w, '_> {
    /// A reference into a module that is called here.
    pub(super) fn called(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let here = self.here();
        let project = here.project;
        let Some(name) = reference.name(1) else { return Err(incomplete(reference, "module.NAME.OUTPUT")) };
        let Some(index) = project.call_names.get(name) else {
            let near = closest(name, project.calls.iter().take(SUGGEST_AMONG).map(|call| &*call.name));
            let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("there is no module `{name}`"))
                .at(reference.span)
                .did_you_mean(near.map(|near| format!("module.{near}")).as_deref())
                .hint(format!("call it with `[module.{name}]`"));
            return self.missing(diagnostic, 2);
        };
        let Some(call) = &here.calls[*index] else { return Ok(self.taint(2)) };
        let shown = here.path.child(name, None);
        if call.deferred {
            return Ok(later(reference, call.repetition, shown));
        }
        let child = self.world.tree.places[here.place].children[*index];
        let is_output = |name: &str| child.is_some_and(|child| self.world.tree.places[child].output(name).is_some());
        let segment = reference.segments.get(2);
        let first = |most: usize| call.instances.iter().take(most).filter_map(|(key, _)| key.as_ref()).collect();
        let keyed = Keyed {
            name: &shown,
            repetition: call.repetition,
            count: call.instances.len(),
            keys: &first,
            walk: ("instance", "OUTPUT"),
        };
        match keyed.choose(reference, segment, |segment| segment.text().is_some_and(is_output))? {
            Chosen::Only => match call.instances.first() {
                Some((_, instance)) => self.output(reference, *instance, 2, trace),
                None if segment.is_none() => Ok(Resolution::value(Value::Null, 2)),
                None => Err(keyed.disabled(reference, "it has no outputs")),
            },
            Chosen::All => {
                let world = self.world;
                call.instances.iter().for_each(|(_, instance)| world.note_all(*instance, trace));
                match call.whole.get_or_init(|| world.every_instance(call)) {
                    Some(whole) => Ok(Resolution::borrowed(whole, 2)),
                    None => Ok(self.taint(2)),
                }
            }
            Chosen::One(key) => match call.instance(Some(&key)) {
                Some(instance) => self.output(reference, instance, 3, trace),
                None => Err(keyed.none(reference, &key)),
            },
        }
    }

    /// The output of an instance that segment `at` of the reference names, or all of them.
    fn output(&self, reference: &Reference<'_>, module: usize, at: usize, trace: &mut Trace) -> Answered<'_> {
        let world: &'w World<'_> = self.world;
        let instance = &world.modules[module];
        let place = &world.tree.places[instance.place];
        if reference.segments.get(at).is_none() {
            world.note_all(module, trace);
            return match world.instance_as_value(module) {
                Some(whole) => Ok(Resolution::borrowed(whole, at)),
                None => Ok(self.taint(at)),
            };
        }
        let name = reference.name(at).unwrap_or_default();
        let Some(index) = place.output(name) else {
            if instance.project.incomplete {
                return Ok(self.taint(at + 1));
            }
            let names: Vec<&str> = place.outputs.iter().map(|(name, _)| &***name).collect();
            let message = format!("`{}` has no output `{name}`", instance.path);
            let diagnostic = Diagnostic::error(codes::UNKNOWN_OUTPUT, message).at(reference.span);
            return Err(match closest(name, names.iter().copied()) {
                Some(near) => diagnostic.did_you_mean(Some(near)),
                None if names.is_empty() => diagnostic.hint("the module declares no outputs"),
                None => diagnostic.hint(format!("its outputs are {}", list(&names))),
            });
        };
        match &instance.outputs[index] {
            None => Ok(self.taint(at + 1)),
            Some(output) => {
                trace.extend(&output.trace);
                Ok(Resolution::borrowed(&output.value, at + 1))
            }
        }
    }

    /// `path.module` and `path.root`, both as the root sees them.
    pub(super) fn path(&self, reference: &Reference<'_>) -> Answered<'_> {
        let path = match reference.name(1) {
            Some("root") => ".",
            Some("module") => match self.here().project.directory.as_str() {
                "" => ".",
                directory => directory,
            },
            Some("cwd") => {
                return Err(Diagnostic::error(codes::FOREIGN, "there is no `path.cwd`")
                    .at(reference.span)
                    .hint("what is planned does not depend on where the command runs: use `path.root`"));
            }
            _ => return Err(incomplete(reference, "path.module` or `path.root")),
        };
        Ok(Resolution::value(Value::from(path), 2))
    }
}

impl World<'_> {
    /// Notes everything that the outputs of an instance use.
    fn note_all(&self, module: usize, trace: &mut Trace) {
        self.modules[module].outputs.iter().flatten().for_each(|output| trace.extend(&output.trace));
    }

    /// The outputs of an instance as a map; `None` when one of them is tainted.
    fn instance_as_value(&self, module: usize) -> Option<&Expr> {
        let instance = &self.modules[module];
        let names = self.tree.places[instance.place].outputs.iter().map(|(name, _)| name);
        let whole = instance.whole.get_or_init(|| {
            let entries = names
                .zip(&instance.outputs)
                .map(|(name, output)| Some((Expr::literal(Value::from(&***name)), output.as_ref()?.value.clone())));
            Some(composite(ExprKind::Map(entries.collect::<Option<_>>()?)))
        });
        whole.as_ref()
    }

    /// The instances of a call as a map or a list.
    fn every_instance(&self, call: &EvaluatedCall) -> Option<Expr> {
        let values = call.instances.iter();
        let values = values.map(|(key, instance)| (key.as_ref(), self.instance_as_value(*instance).cloned()));
        Some(composite(together(call.repetition, values)?))
    }

    /// What `depends_on = ["module.net"]` stands for: everything that is made in these instances and in what they call.
    pub(super) fn depended_modules(
        &self,
        module: usize,
        path: &ModulePath,
        span: Span,
        nodes: &mut BTreeSet<Node>,
    ) -> Result<(), Box<Diagnostic>> {
        let error = |message: String| Diagnostic::error(codes::BAD_DEPENDENCY, message).at(span);
        let [step] = path.steps() else {
            let outer = path.steps().first().map(|step| format!("module.{}", step.name)).unwrap_or_default();
            return Err(Box::new(
                error(format!("`{path}` stands inside a module"))
                    .hint(format!("depend on the whole module, as in `{outer}`")),
            ));
        };
        let here = &self.modules[module];
        let Some(index) = here.project.call_names.get(&step.name) else {
            return match here.project.incomplete {
                true => Ok(()),
                false => Err(Box::new(error(format!("there is no `{path}`")))),
            };
        };
        let Some(call) = &here.calls[*index] else { return Ok(()) };
        if call.deferred {
            nodes.insert(output_node(here.path.child(&step.name, None), "outputs"));
        }
        match &step.key {
            _ if call.deferred => {}
            None => call.instances.iter().for_each(|(_, instance)| self.nodes_of(*instance, nodes)),
            Some(key) => match call.instance(Some(key)) {
                Some(instance) => self.nodes_of(instance, nodes),
                None => return Err(Box::new(error(format!("`module.{}` has no instance {key}", step.name)))),
            },
        }
        Ok(())
    }

    fn nodes_of(&self, module: usize, nodes: &mut BTreeSet<Node>) {
        let mut left = vec![module];
        while let Some(module) = left.pop() {
            let instance = &self.modules[module];
            for block in instance.blocks.iter().flatten() {
                match (block.repetition, block.instances.first()) {
                    (_, None) => {}
                    (Repetition::Single, Some(only)) => {
                        nodes.insert(Node::Instance(only.resource.address.clone()));
                    }
                    _ => {
                        nodes.insert(Node::Block(block.block.clone()));
                    }
                }
            }
            left.extend(instance.calls.iter().flatten().flat_map(|call| call.instances.iter().map(|(_, at)| *at)));
        }
    }
}

/// A reference into a module whose instances nobody knows yet: an attribute of it, to be known later.
fn later<'s>(reference: &Reference<'_>, repetition: Repetition, path: ModulePath) -> Resolution<'s> {
    let keyed = matches!(reference.segments.get(2), Some(Segment::Key(_) | Segment::Index(_)));
    let at = if repetition != Repetition::Single && keyed { 3 } else { 2 };
    let name = reference.name(at);
    let node = match (output_node(path, name.unwrap_or("outputs")), repetition) {
        // How many there are is not known either.
        (Node::Instance(all), Repetition::Count | Repetition::ForEach) if at == 2 => Node::Block(all.block),
        (node, _) => node,
    };
    let name = name.filter(|_| matches!(node, Node::Instance(_)));
    Resolution::owned(Expr { kind: ExprKind::Node(node), span: Span::default() }, at + usize::from(name.is_some()))
}

/// What stands for an output of a deferred module: a name inside it, which is deferred as everything in it is.
fn output_node(path: ModulePath, name: &str) -> Node {
    let kind = KindId::new(MODULE_OUTPUT);
    let name = BlockName { module: path, data: false, kind, name: name.into() };
    Node::Instance(Block::from(name).at(None))
}
