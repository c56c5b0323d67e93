//! Deferral: what cannot be said before an apply, what hangs on it, and what must stay because of it.
//!
//! [`foresee`] answers the inquiries of an evaluation: what stays as it is has known attributes, what this plan makes or
//! replaces has not. Blocks whose inquiry has no answer are deferred, and so is a single instance that nobody can place yet.
//! They store nothing; existing instances are frozen, and with them every deletion and replacement of what those depend on.
//! What refers to a deferred block and would change is postponed, and so on down; what would not change is left out of it.

use crate::{
    make::{Planner, carry},
    postponed::{Postponed, Wait, What, Why},
    step::{Action, Leg, Mode, Plan},
    worlds::{Options, Worlds},
};
use firma_expr::{Limits, resolve};
use firma_model::{
    address::{Address, Block, Node},
    deferral::{Asks, Deferred, Inquiry, Outlook, Subject},
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
    record::Recorded,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

/// Things waited for that are listed for each.
const SHOWN_WAITS: usize = 5;

/// Answers what an evaluation must know before it can go on. With errors among the diagnostics, nothing can be planned.
pub fn foresee(
    worlds: Worlds<'_>,
    options: &Options,
    inquiries: &[Inquiry],
) -> (BTreeMap<Subject, Outlook>, Diagnostics) {
    let later = || inquiries.iter().map(|inquiry| (inquiry.subject.clone(), Outlook::Later)).collect();
    if options.mode != Mode::Apply {
        // Nothing that is wanted matters there.
        return (later(), Diagnostics::new());
    }
    // What is wrong with moves and decisions is said when the plan is made.
    let carried = carry(worlds, options, &mut Diagnostics::new());
    let worlds = Worlds { recorded: &carried.recorded, observed: &carried.observed, ..worlds };
    let mut planner = Planner::new(worlds, &carried, options);
    for inquiry in inquiries {
        inquiry.expr.each_node(&mut |node| planner.table.want(node));
    }
    if !planner.walk() {
        return (later(), planner.diagnostics);
    }
    let mut diagnostics = Diagnostics::new();
    let will = Will::of(&planner.plan);
    let outlook = |inquiry: &Inquiry, diagnostics: &mut Diagnostics| {
        let later = || match will.can_be_asked(inquiry, worlds, &planner.aside) {
            true => Outlook::Read,
            false => Outlook::Later,
        };
        if inquiry.asks == Asks::Parameters && will.changes_answer(inquiry, worlds) {
            return later();
        }
        match resolve(&inquiry.expr, &planner.table, &Limits::default()) {
            Ok(value) if inquiry.asks.is_answered_by(&value) => Outlook::Known(value.into_owned()),
            Ok(_) => later(),
            Err(found) => {
                diagnostics.extend(found);
                Outlook::Later
            }
        }
    };
    let outlooks =
        inquiries.iter().map(|inquiry| (inquiry.subject.clone(), outlook(inquiry, &mut diagnostics))).collect();
    (outlooks, diagnostics)
}

/// The wanted instances of a block.
fn wanted_of<'m>(desired: &'m Desired, block: &'m Block) -> impl Iterator<Item = &'m Address> {
    // Without a key comes before every key.
    let later = desired.resources.range(block.at(None)..);
    later.map(|(address, _)| address).take_while(|address| address.block == *block)
}

/// The recorded instances of a block.
fn recorded_of<'m>(recorded: &'m Recorded, block: &'m Block) -> impl Iterator<Item = &'m Address> {
    let later = recorded.records.range(block.at(None)..);
    later.map(|(address, _)| address).take_while(|address| address.block == *block)
}

/// What will happen to addresses.
struct Will<'p> {
    plan: &'p Plan,
    steps: HashMap<&'p Address, usize>,
}

