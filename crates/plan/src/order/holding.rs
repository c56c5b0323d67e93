//! What must hold before something is replaced is known before the old object is deleted: nothing is destroyed on the word
//! of a condition that then fails.

use super::edges::{Edges, Preference};
use crate::{
    conditions::{PlannedCondition, Subject},
    step::{Action, Plan, Rule},
};
use firma_model::{
    address::{Address, Node},
    diagnostic::{Diagnostic, Diagnostics},
};
use std::collections::BTreeSet;

impl<'a> Edges<'a> {
    /// Where a precondition is still open, the deletion that a replacement begins with waits for what the condition is about.
    /// What it is about may have to wait for that deletion itself: then this gives way, and is told.
    pub(super) fn holding(&mut self, conditions: &'a [PlannedCondition]) {
        for condition in conditions {
            let Subject::Precondition(address) = &condition.of else { continue };
            let Some(delete) = self.legs.deletes.get(address).copied() else { continue };
            if self.legs.step(delete).action != Action::Replace {
                continue;
            }
            let mut nodes: BTreeSet<&'a Node> = BTreeSet::new();
            condition.each_node(&mut |node| _ = nodes.insert(node));
            for node in nodes {
                let known = match node {
                    Node::Instance(on) if on == address => None,
                    Node::Instance(on) => self.legs.makes.get(on).copied(),
                    Node::Block(on) => self.block_gate(on),
                };
                if let Some(known) = known {
                    self.prefer(delete, known, Rule::DeleteOnceItHolds);
                }
            }
        }
    }
}

/// The wishes of [`Edges::holding`] that gave way, as warnings.
pub(super) fn told(plan: &Plan, wishes: &[Preference], diagnostics: &mut Diagnostics) {
    let mut given: BTreeSet<&Address> = BTreeSet::new();
    for wish in wishes.iter().filter(|wish| wish.after.rule == Rule::DeleteOnceItHolds) {
        let Some(step) = plan.steps.get(wish.later as usize) else { continue };
        if !step.after.iter().any(|edge| edge.vertex == wish.after.vertex) {
            given.insert(&step.address);
        }
    }
    for address in given {
        let message = format!("whether the precondition of {address} holds is known only after it is deleted");
        diagnostics.push(Diagnostic::warning("E0541", message).hint(
            "what the condition is about is made after that deletion: if it then does not hold, the object is gone and not made anew",
        ));
    }
}
