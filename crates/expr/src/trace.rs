//! Which resources an expression really used.

use firma_model::{
    address::{Block, Node},
    expr::Expr,
    small_map::SmallMap,
};
use std::collections::BTreeSet;

/// Nodes used by one or more evaluations.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Of most expressions few.
    used: SmallMap<Node, ()>,
    whole: BTreeSet<Block>,
    steps: u64,
}

impl Trace {
    /// Nothing used yet.
    pub fn new() -> Trace {
        Trace::default()
    }

    /// Evaluation steps taken so far: a measure of work that is the same on every machine. Those of other traces that were
    /// added do not count again.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub(crate) fn spend(&mut self, steps: u64) {
        self.steps = self.steps.saturating_add(steps);
    }

    /// Says that a reference stands for all instances of `block`: from now on, using one of them is using the block.
    ///
    /// Without this, N instances that each walk N others would make N*N dependencies.
    pub fn whole(&mut self, block: &Block) {
        if !self.whole.contains(block) {
            self.whole.insert(block.clone());
        }
    }

    /// Notes that a node was used.
    pub fn node(&mut self, node: &Node) {
        match node {
            Node::Instance(address) if self.whole.contains(&address.block) => {
                let block = Node::Block(address.block.clone());
                self.used.insert(block, ());
            }
            _ if self.used.contains_key(node) => {}
            _ => {
                self.used.insert(node.clone(), ());
            }
        }
    }

    /// Whether this very node was used.
    pub fn has(&self, node: &Node) -> bool {
        self.used.contains_key(node)
    }

    /// Notes the nodes left in a residual.
    pub fn residual(&mut self, expr: &Expr) {
        expr.each_node(&mut |node| self.node(node));
    }

    /// Notes everything another trace holds, as when a local that was evaluated before is referred to.
    pub fn extend(&mut self, other: &Trace) {
        self.used.extend(other.used.iter().map(|(node, ())| (node.clone(), ())));
    }

    /// The nodes used, in order. An instance is left out when its whole block is there.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let blocks = self.used.keys().any(|node| matches!(node, Node::Block(_)));
        self.used.keys().filter(move |node| match node {
            Node::Instance(address) if blocks => !self.used.contains_key(&Node::Block(address.block.clone())),
            Node::Instance(_) | Node::Block(_) => true,
        })
    }

    /// Whether nothing was used.
    pub fn is_empty(&self) -> bool {
        self.used.is_empty()
    }
}
