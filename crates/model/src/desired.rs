//! The desired world: what the manifests say, defaults resolved, references closed as far as configuration goes.

use crate::{
    address::{Address, Block, KindId, Node, NodeSet},
    deferral::{Deferred, Subject},
    expr::Expr,
    path::Path,
    place::Billing,
    small_map::SmallMap,
    span::Span,
    statement::{Condition, Import, Move, Removal, Trigger},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Deref, DerefMut},
};

/// What happens to the object when its block leaves the manifests or the project is destroyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnRemove {
    /// Deleted in the cloud.
    #[default]
    Destroy,
    /// Left in the cloud, forgotten by the state.
    Retain,
}

impl OnRemove {
    /// As written in manifests and stored.
    pub fn as_str(self) -> &'static str {
        match self {
            OnRemove::Destroy => "destroy",
            OnRemove::Retain => "retain",
        }
    }

    /// From its written form.
    pub fn parse(text: &str) -> Option<OnRemove> {
        match text {
            "destroy" => Some(OnRemove::Destroy),
            "retain" => Some(OnRemove::Retain),
            _ => None,
        }
    }
}

/// Which changes are left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IgnoreChanges {
    /// These attributes, paths or map keys.
    Paths(Vec<Path>),
    /// Every attribute.
    All,
}

impl IgnoreChanges {
    /// Whether an attribute is named as a whole.
    pub fn names(&self, attribute: &str) -> bool {
        match self {
            IgnoreChanges::Paths(paths) => paths.iter().any(|path| path.0.len() == 1 && path.head() == Some(attribute)),
            IgnoreChanges::All => false,
        }
    }
}

impl Default for IgnoreChanges {
    fn default() -> IgnoreChanges {
        IgnoreChanges::Paths(Vec::new())
    }
}

/// The `lifecycle` table, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifecycle {
    /// Deleting or replacing is an error.
    pub prevent_destroy: bool,
    /// A replacement makes the new object before it deletes the old one.
    pub create_before_destroy: bool,
    /// Changes not to be made.
    pub ignore_changes: IgnoreChanges,
    /// What removal means.
    pub on_remove: OnRemove,
    /// Changes elsewhere that replace it.
    pub replace_triggered_by: Vec<Trigger>,
    /// What must hold before anything is done to it.
    pub preconditions: Vec<Condition>,
    /// What must hold of it afterwards.
    pub postconditions: Vec<Condition>,
}

impl Lifecycle {
    /// That of a block without one.
    pub const NOTHING: Lifecycle = Lifecycle {
        prevent_destroy: false,
        create_before_destroy: false,
        ignore_changes: IgnoreChanges::Paths(Vec::new()),
        on_remove: OnRemove::Destroy,
        replace_triggered_by: Vec::new(),
        preconditions: Vec::new(),
        postconditions: Vec::new(),
    };
}

impl Default for Lifecycle {
    fn default() -> Lifecycle {
        Lifecycle::NOTHING
    }
}

/// The lifecycle of one resource. Most say nothing about it, and nothing takes no room: there are as many of these as there
/// are resources.
#[derive(Clone, Debug, Default)]
pub struct OwnLifecycle(Option<Box<Lifecycle>>);

impl From<Lifecycle> for OwnLifecycle {
    fn from(lifecycle: Lifecycle) -> OwnLifecycle {
        OwnLifecycle((lifecycle != Lifecycle::NOTHING).then(|| Box::new(lifecycle)))
    }
}

impl Deref for OwnLifecycle {
    type Target = Lifecycle;

