//! The state of an evaluation: what every local, look-up and block has become so far.

use super::{
    Evaluated, Inputs, Timeouts, defaults::KnownDefaults, ephemeral, looked::EvaluatedLookup, scope::InstanceScope,
};
use crate::{
    call_tree::{CallTree, Item, Part},
    codes,
    project::{Project, find},
};
use firma_catalog::Procedure;
use firma_expr::{Limits, Trace};
use firma_model::{
    address::{Address, Block, Key, ModulePath, Node},
    deferral::{Deferred, Inquiry, Subject},
    desired::{Desired, DesiredResource, Lookup, Read, Repetition},
    diagnostic::{Diagnostic, Diagnostics, Label},
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Everything known so far. `None` and missing parts are *tainted*: what went wrong was said.
pub(super) struct World<'p> {
    pub(super) tree: &'p CallTree<'p>,
    pub(super) inputs: Inputs<'p>,
    /// The instances of all modules; the root is the first.
    pub(super) modules: Vec<ModuleInstance<'p>>,
    by_path: HashMap<ModulePath, usize>,
    /// The instances of each place.
    pub(super) of_place: Vec<Vec<usize>>,
    /// There are too many instances, which was said.
    pub(super) full: bool,
    pub(super) pending: Vec<Lookup>,
    pub(super) inquiries: Vec<Inquiry>,
    /// Look-ups that an apply asks.
    pub(super) reads: BTreeMap<Address, Read>,
    /// Look-ups and modules that wait for a later plan.
    pub(super) deferred: BTreeMap<Subject, Deferred>,
    pub(super) timeouts: BTreeMap<Address, Timeouts>,
    /// Evaluation steps taken so far.
    pub(super) steps: AtomicU64,
}

/// An instance of a module, or the root.
pub(super) struct ModuleInstance<'p> {
    pub(super) place: usize,
    pub(super) project: &'p Project,
    pub(super) path: ModulePath,
    /// The instance that calls it and what `each` and `count` are in the call; `None` for the root.
    pub(super) caller: Option<Caller>,
    /// What everything in it depends on, because the call does.
    pub(super) dependencies: Arc<BTreeSet<Node>>,
    pub(super) defaults: Arc<KnownDefaults>,
    pub(super) variables: Vec<Option<LocalValue>>,
    pub(super) locals: Vec<Option<LocalValue>>,
    pub(super) lookups: Vec<Option<EvaluatedLookup>>,
    pub(super) blocks: Vec<Option<EvaluatedBlock<'p>>>,
    pub(super) outputs: Vec<Option<LocalValue>>,
    pub(super) calls: Vec<Option<EvaluatedCall>>,
    /// All its outputs as one expression: made when it is first referred to.
    pub(super) whole: OnceLock<Option<Expr>>,
}

/// Who calls an instance of a module.
pub(super) struct Caller {
    pub(super) module: usize,
    pub(super) key: Option<Key>,
    /// What `each.value` is.
    pub(super) each: Option<Expr>,
}

/// A call, evaluated.
pub(super) struct EvaluatedCall {
    pub(super) repetition: Repetition,
    /// In the order of their keys; none while it is deferred.
    pub(super) instances: Vec<(Option<Key>, usize)>,
    /// Nobody can say yet which instances there are.
    pub(super) deferred: bool,
    /// All instances as one expression: made when it is first referred to.
    pub(super) whole: OnceLock<Option<Expr>>,
}

impl EvaluatedCall {
    /// The instance with a key.
    pub(super) fn instance(&self, key: Option<&Key>) -> Option<usize> {
        let at = self.instances.binary_search_by(|(known, _)| known.as_ref().cmp(&key)).ok()?;
        Some(self.instances[at].1)
    }
}

/// A local, reduced, and what it used.
pub(super) struct LocalValue {
    pub(super) value: Expr,
    pub(super) trace: Trace,
}

