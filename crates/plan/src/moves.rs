//! Objects that change their address: `[[moved]]` statements, and `x` that becomes `x[0]` or the other way round.
//!
//! Before anything is decided, the recorded world is read as if what moves had always been where it goes: its record, its
//! deposed halves, and what others depend on. Everything after that works on the new addresses alone. What has to be
//! written down of it is a step of its own, before any other step of the address.

use crate::{
    abreast,
    decide::{self, Decision},
    keyless,
    step::{Action, Leg, Reason, Step},
    worlds::{Options, Worlds},
};
use firma_model::{
    address::{Address, Key, Node},
    deferral::Subject,
    desired::{Desired, DesiredResource},
    diagnostic::{Diagnostic, Diagnostics},
    extent::{Extent, moved},
    observed::Observed,
    record::{Record, Recorded},
    statement::Move,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

/// The recorded and observed worlds with everything at the address it moves to.
#[derive(Debug)]
pub struct Carried<'a> {
    /// Records, by the addresses they will have.
    pub recorded: Cow<'a, Recorded>,
    /// What was seen, by the addresses it will have.
    pub observed: Cow<'a, Observed>,
    /// The records as they stand, by the addresses they go to.
    pub origins: BTreeMap<Address, &'a Record>,
    /// Deposed halves as they stand, by the address they go to and their id.
    pub deposed: BTreeMap<(Address, String), &'a Record>,
    /// Addresses whose dependencies have other names now.
    pub renamed: BTreeSet<Address>,
    /// Addresses whose objects are taken over.
    pub imported: BTreeSet<Address>,
    /// Recorded addresses whose objects move to something deferred, and what that is: they stay where they are until it is
    /// known whether the manifests declare where they go.
    pub waiting: BTreeMap<&'a Address, &'a Subject>,
}

