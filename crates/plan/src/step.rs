//! What a plan is made of: steps, why they happen, and what orders them.

use crate::conditions::PlannedCondition;
use crate::ephemeral::Ephemeral;
use crate::postponed::Postponed;
use crate::terms::Term;
use firma_catalog::procedure::{LookupProcedure, Procedure};
use firma_model::{
    address::{Address, KindId, Node, NodeSet},
    desired::OnRemove,
    expr::Expr,
    path::Path,
    place::Billing,
    record::Record,
    small_map::SmallMap,
    value::{Map, Value},
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// What a plan is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Make the world as the manifests say.
    #[default]
    Apply,
    /// Remove everything.
    Destroy,
    /// Only take note of what the cloud says.
    RefreshOnly,
}

impl Mode {
    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Apply => "apply",
            Mode::Destroy => "destroy",
            Mode::RefreshOnly => "refresh_only",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Mode> {
        Some(match text {
            "apply" => Mode::Apply,
            "destroy" => Mode::Destroy,
            "refresh_only" => Mode::RefreshOnly,
            _ => return None,
        })
    }
}

/// What happens to an address, as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Made.
    Create,
    /// Changed in place.
    Update,
    /// Deleted and made anew.
    Replace,
    /// Deleted.
    Delete,
    /// Leaves the state, stays in the cloud (or is gone from there already).
    Forget,
    /// Written down differently; no call.
    Record,
    /// The same object under another address; no call.
    Move,
    /// An object that exists already is taken over.
    Import,
    /// Looked up, after what it depends on.
    Read,
}

impl Action {
    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Replace => "replace",
            Action::Delete => "delete",
            Action::Forget => "forget",
            Action::Record => "record",
            Action::Move => "move",
            Action::Import => "import",
            Action::Read => "read",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Action> {
        Some(match text {
            "create" => Action::Create,
            "update" => Action::Update,
            "replace" => Action::Replace,
            "delete" => Action::Delete,
            "forget" => Action::Forget,
            "record" => Action::Record,
            "move" => Action::Move,
            "import" => Action::Import,
            "read" => Action::Read,
            _ => return None,
        })
    }
}

/// What one step does. A replacement is two steps: a delete and a create under one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// Makes the object.
    Create,
    /// Changes it in place.
    Update,
    /// Deletes it.
    Delete,
    /// Removes the record only.
    Forget,
    /// Rewrites the record only.
    Record,
    /// Looks something up; no record.
    Read,
}

