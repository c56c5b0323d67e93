//! A plan being carried out: the one place that knows what may start, and what an event means for the rest.
//!
//! It learns from events alone, the ones that are journalled: whoever reads them again comes to the same state.

use crate::{
    nodes::{block_value, shown_of},
    step::{Leg, Plan},
};
use firma_expr::Nodes;
use firma_model::{
    address::{Address, Block, Node},
    document::Document,
    event::EventBody,
    record::Record,
    value::Value,
};
use std::{
    borrow::Cow,
    collections::{BTreeSet, BinaryHeap, HashMap},
    sync::{Arc, OnceLock},
};

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Waits for others.
    Waiting,
    /// May start.
    Ready,
    /// Begun.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Not started because something before it failed.
    Skipped,
}

/// A step in the queue: the longest chain first, then the order of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Queued {
    priority: u64,
    // Reversed, so that the earlier step is the greater one.
    step: std::cmp::Reverse<u32>,
}

/// A plan being carried out.
#[derive(Debug)]
pub struct Progress {
    plan: Arc<Plan>,
    states: Vec<State>,
    // Vertices (steps and gates): how many are still to come before it, and who waits for it.
    missing: Vec<u32>,
    followers: Vec<Vec<u32>>,
    queue: BinaryHeap<Queued>,
    nodes: HashMap<Address, Value>,
    // A block's value is put together when it is first asked for: a thousand steps that look at a block of a thousand cost
    // one such value, not a thousand.
    blocks: HashMap<Block, OnceLock<Value>>,
    priorities: Vec<u64>,
    open: usize,
    newly_skipped: Vec<(u32, Address)>,
}

impl Progress {
    /// At the beginning of a plan, with the plan's own priorities.
    pub fn new(plan: Arc<Plan>) -> Progress {
        let priorities = plan.steps.iter().map(|step| step.priority).collect();
        Progress::with_priorities(plan, priorities)
    }