impl<'a> Carried<'a> {
    /// Nothing moves.
    pub fn nothing(worlds: Worlds<'a>) -> Carried<'a> {
        Carried {
            recorded: Cow::Borrowed(worlds.recorded),
            observed: Cow::Borrowed(worlds.observed),
            origins: BTreeMap::new(),
            deposed: BTreeMap::new(),
            renamed: BTreeSet::new(),
            imported: BTreeSet::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// What happens to an address of which nothing changes but the names of what it depends on.
    pub(crate) fn note_renamed(&self, address: &Address, decision: &mut Decision) {
        let moves = self.origins.contains_key(address);
        if decision.action.is_none() && !moves && self.renamed.contains(address) {
            decision.action = Some(Action::Record);
            decision.reasons.push(Reason::Bookkeeping { what: "dependencies".into() });
        }
    }
}

/// The step that writes an object down under its new address. What else changes is another step's, which follows it.
pub(crate) fn step(resource: &DesiredResource, origin: &Record, decision: &Decision, of_record: Step) -> Step {
    let mut step = of_record;
    step.leg = Leg::Record;
    step.address = resource.address.clone();
    step.reasons = vec![Reason::Moved { from: origin.address.clone() }];
    step.changes = Vec::new();
    match decision.action {
        Some(Action::Update | Action::Replace) => {}
        action => {
            step.action = Action::Move;
            step.dependencies = resource.dependencies.clone();
            step.prevent_destroy = resource.lifecycle.prevent_destroy;
            step.on_remove = resource.lifecycle.on_remove;
            if action == Some(Action::Record) {
                step.attributes = decide::step_attributes(resource, &decision.wanted);
            }
        }
    }
    step
}

/// Reads the recorded world as the moves make it. What is wrong with them is a diagnostic.
pub fn carry<'a>(worlds: Worlds<'a>, options: &Options, diagnostics: &mut Diagnostics) -> Carried<'a> {
    let statements = Statements::new(&worlds.desired.moves);
    statements.check(worlds.desired, diagnostics);
    let mut origins: BTreeMap<Address, &'a Record> = BTreeMap::new();
    let mut told = HashSet::new();
    let mut left = Vec::new();
    let mut waiting = BTreeMap::new();
    for record in abreast::unwanted(worlds.desired, worlds.recorded) {
        let (to, by) = match statements.follow(&record.address) {
            Some((to, by)) => (settled(to, worlds.desired, worlds.recorded), Some(by)),
            None => match toggled(&record.address, worlds.desired, worlds.recorded) {
                Some(to) => (to, None),
                None => {
                    left.push(record);
                    continue;
                }
            },
        };
        if !worlds.desired.resources.contains_key(&to) {
            if let Some(subject) = worlds.desired.deferral_of(&to) {
                waiting.insert(&record.address, subject);
                continue;
            }
            if let Some(by) = by.filter(|by| !options.declared.contains(&to.block) && told.insert(by.span)) {
                diagnostics.push(nowhere(record, &to, by));
            }
            continue;
        }
        if options.open.contains(&record.address) || options.open.contains(&to) {
            diagnostics.push(unsettled(record, &to, by));
            continue;
        }
        let there = origins.get(&to).copied().or_else(|| worlds.recorded.records.get(&to));
        match (there, by) {
            (None, _) => {
                origins.insert(to, record);
            }
            (Some(other), Some(by)) => diagnostics.push(occupied(record, other, &to, by)),
            (Some(_), None) => {}
        }
    }
    keyless::tell(&worlds.desired.moves, &left, diagnostics);
    let carried = match origins.is_empty() {
        true => Carried::nothing(worlds),
        false => rename(worlds, origins, diagnostics),
    };
    Carried { waiting, ..carried }
}

/// `x[0]` for `x` and `x` for `x[0]`, where that is wanted and free: the same object to whoever adds `count` to a block or
/// takes it away.
fn toggled(address: &Address, desired: &Desired, recorded: &Recorded) -> Option<Address> {
    let key = match &address.key {
        None => Some(Key::Index(0)),
        Some(Key::Index(0)) => None,
        Some(_) => return None,
    };
    let other = address.block.at(key);
    let free = !recorded.records.contains_key(&other);
    (free && desired.resources.contains_key(&other)).then_some(other)
}

/// Where a statement leads in the end: what gets another name may get or lose a count at the same time.
fn settled(to: Address, desired: &Desired, recorded: &Recorded) -> Address {
    let other = match desired.resources.contains_key(&to) {
        true => None,
        false => toggled(&to, desired, recorded),
    };
    other.unwrap_or(to)
}

/// Where each recorded object goes that moves to a wanted address. Whether it may is not said here.
pub(crate) fn destinations<'a>(desired: &'a Desired, recorded: &'a Recorded) -> Vec<(&'a Address, Address)> {
    let statements = Statements::new(&desired.moves);
    let leaving = abreast::unwanted(desired, recorded).map(|record| &record.address);
    let to = |address: &Address| match statements.follow(address) {
        Some((to, _)) => Some(settled(to, desired, recorded)),
        None => toggled(address, desired, recorded),
    };
    let pairs = leaving.filter_map(|address| Some((address, to(address)?)));
    pairs.filter(|(_, to)| desired.resources.contains_key(to)).collect()
}