impl<'p> Will<'p> {
    fn of(plan: &'p Plan) -> Will<'p> {
        let acts = |action: Action| {
            matches!(action, Action::Create | Action::Update | Action::Replace | Action::Delete | Action::Read)
        };
        let steps = plan.steps.iter().enumerate().filter(|(_, step)| step.deposed.is_empty() && acts(step.action));
        Will { plan, steps: steps.map(|(at, step)| (&step.address, at)).collect() }
    }

    fn action(&self, address: &Address) -> Option<Action> {
        self.steps.get(address).map(|at| self.plan.steps[*at].action)
    }

    /// Whether what a look-up finds may be otherwise after this plan.
    fn changes_answer(&self, inquiry: &Inquiry, worlds: Worlds<'_>) -> bool {
        let desired = worlds.desired;
        let goes =
            |block: &Block| recorded_of(worlds.recorded, block).any(|address| !desired.resources.contains_key(address));
        let each = |node: &Node, test: &dyn Fn(&Address) -> bool| match node {
            Node::Instance(address) => test(address),
            Node::Block(block) => wanted_of(desired, block).any(test),
        };
        let open = |node: &Node| desired.deferred_by(node).is_some();
        let anything = |address: &Address| self.action(address).is_some();
        let anew =
            |address: &Address| matches!(self.action(address), Some(Action::Create | Action::Replace | Action::Read));
        if inquiry
            .depends_on
            .iter()
            .any(|node| open(node) || each(node, &anything) || matches!(node, Node::Block(block) if goes(block)))
        {
            return true;
        }
        if inquiry.uses.iter().any(|node| open(node) || each(node, &anew)) {
            return true;
        }
        let mut changed = false;
        inquiry.expr.each_use(&mut |node, attribute| {
            changed |= each(node, &|address| {
                let step = self.steps.get(address).map(|at| &self.plan.steps[*at]);
                let touched = |name: &str| step.is_some_and(|s| s.changes.iter().any(|c| c.path.head() == Some(name)));
                attribute.is_some_and(touched)
            });
        });
        changed
    }
}

impl Will<'_> {
    /// Whether the apply of this plan can ask a look-up: what it waits for is a part of the plan. What it depends on must not
    /// be deferred; nor deleted, for whoever uses what was found lets go of it before it is deleted, and is to know what
    /// there is afterwards.
    fn can_be_asked(&self, inquiry: &Inquiry, worlds: Worlds<'_>, aside: &Aside) -> bool {
        if inquiry.asks != Asks::Parameters {
            return false;
        }
        let desired = worlds.desired;
        let stays = |node: &Node| match node {
            Node::Instance(address) => address.block.data || desired.resources.contains_key(address),
            Node::Block(block) => {
                recorded_of(worlds.recorded, block).all(|address| desired.resources.contains_key(address))
            }
        };
        let acts = |node: &Node| match node {
            Node::Instance(address) => self.action(address).is_some(),
            Node::Block(block) => wanted_of(desired, block).any(|address| self.action(address).is_some()),
        };
        let mut nodes: BTreeSet<&Node> = inquiry.uses.iter().chain(&inquiry.depends_on).collect();
        inquiry.expr.each_node(&mut |node| _ = nodes.insert(node));
        nodes.iter().all(|node| !aside.has(desired, node) && stays(node)) && nodes.iter().any(|node| acts(node))
    }
}

/// What a planner has set aside while it walked.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    /// Instances that refer to something deferred, with what would happen to them.
    instances: BTreeMap<Address, Action>,
    /// Blocks that have such instances.
    blocks: BTreeSet<Block>,
    /// Deletions and replacements held back, each with the object that must stay.
    held: BTreeMap<Address, (Action, Address)>,
}

impl Aside {
    pub(crate) fn put(&mut self, address: &Address, action: Action) {
        self.instances.insert(address.clone(), action);
        self.blocks.insert(address.block.clone());
    }

    /// Whether a node is one of them, or is deferred.
    pub(crate) fn has(&self, desired: &Desired, node: &Node) -> bool {
        if desired.deferred.is_empty() {
            return false;
        }
        let own = match node {
            Node::Instance(address) => self.instances.contains_key(address) || self.is_held(address),
            Node::Block(block) => {
                self.blocks.contains(block) || self.held.keys().any(|address| address.block == *block)
            }
        };
        own || desired.deferred_by(node).is_some()
    }

    fn is_held(&self, address: &Address) -> bool {
        matches!(self.held.get(address), Some((Action::Replace, _)))
    }
}

impl<'a> Planner<'a> {
    /// Sets an instance aside that would change and hangs on something deferred. What was found wrong with it since
    /// `found` is judged when it is planned.
    pub(crate) fn set_aside(&mut self, address: &Address, action: Option<Action>, found: usize) -> bool {
        let desired = self.worlds.desired;
        let Some(action @ (Action::Create | Action::Update | Action::Replace)) = action else { return false };
        let Some(resource) = desired.resources.get(address).filter(|_| !desired.deferred.is_empty()) else {
            return false;
        };
        if !resource.dependencies.iter().any(|node| self.aside.has(desired, node)) {
            return false;
        }
        self.diagnostics.list.truncate(found);
        self.aside.put(address, action);
        true
    }

