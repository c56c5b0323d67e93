//! Edges between steps: what must be over before a step starts.
//!
//! Let B depend on A; C is the step that creates or updates, D the one that deletes.
//! R1 C(B) after C(A), from the references just traced. R2 D(A) after D(B), from the dependencies stored with B, through
//! objects that stay. R3 in a replacement C(x) after D(x). R7 A updated, B deleted: C(A) after D(B). D1 an orphan is
//! deleted only after its former dependants were updated away from it.
//! A dependency on a whole block goes through a gate, so that edges stay linear in what is written.

use crate::{
    procedure::Source,
    step::{After, Gate, Leg, Plan, Rule, Step},
    worlds::Worlds,
};
use firma_model::{
    address::{Address, Block, Node},
    diagnostic::{Diagnostic, Diagnostics},
};
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use std::collections::{BTreeMap, HashMap};

/// Orders the steps of a plan and gives each its priority. A cycle is a diagnostic.
pub fn order(plan: &mut Plan, worlds: Worlds<'_>, diagnostics: &mut Diagnostics) {
    let mut edges = Edges::new(plan, worlds);
    edges.makes();
    edges.deletes();
    let Edges { after, gates, .. } = edges;
    for (step, after) in plan.steps.iter_mut().zip(after) {
        step.after = tidy(after);
    }
    plan.gates = gates.into_iter().map(|gate| Gate { after: tidy(gate) }).collect();
    rank(plan, diagnostics);
}

fn tidy(mut after: Vec<After>) -> Vec<After> {
    after.sort_unstable();
    after.dedup_by_key(|edge| edge.vertex);
    after
}

struct Edges<'a> {
    worlds: Worlds<'a>,
    makes: HashMap<&'a Address, u32>,
    updates: HashMap<&'a Address, u32>,
    deletes: HashMap<&'a Address, u32>,
    moves: HashMap<&'a Address, u32>,
    steps: &'a [Step],
    after: Vec<Vec<After>>,
    gates: Vec<Vec<After>>,
    block_makes: HashMap<Block, Option<u32>>,
    instances: BTreeMap<&'a Block, Vec<&'a Address>>,
}

