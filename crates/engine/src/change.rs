//! An update leg, and the calls that follow a create: one after another, each journalled, each waited for.

use crate::run::{Intended, SENDS, StepRun, Stop, Waited, failed, seen, unseen};
use firma_client::Outcome;
use firma_model::{
    document::Document,
    event::EventBody,
    fault::{Fault, FaultKind},
    observed::Sighting,
    record::{Record, Status},
    value::{Map, Value},
};
use firma_plan::{
    fill::{self, ReadyCall, Wait},
    lower::ADDITIVE,
    nodes::recorded_inputs,
    recording::{self, RecordParts},
    recover::{self, Still},
    wait::{Until, is_at_rest},
};
use std::time::Duration;

/// Between two looks for elements that may have been added.
const LOOK: Duration = Duration::from_secs(5);

/// Changes the object of a step in place, or finishes one whose making was interrupted.
pub(crate) async fn change(run: &mut StepRun<'_>) -> Result<EventBody, Stop> {
    let record = run
        .step
        .record
        .clone()
        .ok_or_else(|| failed(run.fault(FaultKind::Invalid, "BUG: an update without a record")))?;
    let id = record.cloud_id.clone();
    let mut sighting = run.look_recorded(&record).await.map_err(failed)?;
    identify(run, &record, &sighting)?;
    // An object whose making or changing was interrupted may still be on its way.
    let at_rest = is_at_rest(run.procedure, seen(&sighting).2);
    if !at_rest || (record.status != Status::Ready && run.procedure.status.is_some()) {
        sighting = match run.wait(&id, Until::Status(Vec::new()), "create").await {
            Ok(sighting) => sighting,
            Err(Waited::Broken(fault, sighting)) => {
                let sighting = Some(sighting);
                let (observed, fingerprint, _) = seen(&sighting);
                let applied = recorded_inputs(&record);
                let record = recorded(run, &id, Status::Tainted, &applied, &observed, fingerprint);
                return Err(Stop::Failed(fault, Some(Box::new(record))));
            }
            Err(Waited::Gone(fault) | Waited::Unknown(fault)) => return Err(failed(fault)),
        };
    }
    let mut record = record;
    let (observed, fingerprint, _) = seen(&sighting);
    record.observed = Document::encode(&Value::Map(observed));
    if !fingerprint.is_empty() {
        fingerprint.clone_into(&mut record.fingerprint);
    }
    bring_up(run, *record, sighting).await
}

/// Refuses to touch what is gone, or is another object under the same id.
pub(crate) fn identify(run: &StepRun<'_>, record: &Record, sighting: &Option<Sighting>) -> Result<(), Stop> {
    let Some(Sighting::Present { fingerprint, .. }) = sighting else {
        let message = format!("{} is gone from the cloud; a new plan will make it again", record.cloud_id);
        return Err(failed(run.fault(FaultKind::NotFound, message)));
    };
    if cfg!(feature = "mutant-no-identity-check") || recover::same_identity(&record.fingerprint, fingerprint) {
        return Ok(());
    }
    let message = format!(
        "{} is another object now: it was recorded as `{}`, the cloud shows `{fingerprint}`; nothing was changed",
        record.cloud_id, record.fingerprint
    );
    Err(failed(run.fault(FaultKind::Conflict, message)))
}

fn recorded(run: &StepRun<'_>, id: &str, status: Status, applied: &Map, observed: &Map, fingerprint: &str) -> Record {
    let parts = RecordParts { cloud_id: id, status, applied, observed, once: &run.once, fingerprint };
    recording::record(run.step, run.procedure, &parts, &run.run.hash_key)
}

/// Makes every call that leads from what `record` says to what the step wants, then looks once more.
pub(crate) async fn bring_up(
    run: &mut StepRun<'_>,
    record: Record,
    mut sighting: Option<Sighting>,
) -> Result<EventBody, Stop> {
    let id = record.cloud_id.clone();
    let calls = fill::update_calls(run.step, run.procedure, &record, &run.attributes, &run.run.hash_key);
    let calls = fill::agreed(run.step, calls);
    let mut applied = recorded_inputs(&record);
    let mut midway = false;
    let mut changed = false;
    for call in calls {
        let applies = call.applies.clone();
        let satisfied = sighting
            .as_ref()
            .is_some_and(|seen| recover::is_satisfied(run.procedure, seen, &run.attributes, &call.operation));
        let made = if satisfied { Ok(None) } else { one_call(run, &record, call).await };
        match made {
            Ok(fresh) => {
                sighting = fresh.or(sighting);
                changed = true;
                midway = applies.is_empty();
                for name in &applies {
                    match run.attributes.get(name) {
                        Some(value) => applied.insert(name.clone(), value.clone()),
                        None => applied.remove(name),
                    };
                }
            }
            Err(Stop::Failed(fault, _)) => {
                // Between the calls of one change the object is in no state that either side describes.
                let status = match record.status {
                    Status::Ready if !midway => Status::Ready,
                    _ => Status::Incomplete,
                };
                let stands = (changed || status != record.status || record.status != Status::Ready).then(|| {
                    let (observed, fingerprint, _) = seen(&sighting);
                    Box::new(recorded(run, &id, status, &applied, &observed, fingerprint))
                });
                return Err(Stop::Failed(fault, stands));
            }
            Err(other) => return Err(other),
        }
    }
    if changed {
        // A look that fails now does not undo what was done: what was seen before is written down.
        if let Ok(Some(fresh)) = run.look(&id).await {
            sighting = Some(fresh);
        }
    }
    let (observed, fingerprint, _) = seen(&sighting);
    let fingerprint = if fingerprint.is_empty() { record.fingerprint.as_str() } else { fingerprint };
    let record = recorded(run, &id, Status::Ready, &run.attributes, &observed, fingerprint);
    Ok(EventBody::Done { step: run.at, record })
}