    /// What is deferred and keeps a recorded object as it is: what is at its address, or where it moves to.
    pub(crate) fn frozen_by(&self, address: &Address) -> Option<&'a Subject> {
        let desired: &'a Desired = self.worlds.desired;
        desired.deferral_of(address).or_else(|| self.carried.waiting.get(address).copied())
    }

    /// Takes out of the plan what must stay because something deferred stays, and writes down what waits for what.
    pub(crate) fn hold(&mut self) {
        let desired = self.worlds.desired;
        if desired.deferred.is_empty() {
            return;
        }
        self.hold_back();
        let aside = &self.aside;
        self.plan.steps.retain(|step| {
            let held = aside.held.contains_key(&step.address);
            !held && !aside.instances.contains_key(&step.address)
        });
        self.list();
    }

    /// Everything that frozen objects depend on stays; what hangs on a replacement that does not happen waits with it.
    fn hold_back(&mut self) {
        let desired = self.worlds.desired;
        let records = &self.worlds.recorded.records;
        let mut going: HashMap<&Address, Action> = HashMap::new();
        let mut updated: BTreeSet<&Address> = BTreeSet::new();
        let mut changing: HashMap<&Address, Action> = HashMap::new();
        for step in &self.plan.steps {
            match step.leg {
                Leg::Delete => {
                    going.insert(&step.address, step.action);
                }
                Leg::Update => {
                    updated.insert(&step.address);
                }
                _ => {}
            }
            if matches!(step.leg, Leg::Create | Leg::Update | Leg::Read) {
                changing.insert(&step.address, step.action);
            }
        }
        let mut instances: HashMap<&Block, Vec<&Address>> = HashMap::new();
        for address in records.keys() {
            instances.entry(&address.block).or_default().push(address);
        }
        let frozen =
            |address: &&Address| self.frozen_by(address).is_some() || self.aside.instances.contains_key(*address);
        // Each object on the way with the frozen one at its beginning.
        let mut work: Vec<(&Address, &Address)> = records.keys().filter(frozen).map(|at| (at, at)).collect();
        let mut seen: BTreeSet<&Address> = work.iter().map(|(at, _)| *at).collect();
        let mut dependants: Option<HashMap<&Node, Vec<&Address>>> = None;
        while let Some((at, because)) = work.pop() {
            let Some(record) = records.get(at) else { continue };
            // What is updated now will depend on what the manifests say; everything else on what is written down.
            let now = desired.resources.get(at).filter(|_| updated.contains(at) && at != because);
            let dependencies = now.map_or(&record.dependencies, |resource| &resource.dependencies);
            for node in dependencies {
                let single;
                let on: &[&Address] = match node {
                    Node::Instance(address) => match records.get_key_value(address) {
                        Some((address, _)) => {
                            single = [address];
                            &single
                        }
                        None => &[],
                    },
                    Node::Block(block) => instances.get(block).map(Vec::as_slice).unwrap_or_default(),
                };
                for on in on {
                    if seen.insert(on) {
                        work.push((on, because));
                    }
                    let Some(action) = going.remove(on) else { continue };
                    self.aside.held.insert((*on).clone(), (action, because.clone()));
                    if action != Action::Replace {
                        continue;
                    }
                    let dependants = dependants.get_or_insert_with(|| dependants_of(desired));
                    let mut down = vec![*on];
                    while let Some(on) = down.pop() {
                        let nodes = [Node::Instance(on.clone()), Node::Block(on.block.clone())];
                        for dependant in nodes.iter().filter_map(|node| dependants.get(node)).flatten() {
                            let Some(action) = changing.remove(*dependant) else { continue };
                            self.aside.put(dependant, action);
                            down.push(dependant);
                            if let Some((at, _)) = records.get_key_value(dependant) {
                                // Whatever was found on the way to it was found as something that may change.
                                seen.insert(at);
                                work.push((at, at));
                            }
                        }
                    }
                }
            }
        }
    }

    /// Writes down what waits for what, and refuses what could wait for ever.
    fn list(&mut self) {
        let desired = self.worlds.desired;
        let will = Will::of(&self.plan);
        // Of a block that many refer to, the instances are looked through once.
        let blocks: RefCell<HashMap<Block, Option<Why>>> = RefCell::default();
        let why = |node: &Node| -> Option<Why> {
            if desired.deferred_by(node).is_some() {
                return Some(Why::Postponed);
            }
            let one = |address: &Address| match will.action(address) {
                _ if self.aside.is_held(address) => Some(Why::Held),
                _ if self.aside.instances.contains_key(address) => Some(Why::Postponed),
                Some(Action::Create) => Some(Why::Created),
                Some(Action::Update) => Some(Why::Updated),
                Some(Action::Replace) => Some(Why::Replaced),
                Some(Action::Delete) => Some(Why::Deleted),
                Some(Action::Read) => Some(Why::Read),
                _ => None,
            };
            match node {
                Node::Instance(address) => one(address),
                Node::Block(block) => *blocks.borrow_mut().entry(block.clone()).or_insert_with(|| {
                    let gone = recorded_of(self.worlds.recorded, block);
                    wanted_of(desired, block).chain(gone).find_map(one)
                }),
            }
        };
        let mut frozen: BTreeMap<&Subject, Vec<Address>> = BTreeMap::new();
        for address in self.worlds.recorded.records.keys() {
            if let Some(subject) = self.frozen_by(address) {
                frozen.entry(subject).or_default().push(address.clone());
            }
        }
        let mut postponed = Vec::new();
        for (subject, deferred) in &desired.deferred {
            let waits = waits_of(desired, deferred, &why);
            if self.options.selection.is_partial() {
                // What it waits for may be left out: that says nothing about ever.
                if waits.is_empty() {
                    continue;
                }
            } else if let Some(refusal) = never(subject, deferred, &waits) {
                self.diagnostics.push(refusal);
            }
            postponed.push(Postponed {
                what: What::Subject { subject: subject.clone(), asks: deferred.asks },
                waits,
                stays: frozen.remove(subject).unwrap_or_default(),
            });
        }
        for (address, action) in &self.aside.instances {
            let mut waits = Vec::new();
            let own = desired.resources.get(address).map(|resource| &resource.dependencies);
            let asked = desired.reads.get(address).map(|read| &read.dependencies);
            for node in own.or(asked).into_iter().flatten() {
                let reason = why(node).filter(|why| matches!(why, Why::Postponed | Why::Held));
                waits.extend(reason.map(|why| Wait { on: shown(desired, node), why }));
            }
            waits.truncate(SHOWN_WAITS);
            let stays = self.worlds.recorded.records.contains_key(address).then(|| address.clone());
            let what = match action {
                Action::Read => What::Subject { subject: Subject::look_up(address.clone()), asks: Asks::Parameters },
                _ => What::Instance { address: address.clone(), action: *action },
            };
            postponed.push(Postponed { what, waits, stays: stays.into_iter().collect() });
        }
        for (address, (action, because)) in &self.aside.held {
            let what = What::Held { address: address.clone(), action: *action };
            let waits = vec![Wait { on: because.to_string(), why: Why::Stays }];
            postponed.push(Postponed { what, waits, stays: vec![address.clone()] });
        }
        self.plan.postponed = postponed;
    }
}

