//! Ids that a plan takes from one address and gives to another: only where the manifest chooses the id.
//!
//! The interleaving that breaks without this: `a` is deleted and `b` made with the same name, in no order. Somebody deletes the
//! object by hand; `b` finds the name free and makes it while `a` is still recorded under it. The journal cannot hold
//! both, so what `b` made could never be written down.

use firma_model::{address::Address, value::Map};
use firma_plan::{
    fill,
    procedure::Procedure,
    progress::{Progress, State},
    step::{Leg, Plan, Step},
};
use std::collections::BTreeMap;

/// Deletions of objects whose id their manifest chose, by kind, region and id.
#[derive(Default)]
pub(crate) struct Leaving {
    deletes: BTreeMap<(String, Option<String>, String), u32>,
}

fn place(step: &Step, id: &str) -> (String, Option<String>, String) {
    (step.kind().to_string(), step.region.clone(), id.to_owned())
}

impl Leaving {
    pub(crate) fn of(plan: &Plan) -> Leaving {
        let mut deletes = BTreeMap::new();
        for (at, step) in plan.steps.iter().enumerate() {
            let Some(record) = step.record.as_ref().filter(|_| step.leg == Leg::Delete) else { continue };
            let chosen = plan.procedure(step.kind()).is_some_and(|kind| fill::chooses_id(kind));
            if chosen {
                deletes.insert(place(step, &record.cloud_id), at as u32);
            }
        }
        Leaving { deletes }
    }

    /// The other address that still has the id which this create would take.
    pub(crate) fn holder<'p>(
        &self,
        step: &Step,
        procedure: &Procedure,
        attributes: &Map,
        progress: &'p Progress,
    ) -> Option<&'p Address> {
        if self.deletes.is_empty() || step.leg != Leg::Create {
            return None;
        }
        let id = fill::known_id(procedure, attributes)?;
        let delete = *self.deletes.get(&place(step, &id))?;
        (progress.state(delete) != State::Done).then(|| &progress.plan().steps[delete as usize].address)
    }
}
