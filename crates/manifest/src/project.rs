//! A project as written: every block of every file, merged, nothing evaluated yet.

use crate::source::Spelled;
use firma_expr::each_reference;
use firma_model::{
    address::{Block, KindId},
    expr::Expr,
    span::Span,
    types::Type,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};

/// Everything the manifests of one directory say.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// `[project] name`.
    pub name: Option<String>,
    /// Some file could not be read, so what seems to be missing may be there.
    pub incomplete: bool,
    pub(crate) requires: Option<Spelled>,
    pub(crate) cloud: Table,
    pub(crate) state: Table,
    pub(crate) defaults: Defaults,
    pub(crate) variables: BTreeMap<SmolStr, Variable>,
    pub(crate) locals: Vec<Local>,
    pub(crate) local_names: HashMap<SmolStr, usize>,
    pub(crate) outputs: BTreeMap<SmolStr, Output>,
    pub(crate) resources: Vec<ResourceBlock>,
    pub(crate) resource_names: Names,
    pub(crate) lookups: Vec<DataBlock>,
    pub(crate) lookup_names: Names,
    pub(crate) checks: BTreeMap<SmolStr, CheckBlock>,
    pub(crate) moved: Vec<MovedBlock>,
    pub(crate) removed: Vec<RemovedBlock>,
    pub(crate) imports: Vec<ImportBlock>,
    pub(crate) calls: Vec<Call>,
    pub(crate) call_names: HashMap<SmolStr, usize>,
    /// Where a module's directory lies, seen from the root; empty for the root itself.
    pub(crate) directory: String,
    /// Of the root: every module that is called from anywhere, each directory once, or once for each set of values that the
    /// sources inside it are made of.
    pub(crate) modules: Vec<Project>,
}

/// Blocks by service, kind and name.
pub(crate) type Names = BTreeMap<String, BTreeMap<String, HashMap<SmolStr, usize>>>;

impl Project {
    /// Names of the declared variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(|name| &**name)
    }

    /// Whether `[cloud]` or `[state]` refer to a variable.
    pub fn settings_use_variables(&self) -> bool {
        let mut found = false;
        for expr in self.cloud.entries.values().chain(self.state.entries.values()) {
            each_reference(expr, &mut |reference| found |= reference.root() == "var");
        }
        found
    }

    /// How many resource blocks there are, those of modules with them.
    pub fn resource_blocks(&self) -> usize {
        self.resources.len() + self.modules.iter().map(|module| module.resources.len()).sum::<usize>()
    }
}

/// A table of settings that appears once: `[cloud]`, `[state]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: BTreeMap<&'static str, Expr>,
}

/// `[defaults]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) region: Option<Expr>,
    pub(crate) zone: Option<Expr>,
    pub(crate) billing: Option<Expr>,
    pub(crate) tags: Option<Expr>,
    pub(crate) regions: BTreeMap<String, RegionDefaults>,
}

/// `[defaults.regions.NAME]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct RegionDefaults {
    pub(crate) name_span: Span,
    pub(crate) zone: Option<Expr>,
    pub(crate) billing: Option<Expr>,
    pub(crate) tags: Option<Expr>,
}

/// `[variable.NAME]`.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    /// `any` when none is written.
    pub(crate) ty: Type,
    /// Whether a type is written: text for one without is taken as it is.
    pub(crate) typed: bool,
    pub(crate) default: Option<Expr>,
    pub(crate) description: Option<String>,
    pub(crate) nullable: bool,
    pub(crate) sensitive: bool,
    /// Kept nowhere.
    pub(crate) ephemeral: bool,
    pub(crate) validations: Vec<Validation>,
}

/// `[[variable.NAME.validation]]`.
#[derive(Clone, Debug)]
pub(crate) struct Validation {
    pub(crate) condition: Expr,
    pub(crate) message: Expr,
}

/// One key of `[local]`.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) value: Expr,
}

/// `[output.NAME]`.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) span: Span,
    pub(crate) value: Expr,
    pub(crate) description: Option<String>,
    pub(crate) sensitive: bool,
    /// Kept nowhere: where it says so.
    pub(crate) ephemeral: Option<Span>,
    pub(crate) preconditions: Vec<ConditionBlock>,
}

/// How a block says that it repeats.
#[derive(Clone, Debug)]
pub(crate) enum Repeat {
    Single,
    Count(Box<Expr>),
    ForEach(Box<Expr>),
    Enabled(Box<Expr>),
}

impl Repeat {
    /// Whether an instance needs its key.
    pub(crate) fn has_keys(&self) -> bool {
        matches!(self, Repeat::Count(_) | Repeat::ForEach(_))
    }
}

