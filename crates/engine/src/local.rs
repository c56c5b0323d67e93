//! Steps without calls: values that live in the state alone, records rewritten or forgotten. Nothing is sent, so nothing
//! needs an intent, and as many as are ready go into one transaction.

use crate::{
    ask,
    run::{Entropy, uuid},
};
use firma_model::{
    event::EventBody,
    fault::{Fault, FaultKind},
    record::{Record, Status},
    value::{Map, Value},
};
use firma_plan::{
    fill,
    procedure::Procedure,
    progress::Progress,
    recording::{self, RecordParts},
    secret::HashKey,
    step::{Leg, Plan, Reason, Step},
};

/// How a record leaves the address that its object moves away from.
pub(crate) const MOVED: &str = "moved";

/// Whether a step makes no calls.
pub(crate) fn is_local(plan: &Plan, step: &Step) -> bool {
    match step.leg {
        Leg::Forget | Leg::Record => true,
        Leg::Read => false,
        Leg::Create | Leg::Update | Leg::Delete => {
            plan.procedure(step.kind()).is_some_and(|procedure| procedure.create.is_none())
        }
    }
}

/// What carrying out such a step means.
pub(crate) fn carry_out(plan: &Plan, at: u32, progress: &Progress, key: &HashKey, entropy: &Entropy) -> EventBody {
    let step = &plan.steps[at as usize];
    let result = match (step.leg, &step.record) {
        (Leg::Forget, Some(record)) => {
            let gone = step.reasons.contains(&Reason::AbsentInCloud);
            Ok(removed(at, record, if gone { "gone" } else { "forgotten" }))
        }
        (Leg::Delete, Some(record)) => Ok(removed(at, record, "deleted")),
        (Leg::Record, Some(_)) => match recording::rewritten(plan, step, progress, key) {
            Ok(Some(record)) => Ok(EventBody::Done { step: at, record }),
            Ok(None) => Err(bug("BUG: nothing to write down")),
            Err(findings) => Err(unfilled(&findings)),
        },
        (Leg::Create | Leg::Update, record) => match plan.procedure(step.kind()) {
            Some(procedure) => value(step, procedure, record.as_deref(), progress, key, entropy)
                .map(|record| EventBody::Done { step: at, record }),
            None => Err(bug("BUG: the plan has no procedure for this kind")),
        },
        (Leg::Read, _) | (_, None) => Err(bug("BUG: the step has no record")),
    };
    result.unwrap_or_else(|fault| EventBody::Failed { step: at, fault, record: None })
}

/// A value is applied as soon as it is known, and shows itself as `output`.
fn value(
    step: &Step,
    procedure: &Procedure,
    record: Option<&Record>,
    progress: &Progress,
    key: &HashKey,
    entropy: &Entropy,
) -> Result<Record, Fault> {
    let attributes = filled(step, procedure, progress)?;
    let output = attributes.get("input").cloned().unwrap_or(Value::Null);
    let observed = Map::from([("output".to_owned(), output)]);
    let id = record.map_or_else(|| uuid(entropy), |record| record.cloud_id.clone());
    let parts = RecordParts {
        cloud_id: &id,
        status: Status::Ready,
        applied: &attributes,
        observed: &observed,
        once: &Map::new(),
        fingerprint: "",
    };
    Ok(recording::record(step, procedure, &parts, key))
}

/// A step's attributes with every hole filled, or why one cannot be.
pub(crate) fn filled(step: &Step, procedure: &Procedure, progress: &Progress) -> Result<Map, Fault> {
    let attributes = fill::attributes(step, procedure, progress).map_err(|findings| unfilled(&findings))?;
    match attributes.iter().find(|(_, value)| value.has_unknown()) {
        Some((name, _)) => Err(bug(&format!("`{name}` is still unknown: the cloud did not say what it needs"))),
        None => Ok(attributes),
    }
}

pub(crate) fn unfilled(findings: &firma_model::diagnostic::Diagnostics) -> Fault {
    let messages: Vec<&str> = findings.list.iter().map(|finding| finding.message.as_str()).collect();
    bug(&messages.join("; "))
}

fn bug(message: &str) -> Fault {
    ask::fault(FaultKind::Invalid, "", "", message)
}

/// The old object leaves its address to the one that a step makes.
pub(crate) fn set_aside(at: u32, step: &Step) -> EventBody {
    EventBody::Deposed { step: at, address: step.address.clone(), deposed: step.deposes.clone() }
}

pub(crate) fn removed(at: u32, record: &Record, how: &str) -> EventBody {
    EventBody::Removed {
        step: at,
        address: record.address.clone(),
        deposed: record.deposed.clone(),
        cloud_id: record.cloud_id.clone(),
        how: how.into(),
    }
}
