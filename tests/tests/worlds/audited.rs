//! The audit finds nothing in a plan, and something in every plan that was broken.

use crate::{
    mutants::mutants,
    running::check,
    story::any_story,
    telling::{Round, tell},
};
use firma_model::diagnostic::Diagnostics;
use firma_plan::{Worlds, audit::audit, moves::carry};
use std::collections::BTreeMap;

#[test]
fn every_plan_is_sound_and_every_mutant_is_found() {
    let met = std::cell::RefCell::new(BTreeMap::<&str, u64>::new());
    check(30, any_story(), |story| {
        tell(story, async |round| {
            for name in look(round)? {
                *met.borrow_mut().entry(name).or_default() += 1;
            }
            Ok(())
        })
    });
    println!("mutants found: {:?}", met.borrow());
}

/// The names of the mutants that were found.
pub(crate) fn look(round: &Round<'_>) -> Result<Vec<&'static str>, String> {
    let (made, plan) = (round.made, &round.made.plan);
    let worlds = Worlds {
        desired: &made.desired,
        recorded: &made.recorded,
        observed: &made.observed,
        procedures: &round.site.lab.procedures,
    };
    let carried = carry(worlds, &made.options, &mut Diagnostics::new());
    let findings = audit(plan, &made.recorded, &carried.recorded);
    if !findings.is_empty() {
        return Err(format!("unsound: {findings:?}"));
    }
    let mut met = Vec::new();
    for (name, what, mutant) in mutants(plan) {
        if audit(&mutant, &made.recorded, &carried.recorded).is_empty() {
            return Err(format!("nobody notices: {name} {what}"));
        }
        met.push(name);
    }
    Ok(met)
}
