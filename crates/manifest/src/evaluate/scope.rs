//! What names mean while an expression of the project is reduced.

use super::{
    nested,
    own_files::OwnFiles,
    settings::Settings,
    world::{Caller, ModuleInstance, World},
};
use crate::{codes, source::UNREADABLE};
use firma_expr::{Files, Reference, Resolution, Scope, Trace};
use firma_model::{
    address::{Address, Key, Node},
    deferral::Subject,
    desired::{IgnoreChanges, Repetition},
    diagnostic::Diagnostic,
    expr::Expr,
    span::Span,
    suggest::closest,
    value::Value,
};
use smol_str::SmolStr;
use std::{borrow::Cow, cell::Cell, sync::Arc};

/// The scope of one instance, or of something that is no instance.
pub(super) struct InstanceScope<'w, 'p> {
    pub(super) world: &'w World<'p>,
    /// In which instance of a module.
    pub(super) module: usize,
    pub(super) each: Option<(Arc<str>, Expr)>,
    pub(super) index: Option<u64>,
    /// What `self` is.
    pub(super) this: Option<Address>,
    /// The check whose look-ups are seen.
    pub(super) check: Option<SmolStr>,
    files: OwnFiles<'w>,
    /// Any instance of a block that repeats so, not a certain one.
    pub(super) any: Option<Repetition>,
    /// What must be known, where the planner may be asked for it.
    pub(super) settings: Option<Settings<'w>>,
    /// Something that went wrong elsewhere was used.
    pub(super) tainted: Cell<bool>,
}

pub(super) type Answered<'s> = Result<Resolution<'s>, Diagnostic>;

impl<'w, 'p> InstanceScope<'w, 'p> {
    /// Outside any repetition.
    pub(super) fn plain(world: &'w World<'p>, module: usize) -> InstanceScope<'w, 'p> {
        let files = OwnFiles { all: world.inputs.files, directory: &world.modules[module].project.directory };
        InstanceScope {
            world,
            module,
            each: None,
            index: None,
            this: None,
            check: None,
            files,
            any: None,
            settings: None,
            tainted: Cell::new(false),
        }
    }

    /// Where the inputs of an instance of a module are written.
    pub(super) fn of_call(world: &'w World<'p>, caller: &Caller) -> InstanceScope<'w, 'p> {
        match (&caller.key, &caller.each) {
            (Some(Key::Name(name)), Some(value)) => {
                InstanceScope::each(world, caller.module, name.clone(), value.clone())
            }
            (Some(Key::Index(index)), _) => InstanceScope::index(world, caller.module, *index),
            _ => InstanceScope::plain(world, caller.module),
        }
    }

    /// The module instance.
    pub(super) fn here(&self) -> &'w ModuleInstance<'p> {
        &self.world.modules[self.module]
    }

    /// Whatever instance of a block whose instances are not known yet.
    pub(super) fn of_any(world: &'w World<'p>, module: usize, repetition: Repetition) -> InstanceScope<'w, 'p> {
        InstanceScope { any: Some(repetition), ..InstanceScope::plain(world, module) }
    }

    /// An instance of `for_each`.
    pub(super) fn each(world: &'w World<'p>, module: usize, key: Arc<str>, value: Expr) -> InstanceScope<'w, 'p> {
        InstanceScope { each: Some((key, value)), ..InstanceScope::plain(world, module) }
    }

    /// An instance of `count`.
    pub(super) fn index(world: &'w World<'p>, module: usize, index: u64) -> InstanceScope<'w, 'p> {
        InstanceScope { index: Some(index), ..InstanceScope::plain(world, module) }
    }

    /// The same, where `self` is this instance.
    pub(super) fn of(self, this: Address) -> InstanceScope<'w, 'p> {
        InstanceScope { this: Some(this), ..self }
    }

    /// The same, where the planner may be asked for what must be known.
    pub(super) fn asking(self, subject: &Subject) -> InstanceScope<'w, 'p> {
        InstanceScope { settings: Some(Settings::of(self.world, subject)), ..self }
    }

