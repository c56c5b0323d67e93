//! What names mean while an expression of the project is reduced.

use super::{
    nested,
    own_files::OwnFiles,
    settings::Settings,
    world::{Caller, EvaluatedBlock, ModuleInstance, World},
};
use crate::{
    codes,
    environment::unknown_variable,
    project::{find, kind_id},
    source::{UNREADABLE, list},
};
use firma_expr::{Files, Reference, Resolution, Scope, Segment, Trace};
use firma_model::{
    address::{Address, Block, Key, Node},
    deferral::Subject,
    desired::{IgnoreChanges, Repetition},
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    small_map::SmallMap,
    span::Span,
    suggest::closest,
    types::Type,
    value::{Unknown, Value},
};
use std::{borrow::Cow, cell::Cell, sync::Arc};

/// Names that are not services.
const ROOTS: [&str; 8] = ["count", "data", "each", "env", "local", "module", "path", "var"];
/// Keys of instances shown in a message.
const SHOWN_KEYS: usize = 10;
/// Names among which a suggestion is looked for.
pub(super) const SUGGEST_AMONG: usize = 2000;

/// The scope of one instance, or of something that is no instance.
pub(super) struct InstanceScope<'w, 'p> {
    pub(super) world: &'w World<'p>,
    /// In which instance of a module.
    pub(super) module: usize,
    each: Option<(Arc<str>, Expr)>,
    index: Option<u64>,
    /// What `self` is.
    this: Option<Address>,
    /// The check whose look-ups are seen.
    pub(super) check: Option<Arc<str>>,
    files: OwnFiles<'w>,
    /// Any instance of a block that repeats so, not a certain one.
    any: Option<Repetition>,
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
    pub(super) fn in_check(self, check: &Arc<str>) -> InstanceScope<'w, 'p> {
        InstanceScope { check: Some(check.clone()), ..self }
    }

    /// The instance itself: what it is when it is done.
    fn this(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let Some(this) = &self.this else {
            return Err(Diagnostic::error(codes::NOT_HERE, "`self` has a meaning only in a postcondition")
                .at(reference.span)
                .hint("elsewhere, name the resource: `service.kind.name`"));
        };
        if this.block.data {
            return self.looked_up(this, reference, trace);
        }
        if let (Some(name), Some(procedure)) = (reference.name(1), self.world.inputs.catalog.kind(this.kind())) {
            let known = |name: &str| procedure.attributes.contains_key(name) || procedure.computed.contains_key(name);
            if name != "id" && !known(name) {
                let names = procedure.attributes.keys().chain(procedure.computed.keys()).map(String::as_str);
                let message = format!("{} has no attribute `{name}`", this.kind());
                return Err(Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message)
                    .at(reference.span)
                    .did_you_mean(closest(name, names.chain(["id"]))));
            }
        }
        let kind = ExprKind::Node(Node::Instance(this.clone()));
        Ok(Resolution::owned(Expr { kind, span: Span::default() }, 1))
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

    fn variable(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let here = self.here();
        let Some(name) = reference.name(1) else { return Err(incomplete(reference, "var.NAME")) };
        let place = &self.world.tree.places[here.place];
        match (place.variable(name), &here.caller) {
            (Some(_), None) => {
                return match self.world.inputs.variables.get(name) {
                    // It stays a name: no value of it gets into what is planned.
                    Some(_) if here.project.variables.get(name).is_some_and(|variable| variable.ephemeral) => {
                        Ok(Resolution::owned(Expr::input(name, reference.span), 2))
                    }
                    Some(value) => Ok(Resolution::borrowed(value, 2)),
                    None => Ok(self.taint(2)),
                };
            }
            (Some(index), Some(_)) => {
                return match &here.variables[index] {
                    Some(variable) => {
                        trace.extend(&variable.trace);
                        Ok(Resolution::borrowed(&variable.value, 2))
                    }
                    None => Ok(self.taint(2)),
                };
            }
            (None, _) => {}
        }
        let diagnostic =
            unknown_variable(here.project, name, reference).hint(format!("declare it with `[variable.{name}]`"));
        self.missing(diagnostic, 2)
    }

