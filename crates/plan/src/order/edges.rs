//! Edges and gates while they are gathered.

use super::legs::Legs;
use crate::{
    step::{After, Rule},
    worlds::Worlds,
};
use firma_model::address::{Address, Block, NameMap};

/// An edge that is only wished for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Preference {
    pub(super) later: u32,
    pub(super) after: After,
}

/// What a gate stands for, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Through<'a> {
    /// The instances of a block.
    Block(&'a Block),
    /// An object that stays.
    Kept(&'a Address),
}

/// Edges under construction.
pub(super) struct Edges<'a> {
    pub(super) worlds: Worlds<'a>,
    pub(super) legs: Legs<'a>,
    pub(super) after: Vec<Vec<After>>,
    pub(super) gates: Vec<Vec<After>>,
    pub(super) through: Vec<Through<'a>>,
    pub(super) preferences: Vec<Preference>,
    /// The gate that opens when every instance of a block is made.
    pub(super) block_makes: NameMap<&'a Block, Option<u32>>,
}

impl<'a> Edges<'a> {
    pub(super) fn new(legs: Legs<'a>, worlds: Worlds<'a>) -> Edges<'a> {
        let steps = legs.steps.len();
        Edges {
            worlds,
            legs,
            after: vec![Vec::new(); steps],
            gates: Vec::new(),
            through: Vec::new(),
            preferences: Vec::new(),
            block_makes: NameMap::default(),
        }
    }

    pub(super) fn gate(&mut self, through: Through<'a>) -> u32 {
        self.gates.push(Vec::new());
        self.through.push(through);
        (self.legs.steps.len() + self.gates.len() - 1) as u32
    }

    pub(super) fn add(&mut self, later: u32, earlier: u32, rule: Rule) {
        let after = After { vertex: earlier, rule };
        match (later as usize).checked_sub(self.legs.steps.len()) {
            None => self.after[later as usize].push(after),
            Some(gate) => self.gates[gate].push(after),
        }
    }

    /// An edge that gives way where it would close a circle.
    pub(super) fn prefer(&mut self, later: u32, earlier: u32, rule: Rule) {
        self.preferences.push(Preference { later, after: After { vertex: earlier, rule } });
    }
}