/// A block, evaluated.
pub(super) struct EvaluatedBlock<'p> {
    /// Its name, the module instance with it.
    pub(super) block: Block,
    pub(super) repetition: Repetition,
    pub(super) procedure: &'p Procedure,
    /// In the order of their keys; none while it is deferred.
    pub(super) instances: Vec<Instance>,
    /// Nobody can say yet which instances there are.
    pub(super) deferred: Option<Box<Deferred>>,
    /// The block as one expression: made when it is first referred to.
    pub(super) whole: OnceLock<Box<Expr>>,
}

/// One instance.
pub(super) struct Instance {
    /// Boxed: it is handed on several times, and large.
    pub(super) resource: Box<DesiredResource>,
    /// Attributes whose value could not be told.
    pub(super) tainted: BTreeSet<String>,
    /// Where it lives or how it is treated only an apply will show.
    pub(super) later: Option<Box<Deferred>>,
}

impl<'p> ModuleInstance<'p> {
    /// Whether a block is declared here, and has come to nothing so far.
    pub(super) fn is_open(&self, block: &Block) -> bool {
        let names = block.kind.as_str().split_once('.');
        let index = names.and_then(|(service, kind)| find(&self.project.resource_names, service, kind, &block.name));
        index.is_some_and(|index| self.blocks[index].is_none())
    }

    /// A block of this module, evaluated; the module's path is not looked at.
    pub(super) fn evaluated(&self, block: &Block) -> Option<&EvaluatedBlock<'p>> {
        let (service, kind) = block.kind.as_str().split_once('.')?;
        self.blocks[find(&self.project.resource_names, service, kind, &block.name)?].as_ref()
    }
}

impl EvaluatedBlock<'_> {
    /// The instance with a key.
    pub(super) fn instance(&self, key: Option<&Key>) -> Option<&Instance> {
        match (self.repetition, key) {
            (Repetition::Single, None) => self.instances.first(),
            (Repetition::Count, Some(Key::Index(index))) => self.instances.get(usize::try_from(*index).ok()?),
            (Repetition::ForEach, Some(key)) => self
                .instances
                .binary_search_by(|instance| instance.resource.address.key.as_ref().cmp(&Some(key)))
                .ok()
                .and_then(|at| self.instances.get(at)),
            _ => None,
        }
    }
}

impl<'p> World<'p> {
    pub(super) fn new(tree: &'p CallTree<'p>, inputs: Inputs<'p>) -> World<'p> {
        let mut world = World {
            tree,
            inputs,
            modules: Vec::new(),
            by_path: HashMap::new(),
            of_place: vec![Vec::new(); tree.places.len()],
            full: false,
            steps: AtomicU64::new(0),
            pending: Vec::new(),
            inquiries: Vec::new(),
            reads: BTreeMap::new(),
            deferred: BTreeMap::new(),
            timeouts: BTreeMap::new(),
        };
        world.add(0, ModulePath::ROOT, None, Arc::default());
        world
    }

    /// Adds an instance of a place.
    pub(super) fn add(
        &mut self,
        place: usize,
        path: ModulePath,
        caller: Option<Caller>,
        dependencies: Arc<BTreeSet<Node>>,
    ) -> usize {
        let index = self.modules.len();
        let here = &self.tree.places[place];
        let project = here.project;
        self.by_path.insert(path.clone(), index);
        self.of_place[place].push(index);
        self.modules.push(ModuleInstance {
            place,
            project,
            path,
            caller,
            dependencies,
            defaults: Arc::default(),
            variables: none(here.variables.len()),
            locals: none(project.locals.len()),
            lookups: none(project.lookups.len()),
            blocks: none(project.resources.len()),
            outputs: none(here.outputs.len()),
            calls: none(project.calls.len()),
            whole: OnceLock::new(),
        });
        index
    }

    /// The instance of a module that has this path.
    pub(super) fn at(&self, path: &ModulePath) -> Option<&ModuleInstance<'p>> {
        match path.is_root() {
            true => self.modules.first(),
            false => self.modules.get(*self.by_path.get(path)?),
        }
    }

