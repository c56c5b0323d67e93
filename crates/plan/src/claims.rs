//! Unique keys that a plan takes must still be free when it is carried out: somebody else in the project may have come to
//! hold one since.

use crate::{
    basis::Moved,
    step::{Leg, Plan},
    unique::{Held, of_record, of_step},
};
use firma_model::{address::Address, record::Recorded};
use std::collections::{HashMap, HashSet};

/// What must be equal for two keys of a kind to meet at all.
type Group<'a> = (&'a str, usize, Option<String>, Vec<String>);

/// Who takes a key, and the first and last address of its range; the whole of them for keys without one.
struct Claim<'a> {
    first: u32,
    last: u32,
    by: &'a Address,
}

/// Keys that steps take and that records hold which the plan does not touch.
pub(crate) fn taken(plan: &Plan, recorded: &Recorded) -> Vec<Moved> {
    let mut claims: HashMap<Group<'_>, Vec<Claim<'_>>> = HashMap::new();
    for step in plan.steps.iter().filter(|step| matches!(step.leg, Leg::Create | Leg::Update)) {
        let Some(procedure) = plan.procedure(step.kind()) else { continue };
        for held in of_step(procedure, step) {
            let (first, last) = ends(&held);
            let claim = Claim { first, last, by: &step.address };
            claims.entry(group(step.kind().as_str(), held)).or_default().push(claim);
        }
    }
    if claims.is_empty() {
        return Vec::new();
    }
    // Planned ranges of one parent do not overlap each other, so the last that begins early enough is the only candidate.
    claims.values_mut().for_each(|claims| claims.sort_by_key(|claim| claim.first));
    let touched: HashSet<&Address> = plan.steps.iter().map(|step| &step.address).collect();
    let moves: HashSet<&Address> =
        plan.steps.iter().filter_map(|step| step.moves_from().map(|record| &record.address)).collect();
    let mut found = Vec::new();
    for record in recorded.records.values() {
        if touched.contains(&record.address) || moves.contains(&record.address) {
            continue;
        }
        let Some(procedure) = plan.procedure(&record.kind) else { continue };
        for held in of_record(procedure, record) {
            let (first, last) = ends(&held);
            let key = procedure
                .unique
                .get(held.key)
                .map(|key| key.equal.iter().chain(&key.overlapping).cloned().collect::<Vec<_>>().join(", "));
            let Some(claims) = claims.get(&group(record.kind.as_str(), held)) else { continue };
            let candidate = claims[..claims.partition_point(|claim| claim.first <= last)].last();
            if let Some(claim) = candidate.filter(|claim| claim.last >= first) {
                found.push(Moved::Taken {
                    address: claim.by.clone(),
                    holder: record.address.clone(),
                    key: key.unwrap_or_default(),
                    found: record.version,
                });
            }
        }
    }
    found
}

fn ends(held: &Held) -> (u32, u32) {
    held.range.map_or((0, u32::MAX), |net| (net.network().into(), net.broadcast().into()))
}

fn group(kind: &str, held: Held) -> Group<'_> {
    (kind, held.key, held.region, held.equal)
}
