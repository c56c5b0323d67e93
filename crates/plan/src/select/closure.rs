//! What belongs to a choice: the addresses of a project, how they depend on each other, and everything that is reached
//! from some of them.
//!
//! Dependencies on a whole block go through the block, so that n instances and m dependants make n + m edges.

use crate::moves;
use firma_model::{
    address::{Address, Block, Node, NodeSet},
    desired::Desired,
    record::{Record, Recorded},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A relation between addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    /// From what is wanted to what it depends on.
    WantedNeeds,
    /// From what is wanted to what depends on it.
    WantedUsers,
    /// From what is recorded to what it was made to depend on.
    RecordedNeeds,
    /// From what is recorded to what was made to depend on it.
    RecordedUsers,
    /// Between the old and the new address of one object.
    Moved,
}

const RELATIONS: usize = 5;

#[derive(Clone, Copy)]
enum Next {
    To(u32),
    Through(u32),
}

/// One relation: what follows an address, and what follows a block.
#[derive(Default)]
struct Relation {
    next: Vec<Vec<Next>>,
    through: Vec<Vec<u32>>,
}

/// The addresses of a project and their relations.
pub(super) struct Graph<'a> {
    /// Every address that is wanted or recorded, in order.
    pub(super) addresses: Vec<&'a Address>,
    wanted: Vec<bool>,
    recorded: Vec<bool>,
    leaving: Vec<bool>,
    relations: [Relation; RELATIONS],
}

impl<'a> Graph<'a> {
    pub(super) fn new(desired: &'a Desired, recorded: &'a Recorded) -> Graph<'a> {
        let records = || recorded.records.values().chain(&recorded.deposed);
        let all: BTreeSet<&Address> = desired.resources.keys().chain(records().map(|record| &record.address)).collect();
        let addresses: Vec<&Address> = all.into_iter().collect();
        let numbers: HashMap<&Address, u32> =
            addresses.iter().enumerate().map(|(at, address)| (*address, at as u32)).collect();
        let number = |address: &Address| numbers.get(address).copied();
        let mut graph = Graph {
            wanted: addresses.iter().map(|address| desired.resources.contains_key(*address)).collect(),
            recorded: vec![false; addresses.len()],
            leaving: Vec::new(),
            relations: Default::default(),
            addresses,
        };
        for record in records() {
            if let Some(at) = number(&record.address) {
                graph.recorded[at as usize] = true;
            }
        }
        let wanted_edges = desired.resources.iter().map(|(address, resource)| (address, &resource.dependencies));
        let among = |at: &u32| graph.wanted[*at as usize];
        let [needs, users] = relate(&graph.addresses, &number, &among, wanted_edges);
        let recorded_edges = records().map(|record: &Record| (&record.address, &record.dependencies));
        let among = |at: &u32| graph.recorded[*at as usize];
        let [recorded_needs, recorded_users] = relate(&graph.addresses, &number, &among, recorded_edges);
        let mut moved = Relation { next: vec![Vec::new(); graph.addresses.len()], through: Vec::new() };
        let mut leaving = vec![false; graph.addresses.len()];
        for (old, new) in moves::destinations(desired, recorded) {
            if let (Some(old), Some(new)) = (number(old), number(&new)) {
                moved.next[new as usize].push(Next::To(old));
                moved.next[old as usize].push(Next::To(new));
                leaving[old as usize] = true;
            }
        }
        graph.leaving = leaving;
        graph.relations = [needs, users, recorded_needs, recorded_users, moved];
        graph
    }

    /// Whether the manifests have it.
    pub(super) fn is_wanted(&self, at: u32) -> bool {
        self.wanted[at as usize]
    }

    /// Whether the state has it.
    pub(super) fn is_recorded(&self, at: u32) -> bool {
        self.recorded[at as usize]
    }

    /// Whether its object goes to another address.
    pub(super) fn is_leaving(&self, at: u32) -> bool {
        self.leaving[at as usize]
    }

    /// Whether an object moves to it.
    pub(super) fn is_entered(&self, at: u32) -> bool {
        self.is_wanted(at) && !self.relations[Along::Moved as usize].next[at as usize].is_empty()
    }

    /// Everything reached from some addresses: `follow` says along which relations an address is left, `admit` whether one
    /// is entered that way. The first ones count as reached.
    pub(super) fn reached(
        &self,
        from: impl IntoIterator<Item = u32>,
        follow: impl Fn(u32) -> &'static [Along],
        admit: impl Fn(Along, u32) -> bool,
    ) -> Vec<bool> {
        let mut reached = vec![false; self.addresses.len()];
        let mut passed: [Vec<bool>; RELATIONS] =
            std::array::from_fn(|relation| vec![false; self.relations[relation].through.len()]);
        let mut work: Vec<u32> = from.into_iter().collect();
        for at in &work {
            reached[*at as usize] = true;
        }
        while let Some(at) = work.pop() {
            for along in follow(at) {
                let relation = &self.relations[*along as usize];
                for next in &relation.next[at as usize] {
                    let one = |to: u32, work: &mut Vec<u32>, reached: &mut Vec<bool>| {
                        if !reached[to as usize] && admit(*along, to) {
                            reached[to as usize] = true;
                            work.push(to);
                        }
                    };
                    match next {
                        Next::To(to) => one(*to, &mut work, &mut reached),
                        Next::Through(block) if passed[*along as usize][*block as usize] => {}
                        Next::Through(block) => {
                            passed[*along as usize][*block as usize] = true;
                            for to in &relation.through[*block as usize] {
                                one(*to, &mut work, &mut reached);
                            }
                        }
                    }
                }
            }
        }
        reached
    }
}

/// A relation and its opposite, of the dependencies of one world.
fn relate<'e>(
    addresses: &[&Address],
    number: &dyn Fn(&Address) -> Option<u32>,
    among: &dyn Fn(&u32) -> bool,
    edges: impl Iterator<Item = (&'e Address, &'e NodeSet)>,
) -> [Relation; 2] {
    let mut instances: HashMap<&Block, Vec<u32>> = HashMap::new();
    for (at, address) in addresses.iter().enumerate().filter(|(at, _)| among(&(*at as u32))) {
        instances.entry(&address.block).or_default().push(at as u32);
    }
    let empty = || Relation { next: vec![Vec::new(); addresses.len()], through: Vec::new() };
    let (mut needs, mut users) = (empty(), empty());
    let mut blocks: BTreeMap<&Block, u32> = BTreeMap::new();
    for (address, dependencies) in edges {
        let Some(from) = number(address) else { continue };
        for node in dependencies {
            match node {
                Node::Instance(on) => {
                    if let Some(on) = number(on).filter(|on| among(on)) {
                        needs.next[from as usize].push(Next::To(on));
                        users.next[on as usize].push(Next::To(from));
                    }
                }
                Node::Block(on) => {
                    let block = *blocks.entry(on).or_insert_with(|| {
                        let block = needs.through.len() as u32;
                        let of = instances.get(on).cloned().unwrap_or_default();
                        for instance in &of {
                            users.next[*instance as usize].push(Next::Through(block));
                        }
                        needs.through.push(of);
                        users.through.push(Vec::new());
                        block
                    });
                    needs.next[from as usize].push(Next::Through(block));
                    users.through[block as usize].push(from);
                }
            }
        }
    }
    [needs, users]
}