    fn local(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let project = self.here().project;
        let Some(name) = reference.name(1) else { return Err(incomplete(reference, "local.NAME")) };
        if let Some(index) = project.local_names.get(name) {
            return match &self.here().locals[*index] {
                None => Ok(self.taint(2)),
                Some(local) => {
                    trace.extend(&local.trace);
                    Ok(Resolution::borrowed(&local.value, 2))
                }
            };
        }
        let near = closest(name, project.locals.iter().take(SUGGEST_AMONG).map(|local| &*local.name));
        let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("there is no local `{name}`"))
            .at(reference.span)
            .did_you_mean(near.map(|n| format!("local.{n}")).as_deref())
            .hint(format!("give it a value below `[local]`: `{name} = ...`"));
        self.missing(diagnostic, 2)
    }

    fn each_of(&self, reference: &Reference<'_>) -> Answered<'_> {
        if self.any == Some(Repetition::ForEach) {
            return match reference.name(1) {
                Some("key") => Ok(Resolution::value(later(Type::String), 2)),
                Some("value") => Ok(Resolution::value(Value::unknown(), 2)),
                _ => Err(incomplete(reference, "each.key` or `each.value")),
            };
        }
        let Some((key, value)) = &self.each else {
            return Err(Diagnostic::error(codes::NOT_HERE, "`each` has a meaning only in a block with `for_each`")
                .at(reference.span));
        };
        match reference.name(1) {
            Some("key") => Ok(Resolution::value(Value::String(key.clone()), 2)),
            Some("value") => Ok(Resolution::borrowed(value, 2)),
            _ => Err(incomplete(reference, "each.key` or `each.value")),
        }
    }

    fn count(&self, reference: &Reference<'_>) -> Answered<'_> {
        match (self.index, reference.name(1)) {
            (None, Some("index")) if self.any == Some(Repetition::Count) => {
                Ok(Resolution::value(later(Type::Number), 2))
            }
            (Some(index), Some("index")) => {
                Ok(Resolution::value(Value::from(i64::try_from(index).unwrap_or(i64::MAX)), 2))
            }
            (None, _) => Err(Diagnostic::error(codes::NOT_HERE, "`count` has a meaning only in a block with `count`")
                .at(reference.span)),
            _ => Err(incomplete(reference, "count.index")),
        }
    }

    fn resource(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let project = self.here().project;
        let service = reference.root();
        let (Some(kind), Some(name)) = (reference.name(1), reference.name(2)) else {
            if project.resource_names.contains_key(service) {
                return Err(incomplete(reference, "service.kind.name"));
            }
            return self.missing(unknown_root(reference, project.resource_names.keys()), 1);
        };
        let Some(index) = find(&project.resource_names, service, kind, name) else {
            let known_service = project.resource_names.contains_key(service);
            if !known_service && !self.is_service(service) {
                return self.missing(unknown_root(reference, project.resource_names.keys()), 1);
            }
            let near = near_block(&project.resource_names, service, kind, name);
            let message = format!("there is no resource `{service}.{kind}.{name}`");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, message)
                .at(reference.span)
                .did_you_mean(near.as_deref())
                .hint(format!("declare it with `[{service}.{kind}.{name}]`"));
            return self.missing(diagnostic, 3);
        };
        let Some(block) = &self.here().blocks[index] else { return Ok(self.taint(3)) };
        self.block(reference, block, trace)
    }

    fn is_service(&self, name: &str) -> bool {
        let catalog = self.world.inputs.catalog;
        catalog.kind_names().any(|kind| kind.split_once('.').is_some_and(|(service, _)| service == name))
    }

    fn block(&self, reference: &Reference<'_>, block: &'w EvaluatedBlock, trace: &mut Trace) -> Answered<'_> {
        let name = &block.block;
        let segment = reference.segments.get(3);
        let key = match (block.repetition, segment) {
            (Repetition::Single, Some(Segment::Key(_) | Segment::Index(_)))
                if block.instances.first().is_some_and(|i| !has_attribute(&i.resource.attributes, segment)) =>
            {
                return Err(Diagnostic::error(codes::NO_INSTANCE, format!("`{name}` has one instance and no keys"))
                    .at(reference.span)
                    .hint(format!("leave the brackets out: `{name}`")));
            }
            (Repetition::Single, segment) => {
                return match block.instances.first() {
                    _ if block.deferred.is_some() => Ok(Resolution::owned(node(name, None), 3)),
                    Some(_) => Ok(Resolution::owned(node(name, None), 3)),
                    None if segment.is_none() => Ok(Resolution::value(Value::Null, 3)),
                    None => Err(Diagnostic::error(
                        codes::DISABLED,
                        format!("`{name}` is disabled, so it has no attributes"),
                    )
                    .at(reference.span)
                    .hint(format!("ask first: `{name} == null ? ... : {reference}`, or `try(...)`"))),
                };
            }
            (Repetition::Count, Some(Segment::Index(index))) => Key::Index(*index),
            (Repetition::ForEach, Some(Segment::Key(key))) => Key::Name(key.clone()),
            (_, None) if block.deferred.is_some() => {
                let kind = ExprKind::Node(Node::Block(name.clone()));
                return Ok(Resolution::owned(Expr { kind, span: Span::default() }, 3));
            }
            (_, None) => {
                trace.whole(name);
                return Ok(Resolution::borrowed(whole(name, block), 3));
            }
            (repetition, Some(_)) => {
                let (by, example) = match repetition {
                    Repetition::Count => ("count", "[0]".to_owned()),
                    _ => ("for_each", first_key(block).map_or("[\"key\"]".to_owned(), |key| key.to_string())),
                };
                return Err(Diagnostic::error(
                    codes::NO_INSTANCE,
                    format!("`{name}` repeats with `{by}`, so an instance needs its key"),
                )
                .at(reference.span)
                .hint(format!("write `{name}{example}`; {}", keys(block)))
                .hint(format!("for all of them: `[for instance in {name} : instance.ATTRIBUTE]`")));
            }
        };
        match block.instance(Some(&key)) {
            _ if block.deferred.is_some() => Ok(Resolution::owned(node(name, Some(key)), 4)),
            Some(_) => Ok(Resolution::owned(node(name, Some(key)), 4)),
            None => {
                let near = match &key {
                    Key::Name(key) => closest(key, block.instances.iter().filter_map(key_name).take(SUGGEST_AMONG)),
                    Key::Index(_) => None,
                };
                Err(Diagnostic::error(codes::NO_INSTANCE, format!("`{name}` has no instance {key}"))
                    .at(reference.span)
                    .did_you_mean(near.map(|near| format!("{name}{}", Key::Name(Arc::from(near)))).as_deref())
                    .hint(keys(block)))
            }
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
            "terraform" => {
                let message = format!("`{}` is not supported yet", reference.root());
                Err(Diagnostic::error(codes::NOT_YET, message).at(reference.span))
            }
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
        let module = if here.path == address.block.module { Some(here) } else { self.world.at(&address.block.module) };
        let found = module.and_then(|module| {
            let (service, kind) = address.kind().as_str().split_once('.')?;
            let index = find(&module.project.resource_names, service, kind, &address.block.name)?;
            module.blocks[index].as_ref()
        });
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
                self.tainted.set(true);
                return Ok(None);
            }
            if let (Some(attribute), Some(value)) = (attribute, instance.resource.attributes.get(name))
                && !ignores(&instance.resource.lifecycle.ignore_changes, name)
            {
                return Ok(Some(nested::readable(attribute, value, node, name)));
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

/// A value of a type that an apply will show.
fn later(ty: Type) -> Value {
    Value::Unknown(Box::new(Unknown { ty: Some(ty), not_null: true, prefix: None }))
}

fn has_attribute(attributes: &SmallMap<String, Expr>, segment: Option<&Segment>) -> bool {
    segment.and_then(Segment::text).is_some_and(|name| attributes.contains_key(name))
}

pub(super) fn node(block: &Block, key: Option<Key>) -> Expr {
    Expr { kind: ExprKind::Node(Node::Instance(block.at(key))), span: Span::default() }
}

/// All instances of a block: a map or a list of nodes.
fn whole<'w>(name: &Block, block: &'w EvaluatedBlock) -> &'w Expr {
    block.whole.get_or_init(|| {
        let instances = || block.instances.iter().map(|i| (i, node(name, i.resource.address.key.clone())));
        let kind = match block.repetition {
            Repetition::ForEach => ExprKind::Map(
                instances()
                    .map(|(i, node)| (Expr::literal(Value::from(key_name(i).unwrap_or_default())), node))
                    .collect(),
            ),
            _ => ExprKind::List(instances().map(|(_, node)| node).collect()),
        };
        Box::new(Expr { kind, span: Span::default() })
    })
}

