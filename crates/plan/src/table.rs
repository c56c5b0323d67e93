//! What nodes are by now, while the planner walks in dependency order.

use crate::nodes::block_value;
use firma_expr::Nodes;
use firma_model::{
    address::{Address, Block, NameMap, NameSet, Node},
    desired::{Desired, Repetition},
    expr::Expr,
    value::{Map, Value},
};
use std::borrow::Cow;

/// Values of the nodes that somebody refers to.
#[derive(Debug, Default)]
pub struct Table {
    wanted: NameSet<Address>,
    wanted_blocks: NameSet<Block>,
    values: NameMap<Address, Value>,
    blocks: NameMap<Block, Value>,
}

impl Table {
    /// An empty table that will keep exactly what the desired world refers to.
    pub fn for_references(desired: &Desired) -> Table {
        let mut table = Table::default();
        let mut note = |node: &Node| table.want(node);
        for resource in desired.resources.values() {
            for expr in resource.attributes.values() {
                expr.each_node(&mut note);
            }
            let lifecycle = &resource.lifecycle;
            for condition in lifecycle.preconditions.iter().chain(&lifecycle.postconditions) {
                condition.each_node(&mut note);
            }
            lifecycle.replace_triggered_by.iter().for_each(|trigger| note(&trigger.node));
        }
        for read in desired.reads.values() {
            read.parameters.values().for_each(|expr| expr.each_node(&mut note));
        }
        for output in desired.outputs.values() {
            output.value.each_node(&mut note);
            output.preconditions.iter().for_each(|condition| condition.each_node(&mut note));
        }
        let lookups = desired.lookups.values();
        let of_lookups = lookups.flat_map(|lookup| lookup.preconditions.iter().chain(&lookup.postconditions));
        for condition in desired.checks.values().flatten().chain(of_lookups) {
            condition.each_node(&mut note);
        }
        table
    }

    /// Keeps this one too.
    pub fn want(&mut self, node: &Node) {
        match node {
            // Most are referred to many times.
            Node::Instance(address) if !self.wanted.contains(address) => _ = self.wanted.insert(address.clone()),
            Node::Block(block) if !self.wanted_blocks.contains(block) => _ = self.wanted_blocks.insert(block.clone()),
            _ => {}
        }
    }

    /// Whether anybody refers to this instance, alone or through its block.
    pub fn wants(&self, address: &Address) -> bool {
        self.wanted.contains(address) || self.wanted_blocks.contains(&address.block)
    }

    /// Whether anybody refers to this block as a whole.
    pub fn wants_block(&self, block: &Block) -> bool {
        self.wanted_blocks.contains(block)
    }

    /// Blocks that somebody refers to as a whole.
    pub fn wanted_blocks(&self) -> impl Iterator<Item = &Block> {
        self.wanted_blocks.iter()
    }

    /// Sets what an instance is.
    pub fn set(&mut self, address: Address, attributes: Map) {
        self.values.insert(address, Value::Map(attributes));
    }

    /// Puts a block together when all its instances are set.
    pub fn set_block(&mut self, block: &Block, repetition: Repetition, instances: &[&Address]) {
        let values = instances
            .iter()
            .map(|address| ((*address).clone(), self.values.get(*address).cloned().unwrap_or_else(Value::unknown)))
            .collect();
        self.blocks.insert(block.clone(), block_value(repetition, values));
    }

    /// Whether an expression is one attribute of all instances of a block, and of none of them known: then nothing is said
    /// by listing them one by one.
    pub fn is_open(&self, expr: &Expr) -> bool {
        let Some((Node::Block(block), name)) = expr.as_attribute_of_all() else { return false };
        let open = |instance: &Value| match instance {
            Value::Map(attributes) => matches!(attributes.get(&**name), Some(Value::Unknown(_))),
            other => matches!(other, Value::Unknown(_)),
        };
        match self.blocks.get(block) {
            Some(Value::List(instances)) => !instances.is_empty() && instances.iter().all(open),
            Some(Value::Map(instances)) => !instances.is_empty() && instances.values().all(open),
            _ => false,
        }
    }

    /// What an instance is, if it was set.
    pub fn get(&self, address: &Address) -> Option<&Value> {
        self.values.get(address)
    }
}

impl Nodes for Table {
    fn node(&self, node: &Node) -> Cow<'_, Value> {
        let found = match node {
            Node::Instance(address) => self.values.get(address),
            Node::Block(block) => self.blocks.get(block),
        };
        found.map_or_else(|| Cow::Owned(Value::unknown()), Cow::Borrowed)
    }

    fn attribute(&self, node: &Node, name: &str) -> Option<Cow<'_, Value>> {
        match node {
            Node::Instance(address) => match self.values.get(address)? {
                Value::Map(map) => map.get(name).map(Cow::Borrowed),
                _ => None,
            },
            Node::Block(_) => None,
        }
    }
}