    /// At the beginning of a plan. Of steps that may start, the one with the highest priority is the first.
    pub fn with_priorities(plan: Arc<Plan>, priorities: Vec<u64>) -> Progress {
        let vertices = plan.steps.len() + plan.gates.len();
        let mut missing = vec![0u32; vertices];
        let mut followers = vec![Vec::new(); vertices];
        let afters = plan.steps.iter().map(|step| &step.after).chain(plan.gates.iter().map(|gate| &gate.after));
        for (later, after) in afters.enumerate() {
            missing[later] = after.len() as u32;
            for edge in after {
                followers[edge.vertex as usize].push(later as u32);
            }
        }
        let nodes = plan.kept.iter().map(|(address, map)| (address.clone(), Value::Map(map.clone()))).collect();
        let blocks = plan.blocks.keys().map(|block| (block.clone(), OnceLock::new())).collect();
        let mut progress = Progress {
            states: vec![State::Waiting; plan.steps.len()],
            open: plan.steps.len(),
            missing,
            followers,
            queue: BinaryHeap::new(),
            nodes,
            blocks,
            priorities,
            newly_skipped: Vec::new(),
            plan,
        };
        let free: Vec<u32> = (0..vertices as u32).filter(|vertex| progress.missing[*vertex as usize] == 0).collect();
        for vertex in free {
            progress.release(vertex);
        }
        progress
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Where a step stands.
    pub fn state(&self, step: u32) -> State {
        self.states[step as usize]
    }

    /// Takes the next step that may start and marks it running.
    pub fn start(&mut self) -> Option<u32> {
        while let Some(queued) = self.queue.pop() {
            let step = queued.step.0;
            if self.states[step as usize] == State::Ready {
                self.states[step as usize] = State::Running;
                return Some(step);
            }
        }
        None
    }

    /// Whether every step has come to its end.
    pub fn is_over(&self) -> bool {
        self.open == 0
    }

    /// How many steps stand so.
    pub fn count(&self, state: State) -> usize {
        self.states.iter().filter(|s| **s == state).count()
    }

    /// Steps that were skipped since the last call, each with the address whose failure did it.
    pub fn take_skipped(&mut self) -> Vec<(u32, Address)> {
        std::mem::take(&mut self.newly_skipped)
    }

    /// Marks everything that has not started as skipped: the run stops.
    pub fn stop(&mut self) -> Vec<u32> {
        let waiting: Vec<u32> = (0..self.states.len() as u32)
            .filter(|step| matches!(self.states[*step as usize], State::Waiting | State::Ready))
            .collect();
        for step in &waiting {
            self.states[*step as usize] = State::Skipped;
            self.open -= 1;
        }
        waiting
    }

    /// What an event means: the transition function.
    pub fn apply(&mut self, event: &EventBody) {
        match event {
            EventBody::Begin(intent) => self.mark(intent.step, State::Running),
            EventBody::Done { step, record } => {
                self.learn(*step, record);
                self.finish(*step);
            }
            EventBody::Found { step, answer } => {
                self.found(*step, answer);
                self.finish(*step);
            }
            EventBody::Removed { step, .. } => self.finish(*step),
            EventBody::Failed { step, .. } | EventBody::Unresolved { step, .. } => self.fail(*step),
            EventBody::Skipped { step, .. } => {
                if matches!(self.states[*step as usize], State::Waiting | State::Ready) {
                    self.states[*step as usize] = State::Skipped;
                    self.open -= 1;
                }
            }
            EventBody::Accepted { .. }
            | EventBody::Deposed { .. }
            | EventBody::Refused { .. }
            | EventBody::Settled { .. }
            | EventBody::Restored { .. }
            | EventBody::Outputs(_) => {}
        }
    }

    fn mark(&mut self, step: u32, state: State) {
        self.states[step as usize] = state;
    }

    fn is_open(&self, step: u32) -> bool {
        matches!(self.states[step as usize], State::Waiting | State::Ready | State::Running)
    }

    fn finish(&mut self, step: u32) {
        if self.is_open(step) {
            self.open -= 1;
            self.mark(step, State::Done);
            self.pass(step);
        }
    }

    /// Tells the followers of a vertex that it is over.
    fn pass(&mut self, vertex: u32) {
        let mut over = vec![vertex];
        while let Some(vertex) = over.pop() {
            let followers = std::mem::take(&mut self.followers[vertex as usize]);
            for follower in &followers {
                let missing = &mut self.missing[*follower as usize];
                *missing -= 1;
                if *missing == 0 {
                    match (*follower as usize) < self.states.len() {
                        true => self.release(*follower),
                        false => over.push(*follower),
                    }
                }
            }
            self.followers[vertex as usize] = followers;
        }
    }

    fn release(&mut self, vertex: u32) {
        match self.priorities.get(vertex as usize) {
            Some(priority) => {
                if self.states[vertex as usize] == State::Waiting {
                    self.states[vertex as usize] = State::Ready;
                    self.queue.push(Queued { priority: *priority, step: std::cmp::Reverse(vertex) });
                }
            }
            None => self.pass(vertex),
        }
    }

    /// A failed step takes its descendants with it, and nobody else.
    fn fail(&mut self, step: u32) {
        if !self.is_open(step) {
            return;
        }
        self.open -= 1;
        self.mark(step, State::Failed);
        let culprit = self.plan.steps[step as usize].address.clone();
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut work = self.followers[step as usize].clone();
        while let Some(vertex) = work.pop() {
            if !seen.insert(vertex) {
                continue;
            }
            if let Some(state) = self.states.get(vertex as usize) {
                if !matches!(state, State::Waiting | State::Ready) {
                    continue;
                }
                self.states[vertex as usize] = State::Skipped;
                self.open -= 1;
                self.newly_skipped.push((vertex, culprit.clone()));
            }
            work.extend(&self.followers[vertex as usize]);
        }
    }

    /// What a look-up found; an answer that nobody can read stays unknown.
    fn found(&mut self, step: u32, answer: &Document) {
        if let Ok(answer) = answer.decode() {
            self.nodes.insert(self.plan.steps[step as usize].address.clone(), answer);
        }
    }

    fn learn(&mut self, step: u32, record: &Record) {
        let step = &self.plan.steps[step as usize];
        if !step.deposed.is_empty() || !matches!(step.leg, Leg::Create | Leg::Update | Leg::Record) {
            return;
        }
        let attributes = shown_of(record, self.plan.procedure(step.kind()).map(|procedure| &**procedure));
        if let Some(value) = self.blocks.get_mut(&step.address.block) {
            value.take();
        }
        self.nodes.insert(step.address.clone(), Value::Map(attributes));
    }
}

impl Nodes for Progress {
    fn node(&self, node: &Node) -> Cow<'_, Value> {
        match node {
            Node::Instance(address) => {
                self.nodes.get(address).map_or_else(|| Cow::Owned(Value::unknown()), Cow::Borrowed)
            }
            Node::Block(block) => match (self.plan.blocks.get(block), self.blocks.get(block)) {
                (Some(shape), Some(known)) => Cow::Borrowed(known.get_or_init(|| {
                    let value = |address: &Address| self.nodes.get(address).cloned().unwrap_or_else(Value::unknown);
                    let instances = shape.instances.iter().map(|address| (address.clone(), value(address))).collect();
                    block_value(shape.repetition, instances)
                })),
                _ => Cow::Owned(Value::unknown()),
            },
        }
    }

    fn attribute(&self, node: &Node, name: &str) -> Option<Cow<'_, Value>> {
        match node {
            Node::Instance(address) => match self.nodes.get(address)? {
                Value::Map(map) => map.get(name).map(Cow::Borrowed),
                _ => None,
            },
            Node::Block(_) => None,
        }
    }
}