fn rename<'a>(
    worlds: Worlds<'a>,
    origins: BTreeMap<Address, &'a Record>,
    diagnostics: &mut Diagnostics,
) -> Carried<'a> {
    let to: HashMap<&Address, &Address> = origins.iter().map(|(to, record)| (&record.address, to)).collect();
    // A block of which everything moved to one other block has its name: who depends on all of it depends on that.
    let mut blocks = HashMap::new();
    for (from, to) in &to {
        blocks.entry(&from.block).or_insert_with(HashSet::new).insert(&to.block);
    }
    let node = |node: &Node| match node {
        Node::Instance(address) => to.get(address).map(|to| Node::Instance((*to).clone())),
        Node::Block(block) => match blocks.get(block) {
            Some(names) if names.len() == 1 => names.iter().next().map(|to| Node::Block((*to).clone())),
            _ => None,
        },
    };
    let mut renamed = BTreeSet::new();
    let mut deposed = BTreeMap::new();
    let mut put = |record: &'a Record| {
        let mut new = record.clone();
        if record.dependencies.iter().any(|on| node(on).is_some()) {
            new.dependencies = record.dependencies.iter().map(|on| node(on).unwrap_or_else(|| on.clone())).collect();
            renamed.insert(to.get(&record.address).map_or(&record.address, |to| *to).clone());
        }
        if let Some(to) = to.get(&record.address) {
            new.address = (*to).clone();
        }
        new
    };
    let mut recorded = Recorded { outputs: worlds.recorded.outputs.clone(), ..Recorded::default() };
    for record in worlds.recorded.records.values() {
        let new = put(record);
        recorded.records.insert(new.address.clone(), new);
    }
    let halves: HashSet<(&Address, &str)> =
        worlds.recorded.deposed.iter().map(|record| (&record.address, record.deposed.as_str())).collect();
    for record in &worlds.recorded.deposed {
        let new = put(record);
        if new.address != record.address {
            let place = (new.address.clone(), new.deposed.clone());
            if halves.contains(&(&place.0, place.1.as_str())) {
                let message = format!(
                    "{} cannot move to {}: the old half `{}` of each would be one",
                    record.address, new.address, new.deposed
                );
                diagnostics.push(
                    Diagnostic::error("E0556", message)
                        .hint("apply once without the move: that deletes the old halves"),
                );
            }
            deposed.insert(place, record);
        }
        recorded.deposed.push(new);
    }
    let mut observed = Observed { calls: worlds.observed.calls, ..worlds.observed.clone() };
    observed.objects = worlds
        .observed
        .objects
        .iter()
        .map(|(address, sighting)| (to.get(address).map_or(address, |to| *to).clone(), sighting.clone()))
        .collect();
    observed.deposed = worlds
        .observed
        .deposed
        .iter()
        .map(|((address, key), sighting)| {
            ((to.get(address).map_or(address, |to| *to).clone(), key.clone()), sighting.clone())
        })
        .collect();
    Carried {
        recorded: Cow::Owned(recorded),
        observed: Cow::Owned(observed),
        origins,
        deposed,
        renamed,
        imported: BTreeSet::new(),
        waiting: BTreeMap::new(),
    }
}

/// The statements, found by what they are about.
struct Statements<'m> {
    all: &'m [Move],
    instances: HashMap<&'m Address, usize>,
    blocks: HashMap<&'m firma_model::address::Block, usize>,
    modules: Vec<usize>,
}

