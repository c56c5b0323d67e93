//! `replace_triggered_by`: whether the plan changes what an instance is to be replaced with.

use crate::{
    decide::Decision,
    due::Due,
    nodes::recorded_attributes,
    step::{Action, Reason},
    table::Table,
};
use firma_model::{
    address::{Address, Block, Node},
    desired::{Desired, DesiredResource},
    record::Record,
    statement::Trigger,
    value::{Map, Value},
};
use std::collections::{HashMap, HashSet};

/// What happens to the resources that others are replaced with.
#[derive(Debug, Default)]
pub struct Triggers {
    watched: HashSet<Address>,
    watched_blocks: HashSet<Block>,
    changed: HashMap<Address, Before>,
    changed_blocks: HashMap<Block, Vec<Address>>,
}

/// What a resource was before it changes.
#[derive(Debug)]
struct Before(Map);

impl Triggers {
    /// Everything that is a trigger of something.
    pub fn of(desired: &Desired) -> Triggers {
        let mut triggers = Triggers::default();
        for trigger in desired.resources.values().flat_map(|resource| &resource.lifecycle.replace_triggered_by) {
            match &trigger.node {
                Node::Instance(address) => triggers.watched.insert(address.clone()),
                Node::Block(block) => triggers.watched_blocks.insert(block.clone()),
            };
        }
        triggers
    }

    /// Takes note of what was decided for a resource that may be one.
    pub(crate) fn note(&mut self, address: &Address, record: Option<&Record>, decision: &Decision) {
        let watched = self.watched.contains(address) || self.watched_blocks.contains(&address.block);
        let Some(record) = record.filter(|_| watched) else { return };
        // An object that is made because its predecessor is gone changes as much as one that is replaced.
        if matches!(decision.action, Some(Action::Update | Action::Replace | Action::Create)) {
            self.changed.insert(address.clone(), Before(recorded_attributes(record)));
            self.changed_blocks.entry(address.block.clone()).or_default().push(address.clone());
        }
    }

    /// Why a resource is to be replaced: its triggers that change.
    pub(crate) fn reasons(&self, resource: &DesiredResource, table: &Table, due: &Due) -> Vec<Reason> {
        if self.changed.is_empty() && due.is_empty() {
            return Vec::new();
        }
        let fires = |trigger: &&Trigger| match &trigger.node {
            Node::Instance(address) => self.fires(address, trigger, table),
            Node::Block(block) => self
                .changed_blocks
                .get(block)
                .is_some_and(|instances| instances.iter().any(|address| self.fires(address, trigger, table))),
        };
        let words = |trigger: &Trigger| {
            let path = trigger.path.to_string();
            let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
            format!("{}{dot}{path}", trigger.node)
        };
        let is_due = |trigger: &&Trigger| {
            due.asks(&resource.address, &words(trigger))
                && due.has_changed(|address| match &trigger.node {
                    Node::Instance(on) => on == address,
                    Node::Block(block) => address.block == *block,
                })
        };
        let triggers = resource.lifecycle.replace_triggered_by.iter();
        let fired = triggers.filter(|trigger| fires(trigger) || is_due(trigger));
        fired.map(|trigger| Reason::TriggeredBy { by: words(trigger) }).collect()
    }

    fn fires(&self, address: &Address, trigger: &Trigger, table: &Table) -> bool {
        let Some(Before(before)) = self.changed.get(address) else { return false };
        if trigger.path.0.is_empty() {
            return true;
        }
        let before = Value::Map(before.clone());
        let Some(after) = table.get(address) else { return true };
        match (trigger.path.get(&before), trigger.path.get(after)) {
            (_, Some(after)) if after.has_unknown() => true,
            (Some(before), Some(after)) => !crate::compare::same(before, after),
            (before, after) => !(before.is_none_or(Value::is_null) && after.is_none_or(Value::is_null)),
        }
    }
}