fn key_name(instance: &super::world::Instance) -> Option<&str> {
    match &instance.resource.address.key {
        Some(Key::Name(name)) => Some(name),
        _ => None,
    }
}

fn first_key(block: &EvaluatedBlock) -> Option<&Key> {
    block.instances.first()?.resource.address.key.as_ref()
}

fn keys(block: &EvaluatedBlock) -> String {
    spelled_keys(block.instances.len(), block.instances.iter().filter_map(|i| i.resource.address.key.as_ref()))
}

/// Which keys there are, for hints.
pub(super) fn spelled_keys<'k>(count: usize, keys: impl Iterator<Item = &'k Key>) -> String {
    if count == 0 {
        return "it has no instances".to_owned();
    }
    let shown: Vec<String> = keys
        .take(SHOWN_KEYS)
        .map(|key| match key {
            Key::Name(name) => name.to_string(),
            Key::Index(index) => index.to_string(),
        })
        .collect();
    match count - shown.len() {
        0 => format!("its keys are {}", list(&shown)),
        more => format!("its keys are {} and {more} more", list(&shown)),
    }
}

/// A reference that stops too early.
pub(super) fn incomplete(reference: &Reference<'_>, form: &str) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("`{reference}` names nothing"))
        .at(reference.span)
        .hint(format!("write `{form}`"))
}