/// One call of a change: journalled, sent, settled where the answer is lost, waited for. How the object looks after the
/// wait, if there was one.
async fn one_call(run: &mut StepRun<'_>, record: &Record, mut call: ReadyCall) -> Result<Option<Sighting>, Stop> {
    let id = record.cloud_id.clone();
    let mut request = run.request(&call).map_err(failed)?;
    run.begin(&call, Intended { cloud_id: &id, ..Intended::default() }).await?;
    for send in 1.. {
        let (fault, refused) = match run.send(&request).await {
            Outcome::Ok(_) => break,
            Outcome::NoEffect(fault) if !run.is_unclear() => match already(run, record, &call, &fault).await {
                true => break,
                false => return Err(run.refuse(fault)),
            },
            Outcome::NoEffect(fault) => (fault, true),
            Outcome::Unknown(fault) => (fault, false),
        };
        let additive = call.class == ADDITIVE;
        match needed(run, record, &call).await {
            Needed::No => break,
            Needed::Unknown(why) => return Err(Stop::Unresolved(unseen(fault, why.as_ref()))),
            // The refusal is of the repetition; what was sent before may still arrive.
            Needed::Yes(_) if refused => match after_the_last(run, record, &call).await {
                Needed::No => break,
                Needed::Unknown(why) => return Err(Stop::Unresolved(unseen(fault, why.as_ref()))),
                Needed::Yes(_) => return Err(run.refuse(fault)),
            },
            Needed::Yes(_) if send >= SENDS => return Err(Stop::Unresolved(fault)),
            Needed::Yes(_) if !additive => run.back_off(send).await,
            Needed::Yes(_) => {
                // What adds may still arrive: only when nothing came for long enough is it sent again, as what is missing.
                let missing = match after_the_last(run, record, &call).await {
                    Needed::No => break,
                    Needed::Unknown(why) => return Err(Stop::Unresolved(unseen(fault, why.as_ref()))),
                    Needed::Yes(missing) => missing,
                };
                run.gather(EventBody::Refused { step: run.at, call: run.call, fault });
                run.call += 1;
                if let Some(missing) = missing {
                    call =
                        ReadyCall { applies: std::mem::take(&mut call.applies), wait: call.wait.clone(), ..*missing };
                    request = run.request(&call).map_err(failed)?;
                }
                run.begin(&call, Intended { cloud_id: &id, ..Intended::default() }).await?;
            }
        }
    }
    run.accept(None);
    if let Wait::Status(values) = call.wait {
        run.flush().await?;
        return match run.wait(&id, Until::Status(values), "update").await {
            Ok(sighting) => Ok(sighting),
            Err(Waited::Broken(fault, _) | Waited::Gone(fault) | Waited::Unknown(fault)) => Err(failed(fault)),
        };
    }
    Ok(None)
}

enum Needed {
    No,
    Yes(Option<Box<ReadyCall>>),
    /// Nobody knows: it could not be looked at, or is not there.
    Unknown(Option<Fault>),
}

/// Whether a call is still to be made once nothing of it can arrive any more, by looking until then.
async fn after_the_last(run: &StepRun<'_>, record: &Record, call: &ReadyCall) -> Needed {
    loop {
        let over = !run.may_still_arrive();
        match needed(run, record, call).await {
            Needed::Yes(_) if !over => run.run.cloud.clock().sleep(LOOK).await,
            answer => return answer,
        }
    }
}

/// Whether a refused call finds what it is for: a request that arrived twice is answered by its second arrival, which finds
/// the element removed or the instance stopped, and refuses.
async fn already(run: &StepRun<'_>, record: &Record, call: &ReadyCall, fault: &Fault) -> bool {
    if !matches!(fault.kind, FaultKind::NotFound | FaultKind::Invalid | FaultKind::Conflict) {
        return false;
    }
    let Ok(Some(sighting)) = run.look(&record.cloud_id).await else { return false };
    if recover::is_stage(run.procedure, &call.operation) {
        return recover::is_satisfied(run.procedure, &sighting, &run.attributes, &call.operation);
    }
    let key = &run.run.hash_key;
    let sent = (call.operation.as_str(), Some(&call.parameters));
    recover::still_needed(run.step, run.procedure, record, &sighting, &run.attributes, sent, key) == Still::Done
}

/// Whether a call whose answer was lost is still to be made, by looking.
async fn needed(run: &StepRun<'_>, record: &Record, call: &ReadyCall) -> Needed {
    let sighting = match run.look(&record.cloud_id).await {
        Ok(Some(sighting)) => sighting,
        Ok(None) => return Needed::Unknown(None),
        Err(why) => return Needed::Unknown(Some(why)),
    };
    let key = &run.run.hash_key;
    let sent = (call.operation.as_str(), Some(&call.parameters));
    match recover::still_needed(run.step, run.procedure, record, &sighting, &run.attributes, sent, key) {
        Still::Done => Needed::No,
        Still::Needed(call) => Needed::Yes(call),
    }
}