impl Leg {
    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Leg::Create => "create",
            Leg::Update => "update",
            Leg::Delete => "delete",
            Leg::Forget => "forget",
            Leg::Record => "record",
            Leg::Read => "read",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Leg> {
        Some(match text {
            "create" => Leg::Create,
            "update" => Leg::Update,
            "delete" => Leg::Delete,
            "forget" => Leg::Forget,
            "record" => Leg::Record,
            "read" => Leg::Read,
            _ => return None,
        })
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// In the manifests, not in the state.
    New,
    /// This attribute cannot be changed in place.
    Immutable {
        /// Where.
        path: Path,
    },
    /// This attribute cannot be changed in place and its new value is known only after apply.
    ImmutablePending {
        /// Where.
        path: Path,
    },
    /// `triggers_replace` changed.
    Triggered {
        /// Where.
        path: Path,
    },
    /// `replace_triggered_by` names something that changes.
    TriggeredBy {
        /// What, as written: a resource or an attribute of one.
        by: String,
    },
    /// The manifests say that this object, which exists already, is the one of this address.
    Imported {
        /// Its id.
        id: String,
    },
    /// Nobody can read this attribute of an imported object: it is taken to be as the manifests have it.
    Believed {
        /// Where.
        path: Path,
    },
    /// Somebody asked for a new object (`--replace`).
    Requested,
    /// The cloud reports that the object failed for good.
    Tainted,
    /// The answer that showed this attribute, the only one that does, was lost.
    SecretLost {
        /// Where.
        path: Path,
    },
    /// An earlier apply made the object and did not finish it.
    Incomplete,
    /// Recorded, but gone from the cloud.
    AbsentInCloud,
    /// No longer in the manifests.
    NotInManifest,
    /// The same object was recorded under this address: `x` and `x[0]` follow `count` and its absence.
    Moved {
        /// The address it leaves.
        from: Address,
    },
    /// The block repeats differently now (`count`, `for_each`, `enabled`), so this key is gone.
    WrongRepetition,
    /// The whole project is being destroyed.
    Destroyed,
    /// This part of the project is being destroyed.
    DestroyedInPart,
    /// `on_remove = "retain"`.
    Retained,
    /// The old half of a replacement.
    Deposed,
    /// The manifests changed.
    Changed,
    /// The cloud differs from what was applied.
    Drift,
    /// It may only be asked after this.
    WaitsFor {
        /// What, as referred to.
        on: String,
    },
    /// What it depends on, or how it is kept, is written down anew.
    Bookkeeping {
        /// `dependencies`, `prevent_destroy`, `on_remove`, `inputs`, `observed`.
        what: String,
    },
    /// This attribute left the manifests and has no default to go back to: the cloud's value stays.
    LeftAsIs {
        /// Where.
        path: Path,
    },
}

impl Reason {
    /// Code, as printed in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::New => "new",
            Reason::Immutable { .. } => "immutable",
            Reason::ImmutablePending { .. } => "immutable_pending",
            Reason::Triggered { .. } => "triggered",
            Reason::TriggeredBy { .. } => "triggered_by",
            Reason::Imported { .. } => "imported",
            Reason::Believed { .. } => "believed",
            Reason::Requested => "requested",
            Reason::Tainted => "tainted",
            Reason::SecretLost { .. } => "secret_lost",
            Reason::Incomplete => "incomplete",
            Reason::AbsentInCloud => "absent_in_cloud",
            Reason::NotInManifest => "not_in_manifest",
            Reason::Moved { .. } => "moved",
            Reason::WrongRepetition => "wrong_repetition",
            Reason::Destroyed => "destroyed",
            Reason::DestroyedInPart => "destroyed_in_part",
            Reason::Retained => "retained",
            Reason::Deposed => "deposed",
            Reason::Changed => "changed",
            Reason::Drift => "drift",
            Reason::WaitsFor { .. } => "waits_for",
            Reason::Bookkeeping { .. } => "bookkeeping",
            Reason::LeftAsIs { .. } => "left_as_is",
        }
    }

    /// The attribute it is about, where it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Reason::Immutable { path }
            | Reason::ImmutablePending { path }
            | Reason::Triggered { path }
            | Reason::Believed { path }
            | Reason::LeftAsIs { path } => Some(path),
            _ => None,
        }
    }
}

/// One attribute before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeChange {
    /// Where.
    pub path: Path,
    /// What stands now; `None` when there was nothing.
    pub before: Option<Value>,
    /// What will stand (it may hold unknowns); `None` when it will be gone.
    pub after: Option<Value>,
    /// It is this attribute that forces the replacement.
    pub forces_replacement: bool,
}

/// A call that a step will or may make, as listed to a reviewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOutline {
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Recovery class: `named`, `tokened`, `markable`, `bare`, `repeatable`, `additive` or `asked`.
    pub class: String,
}

/// Which rule made an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A dependant is made after what it depends on.
    MakeAfterDependency,
    /// What others depend on is deleted after them.
    DeleteAfterDependant,
    /// A replacement deletes before it makes.
    DeleteBeforeMake,
    /// A dependency is changed after its dependant is deleted.
    ChangeAfterDependantDeleted,
    /// An orphan is deleted after its former dependants were changed away from it.
    DeleteAfterMovedAway,
    /// A replacement makes before it deletes.
    MakeBeforeDelete,
    /// Where something is created before it is destroyed, dependants that are made go before its end, and those that are
    /// deleted before its successor.
    Succession,
    /// A unique key is taken after whoever had it is gone.
    TakeAfterRelease,
    /// A replacement deletes once its precondition is known to hold.
    DeleteOnceItHolds,
}

