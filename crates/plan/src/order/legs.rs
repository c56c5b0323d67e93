//! Which steps an address has.

use crate::step::{Leg, Plan, Step};
use firma_model::address::{Address, Block, NameMap, NameSet, Node};
use std::collections::HashMap;

/// The steps of a plan by what they do to which address.
pub(super) struct Legs<'a> {
    pub(super) steps: &'a [Step],
    /// Creates and updates, and what is looked up.
    pub(super) makes: NameMap<&'a Address, u32>,
    /// Updates alone.
    pub(super) updates: NameMap<&'a Address, u32>,
    /// Deletions of current objects.
    pub(super) deletes: NameMap<&'a Address, u32>,
    /// Deletions of objects set aside, in this plan or by an earlier run.
    pub(super) asides: NameMap<&'a Address, Vec<u32>>,
    /// Steps that write down where an object is now, by address and deposed id.
    pub(super) written: HashMap<(&'a Address, &'a str), u32>,
    /// What is made of the blocks that steps depend on, or conditions are about, as a whole.
    pub(super) made_in: NameMap<&'a Block, Vec<u32>>,
    /// What is deleted of what was set aside, by block.
    pub(super) asides_in: NameMap<&'a Block, Vec<u32>>,
}

impl<'a> Legs<'a> {
    pub(super) fn of(plan: &'a Plan) -> Legs<'a> {
        let mut legs = Legs {
            steps: &plan.steps,
            makes: NameMap::default(),
            updates: NameMap::default(),
            deletes: NameMap::default(),
            asides: NameMap::default(),
            written: HashMap::new(),
            made_in: NameMap::default(),
            asides_in: NameMap::default(),
        };
        let mut whole: NameSet<&Block> = NameSet::default();
        let mut note = |node: &'a Node| {
            if let Node::Block(block) = node {
                whole.insert(block);
            }
        };
        plan.steps.iter().flat_map(|step| &step.dependencies).for_each(&mut note);
        plan.conditions.iter().for_each(|condition| condition.each_node(&mut note));
        for (at, step) in plan.steps.iter().enumerate() {
            let at = at as u32;
            let address = &step.address;
            match step.leg {
                Leg::Create | Leg::Update | Leg::Read => {
                    legs.makes.insert(address, at);
                    if whole.contains(&address.block) {
                        legs.made_in.entry(&address.block).or_default().push(at);
                    }
                    if step.leg == Leg::Update {
                        legs.updates.insert(address, at);
                    }
                }
                Leg::Delete if step.deposed.is_empty() => {
                    legs.deletes.insert(address, at);
                }
                Leg::Delete => {
                    legs.asides.entry(address).or_default().push(at);
                    legs.asides_in.entry(&address.block).or_default().push(at);
                }
                Leg::Record => {
                    legs.written.insert((address, &step.deposed), at);
                }
                Leg::Forget => {}
            }
        }
        legs
    }

    pub(super) fn step(&self, at: u32) -> &'a Step {
        &self.steps[at as usize]
    }

    /// The step that makes an address and sets its old object aside, if one does.
    pub(super) fn succeeds(&self, address: &Address) -> Option<u32> {
        self.makes.get(address).copied().filter(|make| !self.step(*make).deposes.is_empty())
    }

    /// Whether a deletion is that of an object which this plan sets aside; earlier runs left the others.
    pub(super) fn is_set_aside_here(&self, delete: u32) -> bool {
        let step = self.step(delete);
        !step.deposed.is_empty()
            && self.succeeds(&step.address).is_some_and(|make| self.step(make).deposes == step.deposed)
    }
}
