//! What gets another address, or is taken over, is written down there before anything is done to it.

use super::{Finding, reach::Reach};
use crate::step::{Leg, Plan};
use firma_model::address::Address;
use std::collections::HashMap;

/// Whoever does something to an object waits until it is written down under the address the step speaks of.
pub(super) fn written_first(plan: &Plan, reach: &mut Reach<'_>, findings: &mut Vec<Finding>) {
    let written: HashMap<(&Address, &str), u32> = (0_u32..)
        .zip(&plan.steps)
        .filter(|(_, step)| step.leg == Leg::Record)
        .map(|(at, step)| ((&step.address, step.deposed.as_str()), at))
        .collect();
    for (at, step) in (0_u32..).zip(&plan.steps).filter(|(_, step)| step.leg != Leg::Record) {
        let record = written.get(&(&step.address, step.deposed.as_str()));
        if record.is_some_and(|record| !reach.waits(at, *record)) {
            findings.push(Finding::WrittenLate(step.address.clone()));
        }
    }
}