impl Rule {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::MakeAfterDependency => "R1",
            Rule::DeleteAfterDependant => "R2",
            Rule::DeleteBeforeMake => "R3",
            Rule::ChangeAfterDependantDeleted => "R7",
            Rule::DeleteAfterMovedAway => "D1",
            Rule::MakeBeforeDelete => "R4",
            Rule::Succession => "R5",
            Rule::TakeAfterRelease => "D2",
            Rule::DeleteOnceItHolds => "D3",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Rule> {
        Some(match text {
            "R1" => Rule::MakeAfterDependency,
            "R2" => Rule::DeleteAfterDependant,
            "R3" => Rule::DeleteBeforeMake,
            "R7" => Rule::ChangeAfterDependantDeleted,
            "D1" => Rule::DeleteAfterMovedAway,
            "R4" => Rule::MakeBeforeDelete,
            "R5" => Rule::Succession,
            "D2" => Rule::TakeAfterRelease,
            "D3" => Rule::DeleteOnceItHolds,
            _ => return None,
        })
    }
}

/// "Starts after": a vertex of the graph and the rule that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct After {
    /// A step (below `steps.len()`) or a gate (from there on).
    pub vertex: u32,
    /// The rule.
    pub rule: Rule,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Address.
    pub address: Address,
    /// Deposed id, empty for the current object.
    pub deposed: String,
    /// What it does.
    pub leg: Leg,
    /// What happens to the address altogether.
    pub action: Action,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Region.
    pub region: Option<String>,
    /// Zone.
    pub zone: Option<String>,
    /// Billing.
    pub billing: Option<Billing>,
    /// The record as it stands; `None` for a create of something new.
    pub record: Option<Box<Record>>,
    /// Attributes as they will be, write-only ones in the clear and marked sensitive. Residuals are the holes.
    pub attributes: SmallMap<String, Expr>,
    /// What differs, for people; empty for a delete leg of a replacement.
    pub changes: Vec<AttributeChange>,
    /// What the record will say it depends on.
    pub dependencies: NodeSet,
    /// For the create leg of a replacement that makes before it deletes: the key under which the object that stands now is
    /// set aside as soon as its successor exists. Empty otherwise.
    pub deposes: String,
    /// What the record will say: its own wish, or that of something that depends on it.
    pub create_before_destroy: bool,
    /// What the record will say.
    pub prevent_destroy: bool,
    /// What the record will say.
    pub on_remove: OnRemove,
    /// For a record leg: what was observed, to be written down.
    pub observed: Option<Map>,
    /// Seconds after which its waits give up, where the manifest says so.
    pub timeout_seconds: Option<u32>,
    /// The calls it will or may make.
    pub calls: Vec<CallOutline>,
    /// What must be over before it starts.
    pub after: Vec<After>,
    /// Seconds from its start to the end of the longest chain behind it, as far as is usual: larger goes first.
    pub priority: u64,
}

impl Step {
    /// The kind.
    pub fn kind(&self) -> &KindId {
        self.address.kind()
    }

    /// The record that leaves its address because its object moves to this step's.
    pub fn moves_from(&self) -> Option<&Record> {
        self.record.as_deref().filter(|record| self.leg == Leg::Record && record.address != self.address)
    }
}

/// A vertex that stands for several others, so that n instances and m dependants make n + m edges, not n times m.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// What must be over before it opens.
    pub after: Vec<After>,
}

/// A planned output.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedOutput {
    /// Its value, possibly residual.
    pub value: Expr,
    /// What it will be, as far as is known now.
    pub after: Value,
    /// What it was.
    pub before: Option<Value>,
    /// Hidden unless asked for by name.
    pub sensitive: bool,
}

/// A difference between what was applied and what the cloud says.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Address.
    pub address: Address,
    /// Gone altogether.
    pub gone: bool,
    /// Attributes: applied (before) and seen (after).
    pub changes: Vec<AttributeChange>,
    /// Those that the plan neither takes back nor accepts, and that explain nothing in it.
    pub aside: Vec<AttributeChange>,
}

/// Where a plan belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Project name.
    pub project: String,
    /// Lineage of the state it was made from.
    pub lineage: String,
    /// Endpoint it is for.
    pub endpoint: String,
    /// Account, or the access key where the account is not to be had.
    pub account: String,
    /// Digest of the catalogue it was made with.
    pub catalog: String,
    /// The last run of that state when it was made, 0 for none. The same wish after another run is another plan: its id,
    /// its single use and the tokens of its calls are its own.
    pub after_run: u64,
}