/// Who depends on what, as the manifests say now.
fn dependants_of(desired: &Desired) -> HashMap<&Node, Vec<&Address>> {
    let mut dependants: HashMap<&Node, Vec<&Address>> = HashMap::new();
    for (address, resource) in &desired.resources {
        for node in &resource.dependencies {
            dependants.entry(node).or_default().push(address);
        }
    }
    for (address, read) in &desired.reads {
        for node in &read.dependencies {
            dependants.entry(node).or_default().push(address);
        }
    }
    dependants
}

/// What a deferred block waits for, the attributes by name.
fn waits_of(desired: &Desired, deferred: &Deferred, why: &dyn Fn(&Node) -> Option<Why>) -> Vec<Wait> {
    let mut waits: BTreeSet<Wait> = BTreeSet::new();
    deferred.expr.each_use(&mut |node, attribute| {
        let Some(why) = why(node) else { return };
        let on = match attribute {
            Some(name) if desired.deferred_by(node).is_none() => format!("{}.{name}", shown(desired, node)),
            _ => shown(desired, node),
        };
        waits.insert(Wait { on, why });
    });
    if waits.is_empty() {
        let others = deferred.dependencies.iter();
        waits.extend(others.filter_map(|node| why(node).map(|why| Wait { on: shown(desired, node), why })));
    }
    waits.into_iter().take(SHOWN_WAITS).collect()
}

/// A node as people write it; of what is deferred the whole, for it has no parts yet.
pub(crate) fn shown(desired: &Desired, node: &Node) -> String {
    if let Some(subject) = desired.deferred_by(node) {
        return subject.to_string();
    }
    match node {
        Node::Instance(address) => address.to_string(),
        Node::Block(block) => block.to_string(),
    }
}

/// Refuses a block that no number of applies would settle.
fn never(subject: &Subject, deferred: &Deferred, waits: &[Wait]) -> Option<Diagnostic> {
    let asks = deferred.asks.as_str();
    if let Some(held) = waits.first().filter(|_| waits.iter().all(|wait| wait.why == Why::Held)) {
        let message = format!(
            "`{asks}` of {subject} waits for {}, which cannot be replaced while existing instances depend on it: neither can go first",
            held.on
        );
        return Some(Diagnostic::error("E0570", message).at(deferred.span).hint(
            "take the keys from something that is not replaced; or let the block have no instances, apply, and put it back",
        ));
    }
    if !waits.is_empty() {
        return None;
    }
    let message = match deferred.asks {
        Asks::Settings => format!("nothing that this plan does will tell where {subject} lives or how it is treated"),
        _ => format!("nothing that this plan does will tell what `{asks}` of {subject} is"),
    };
    Some(Diagnostic::error("E0571", message).at(deferred.span).hint(
        "use something that the manifests say themselves, or an attribute that the cloud gives when the object is made",
    ))
}
