//! All checks together.

use super::{Finding, away, order, reach::Reach, shape, sources, written};
use crate::step::Plan;
use firma_model::record::Recorded;

/// Every way in which the plan is unsound; empty for a good one. `before` are the records as they stand, `recorded` the same
/// at the addresses to which this plan moves them.
pub fn audit(plan: &Plan, before: &Recorded, recorded: &Recorded) -> Vec<Finding> {
    let mut findings = Vec::new();
    shape::edges(plan, &mut findings);
    if !findings.is_empty() {
        // The others follow edges.
        return findings;
    }
    shape::steps(plan, before, recorded, &mut findings);
    shape::pairs(plan, recorded, &mut findings);
    sources::holes(plan, &mut findings);
    let mut reach = Reach::new(plan);
    if reach.is_circular() {
        findings.push(Finding::Circular);
        return findings;
    }
    order::makes_in_order(plan, &mut reach, &mut findings);
    order::deletes_in_order(plan, recorded, &mut reach, &mut findings);
    away::moved_away_in_order(plan, recorded, &mut reach, &mut findings);
    written::written_first(plan, &mut reach, &mut findings);
    order::keys_in_order(plan, &mut reach, &mut findings);
    findings
}