/// Which part of a project a plan was asked to be about, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Patterns of what it is about; empty for everything.
    pub target: Vec<String>,
    /// Patterns of what is left out.
    pub exclude: Vec<String>,
    /// Patterns of what is made anew.
    pub replace: Vec<String>,
    /// How many addresses are left out.
    pub left_out: u64,
}

impl Scope {
    /// Whether nothing was asked.
    pub fn is_whole(&self) -> bool {
        *self == Scope::default()
    }
}

impl fmt::Display for Scope {
    /// As options, and what they leave out: `--target vpc.vpc.main (3 left out)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = [("--target", &self.target), ("--exclude", &self.exclude), ("--replace", &self.replace)];
        let mut words = options.iter().flat_map(|(option, patterns)| patterns.iter().map(move |p| (option, p)));
        if let Some((option, pattern)) = words.next() {
            write!(f, "{option} {pattern}")?;
        }
        for (option, pattern) in words {
            write!(f, " {option} {pattern}")?;
        }
        match self.left_out {
            0 => Ok(()),
            n => write!(f, " ({n} left out)"),
        }
    }
}

/// A plan: everything an apply needs, and everything a reviewer does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Where it belongs.
    pub identity: Identity,
    /// What it is for.
    pub mode: Mode,
    /// Which part of the project it is about.
    pub scope: Scope,
    /// Procedures of the kinds it touches.
    pub procedures: BTreeMap<String, Arc<Procedure>>,
    /// Procedures of the look-ups it makes.
    pub lookups: BTreeMap<String, Arc<LookupProcedure>>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The gates; vertex `steps.len() + i` is gate `i`.
    pub gates: Vec<Gate>,
    /// For each address touched or read: the version of its record, or `None` for absent.
    pub basis: BTreeMap<Address, Option<u64>>,
    /// For each address with old halves of replacements that are touched: their ids and versions.
    pub deposed_basis: BTreeMap<Address, BTreeMap<String, u64>>,
    /// Values of nodes that steps and outputs refer to and that no step changes.
    pub kept: BTreeMap<Address, Map>,
    /// How the blocks that residuals refer to as a whole are made up: their instances.
    pub blocks: BTreeMap<firma_model::address::Block, BlockShape>,
    /// Outputs.
    pub outputs: BTreeMap<String, PlannedOutput>,
    /// Differences found.
    pub drift: Vec<Drift>,
    /// How many addresses stay as they are.
    pub unchanged: u64,
    /// Conditions that could not be told while planning, and assertions that fail.
    pub conditions: Vec<PlannedCondition>,
    /// What is left for a later plan.
    pub postponed: Vec<Postponed>,
    /// What is paid for in advance, soonest end first.
    pub terms: Vec<Term>,
    /// Contents of files that were read while planning: path and hash.
    pub files: BTreeMap<String, String>,
    /// What has to be given again to carry it out.
    pub ephemeral: Ephemeral,
}

impl Plan {
    /// Whether an apply would do anything.
    pub fn has_changes(&self) -> bool {
        // An output that is null is not written down: null after nothing is no change.
        !self.steps.is_empty()
            || self.outputs.values().any(|output| output.before.as_ref().unwrap_or(&Value::Null) != &output.after)
    }

    /// Calls `visit` for every node that the attributes of steps, outputs and conditions still refer to.
    pub(crate) fn each_node<'p>(&'p self, visit: &mut dyn FnMut(&'p Node)) {
        for expr in self.steps.iter().flat_map(|step| step.attributes.values()) {
            expr.each_node(visit);
        }
        self.outputs.values().for_each(|output| output.value.each_node(visit));
        self.ephemeral.attributes.values().flat_map(BTreeMap::values).for_each(|expr| expr.each_node(visit));
        self.conditions.iter().for_each(|condition| condition.each_node(visit));
    }

    /// The procedure of a kind.
    pub fn procedure(&self, kind: &KindId) -> Option<&Arc<Procedure>> {
        self.procedures.get(kind.as_str())
    }
}

/// How a block's instances make up its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockShape {
    /// How it repeats.
    pub repetition: firma_model::desired::Repetition,
    /// Its instances, in order.
    pub instances: Vec<Address>,
}