    /// A block, evaluated, in whatever module it stands.
    pub(super) fn evaluated(&self, block: &Block) -> Option<&EvaluatedBlock<'p>> {
        self.at(&block.module)?.evaluated(block)
    }

    /// Evaluates one item in every instance of its place; everything it refers to was evaluated before.
    pub(super) fn item(&mut self, item: Item, diagnostics: &mut Diagnostics) {
        if item.part == Part::Instances {
            return self.instances(item.place, diagnostics);
        }
        // The list does not change any more: the instances come before everything else of a place.
        let instances = std::mem::take(&mut self.of_place[item.place]);
        for module in &instances {
            let before = diagnostics.list.len();
            self.part(*module, item.part, diagnostics);
            // An input is written in the caller.
            let within = match (item.part, &self.modules[*module].caller) {
                (Part::Variable(_), Some(caller)) => &self.modules[caller.module],
                _ => &self.modules[*module],
            };
            if let Some(call) = self.tree.call(within.place) {
                said_of(&within.path, call.span, &mut diagnostics.list[before..]);
            }
        }
        self.of_place[item.place] = instances;
    }

    fn part(&mut self, module: usize, part: Part, diagnostics: &mut Diagnostics) {
        let here = &self.modules[module];
        match part {
            Part::Instances | Part::End => {}
            Part::Defaults => self.modules[module].defaults = self.known_defaults(module, diagnostics),
            Part::Variable(index) => self.modules[module].variables[index] = self.input(module, index, diagnostics),
            Part::Validations => self.validations(module, diagnostics),
            Part::Local(index) => {
                let value = self.value(module, &here.project.locals[index].value, diagnostics);
                self.modules[module].locals[index] = value;
            }
            Part::Lookup(index) => self.lookup(module, index, diagnostics),
            Part::Resource(index) => self.resource(module, index, diagnostics),
            Part::Output(index) => {
                let (name, output) = self.tree.places[here.place].outputs[index];
                let mut value = self.value(module, &output.value, diagnostics);
                if let Some(found) =
                    value.as_ref().and_then(|found| ephemeral::of_output(name, output, module, &found.value))
                {
                    diagnostics.push(found);
                    value = None;
                }
                if module != 0 {
                    let declared = |value| ephemeral::declared(value, output.sensitive, output.ephemeral.is_some());
                    value = value.map(|found| LocalValue { value: declared(found.value), ..found });
                }
                self.modules[module].outputs[index] = value;
            }
        }
    }

    /// An expression of a module outside any repetition, and what it used.
    fn value(&self, module: usize, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<LocalValue> {
        let mut trace = Trace::new();
        let value = self.reduce(expr, &InstanceScope::plain(self, module), &mut trace, diagnostics)?;
        Some(LocalValue { value, trace })
    }

    /// What the outputs of the root have become.
    pub(super) fn root_outputs(&mut self) -> Vec<Option<LocalValue>> {
        self.modules.first_mut().map(|root| std::mem::take(&mut root.outputs)).unwrap_or_default()
    }

    /// Reduces an expression; `None` when it is wrong, or uses something that was.
    pub(super) fn reduce(
        &self,
        expr: &Expr,
        scope: &InstanceScope<'_, 'p>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Option<Expr> {
        scope.tainted.set(false);
        let before = trace.steps();
        let reduced = firma_expr::evaluate(expr, scope, trace, &Limits::default());
        self.steps.fetch_add(trace.steps().saturating_sub(before), Ordering::Relaxed);
        match reduced {
            Err(found) => {
                // What follows from a taint is no finding of its own.
                if !scope.tainted.get() {
                    diagnostics.extend(found);
                }
                None
            }
            Ok(_) if scope.tainted.get() => None,
            Ok(reduced) => {
                let found = super::reference::check(&reduced, self);
                match found.is_empty() {
                    true => Some(reduced),
                    false => {
                        diagnostics.extend(found);
                        None
                    }
                }
            }
        }
    }

    /// Reduces an expression that must be known now. `what` says what it is: "the number of instances".
    pub(super) fn known(
        &self,
        expr: &Expr,
        scope: &InstanceScope<'_, 'p>,
        trace: &mut Trace,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let reduced = self.reduce(expr, scope, trace, diagnostics)?;
        if reduced.has_input() {
            diagnostics.push(ephemeral::kept(what, &reduced).at(expr.span));
            return None;
        }
        match reduced.as_value() {
            Some(value) if !value.has_unknown() => Some(value.clone()),
            _ => match &scope.settings {
                Some(settings) => settings.settle(what, reduced),
                None => {
                    diagnostics.push(self.unknown_yet(&reduced, what).at(expr.span));
                    None
                }
            },
        }
    }

    /// Says that something depends on what only the cloud decides.
    pub(super) fn unknown_yet(&self, reduced: &Expr, what: &str) -> Diagnostic {
        let mut nodes = BTreeSet::new();
        reduced.each_node(&mut |node| {
            if nodes.len() < 3 {
                nodes.insert(node.to_string());
            }
        });
        let on = match nodes.is_empty() {
            true => "a value".to_owned(),
            false => format!("an attribute of {}", nodes.into_iter().collect::<Vec<_>>().join(", ")),
        };
        Diagnostic::error(codes::UNKNOWN_YET, format!("{what} depends on {on} that only the cloud decides"))
            .hint("a plan needs it before anything is made: use what the manifests say themselves, a variable, or what a look-up finds")
    }

    /// Hands over what was evaluated.
    pub(super) fn finish(self) -> Evaluated {
        let mut desired = Desired { reads: self.reads, deferred: self.deferred, ..Desired::default() };
        let declared = self.modules.iter().map(|module| module.blocks.len()).sum();
        let mut resources = Vec::with_capacity(declared);
        let mut blocks = Vec::with_capacity(declared);
        for evaluated in self.modules.into_iter().flat_map(|module| module.blocks).flatten() {
            if !desired.kinds.contains(&evaluated.block.kind) {
                desired.kinds.insert(evaluated.block.kind.clone());
            }
            if let Some(deferred) = evaluated.deferred {
                desired.deferred.insert(Subject::Block(evaluated.block), *deferred);
                continue;
            }
            blocks.push((evaluated.block, evaluated.repetition));
            for Instance { resource, later, .. } in evaluated.instances {
                match later {
                    None => resources.push(resource),
                    Some(deferred) => {
                        desired.deferred.insert(Subject::Instance(resource.address), *deferred);
                    }
                }
            }
        }
        desired.blocks = blocks.into_iter().collect();
        desired.resources = resources.into_iter().map(|resource| (resource.address.clone(), resource)).collect();
        let steps = self.steps.into_inner();
        Evaluated {
            desired,
            lookups: self.pending,
            inquiries: self.inquiries,
            timeouts: self.timeouts,
            steps,
            ..Evaluated::default()
        }
    }
}

fn none<T>(length: usize) -> Vec<Option<T>> {
    std::iter::repeat_with(|| None).take(length).collect()
}

/// A value, marked as sensitive.
pub(super) fn marked(expr: Expr) -> Expr {
    let span = expr.span;
    match expr.kind {
        ExprKind::Literal(value) => Expr::literal_at(value.sensitive(), span),
        ExprKind::Sensitive(_) => expr,
        kind => Expr { kind: ExprKind::Sensitive(Box::new(Expr { kind, span })), span },
    }
}

/// Adds to what was found in a module in which of its instances it was, and who calls it.
fn said_of(path: &ModulePath, call: Span, found: &mut [Diagnostic]) {
    for diagnostic in found {
        let already = diagnostic.span == Some(call) || diagnostic.related.iter().any(|label| label.span == call);
        if !already {
            diagnostic.related.push(Label { span: call, text: format!("in {path}, called here") });
        }
    }
}
