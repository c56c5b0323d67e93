//! Which steps an address has.

use crate::step::{Leg, Plan, Step};
use firma_model::address::{Address, Block};
use std::collections::{BTreeMap, HashMap};

/// The steps of a plan by what they do to which address.
pub(super) struct Legs<'a> {
    pub(super) steps: &'a [Step],
    /// Creates and updates, and what is looked up.
    pub(super) makes: HashMap<&'a Address, u32>,
    /// Updates alone.
    pub(super) updates: HashMap<&'a Address, u32>,
    /// Deletions of current objects.
    pub(super) deletes: HashMap<&'a Address, u32>,
    /// Deletions of objects set aside, in this plan or by an earlier run.
    pub(super) asides: HashMap<&'a Address, Vec<u32>>,
    /// Steps that write down where an object is now, by address and deposed id.
    pub(super) written: HashMap<(&'a Address, &'a str), u32>,
    /// What is made, by block.
    pub(super) made_in: BTreeMap<&'a Block, Vec<u32>>,
    /// What is deleted of what was set aside, by block.
    pub(super) asides_in: BTreeMap<&'a Block, Vec<u32>>,
}

impl<'a> Legs<'a> {
    pub(super) fn of(plan: &'a Plan) -> Legs<'a> {
        let mut legs = Legs {
            steps: &plan.steps,
            makes: HashMap::new(),
            updates: HashMap::new(),
            deletes: HashMap::new(),
            asides: HashMap::new(),
            written: HashMap::new(),
            made_in: BTreeMap::new(),
            asides_in: BTreeMap::new(),
        };
        for (at, step) in plan.steps.iter().enumerate() {
            let at = at as u32;
            let address = &step.address;
            match step.leg {
                Leg::Create | Leg::Update | Leg::Read => {
                    legs.makes.insert(address, at);
                    legs.made_in.entry(&address.block).or_default().push(at);
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