/// `name = value` in a block.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) name: SmolStr,
    pub(crate) name_span: Span,
    pub(crate) value: Expr,
}

/// `[service.kind.name]`. There are many of these: what few of them say takes no room in the others.
#[derive(Clone, Debug)]
pub(crate) struct ResourceBlock {
    pub(crate) block: Block,
    pub(crate) span: Span,
    pub(crate) repeat: Repeat,
    pub(crate) region: Option<Box<Expr>>,
    pub(crate) depends_on: Vec<Spelled>,
    pub(crate) timeouts: Vec<(TimeoutOf, Expr)>,
    pub(crate) lifecycle: Option<Box<LifecycleBlock>>,
    /// Attributes in the order of their names.
    pub(crate) attributes: Vec<Written>,
}

impl ResourceBlock {
    /// Its lifecycle; of a block without one, that which says nothing.
    pub(crate) fn lifecycle(&self) -> &LifecycleBlock {
        static NOTHING: LifecycleBlock = LifecycleBlock {
            create_before_destroy: None,
            prevent_destroy: None,
            ignore_changes: None,
            on_remove: None,
            replace_triggered_by: Vec::new(),
            preconditions: Vec::new(),
            postconditions: Vec::new(),
        };
        self.lifecycle.as_deref().unwrap_or(&NOTHING)
    }
}

/// What a timeout bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeoutOf {
    Create,
    Update,
    Delete,
}

/// `lifecycle`, as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct LifecycleBlock {
    pub(crate) create_before_destroy: Option<Expr>,
    pub(crate) prevent_destroy: Option<Expr>,
    pub(crate) ignore_changes: Option<Expr>,
    pub(crate) on_remove: Option<Expr>,
    pub(crate) replace_triggered_by: Vec<Expr>,
    pub(crate) preconditions: Vec<ConditionBlock>,
    pub(crate) postconditions: Vec<ConditionBlock>,
}

/// A condition and what to say when it is false.
#[derive(Clone, Debug)]
pub(crate) struct ConditionBlock {
    pub(crate) condition: Expr,
    pub(crate) message: Expr,
}

/// `[check.NAME]`.
#[derive(Clone, Debug)]
pub(crate) struct CheckBlock {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) asserts: Vec<ConditionBlock>,
}

/// `[[moved]]`.
#[derive(Clone, Debug)]
pub(crate) struct MovedBlock {
    pub(crate) from: Expr,
    pub(crate) to: Expr,
    pub(crate) span: Span,
}

/// `[[removed]]`.
#[derive(Clone, Debug)]
pub(crate) struct RemovedBlock {
    pub(crate) from: Expr,
    pub(crate) on_remove: Option<Expr>,
    pub(crate) span: Span,
}

/// `[[import]]`.
#[derive(Clone, Debug)]
pub(crate) struct ImportBlock {
    pub(crate) to: Expr,
    pub(crate) id: Expr,
    pub(crate) for_each: Option<Expr>,
    pub(crate) force: Option<Expr>,
    pub(crate) region: Option<Expr>,
    pub(crate) span: Span,
}

/// `[data.service.kind.name]`.
#[derive(Clone, Debug)]
pub(crate) struct DataBlock {
    pub(crate) block: Block,
    pub(crate) span: Span,
    pub(crate) repeat: Repeat,
    pub(crate) region: Option<Expr>,
    pub(crate) depends_on: Vec<Spelled>,
    pub(crate) parameters: Vec<Written>,
    pub(crate) preconditions: Vec<ConditionBlock>,
    pub(crate) postconditions: Vec<ConditionBlock>,
    /// The check that it belongs to: only that sees it, and that it fails is only told.
    pub(crate) check: Option<SmolStr>,
}

/// `[module.NAME]`: a call of a module.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) source: Option<Expr>,
    pub(crate) repeat: Repeat,
    pub(crate) depends_on: Vec<Spelled>,
    pub(crate) defaults: Option<Defaults>,
    pub(crate) inputs: Vec<Written>,
    /// Which of the root's modules is called; `None` when it could not be read, which was said.
    pub(crate) target: Option<usize>,
}

/// Finds a block by its names.
pub(crate) fn find(names: &Names, service: &str, kind: &str, name: &str) -> Option<usize> {
    names.get(service)?.get(kind)?.get(name).copied()
}

/// The kind of a service and a kind's short name.
pub(crate) fn kind_id(service: &str, kind: &str) -> KindId {
    KindId::new(format!("{service}.{kind}"))
}

/// The name under which a look-up of a check is kept: no name that is written has a dot.
pub(crate) fn in_check(check: &str, name: &str) -> SmolStr {
    SmolStr::from(format!("{check}.{name}"))
}