fn unknown_root<'n>(reference: &Reference<'_>, services: impl Iterator<Item = &'n String>) -> Diagnostic {
    let root = reference.root();
    let names = ROOTS.into_iter().chain(services.map(String::as_str));
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_REFERENCE, format!("`{root}` has no meaning here")).at(reference.span);
    match closest(root, names) {
        Some(near) => diagnostic.did_you_mean(Some(near)),
        None => diagnostic.hint(
            "a reference begins with `var`, `local`, `data`, `each`, `count` or a service, as in `vpc.subnet.web`",
        ),
    }
}

/// The declared block whose name is closest: another name of the kind, or the name under another kind.
pub(super) fn near_block(names: &crate::project::Names, service: &str, kind: &str, name: &str) -> Option<String> {
    if let Some(blocks) = names.get(service).and_then(|kinds| kinds.get(kind)) {
        // Among many thousands a suggestion is slow, and seldom right.
        let few = blocks.len() <= SUGGEST_AMONG;
        let near = if few { closest(name, blocks.keys().map(|name| &**name)) } else { None };
        return near.map(|near| format!("{service}.{kind}.{near}"));
    }
    let wanted = kind_id(service, kind);
    let mut all: Vec<String> = Vec::new();
    for (service, kinds) in names {
        for (kind, blocks) in kinds {
            if blocks.contains_key(name) {
                all.push(format!("{service}.{kind}.{name}"));
            }
        }
    }
    closest(&format!("{wanted}.{name}"), all.iter().map(String::as_str)).map(str::to_owned)
}