impl<'a> Edges<'a> {
    fn new(plan: &'a Plan, worlds: Worlds<'a>) -> Edges<'a> {
        let mut edges = Edges {
            worlds,
            makes: HashMap::new(),
            updates: HashMap::new(),
            deletes: HashMap::new(),
            moves: HashMap::new(),
            steps: &plan.steps,
            after: vec![Vec::new(); plan.steps.len()],
            gates: Vec::new(),
            block_makes: HashMap::new(),
            instances: BTreeMap::new(),
        };
        for (at, step) in plan.steps.iter().enumerate() {
            let at = at as u32;
            match step.leg {
                Leg::Create => {
                    edges.makes.insert(&step.address, at);
                }
                Leg::Update => {
                    edges.makes.insert(&step.address, at);
                    edges.updates.insert(&step.address, at);
                }
                Leg::Delete if step.deposed.is_empty() => {
                    edges.deletes.insert(&step.address, at);
                }
                Leg::Record if step.moves_from().is_some() => {
                    edges.moves.insert(&step.address, at);
                }
                _ => {}
            }
        }
        for address in edges.makes.keys() {
            edges.instances.entry(&address.block).or_default().push(address);
        }
        edges
    }

    fn gate(&mut self) -> u32 {
        self.gates.push(Vec::new());
        (self.steps.len() + self.gates.len() - 1) as u32
    }

    fn add(&mut self, later: u32, earlier: u32, rule: Rule) {
        let after = After { vertex: earlier, rule };
        match (later as usize).checked_sub(self.steps.len()) {
            None => self.after[later as usize].push(after),
            Some(gate) => self.gates[gate].push(after),
        }
    }

    /// R1 and R3.
    fn makes(&mut self) {
        let steps = self.steps;
        for (at, step) in steps.iter().enumerate() {
            let at = at as u32;
            if !matches!(step.leg, Leg::Create | Leg::Update) {
                continue;
            }
            for node in &step.dependencies {
                let earlier = match node {
                    Node::Instance(address) => self.makes.get(address).copied(),
                    Node::Block(block) => self.block_gate(block),
                };
                if let Some(earlier) = earlier {
                    self.add(at, earlier, Rule::MakeAfterDependency);
                }
            }
            // What moves is written down under its new address before it is changed there.
            if let Some(moved) = self.moves.get(&step.address).copied() {
                self.add(at, moved, Rule::MakeAfterDependency);
            }
            if let Some(delete) = self.deletes.get(&step.address).copied() {
                self.add(at, delete, Rule::DeleteBeforeMake);
            }
        }
    }

    /// The gate that opens when every instance of a block is made; `None` when none is being made.
    fn block_gate(&mut self, block: &Block) -> Option<u32> {
        if let Some(known) = self.block_makes.get(block) {
            return *known;
        }
        let makes: Vec<u32> = self
            .instances
            .get(block)
            .into_iter()
            .flatten()
            .filter_map(|address| self.makes.get(*address).copied())
            .collect();
        let gate = match makes.len() {
            0 => None,
            1 => Some(makes[0]),
            _ => {
                let gate = self.gate();
                for make in makes {
                    self.add(gate, make, Rule::MakeAfterDependency);
                }
                Some(gate)
            }
        };
        self.block_makes.insert(block.clone(), gate);
        gate
    }

    /// R2, R7 and D1.
    fn deletes(&mut self) {
        let steps = self.steps;
        if self.deletes.is_empty() {
            return;
        }
        let mut recorded_instances: HashMap<&Block, Vec<&'a Address>> = HashMap::new();
        for address in self.worlds.recorded.records.keys() {
            recorded_instances.entry(&address.block).or_default().push(address);
        }
        // D1: whoever is updated away from an orphan goes first; away from orphans of a block, through a gate.
        let mut moved_away: HashMap<&Block, u32> = HashMap::new();
        for (at, step) in steps.iter().enumerate() {
            if step.leg != Leg::Update {
                continue;
            }
            let Some(record) = &step.record else { continue };
            for node in &record.dependencies {
                match node {
                    Node::Instance(address) => {
                        if !self.makes.contains_key(address)
                            && let Some(delete) = self.deletes.get(address).copied()
                        {
                            self.add(delete, at as u32, Rule::DeleteAfterMovedAway);
                        }
                    }
                    Node::Block(block) => {
                        let gate = match moved_away.get(block) {
                            Some(gate) => *gate,
                            None => {
                                let orphans: Vec<u32> = recorded_instances
                                    .get(block)
                                    .into_iter()
                                    .flatten()
                                    .filter(|address| !self.makes.contains_key(*address))
                                    .filter_map(|address| self.deletes.get(*address).copied())
                                    .collect();
                                if orphans.is_empty() {
                                    continue;
                                }
                                let gate = self.gate();
                                moved_away.insert(block, gate);
                                for orphan in orphans {
                                    self.add(orphan, gate, Rule::DeleteAfterMovedAway);
                                }
                                gate
                            }
                        };
                        self.add(gate, at as u32, Rule::DeleteAfterMovedAway);
                    }
                }
            }
        }
        // R2 and R7: walk down the stored dependencies; what stays becomes a gate, visited once.
        let mut gates: HashMap<&Address, u32> = HashMap::new();
        let mut block_gates: HashMap<&Block, u32> = HashMap::new();
        let mut work: Vec<(u32, &'a Address)> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            if step.leg == Leg::Delete
                && let Some(record) = &step.record
            {
                work.push((at as u32, &record.address));
            }
        }
        while let Some((slot, address)) = work.pop() {
            let Some(record) = self.worlds.recorded.records.get(address) else { continue };
            for node in &record.dependencies {
                match node {
                    Node::Instance(on) => {
                        self.delete_edge(slot, on, &mut gates, &mut work);
                    }
                    Node::Block(on) => {
                        let gate = match block_gates.get(on) {
                            Some(gate) => *gate,
                            None => {
                                let gate = self.gate();
                                block_gates.insert(on, gate);
                                for instance in recorded_instances.get(on).into_iter().flatten() {
                                    self.delete_edge(gate, instance, &mut gates, &mut work);
                                }
                                gate
                            }
                        };
                        self.add(gate, slot, Rule::DeleteAfterDependant);
                    }
                }
            }
        }
    }

    fn delete_edge(
        &mut self,
        slot: u32,
        on: &Address,
        gates: &mut HashMap<&'a Address, u32>,
        work: &mut Vec<(u32, &'a Address)>,
    ) {
        if let Some(delete) = self.deletes.get(on).copied() {
            if delete != slot {
                self.add(delete, slot, Rule::DeleteAfterDependant);
            }
            return;
        }
        if let Some(update) = self.updates.get(on).copied() {
            self.add(update, slot, Rule::ChangeAfterDependantDeleted);
        }
        let Some((on, _)) = self.worlds.recorded.records.get_key_value(on) else { return };
        let gate = match gates.get(on) {
            Some(gate) => *gate,
            None => {
                let gate = self.gate();
                gates.insert(on, gate);
                work.push((gate, on));
                gate
            }
        };
        self.add(gate, slot, Rule::DeleteAfterDependant);
    }
}

/// Checks that the graph has an order and gives each step its priority.
fn rank(plan: &mut Plan, diagnostics: &mut Diagnostics) {
    match chains(plan, |step| usual_seconds(plan, step)) {
        Some(lengths) => plan.steps.iter_mut().zip(lengths).for_each(|(step, length)| step.priority = length),
        None => diagnostics.push(cycle(plan)),
    }
}