    fn deref(&self) -> &Lifecycle {
        static NOTHING: Lifecycle = Lifecycle::NOTHING;
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for OwnLifecycle {
    fn deref_mut(&mut self) -> &mut Lifecycle {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for OwnLifecycle {
    fn eq(&self, other: &OwnLifecycle) -> bool {
        **self == **other
    }
}

/// One resource instance as wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredResource {
    /// Its address.
    pub address: Address,
    /// Region; `None` only for kinds that live in none.
    pub region: Option<String>,
    /// Zone, for kinds that have one and where it is set.
    pub zone: Option<String>,
    /// Billing, for kinds that are billed.
    pub billing: Option<Billing>,
    /// Attributes by name, `zone`, `billing` and `tags` among them (as far as the kind has them), `region` not.
    /// Null means absent and is left out. Residuals refer to nodes.
    pub attributes: SmallMap<String, Expr>,
    /// Everything this instance depends on: references really used, and depends_on.
    pub dependencies: NodeSet,
    /// Lifecycle.
    pub lifecycle: OwnLifecycle,
    /// The block's header, for messages.
    pub span: Span,
}

/// One output as wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredOutput {
    /// Its value, possibly residual.
    pub value: Expr,
    /// Everything it shows, whether its value is known already or not.
    pub dependencies: NodeSet,
    /// Hidden unless asked for by name.
    pub sensitive: bool,
    /// Shown beside it.
    pub description: Option<String>,
    /// What must hold for it to be written down.
    pub preconditions: Vec<Condition>,
    /// Where it is declared.
    pub span: Span,
}

/// A look-up the manifests ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// `data.vm.image.ubuntu`.
    pub address: Address,
    /// Region asked.
    pub region: Option<String>,
    /// Parameters in snake case, all known.
    pub parameters: crate::value::Map,
    /// Where it is declared.
    pub span: Span,
}

/// What must hold of a look-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LookupConditions {
    /// Of what it is asked with.
    pub preconditions: Vec<Condition>,
    /// Of what it found.
    pub postconditions: Vec<Condition>,
}

/// A look-up that only an apply can ask: what it depends on is made or changed first.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// `data.vm.image.ubuntu`.
    pub address: Address,
    /// Region asked.
    pub region: Option<String>,
    /// Parameters in snake case, possibly residual.
    pub parameters: BTreeMap<String, Expr>,
    /// Everything that it depends on, other look-ups among it.
    pub dependencies: NodeSet,
    /// Where it is declared.
    pub span: Span,
}

/// How a block repeats: decides how `block` without a key evaluates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repetition {
    /// One instance, bare address.
    Single,
    /// `count`: a list.
    Count,
    /// `for_each`: a map.
    ForEach,
}

/// The desired world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// Resources by address.
    pub resources: BTreeMap<Address, Box<DesiredResource>>,
    /// How each block that exists repeats, so that `block[*]` can be put together again.
    pub blocks: BTreeMap<Block, Repetition>,
    /// Outputs by name.
    pub outputs: BTreeMap<String, DesiredOutput>,
    /// Kinds used.
    pub kinds: BTreeSet<KindId>,
    /// Where objects went, in the order of the files.
    pub moves: Vec<Move>,
    /// What left on purpose.
    pub removals: Vec<Removal>,
    /// Objects to take over, by the address that gets them.
    pub imports: BTreeMap<Address, Import>,
    /// What must hold of look-ups.
    pub lookups: BTreeMap<Address, LookupConditions>,
    /// What is asserted of the whole, by the name of the check.
    pub checks: BTreeMap<String, Vec<Condition>>,
    /// Look-ups that are asked while applying, by address.
    pub reads: BTreeMap<Address, Read>,
    /// Blocks, look-ups and modules of which nobody can say yet what there is.
    pub deferred: BTreeMap<Subject, Deferred>,
}

impl Desired {
    /// What is deferred, when a node is: the instance, its block or a module it stands in; of a block, also one of its
    /// instances.
    pub fn deferred_by(&self, node: &Node) -> Option<&Subject> {
        match node {
            _ if self.deferred.is_empty() => None,
            Node::Instance(address) => self.deferral_of(address),
            Node::Block(block) => {
                let whole = block.at(None);
                let of_block = |subject: &&Subject| matches!(subject, Subject::Instance(at) if at.block == *block);
                let instance = || {
                    let first = self.deferred.range(Subject::Instance(whole.clone())..).next();
                    first.map(|(subject, _)| subject).filter(of_block)
                };
                self.deferral_of(&whole).or_else(instance)
            }
        }
    }

    /// What is deferred, when this address is: itself, its block, or a module it stands in.
    pub fn deferral_of(&self, address: &Address) -> Option<&Subject> {
        if self.deferred.is_empty() {
            return None;
        }
        let block = self.deferred.get_key_value(&Subject::Block(address.block.clone()));
        let own = block.or_else(|| self.deferred.get_key_value(&Subject::Instance(address.clone())));
        own.map(|(subject, _)| subject).or_else(|| {
            if address.block.module.is_root() {
                return None;
            }
            // Modules come last.
            let mut modules = self.deferred.range(Subject::Module("".into())..).map(|(subject, _)| subject);
            modules.find(|subject| subject.covers(&address.block))
        })
    }
}
