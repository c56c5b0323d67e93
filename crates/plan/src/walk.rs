//! The order in which the planner looks at resources: what is depended on first.

use firma_model::{
    address::{Address, Block, Node},
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
};
use std::collections::{BTreeMap, HashMap};

/// A vertex of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit<'a> {
    /// A resource, everything it depends on already visited.
    Resource(&'a Address),
    /// A look-up that an apply asks, everything it depends on already visited.
    Read(&'a Address),
    /// A block whose instances are all visited.
    Block(&'a Block),
}

/// The instances of every block.
pub fn instances(desired: &Desired) -> BTreeMap<&Block, Vec<&Address>> {
    // Instances come sorted, those of one block together.
    let addresses: Vec<&Address> = desired.resources.keys().collect();
    let mut blocks: Vec<(&Block, Vec<&Address>)> =
        addresses.chunk_by(|a, b| a.block == b.block).map(|of| (&of[0].block, of.to_vec())).collect();
    let without = desired.blocks.keys().filter(|block| blocks.binary_search_by_key(block, |(has, _)| has).is_err());
    let without: Vec<_> = without.map(|block| (block, Vec::new())).collect();
    blocks.extend(without);
    blocks.into_iter().collect()
}

/// Every resource and block of the desired world in dependency order. A cycle is a diagnostic that names its members.
pub fn dependency_order<'a>(
    desired: &'a Desired,
    blocks: &BTreeMap<&'a Block, Vec<&'a Address>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Visit<'a>> {
    // Iterative depth-first search: chains may be a hundred thousand long.
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Open,
        Done,
    }
    enum Frame<'a> {
        Enter(Visit<'a>),
        Leave(Visit<'a>),
    }
    let mut resources: HashMap<&Address, Mark> = HashMap::with_capacity(desired.resources.len());
    let mut block_marks: HashMap<&Block, Mark> = HashMap::new();
    let mut order = Vec::with_capacity(desired.resources.len());
    let mut path: Vec<Visit<'a>> = Vec::new();
    let roots = desired.resources.keys().map(Visit::Resource).chain(desired.reads.keys().map(Visit::Read));
    for root in roots {
        let mut stack = vec![Frame::Enter(root)];
        while let Some(frame) = stack.pop() {
            match frame {
                Frame::Leave(visit) => {
                    path.pop();
                    match visit {
                        Visit::Resource(address) | Visit::Read(address) => resources.insert(address, Mark::Done),
                        Visit::Block(block) => block_marks.insert(block, Mark::Done),
                    };
                    order.push(visit);
                }
                Frame::Enter(visit) => {
                    let mark = match visit {
                        Visit::Resource(address) | Visit::Read(address) => resources.get(address),
                        Visit::Block(block) => block_marks.get(block),
                    };
                    match mark {
                        Some(Mark::Done) => continue,
                        Some(Mark::Open) => {
                            diagnostics.push(cycle(desired, &path, visit));
                            continue;
                        }
                        None => {}
                    }
                    path.push(visit);
                    stack.push(Frame::Leave(visit));
                    match visit {
                        Visit::Resource(address) | Visit::Read(address) => {
                            resources.insert(address, Mark::Open);
                            let of = match visit {
                                Visit::Read(_) => desired.reads.get(address).map(|read| &read.dependencies),
                                _ => desired.resources.get(address).map(|resource| &resource.dependencies),
                            };
                            for node in of.into_iter().flatten().rev() {
                                match node {
                                    Node::Instance(on) if on.block.data => {
                                        if let Some((on, _)) = desired.reads.get_key_value(on) {
                                            stack.push(Frame::Enter(Visit::Read(on)));
                                        }
                                    }
                                    Node::Instance(on) => {
                                        if let Some((on, _)) = desired.resources.get_key_value(on) {
                                            stack.push(Frame::Enter(Visit::Resource(on)));
                                        }
                                    }
                                    Node::Block(on) => {
                                        if let Some((on, _)) = blocks.get_key_value(on) {
                                            stack.push(Frame::Enter(Visit::Block(on)));
                                        }
                                    }
                                }
                            }
                        }
                        Visit::Block(block) => {
                            block_marks.insert(block, Mark::Open);
                            for address in blocks.get(block).into_iter().flatten().rev() {
                                stack.push(Frame::Enter(Visit::Resource(address)));
                            }
                        }
                    }
                }
            }
        }
    }
    for block in blocks.keys() {
        if !block_marks.contains_key(block) {
            order.push(Visit::Block(block));
        }
    }
    order
}

fn cycle(desired: &Desired, path: &[Visit<'_>], back_to: Visit<'_>) -> Diagnostic {
    let name = |visit: &Visit<'_>| match visit {
        Visit::Resource(address) | Visit::Read(address) => address.to_string(),
        Visit::Block(block) => format!("{block}[*]"),
    };
    let from = path.iter().position(|visit| *visit == back_to).unwrap_or(0);
    let mut names: Vec<String> = path[from..].iter().map(name).collect();
    names.push(name(&back_to));
    let mut diagnostic = Diagnostic::error("E0501", format!("resources depend on each other: {}", names.join(" -> ")))
        .hint("each `->` reads \"depends on\"; one of these references or depends_on entries must go");
    let mut spans = path[from..].iter().filter_map(|visit| match visit {
        Visit::Resource(address) => desired.resources.get(*address).map(|resource| (resource.span, visit)),
        Visit::Read(address) => desired.reads.get(*address).map(|read| (read.span, visit)),
        Visit::Block(_) => None,
    });
    if let Some((span, _)) = spans.next() {
        diagnostic = diagnostic.at(span);
    }
    for (span, visit) in spans {
        diagnostic = diagnostic.related(span, format!("{} is part of it", name(visit)));
    }
    diagnostic
}
