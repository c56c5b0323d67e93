//! What is left of a plan whose run came to no end: the steps that were not done, as a plan of its own.
//!
//! It is a part of what was approved and nothing else. A step that was done supplies its values as kept ones, and what the
//! run wrote is what the rest now stands on. Where a step was begun and got half way, the rest cannot go on as planned: its
//! object is no longer as the plan saw it, and only a new plan can say what it still needs.

use crate::{
    progress::Progress,
    step::{Action, After, Gate, Leg, Plan},
};
use firma_expr::Nodes as _;
use firma_model::{
    address::{Address, Node},
    event::{Change, EventBody},
    value::Value,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What is left.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// Nothing: every step was done.
    Nothing,
    /// These steps.
    Steps(Box<Plan>),
    /// These addresses are half done.
    Half(BTreeSet<Address>),
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    Untouched,
    Half,
    Done,
}

/// How a record leaves one address for another.
const MOVED: &str = "moved";

/// What an interrupted run left of its plan. The journal is everything written by the run and, of later ones, what settled its
/// calls, each with its serial.
pub fn rest(plan: &Arc<Plan>, run: u64, journal: &[(u64, EventBody)]) -> Rest {
    let mut reached = vec![Reached::Untouched; plan.steps.len()];
    let mut progress = Progress::new(plan.clone());
    let mut versions: BTreeMap<Address, Option<u64>> = BTreeMap::new();
    let mut gone: BTreeSet<(Address, String)> = BTreeSet::new();
    let mut outputs = None;
    for (serial, body) in journal {
        if let Some((step, now)) = effect(body, run)
            && let Some(slot) = reached.get_mut(step as usize)
        {
            *slot = now;
            if now == Reached::Done {
                progress.apply(body);
            }
        }
        match body.change() {
            Some(Change::Put(record)) if record.deposed.is_empty() => {
                versions.insert(record.address.clone(), Some(*serial));
            }
            Some(Change::Remove(address, "")) | Some(Change::SetAside(address, _)) => {
                versions.insert(address.clone(), None);
            }
            Some(Change::Remove(address, deposed)) => _ = gone.insert((address.clone(), deposed.to_owned())),
            _ => {}
        }
        if let EventBody::Outputs(written) = body {
            outputs = Some(written);
        }
    }
    let half = half_done(plan, &reached);
    if !half.is_empty() {
        return Rest::Half(half);
    }
    let mut left = without_done(plan, &reached);
    for step in plan.steps.iter().zip(&reached).filter(|(_, reached)| **reached == Reached::Done).map(|(step, _)| step)
    {
        if let (Leg::Create | Leg::Update | Leg::Read | Leg::Record, "") = (step.leg, step.deposed.as_str())
            && let Value::Map(map) = &*progress.node(&Node::Instance(step.address.clone()))
        {
            left.kept.insert(step.address.clone(), map.clone());
        }
    }
    for (address, version) in versions {
        left.basis.insert(address, version);
    }
    for (address, deposed) in gone {
        if let Some(halves) = left.deposed_basis.get_mut(&address) {
            halves.remove(&deposed);
        }
    }
    left.deposed_basis.retain(|_, halves| !halves.is_empty());
    for (name, output) in &mut left.outputs {
        if let Some(written) = outputs {
            let own = written.iter().find(|(of, ..)| of == name);
            output.before = own.and_then(|(_, value, _)| value.decode().ok());
        }
    }
    left.identity.after_run = run;
    // Outputs are written when all is over: with no step left, they were the last thing.
    let last = left.steps.is_empty() && outputs.is_some();
    match left.has_changes() && !last {
        true => Rest::Steps(Box::new(left)),
        false => Rest::Nothing,
    }
}

/// The step that an event is about, and how far it has come by it.
fn effect(body: &EventBody, run: u64) -> Option<(u32, Reached)> {
    Some(match body {
        EventBody::Done { step, .. } | EventBody::Found { step, .. } => (*step, Reached::Done),
        EventBody::Removed { step, how, .. } if how != MOVED => (*step, Reached::Done),
        EventBody::Begin(intent) => (intent.step, Reached::Half),
        EventBody::Accepted { step, .. } | EventBody::Unresolved { step, .. } | EventBody::Deposed { step, .. } => {
            (*step, Reached::Half)
        }
        EventBody::Failed { step, record: Some(_), .. } => (*step, Reached::Half),
        // Of a step of several calls an earlier one may have been done.
        EventBody::Refused { step, call: 0, .. } => (*step, Reached::Untouched),
        EventBody::Settled { run: of, step, call: 0, how, record: None } if *of == run => {
            let nothing = matches!(how.as_str(), "not_created" | "not_done" | "forgotten");
            (*step, if nothing { Reached::Untouched } else { Reached::Half })
        }
        EventBody::Settled { run: of, step, .. } if *of == run => (*step, Reached::Half),
        _ => return None,
    })
}

/// Addresses that are not as the plan saw them and not as it wants them. Of a replacement that deletes first, the deletion may
/// be done alone.
fn half_done(plan: &Plan, reached: &[Reached]) -> BTreeSet<Address> {
    let mut half = BTreeSet::new();
    let mut done: BTreeMap<&Address, Vec<Leg>> = BTreeMap::new();
    for (step, reached) in plan.steps.iter().zip(reached) {
        match reached {
            Reached::Half => _ = half.insert(step.address.clone()),
            Reached::Done => done.entry(&step.address).or_default().push(step.leg),
            Reached::Untouched => {}
        }
    }
    for (step, _) in plan.steps.iter().zip(reached).filter(|(_, reached)| **reached == Reached::Untouched) {
        let before = done.get(&step.address).map(Vec::as_slice).unwrap_or_default();
        let follows = step.leg == Leg::Create && step.deposes.is_empty() && *before == [Leg::Delete];
        if !before.is_empty() && !follows {
            half.insert(step.address.clone());
        }
    }
    half
}

/// The plan without the steps that were done, and without the edges to them.
fn without_done(plan: &Plan, reached: &[Reached]) -> Plan {
    let stays: Vec<usize> = (0..plan.steps.len()).filter(|at| reached[*at] != Reached::Done).collect();
    let mut places: Vec<Option<u32>> = vec![None; plan.steps.len() + plan.gates.len()];
    let gates = plan.steps.len()..places.len();
    for (now, before) in stays.iter().copied().chain(gates).enumerate() {
        places[before] = u32::try_from(now).ok();
    }
    let after = |edges: &[After]| -> Vec<After> {
        let moved =
            edges.iter().filter_map(|edge| Some(After { vertex: places[edge.vertex as usize]?, rule: edge.rule }));
        moved.collect()
    };
    let deletes = stays.iter().map(|at| &plan.steps[*at]).filter(|step| step.leg == Leg::Delete);
    let deleted: BTreeSet<&Address> = deletes.map(|step| &step.address).collect();
    let steps = stays.iter().map(|at| {
        let mut step = plan.steps[*at].clone();
        step.after = after(&step.after);
        let alone = step.action == Action::Replace && step.deposes.is_empty() && !deleted.contains(&step.address);
        if step.leg == Leg::Create && alone {
            step.action = Action::Create;
        }
        step
    });
    let steps: Vec<_> = steps.collect();
    Plan {
        gates: plan.gates.iter().map(|gate| Gate { after: after(&gate.after) }).collect(),
        unchanged: plan.unchanged + (plan.steps.len() - steps.len()) as u64,
        steps,
        ..plan.clone()
    }
}
