//! The order in which the planner looks at resources: what is depended on first.

use crate::abreast;
use firma_model::{
    address::{Address, Block, NameMap, Node, NodeSet},
    desired::{Desired, DesiredResource, Read},
    diagnostic::{Diagnostic, Diagnostics},
    record::{Record, Recorded},
};
use std::ops::Range;

/// Everything that is wanted, in the order of its addresses, and so that each has a number.
#[derive(Debug)]
pub struct Wanted<'a> {
    resources: Vec<(&'a DesiredResource, Option<&'a Record>)>,
    /// Look-ups that an apply asks; their numbers follow those of the resources.
    reads: Vec<&'a Read>,
    numbers: NameMap<&'a Address, u32>,
    desired: &'a Desired,
}

/// A vertex of the walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Visit<'a> {
    /// A resource and its record, everything it depends on already visited.
    Resource(&'a DesiredResource, Option<&'a Record>),
    /// A look-up that an apply asks, everything it depends on already visited.
    Read(&'a Read),
    /// A block whose instances are all visited.
    Block(&'a Block),
}

/// A vertex by its number.
#[derive(Clone, Copy, PartialEq)]
enum Vertex {
    Single(u32),
    Block(u32),
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

#[derive(Clone, Copy)]
enum Frame {
    Enter(Vertex),
    Leave(Vertex),
}

/// Blocks that are depended on as a whole, numbered as they are met.
#[derive(Default)]
struct Blocks<'a> {
    numbers: NameMap<&'a Block, u32>,
    all: Vec<(&'a Block, Range<usize>, Mark)>,
}

impl<'a> Wanted<'a> {
    /// Of two worlds.
    pub fn of(desired: &'a Desired, recorded: &'a Recorded) -> Wanted<'a> {
        let resources: Vec<_> = abreast::wanted(desired, recorded).collect();
        let reads: Vec<&Read> = desired.reads.values().collect();
        let mut numbers = NameMap::with_capacity_and_hasher(resources.len() + reads.len(), Default::default());
        let addresses =
            resources.iter().map(|(resource, _)| &resource.address).chain(reads.iter().map(|read| &read.address));
        numbers.extend(addresses.zip(0_u32..));
        Wanted { resources, reads, numbers, desired }
    }

    /// All of it, each with its record.
    pub fn resources(&self) -> impl Iterator<Item = (&'a DesiredResource, Option<&'a Record>)> {
        self.resources.iter().copied()
    }

    /// How many of it are not recorded.
    pub fn unrecorded(&self) -> usize {
        self.resources.iter().filter(|(_, record)| record.is_none()).count()
    }

    /// The instances of a block.
    pub fn instances(&self, block: &Block) -> impl Iterator<Item = &'a Address> {
        self.resources[self.range(block)].iter().map(|(resource, _)| &resource.address)
    }

    /// Whether there is such a block, with instances or without.
    pub fn has_block(&self, block: &Block) -> bool {
        !self.range(block).is_empty() || self.desired.blocks.contains_key(block)
    }

    fn range(&self, block: &Block) -> Range<usize> {
        let block_of = |place: &(&DesiredResource, Option<&Record>)| place.0.address.block.cmp(block);
        let from = self.resources.partition_point(|place| block_of(place).is_lt());
        from..from + self.resources[from..].partition_point(|place| block_of(place).is_eq())
    }

    /// Every resource and look-up in dependency order, and among them the blocks that are depended on as a whole. A cycle is a
    /// diagnostic that names its members.
    pub fn in_order(&self, diagnostics: &mut Diagnostics) -> Vec<Visit<'a>> {
        // Iterative depth-first search: chains may be a hundred thousand long.
        let singles = self.resources.len() + self.reads.len();
        let mut marks = vec![Mark::New; singles];
        let mut blocks = Blocks::default();
        let mut order = Vec::with_capacity(singles);
        let mut path: Vec<Vertex> = Vec::new();
        let mut stack = Vec::new();
        for root in 0..singles as u32 {
            stack.push(Frame::Enter(Vertex::Single(root)));
            while let Some(frame) = stack.pop() {
                match frame {
                    Frame::Leave(vertex) => {
                        path.pop();
                        *mark(vertex, &mut marks, &mut blocks) = Mark::Done;
                        order.push(self.visit(vertex, &blocks));
                    }
                    Frame::Enter(vertex) => {
                        match mark(vertex, &mut marks, &mut blocks) {
                            Mark::Done => continue,
                            Mark::Open => {
                                diagnostics.push(self.cycle(&path, vertex, &blocks));
                                continue;
                            }
                            new @ Mark::New => *new = Mark::Open,
                        }
                        path.push(vertex);
                        stack.push(Frame::Leave(vertex));
                        let open = |on: &Vertex, marks: &[Mark]| match on {
                            Vertex::Single(number) => marks[*number as usize] != Mark::Done,
                            Vertex::Block(_) => true,
                        };
                        match vertex {
                            Vertex::Single(number) => {
                                for node in self.dependencies(number).iter().rev() {
                                    let on = self.vertex(node, &mut blocks).filter(|on| open(on, &marks));
                                    stack.extend(on.map(Frame::Enter));
                                }
                            }
                            Vertex::Block(number) => {
                                let (_, instances, _) = &blocks.all[number as usize];
                                let instances = instances.clone().rev().map(|at| Vertex::Single(at as u32));
                                stack.extend(instances.filter(|on| open(on, &marks)).map(Frame::Enter));
                            }
                        }
                    }
                }
            }
        }
        order
    }

    fn dependencies(&self, number: u32) -> &'a NodeSet {
        match self.resources.get(number as usize) {
            Some((resource, _)) => &resource.dependencies,
            None => &self.reads[number as usize - self.resources.len()].dependencies,
        }
    }

    /// What a node is here; nothing where it is not wanted.
    fn vertex(&self, node: &'a Node, blocks: &mut Blocks<'a>) -> Option<Vertex> {
        match node {
            Node::Instance(on) => self.numbers.get(on).copied().map(Vertex::Single),
            Node::Block(on) => {
                if let Some(number) = blocks.numbers.get(on) {
                    return Some(Vertex::Block(*number));
                }
                let range = self.range(on);
                if range.is_empty() && !self.desired.blocks.contains_key(on) {
                    return None;
                }
                let number = blocks.all.len() as u32;
                blocks.numbers.insert(on, number);
                blocks.all.push((on, range, Mark::New));
                Some(Vertex::Block(number))
            }
        }
    }

    fn visit(&self, vertex: Vertex, blocks: &Blocks<'a>) -> Visit<'a> {
        match vertex {
            Vertex::Single(number) => match self.resources.get(number as usize) {
                Some((resource, record)) => Visit::Resource(resource, *record),
                None => Visit::Read(self.reads[number as usize - self.resources.len()]),
            },
            Vertex::Block(number) => Visit::Block(blocks.all[number as usize].0),
        }
    }

    fn cycle(&self, path: &[Vertex], back_to: Vertex, blocks: &Blocks<'a>) -> Diagnostic {
        let name = |visit: Visit<'_>| match visit {
            Visit::Resource(resource, _) => resource.address.to_string(),
            Visit::Read(read) => read.address.to_string(),
            Visit::Block(block) => format!("{block}[*]"),
        };
        let from = path.iter().position(|vertex| *vertex == back_to).unwrap_or(0);
        let members = || path[from..].iter().map(|vertex| self.visit(*vertex, blocks));
        let mut names: Vec<String> = members().map(name).collect();
        names.push(name(self.visit(back_to, blocks)));
        let mut diagnostic =
            Diagnostic::error("E0501", format!("resources depend on each other: {}", names.join(" -> ")))
                .hint("each `->` reads \"depends on\"; one of these references or depends_on entries must go");
        let mut spans = members().filter_map(|visit| match visit {
            Visit::Resource(resource, _) => Some((resource.span, name(visit))),
            Visit::Read(read) => Some((read.span, name(visit))),
            Visit::Block(_) => None,
        });
        if let Some((span, _)) = spans.next() {
            diagnostic = diagnostic.at(span);
        }
        for (span, name) in spans {
            diagnostic = diagnostic.related(span, format!("{name} is part of it"));
        }
        diagnostic
    }
}

fn mark<'m>(vertex: Vertex, marks: &'m mut [Mark], blocks: &'m mut Blocks<'_>) -> &'m mut Mark {
    match vertex {
        Vertex::Single(number) => &mut marks[number as usize],
        Vertex::Block(number) => &mut blocks.all[number as usize].2,
    }
}
