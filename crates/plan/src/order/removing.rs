//! R2, R5, R7 and D1: when something may be deleted, and what waits for a deletion.

use super::edges::{Edges, Through};
use crate::step::{Leg, Rule};
use firma_model::{
    address::{Address, Block, Node},
    record::Record,
};
use std::collections::{BTreeMap, HashMap};

/// How far a deletion reaches: who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reach {
    /// An object set aside: what it depends on is deleted later.
    Aside,
    /// One that is created before it is destroyed: what it depends on is changed or deleted later.
    Loose,
    /// Any other: what it depends on is changed, deleted or succeeded later.
    Whole,
}

/// Gates of one walk through the recorded dependencies.
struct Walk<'a> {
    instances: BTreeMap<&'a Block, Vec<&'a Address>>,
    kept: HashMap<(&'a Address, Reach), u32>,
    blocks: HashMap<(&'a Block, Reach), u32>,
    work: Vec<(u32, &'a Record, Reach)>,
}

impl<'a> Edges<'a> {
    pub(super) fn removing(&mut self) {
        if self.legs.deletes.is_empty() && self.legs.asides.is_empty() {
            return;
        }
        let mut instances: BTreeMap<&'a Block, Vec<&'a Address>> = BTreeMap::new();
        for address in self.worlds.recorded.records.keys() {
            instances.entry(&address.block).or_default().push(address);
        }
        self.standing(&instances);
        let mut walk = Walk { instances, kept: HashMap::new(), blocks: HashMap::new(), work: Vec::new() };
        for (at, step) in self.legs.steps.iter().enumerate() {
            let Some(record) = step.record.as_ref().filter(|_| step.leg == Leg::Delete) else { continue };
            let reach = match (step.deposed.is_empty(), record.create_before_destroy) {
                (false, _) => Reach::Aside,
                (true, true) => Reach::Loose,
                (true, false) => Reach::Whole,
            };
            walk.work.push((at as u32, record, reach));
        }
        // Down the stored dependencies; what stays becomes a gate, visited once.
        while let Some((slot, record, reach)) = walk.work.pop() {
            for node in &record.dependencies {
                match node {
                    Node::Instance(on) => self.after_deletion(slot, on, reach, &mut walk),
                    Node::Block(on) => {
                        let gate = match walk.blocks.get(&(on, reach)) {
                            Some(gate) => *gate,
                            None => self.block_deletion(on, reach, &mut walk),
                        };
                        self.add(gate, slot, Rule::DeleteAfterDependant);
                    }
                }
            }
        }
    }

    /// A gate in front of whatever waits for deletions of those that depend on a whole block.
    fn block_deletion(&mut self, on: &'a Block, reach: Reach, walk: &mut Walk<'a>) -> u32 {
        let gate = self.gate(Through::Block(on));
        walk.blocks.insert((on, reach), gate);
        for instance in walk.instances.get(on).cloned().unwrap_or_default() {
            self.after_deletion(gate, instance, reach, walk);
        }
        // Those set aside whose address has nothing else.
        for aside in self.legs.asides_in.get(on).cloned().unwrap_or_default() {
            if !self.worlds.recorded.records.contains_key(&self.legs.step(aside).address) {
                self.add(aside, gate, Rule::DeleteAfterDependant);
            }
        }
        gate
    }

    /// What waits for `slot`, a deletion of something that depends on `on`, or a gate behind such.
    fn after_deletion(&mut self, slot: u32, on: &'a Address, reach: Reach, walk: &mut Walk<'a>) {
        let succeeds = self.legs.succeeds(on);
        if let Some(make) = succeeds.filter(|_| reach == Reach::Whole) {
            self.add(make, slot, Rule::Succession);
        }
        for aside in self.legs.asides.get(on).cloned().unwrap_or_default() {
            if aside != slot {
                self.add(aside, slot, Rule::DeleteAfterDependant);
            }
        }
        if succeeds.is_some() {
            return;
        }
        if let Some(delete) = self.legs.deletes.get(on).copied() {
            if delete != slot {
                self.add(delete, slot, Rule::DeleteAfterDependant);
            }
            return;
        }
        if let Some(update) = self.legs.updates.get(on).copied().filter(|_| reach != Reach::Aside) {
            self.add(update, slot, Rule::ChangeAfterDependantDeleted);
        }
        let Some((on, record)) = self.worlds.recorded.records.get_key_value(on) else { return };
        let gate = match walk.kept.get(&(on, reach)) {
            Some(gate) => *gate,
            None => {
                let gate = self.gate(Through::Kept(on));
                walk.kept.insert((on, reach), gate);
                walk.work.push((gate, record, reach));
                gate
            }
        };
        self.add(gate, slot, Rule::DeleteAfterDependant);
    }

    /// R5 and D1: what something that is made or changed depends on, or did, stands until then.
    fn standing(&mut self, instances: &BTreeMap<&'a Block, Vec<&'a Address>>) {
        let mut in_use: HashMap<&'a Block, Option<u32>> = HashMap::new();
        let mut left: HashMap<&'a Block, Option<u32>> = HashMap::new();
        for (at, step) in self.legs.steps.iter().enumerate() {
            let at = at as u32;
            if !matches!(step.leg, Leg::Create | Leg::Update | Leg::Read) {
                continue;
            }
            for node in &step.dependencies {
                match node {
                    Node::Instance(on) => {
                        for aside in self.legs.asides.get(on).cloned().unwrap_or_default() {
                            self.stands_for(aside, at);
                        }
                    }
                    Node::Block(on) => {
                        let gate = match in_use.get(on) {
                            Some(gate) => *gate,
                            None => {
                                let asides = self.legs.asides_in.get(on).cloned().unwrap_or_default();
                                let gate = (!asides.is_empty()).then(|| self.gate(Through::Block(on)));
                                for aside in asides {
                                    gate.into_iter().for_each(|gate| self.stands_for(aside, gate));
                                }
                                in_use.insert(on, gate);
                                gate
                            }
                        };
                        if let Some(gate) = gate {
                            self.add(gate, at, Rule::Succession);
                        }
                    }
                }
            }
            let Some(record) = step.record.as_ref().filter(|_| step.leg == Leg::Update) else { continue };
            for node in &record.dependencies {
                match node {
                    Node::Instance(on) => {
                        for delete in self.orphans(std::iter::once(on)) {
                            self.prefer(delete, at, Rule::DeleteAfterMovedAway);
                        }
                    }
                    Node::Block(on) => {
                        let gate = match left.get(on) {
                            Some(gate) => *gate,
                            None => {
                                let recorded = instances.get(on).into_iter().flatten().copied();
                                let orphans = self.orphans(recorded);
                                let gate = (!orphans.is_empty()).then(|| self.gate(Through::Block(on)));
                                for orphan in orphans {
                                    gate.into_iter().for_each(|gate| {
                                        self.prefer(orphan, gate, Rule::DeleteAfterMovedAway);
                                    });
                                }
                                left.insert(on, gate);
                                gate
                            }
                        };
                        if let Some(gate) = gate {
                            self.prefer(gate, at, Rule::DeleteAfterMovedAway);
                        }
                    }
                }
            }
        }
    }

    fn stands_for(&mut self, aside: u32, user: u32) {
        match self.legs.is_set_aside_here(aside) {
            true => self.add(aside, user, Rule::Succession),
            false => self.prefer(aside, user, Rule::Succession),
        }
    }

    /// Deletions of addresses that end, and of what was set aside there.
    fn orphans(&self, addresses: impl Iterator<Item = &'a Address>) -> Vec<u32> {
        let mut found = Vec::new();
        for address in addresses {
            if !self.legs.makes.contains_key(address) {
                found.extend(self.legs.deletes.get(address));
            }
            found.extend(self.legs.asides.get(address).into_iter().flatten());
        }
        found
    }
}