/// For each step the length of the longest chain that begins with it, where `own` is the length of one step. None when
/// steps wait for each other.
///
/// Steps that an object takes one at a time, such as attachments to one instance, follow it one after another and not side
/// by side, although no edge says so. Whoever starts the longest chains first is done first, as far as an order can bring
/// that about: with lengths learned in earlier runs better than with those the plan was made with.
pub fn chains(plan: &Plan, own: impl Fn(&Step) -> u64) -> Option<Vec<u64>> {
    let vertices = plan.steps.len() + plan.gates.len();
    let before = |vertex: usize| match plan.steps.get(vertex) {
        Some(step) => &step.after,
        None => &plan.gates[vertex - plan.steps.len()].after,
    };
    // From the ends backwards: a vertex is reached when everything that waits for it was.
    let mut waiting = vec![0u32; vertices];
    for edge in (0..vertices).flat_map(before) {
        waiting[edge.vertex as usize] += 1;
    }
    let mut reached: Vec<usize> = (0..vertices).filter(|vertex| waiting[*vertex] == 0).collect();
    let mut lengths = vec![0u64; vertices];
    // Of those that follow one at a time: their own lengths together, and the longest chain behind one of them.
    let mut queues = vec![(0u64, 0u64); vertices];
    let mut done = 0;
    while let Some(vertex) = reached.pop() {
        done += 1;
        let step = plan.steps.get(vertex);
        let own = step.map_or(0, &own);
        let (queued, behind) = queues[vertex];
        let rest = lengths[vertex].max(queued + behind);
        lengths[vertex] = rest + own;
        for edge in before(vertex) {
            let earlier = edge.vertex as usize;
            match (step, plan.steps.get(earlier)) {
                (Some(step), Some(object)) if takes_turns(plan, step, object) => {
                    let (queued, behind) = queues[earlier];
                    queues[earlier] = (queued + own, behind.max(rest));
                }
                _ => lengths[earlier] = lengths[earlier].max(lengths[vertex]),
            }
            waiting[earlier] -= 1;
            if waiting[earlier] == 0 {
                reached.push(earlier);
            }
        }
    }
    lengths.truncate(plan.steps.len());
    (done == vertices).then_some(lengths)
}

/// Whether a step is one of those that the object of another takes one at a time.
fn takes_turns(plan: &Plan, step: &Step, object: &Step) -> bool {
    let Some(procedure) = plan.procedure(step.kind()) else { return false };
    procedure.serial.iter().any(|source| {
        let (Source::Attribute(name) | Source::AttributeAlways(name)) = source else { return false };
        let mut refers = false;
        if let Some(expr) = step.attributes.get(name) {
            expr.each_node(&mut |node| refers |= matches!(node, Node::Instance(address) if *address == object.address));
        }
        refers
    })
}

fn usual_seconds(plan: &Plan, step: &Step) -> u64 {
    let seconds = plan.procedure(step.kind()).map(|procedure| match step.leg {
        Leg::Create => procedure.usual_seconds.create,
        Leg::Update => procedure.usual_seconds.update,
        Leg::Delete => procedure.usual_seconds.delete,
        Leg::Forget | Leg::Record => 0,
    });
    u64::from(seconds.unwrap_or(0)) + 1
}

fn cycle(plan: &Plan) -> Diagnostic {
    let vertices = plan.steps.len() + plan.gates.len();
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(vertices, vertices);
    for _ in 0..vertices {
        graph.add_node(());
    }
    let afters = plan.steps.iter().map(|step| &step.after).chain(plan.gates.iter().map(|gate| &gate.after));
    for (later, after) in afters.enumerate() {
        for edge in after {
            graph.add_edge(NodeIndex::new(edge.vertex as usize), NodeIndex::new(later), ());
        }
    }
    // `kosaraju_scc` is iterative; the recursive one overflows on long chains.
    let members = kosaraju_scc(&graph).into_iter().find(|component| component.len() > 1).unwrap_or_default();
    let inside: std::collections::BTreeSet<usize> = members.iter().map(|vertex| vertex.index()).collect();
    let name = |at: usize| match plan.steps.get(at) {
        Some(step) => format!("{} {}", step.leg.as_str(), step.address),
        None => "(a group of them)".to_owned(),
    };
    let mut lines = Vec::new();
    let afters = plan.steps.iter().map(|step| &step.after).chain(plan.gates.iter().map(|gate| &gate.after));
    for (later, after) in afters.enumerate().filter(|(later, _)| inside.contains(later)) {
        for edge in after.iter().filter(|edge| inside.contains(&(edge.vertex as usize))) {
            lines.push(format!(
                "{} must come after {} ({})",
                name(later),
                name(edge.vertex as usize),
                edge.rule.as_str()
            ));
        }
    }
    let shown = lines.len().min(12);
    Diagnostic::error("E0502", format!("the steps of this plan wait for each other: {}", lines[..shown].join("; ")))
        .hint("apply it in two goes: first without the new references, then with them")
}
