//! Troubles with one cause, brought together: a hundred objects that wait for one failure are one line.

use super::{
    advice::advice,
    report::{Outcome, Report, Trouble},
};
use crate::next::Next;
use firma_model::fault::Fault;
use firma_plan::step::Leg;

/// Troubles that differ in their address and request id alone.
pub(super) struct Group<'r> {
    /// What was to happen.
    pub leg: Leg,
    /// Whose.
    pub troubles: Vec<&'r Trouble>,
    /// Why.
    pub fault: &'r Fault,
    /// What to do.
    pub advice: String,
}

/// Which outcomes a section of the summary is about, and their fault.
type Pick = fn(&Outcome) -> Option<&Fault>;

/// Failures of one kind, in the order of their first.
pub(super) fn by_cause<'r>(report: &'r Report, pick: Pick, next: &Next) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    for trouble in &report.troubles {
        let Some(fault) = pick(&trouble.outcome) else { continue };
        let advice = advice(trouble, next);
        // Few causes, however many troubles: a look at each is cheap.
        let same = |group: &&mut Group<'_>| {
            group.leg == trouble.leg && group.advice == advice && same_cause(group.fault, fault)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.troubles.push(trouble),
            None => groups.push(Group { leg: trouble.leg, troubles: vec![trouble], fault, advice }),
        }
    }
    groups
}

/// Whether two faults differ in nothing but the request.
fn same_cause(one: &Fault, other: &Fault) -> bool {
    let but_request = |fault: &Fault| Fault { request_id: None, ..fault.clone() };
    one.message == other.message && but_request(one) == but_request(other)
}

/// Skipped steps by what did it, in the order of the first.
pub(super) fn by_culprit(report: &Report) -> Vec<(&str, Vec<&Trouble>)> {
    let mut groups: Vec<(&str, Vec<&Trouble>)> = Vec::new();
    for trouble in &report.troubles {
        let Outcome::Skipped { because } = &trouble.outcome else { continue };
        match groups.iter_mut().find(|(name, _)| name == because) {
            Some((_, troubles)) => troubles.push(trouble),
            None => groups.push((because, vec![trouble])),
        }
    }
    groups
}