    /// The same, where the look-ups of a check are seen.
    pub(super) fn in_check(self, check: &SmolStr) -> InstanceScope<'w, 'p> {
        InstanceScope { check: Some(check.clone()), ..self }
    }

    /// Stands in for what went wrong elsewhere.
    pub(super) fn taint(&self, consumed: usize) -> Resolution<'_> {
        self.tainted.set(true);
        Resolution::value(Value::unknown(), consumed)
    }

    /// Nothing has this name. In a project of which a file could not be read, it may stand there.
    pub(super) fn missing(&self, diagnostic: Diagnostic, consumed: usize) -> Answered<'_> {
        match self.here().project.incomplete {
            true => Ok(self.taint(consumed)),
            false => Err(diagnostic),
        }
    }
}

impl Scope for InstanceScope<'_, '_> {
    fn root(&self, reference: &Reference<'_>, trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        match reference.root() {
            "var" => self.variable(reference, trace),
            "module" => self.called(reference, trace),
            "path" => self.path(reference),
            "local" => self.local(reference, trace),
            "each" => self.each_of(reference),
            "count" => self.count(reference),
            "data" => self.lookup(reference, trace),
            "env" => Err(Diagnostic::error(codes::NOT_HERE, "`env` cannot be used here").at(reference.span).hint(
                "read it in a variable's default, and use the variable: everything else depends on variables alone",
            )),
            "self" => self.this(reference, trace),
            UNREADABLE => Ok(self.taint(1)),
            _ => self.resource(reference, trace),
        }
    }

    fn attribute(&self, node: &Node, name: &str, span: Span) -> Result<Option<Cow<'_, Expr>>, Diagnostic> {
        let Node::Instance(address) = node else { return Ok(None) };
        if address.block.data {
            return Ok(None);
        }
        let here = self.here();
        // A value may have come from another module.
        let found = match here.path == address.block.module {
            true => here.evaluated(&address.block),
            false => self.world.evaluated(&address.block),
        };
        let Some(block) = found else { return Ok(None) };
        let procedure = &block.procedure;
        let attribute = procedure.attributes.get(name);
        if let Some(instance) = block.instance(address.key.as_ref()) {
            if name == "region"
                && let Some(region) = &instance.resource.region
            {
                return Ok(Some(Cow::Owned(Expr::literal(Value::string(region)))));
            }
            if instance.tainted.contains(name) {
                // What waits is no mistake.
                self.tainted.set(instance.later.is_none() || self.tainted.get());
                return Ok(None);
            }
            if let (Some(attribute), Some(value)) = (attribute, instance.resource.attributes.get(name))
                && !ignores(&instance.resource.lifecycle.ignore_changes, name)
            {
                return Ok(Some(nested::readable(attribute, self.world.spread(value), node, name)));
            }
        } else if block.deferred.is_none() || name == "region" {
            return Ok(None);
        }
        if attribute.is_some() || procedure.computed.contains_key(name) || name == "id" {
            return Ok(None);
        }
        let names = procedure.attributes.keys().chain(procedure.computed.keys()).map(String::as_str);
        let kind = address.kind();
        let diagnostic =
            Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, format!("{kind} has no attribute `{name}`")).at(span);
        Err(match closest(name, names.chain(["id"])) {
            Some(near) => diagnostic.did_you_mean(Some(near)),
            None => diagnostic.hint(format!("`firma catalog kind {kind}` lists what it has")),
        })
    }

    fn hides(&self, input: &str) -> Option<bool> {
        // Only the root is given values from outside.
        self.world.modules[0].project.variables.get(input).map(|variable| variable.sensitive)
    }

    fn files(&self) -> &dyn Files {
        match self.here().caller {
            None => self.world.inputs.files,
            Some(_) => &self.files,
        }
    }
}

/// Whether a change of this attribute is left alone, so that what is written does not say what is.
fn ignores(ignored: &IgnoreChanges, name: &str) -> bool {
    match ignored {
        IgnoreChanges::All => true,
        IgnoreChanges::Paths(paths) => paths.iter().any(|path| path.head() == Some(name)),
    }
}
