//! The view model of a plan: what every printer prints, already counted, grouped and free of secrets.

use crate::{delta::Delta, diagnostic::Finding};
use firma_model::{address::Address, place::Billing, value::Value};
use firma_plan::{
    postponed::Postponed,
    step::{Action, Leg, Mode, Reason, Scope},
    terms::Term,
};
use std::collections::BTreeMap;

/// A plan, to be looked at. Made by [`View::of`].
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The plan's id.
    pub plan_id: String,
    /// Project it belongs to.
    pub project: String,
    /// Endpoint it is for.
    pub endpoint: String,
    /// Why it cannot be believed, where it cannot.
    pub unverified: Option<String>,
    /// What it is for.
    pub mode: Mode,
    /// Which part of the project it is about.
    pub scope: Scope,
    /// The access key it is pinned to, where the account of the credentials could not be asked for.
    pub pinned_key: Option<String>,
    /// Counts.
    pub summary: Summary,
    /// How many changes there are in each region.
    pub regions: BTreeMap<String, usize>,
    /// What will be paid for that was not before: kind and billing.
    pub paid: BTreeMap<(String, Billing), usize>,
    /// What will no longer be paid for.
    pub no_longer_paid: BTreeMap<(String, Billing), usize>,
    /// What is paid for in advance and stays, soonest end first.
    pub terms: Vec<Term>,
    /// What changes, sorted by address.
    pub changes: Vec<Change>,
    /// What the cloud says otherwise than was applied.
    pub drift: Vec<Drift>,
    /// Whether all of it is shown, or what matters to the plan.
    pub all_drift: bool,
    /// What is left for a later plan.
    pub postponed: Vec<Postponed>,
    /// Every output.
    pub outputs: BTreeMap<String, Output>,
    /// Conditions that are looked at while applying, and checks that fail already.
    pub conditions: Vec<Condition>,
    /// Findings made while planning.
    pub findings: Vec<Finding>,
}

/// Counts of what happens. A replacement is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Made.
    pub create: u64,
    /// Changed in place.
    pub update: u64,
    /// Deleted and made anew.
    pub replace: u64,
    /// Deleted.
    pub delete: u64,
    /// Leaving the state only.
    pub forget: u64,
    /// Written down differently.
    pub record: u64,
    /// The same object under another address.
    pub moved: u64,
    /// Taken over as they are. What also changes is counted as that too.
    pub import: u64,
    /// Looked up while applying.
    pub read: u64,
    /// Staying as they are.
    pub no_op: u64,
    /// Left for a later plan: blocks, look-ups, instances and what is held back for them; not outputs.
    pub deferred: u64,
}

impl Summary {
    /// Changes of the cloud or of the state; asking is none.
    pub fn changes(&self) -> u64 {
        self.create + self.update + self.replace + self.delete + self.forget + self.record + self.moved + self.import
    }

    pub(crate) fn count(&mut self, action: Action) {
        let slot = match action {
            Action::Create => &mut self.create,
            Action::Update => &mut self.update,
            Action::Replace => &mut self.replace,
            Action::Delete => &mut self.delete,
            Action::Forget => &mut self.forget,
            Action::Record => &mut self.record,
            Action::Move => &mut self.moved,
            Action::Import => &mut self.import,
            Action::Read => &mut self.read,
        };
        *slot += 1;
    }
}

/// What happens to one address.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Address.
    pub address: Address,
    /// Deposed id, empty for the current object.
    pub deposed: String,
    /// What happens.
    pub action: Action,
    /// For a replacement: the new object is made before the old one is deleted.
    pub create_first: bool,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Id in the cloud of what is there now.
    pub cloud_id: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Zone.
    pub zone: Option<String>,
    /// Billing.
    pub billing: Option<Billing>,
    /// Attributes that differ.
    pub attributes: Vec<Attribute>,
    /// What is written down anew beside them, where nothing else happens: `dependencies`, `prevent_destroy`, what was seen.
    pub written: Vec<Attribute>,
    /// What a reviewer should know of how it is done: `stops the instance`.
    pub notices: Vec<String>,
    /// If the answer to its create call is lost, nothing identifies the object.
    pub bare: bool,
    /// Calls that will or may be made.
    pub calls: Vec<Call>,
}

impl Change {
    /// How the object is found again if the answer to its create call is lost; nothing where none is made.
    pub fn recovery(&self) -> Option<&str> {
        let creates = self.calls.iter().filter(|call| call.leg == Leg::Create);
        creates.map(|call| call.class.as_str()).find(|class| ["named", "tokened", "markable", "bare"].contains(class))
    }
}

/// One attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Where: `tags.env`, `security_group_rules[0].from_port`.
    pub path: String,
    /// What stands now. Sensitive parts are marked and empty.
    pub before: Option<Value>,
    /// What will stand. Sensitive parts are marked and empty.
    pub after: Option<Value>,
    /// It, or a part of it, is known only after apply.
    pub unknown: bool,
    /// It, or a part of it, is hidden.
    pub sensitive: bool,
    /// It is why the object is replaced.
    pub forces_replacement: bool,
    /// What differs inside.
    pub delta: Delta,
    /// What it waits for, where it is known only after apply: `vpc.vpc.main.id`.
    pub awaits: Vec<String>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which leg of the change makes it.
    pub leg: Leg,
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Recovery class.
    pub class: String,
}

/// One object that is otherwise than it was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Address.
    pub address: Address,
    /// Gone altogether.
    pub gone: bool,
    /// Attributes: applied (before) and seen (after).
    pub attributes: Vec<Attribute>,
    /// Those that do not matter to the plan.
    pub aside: Vec<Attribute>,
}

/// A condition that a plan carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whose it is: `precondition of vpc.vpc.main`.
    pub of: String,
    /// What its message says, when it is known to fail; otherwise it is looked at while applying.
    pub fails: Option<String>,
}

/// One output.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// What it was.
    pub before: Option<Value>,
    /// What it will be; `None` when it goes away.
    pub after: Option<Value>,
    /// It, or a part of it, is known only after apply.
    pub unknown: bool,
    /// Hidden.
    pub sensitive: bool,
    /// It differs from what it was, or may.
    pub changed: bool,
    /// What differs inside.
    pub delta: Delta,
    /// What it waits for, where it is known only after apply.
    pub awaits: Vec<String>,
}
