//! R1, R3 and R4: what a step that makes something waits for, and what waits for it under its own address.

use super::edges::{Edges, Through};
use crate::step::{Leg, Rule};
use firma_model::address::{Block, Node};

impl<'a> Edges<'a> {
    pub(super) fn making(&mut self) {
        let steps = self.legs.steps;
        for (at, step) in steps.iter().enumerate() {
            let at = at as u32;
            if !matches!(step.leg, Leg::Create | Leg::Update | Leg::Read) {
                continue;
            }
            for node in &step.dependencies {
                let earlier = match node {
                    Node::Instance(address) => self.legs.makes.get(address).copied(),
                    Node::Block(block) => self.block_gate(block),
                };
                if let Some(earlier) = earlier {
                    self.add(at, earlier, Rule::MakeAfterDependency);
                }
            }
            if let Some(delete) = self.legs.deletes.get(&step.address).copied() {
                self.add(at, delete, Rule::DeleteBeforeMake);
            }
            self.succession(at);
        }
    }

    /// What moves is written down under its new address before anything is done to it there.
    pub(super) fn written_first(&mut self) {
        let steps = self.legs.steps;
        if self.legs.written.is_empty() {
            return;
        }
        for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.leg != Leg::Record) {
            if let Some(written) = self.legs.written.get(&(&step.address, step.deposed.as_str())).copied() {
                self.add(at as u32, written, Rule::MakeAfterDependency);
            }
        }
    }

    /// What follows under the same address.
    fn succession(&mut self, at: u32) {
        let step = self.legs.step(at);
        for aside in self.legs.asides.get(&step.address).cloned().unwrap_or_default() {
            match self.legs.is_set_aside_here(aside) {
                true => self.add(aside, at, Rule::MakeBeforeDelete),
                // The left-over of an earlier run: whoever still uses it is changed in this one.
                false => self.prefer(aside, at, Rule::MakeBeforeDelete),
            }
        }
    }

    /// The gate that opens when every instance of a block is made; `None` when none is being made.
    pub(super) fn block_gate(&mut self, block: &'a Block) -> Option<u32> {
        if let Some(known) = self.block_makes.get(block) {
            return *known;
        }
        let makes = self.legs.made_in.get(block).cloned().unwrap_or_default();
        let gate = match makes.len() {
            0 => None,
            1 => Some(makes[0]),
            _ => {
                let gate = self.gate(Through::Block(block));
                for make in makes {
                    self.add(gate, make, Rule::MakeAfterDependency);
                }
                Some(gate)
            }
        };
        self.block_makes.insert(block, gate);
        gate
    }
}
