//! Is a plan still true? What it was made from, against what is written down now.

use firma_model::{address::Address, record::Recorded};
use firma_plan::step::Plan;

/// A record that is not as the plan saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Address.
    pub address: Address,
    /// The version the plan saw; `None` for no record.
    pub expected: Option<u64>,
    /// The version now; `None` for no record.
    pub found: Option<u64>,
}

/// Everything in a plan's basis that moved since; empty for a plan that may be carried out. Records the plan neither
/// touches nor reads may have changed.
pub fn moved(plan: &Plan, recorded: &Recorded) -> Vec<Moved> {
    plan.basis
        .iter()
        .filter_map(|(address, expected)| {
            let found = recorded.records.get(address).map(|record| record.version);
            (found != *expected).then(|| Moved { address: address.clone(), expected: *expected, found })
        })
        .collect()
}
