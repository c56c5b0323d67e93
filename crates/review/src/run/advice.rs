//! What to do about a step that was not finished: the next command, and what has to be mended before it.

use super::report::{Outcome, Trouble};
use crate::{escape::line, next::Next};
use firma_model::{
    fault::{Fault, FaultKind},
    record::Status,
};
use firma_plan::{
    event::{CONDITION, HAS_DATA, LEASE_ENDS},
    step::Leg,
};

/// What to do about one step.
pub(super) fn advice(trouble: &Trouble, next: &Next) -> String {
    match &trouble.outcome {
        Outcome::Failed { fault, left } => {
            let first = mend(fault, trouble, next);
            match left {
                Some(Status::Ready) if fault.status.as_deref() == Some(CONDITION) => {
                    format!("the object is as planned, and recorded; {first}")
                }
                Some(Status::Tainted) if fault.kind == FaultKind::Ambiguous => {
                    format!("the object exists and is of no use like this: {} replaces it", next.again())
                }
                Some(Status::Tainted) => {
                    format!("the object exists and is broken: {} replaces it", next.again())
                }
                // What has to be mended first still has to be.
                Some(Status::Creating | Status::Incomplete) => match needs_mending(fault) {
                    true => format!("{first}; the object exists, and that finishes it"),
                    false => format!("the object exists and is not finished: {} goes on with it", next.again()),
                },
                _ => first,
            }
        }
        Outcome::Unresolved { fault } => {
            let look = format!("{} looks in the cloud what became of it", next.recover());
            match fault.kind {
                FaultKind::Conflict => format!("it may exist already, made by this call or by somebody else: {look}"),
                FaultKind::Denied => format!("allow what was denied, then {look}"),
                _ => look,
            }
        }
        Outcome::Open => format!("{} looks in the cloud how far it came and goes on from there", next.again()),
        Outcome::Skipped { .. } => next.again(),
    }
}

/// Whether doing it again changes nothing until somebody did something.
fn needs_mending(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Denied | FaultKind::Invalid | FaultKind::Quota | FaultKind::Conflict)
}

fn mend(fault: &Fault, trouble: &Trouble, next: &Next) -> String {
    let leg = trouble.leg;
    let (service, operation) = (line(&fault.service), line(&fault.operation));
    let again = next.again();
    if fault.status.as_deref() == Some(LEASE_ENDS) {
        return format!(
            "the hold on the state could not be kept, so nothing was sent; {} shows who else was at work, {again} goes on",
            next.command("history")
        );
    }
    if fault.status.as_deref() == Some(HAS_DATA) {
        return format!(
            "save what is in it and have it mended, then {again}; {} makes an empty one",
            next.replace(&trouble.address)
        );
    }
    if fault.status.as_deref() == Some(CONDITION) {
        return format!("make it true, or correct the condition; {} shows what then happens", next.plan());
    }
    match fault.kind {
        FaultKind::Denied if is_stranger(fault) && says_clock(fault) => {
            format!("set this machine's clock, then {again}")
        }
        // The cloud was not even asked.
        FaultKind::Unavailable if fault.http_status.is_none() && says_clock(fault) => {
            format!("set this machine's clock, then {again}")
        }
        FaultKind::Denied if is_stranger(fault) => format!(
            "the credentials are not accepted (any more): renew the key or its session token, check with {}, then {again}",
            next.command("doctor")
        ),
        FaultKind::Denied => {
            format!("let this access key call {service}:{operation} (in the console's IAM), then {again}")
        }
        FaultKind::Invalid if leg == Leg::Delete => {
            format!(
                "mend what the cloud objects to, then {again}; what still uses the object has to go first, whoever made it"
            )
        }
        FaultKind::Invalid => {
            format!("correct the manifest as the message says; {} shows what then happens", next.plan())
        }
        FaultKind::NotFound => {
            format!("something it refers to is gone from the cloud; {} shows what is missing", next.plan())
        }
        // What is recorded as ours was looked at, and is somebody else's.
        FaultKind::Conflict if leg != Leg::Create && fault.http_status.is_none() => format!(
            "somebody deleted ours and made another: {} forgets ours and leaves theirs alone, then {again}",
            next.forget_record(&trouble.address)
        ),
        FaultKind::Conflict => format!(
            "something of that name or id exists already, and this project did not make it: choose another name, or remove \
             the other one, then {again}"
        ),
        FaultKind::Throttled => format!("too many calls, by whomever: {again} goes on, with pauses"),
        FaultKind::Quota => {
            format!("raise the quota that the message names, or free some of what it counts, then {again}")
        }
        FaultKind::Unavailable if service.is_empty() => again,
        FaultKind::Unavailable => format!("{again}, when {service} answers again"),
        FaultKind::Ambiguous => format!("{} looks what became of it", next.recover()),
    }
}

/// Whether the cloud did not believe who was calling, rather than what they may do.
fn is_stranger(fault: &Fault) -> bool {
    fault.http_status == Some(401) || matches!(fault.status.as_deref(), Some("UNAUTHENTICATED" | "ACCESS_ERROR"))
}

/// Whether the client found the clocks apart.
fn says_clock(fault: &Fault) -> bool {
    fault.message.contains("this machine's clock is")
}
