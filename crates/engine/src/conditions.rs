//! What a condition that does not hold means for a step.

use crate::ask;
use firma_model::{
    event::EventBody,
    fault::{Fault, FaultKind},
};
use firma_plan::{conditions::Expected, event::CONDITION, procedure::Procedure};

/// The fault of a condition that does not hold.
pub(crate) fn missed(why: String) -> Fault {
    Fault { status: Some(CONDITION.to_owned()), ..ask::fault(FaultKind::Invalid, "", "", why) }
}

/// What a step without calls means when its object must hold to something: one that does not is kept, and its step failed.
pub(crate) fn kept(event: EventBody, expected: Option<&Expected>, procedure: Option<&Procedure>) -> EventBody {
    match (event, expected) {
        (EventBody::Done { step, record }, Some(expected)) => match expected.missed(&record, procedure) {
            Some(why) => EventBody::Failed { step, fault: missed(why), record: Some(record) },
            None => EventBody::Done { step, record },
        },
        (event, _) => event,
    }
}