impl<'m> Statements<'m> {
    fn new(all: &'m [Move]) -> Statements<'m> {
        let mut statements = Statements { all, instances: HashMap::new(), blocks: HashMap::new(), modules: Vec::new() };
        for (at, statement) in all.iter().enumerate() {
            match &statement.from {
                Extent::Instance(address) => {
                    statements.instances.entry(address).or_insert(at);
                }
                Extent::Block(block) => {
                    statements.blocks.entry(block).or_insert(at);
                }
                Extent::Module(_) => statements.modules.push(at),
            }
        }
        statements
    }

    /// The statement that an address is moved by, and where it leads. What is said of an instance goes before what is said
    /// of its block, and that before what is said of a module.
    fn next(&self, address: &Address) -> Option<(Address, usize)> {
        let of = |at: usize| moved(address, &self.all[at].from, &self.all[at].to).map(|to| (to, at));
        self.instances
            .get(address)
            .and_then(|at| of(*at))
            .or_else(|| self.blocks.get(&address.block).and_then(|at| of(*at)))
            .or_else(|| self.modules.iter().find_map(|at| of(*at)))
    }

    /// Where a chain of statements leads, and its last one. Nothing where it leads in a circle, which is said elsewhere.
    fn follow(&self, address: &Address) -> Option<(Address, &'m Move)> {
        let (mut to, mut by) = self.next(address)?;
        let mut seen = HashSet::from([by]);
        while let Some((further, next)) = self.next(&to) {
            if !seen.insert(next) {
                return None;
            }
            (to, by) = (further, next);
        }
        Some((to, &self.all[by]))
    }

    /// What is wrong with the statements whatever is recorded.
    fn check(&self, desired: &Desired, diagnostics: &mut Diagnostics) {
        let mut first: HashMap<&Extent, &Move> = HashMap::new();
        for statement in self.all {
            if let Some(other) = first.get(&statement.from) {
                if other.to != statement.to {
                    let message = format!("{} moves both to {} and to {}", statement.from, other.to, statement.to);
                    diagnostics.push(
                        Diagnostic::error("E0557", message)
                            .at(statement.span)
                            .related(other.span, format!("to {} here", other.to))
                            .hint("an object has one address: keep the statement that is true"),
                    );
                }
                continue;
            }
            first.insert(&statement.from, statement);
            if is_declared(statement, desired) {
                let message = format!("{} moved to {} and is still declared", statement.from, statement.to);
                diagnostics.push(
                    Diagnostic::error("E0555", message)
                        .at(statement.span)
                        .hint("take the old block away, or the statement: its object cannot be in both places"),
                );
            }
        }
        self.circles(diagnostics);
    }

    fn circles(&self, diagnostics: &mut Diagnostics) {
        let mut walked: HashSet<usize> = HashSet::new();
        for start in 0..self.all.len() {
            let mut path: Vec<usize> = Vec::new();
            let mut places: HashMap<usize, usize> = HashMap::new();
            let mut here = Some(start);
            while let Some(at) = here.filter(|at| !walked.contains(at)) {
                if let Some(first) = places.get(&at) {
                    diagnostics.push(self.circle(&path[*first..]));
                    break;
                }
                places.insert(at, path.len());
                path.push(at);
                here = self.about(&self.all[at].to);
            }
            walked.extend(path);
        }
    }

    fn circle(&self, members: &[usize]) -> Diagnostic {
        let names = members.iter().chain(members.first()).map(|at| self.all[*at].from.to_string());
        let names = names.collect::<Vec<_>>().join(" -> ");
        let mut spans = members.iter().map(|at| self.all[*at].span);
        let mut diagnostic = Diagnostic::error("E0558", format!("these moves lead in a circle: {names}"));
        if let Some(span) = spans.next() {
            diagnostic = diagnostic.at(span);
        }
        for span in spans {
            diagnostic = diagnostic.related(span, "and this one");
        }
        diagnostic.hint("to change two names for each other, move one to a third name and apply first")
    }

    /// The statement about exactly this part.
    fn about(&self, place: &Extent) -> Option<usize> {
        match place {
            Extent::Instance(address) => self.instances.get(address).copied(),
            Extent::Block(block) => self.blocks.get(block).copied(),
            Extent::Module(_) => self.modules.iter().copied().find(|at| self.all[*at].from == *place),
        }
    }
}

/// Whether what a statement moves away from is still in the manifests.
fn is_declared(statement: &Move, desired: &Desired) -> bool {
    match (&statement.from, &statement.to) {
        (Extent::Instance(address), _) => desired.resources.contains_key(address),
        (Extent::Block(block), Extent::Instance(_)) => desired.resources.contains_key(&block.at(None)),
        (Extent::Block(block), _) => desired.blocks.contains_key(block),
        (Extent::Module(_), _) => desired.blocks.keys().any(|block| statement.from.covers(&block.at(None))),
    }
}

fn occupied(record: &Record, other: &Record, to: &Address, by: &Move) -> Diagnostic {
    let whose = match other.address == *to {
        true => format!("{to} is recorded as `{}` already", other.cloud_id),
        false => format!("so does {} (`{}`)", other.address, other.cloud_id),
    };
    Diagnostic::error("E0556", format!("{} (`{}`) moves to {to}, and {whose}", record.address, record.cloud_id))
        .at(by.span)
        .hint("two objects cannot have one address: move one of them elsewhere, or delete it and apply first")
        .hint("`firma state rm ADDRESS` forgets one and leaves it in the cloud")
}

fn unsettled(record: &Record, to: &Address, by: Option<&Move>) -> Diagnostic {
    let message = format!("{} cannot move to {to}: a call about one of them was begun and not settled", record.address);
    let diagnostic =
        Diagnostic::error("E0559", message).hint("`firma recover` finds out what became of it; then plan again");
    match by {
        Some(by) => diagnostic.at(by.span),
        None => diagnostic,
    }
}

fn nowhere(record: &Record, to: &Address, by: &Move) -> Diagnostic {
    let message = format!(
        "{} would move to {to}, which the manifests do not declare; it is planned for deletion",
        record.address
    );
    Diagnostic::warning("E0560", message)
        .at(by.span)
        .hint("declare the new block, or say with `[[removed]]` that the object is no longer wanted")
}
