//! A delete leg: is it still the same object, what must be done to it first, the call, and the wait until it is gone.

use crate::{
    ask::says_not_found,
    change::identify,
    run::{Intended, SENDS, StepRun, Stop, Waited, failed, seen, unseen},
};
use firma_client::Outcome;
use firma_model::{
    event::EventBody,
    fault::{Fault, FaultKind},
    observed::Sighting,
    record::Record,
};
use firma_plan::{
    fill::{self, Wait},
    procedure::Recovery,
    wait::{Until, is_at_rest},
};
use std::time::Duration;

/// Between two looks for what a deletion without an answer may still do.
const LOOK: Duration = Duration::from_secs(5);

/// Deletes the object of a step.
pub(crate) async fn unmake(run: &mut StepRun<'_>) -> Result<EventBody, Stop> {
    let record = run
        .step
        .record
        .clone()
        .ok_or_else(|| failed(run.fault(FaultKind::Invalid, "BUG: a delete without a record")))?;
    let sighting = run.look_recorded(&record).await.map_err(failed)?;
    if sighting.is_none() {
        return Ok(removed(run, &record, "gone"));
    }
    identify(run, &record, &sighting)?;
    prepare(run, &record, sighting).await?;
    let call = fill::delete_call(run.step, run.procedure, &record).ok_or_else(|| {
        failed(run.fault(FaultKind::Invalid, format!("BUG: {} cannot be deleted", run.procedure.kind)))
    })?;
    let request = run.request(&call).map_err(failed)?;
    run.begin(&call, Intended { cloud_id: &record.cloud_id, ..Intended::default() }).await?;
    let mut rested = false;
    for send in 1.. {
        let fault = match run.send(&request).await {
            Outcome::Ok(_) => break,
            // It was seen a moment ago: whoever says that it is not there is believed when a look agrees.
            Outcome::NoEffect(fault) if says_not_found(&fault) => fault,
            // The refusal is of the repetition; what was sent before may still arrive.
            Outcome::NoEffect(fault) if run.is_unclear() => match after_the_last(run, &record).await {
                None => return Err(Stop::Unresolved(fault)),
                Some(true) => return gone(run, &record).await,
                Some(false) => return Err(run.refuse(fault)),
            },
            Outcome::NoEffect(fault) => match after_refusal(run, &record, &fault).await? {
                Refusal::Gone => return Ok(removed(run, &record, "deleted")),
                // Refused while it was changing, and it is at rest now: once more.
                Refusal::Rested if !rested => {
                    rested = true;
                    continue;
                }
                Refusal::Rested | Refusal::Final => return Err(run.refuse(fault)),
            },
            Outcome::Unknown(fault) => fault,
        };
        match run.look(&record.cloud_id).await {
            Ok(None) => return gone(run, &record).await,
            Ok(Some(_)) if send < SENDS => run.back_off(send).await,
            Ok(Some(_)) => return Err(Stop::Unresolved(fault)),
            Err(why) => return Err(Stop::Unresolved(unseen(fault, Some(&why)))),
        }
    }
    run.accept(None);
    if call.wait == Wait::Gone {
        run.flush().await?;
        match run.wait(&record.cloud_id, Until::Gone, "delete").await {
            Ok(_) => {}
            Err(Waited::Broken(fault, _) | Waited::Gone(fault) | Waited::Unknown(fault)) => return Err(failed(fault)),
        }
    }
    gone(run, &record).await
}

/// Brings an object into the state in which its kind can be deleted: each call is made unless the object is in a state that
/// it leads to. What has failed may be deletable as it is. What no look shows any more may have been made a moment ago, by
/// a cloud whose reads lag behind: whether it is gone, the answer to its deletion says.
async fn prepare(run: &mut StepRun<'_>, record: &Record, sighting: Option<Sighting>) -> Result<(), Stop> {
    let mut status = seen(&sighting).2.map(str::to_owned);
    for call in fill::before_delete_calls(run.step, run.procedure, record) {
        let Wait::Status(until) = call.wait.clone() else { continue };
        if reached(&until, status.as_deref()) {
            continue;
        }
        let request = run.request(&call).map_err(failed)?;
        run.begin(&call, Intended { cloud_id: &record.cloud_id, ..Intended::default() }).await?;
        for send in 1.. {
            let (fault, refused) = match run.send(&request).await {
                Outcome::Ok(_) => break,
                Outcome::NoEffect(fault) => (fault, true),
                Outcome::Unknown(fault) => (fault, false),
            };
            // Refused or without an answer: it may be on its way, or there, all the same.
            let look = match run.look(&record.cloud_id).await {
                Ok(None) => {
                    run.accept(None);
                    run.flush().await?;
                    return Ok(());
                }
                Ok(look) => look,
                Err(why) if refused => return Err(Stop::Unresolved(why)),
                Err(why) => return Err(Stop::Unresolved(unseen(fault, Some(&why)))),
            };
            let now = seen(&look).2;
            if reached(&until, now) || !is_at_rest(run.procedure, now) {
                break;
            }
            match refused {
                true => return Err(run.refuse(fault)),
                false if send >= SENDS => return Err(Stop::Unresolved(fault)),
                false => run.back_off(send).await,
            }
        }
        run.accept(None);
        run.flush().await?;
        let ended = run.wait(&record.cloud_id, Until::Status(until), "delete").await;
        status = match ended {
            Ok(look) => seen(&look).2.map(str::to_owned),
            Err(Waited::Gone(_) | Waited::Broken(..)) => return Ok(()),
            Err(Waited::Unknown(fault)) => return Err(failed(fault)),
        };
    }
    Ok(())
}

fn reached(until: &[String], status: Option<&str>) -> bool {
    status.is_some_and(|status| until.iter().any(|value| value == status))
}

/// The object is gone. Where the id is the caller's own choice, a deletion that was sent and not answered must have come
/// to nothing before anybody may make another object of that id: it would delete that one.
async fn gone(run: &StepRun<'_>, record: &Record) -> Result<EventBody, Stop> {
    while run.procedure.recovery == Recovery::Named && run.may_still_arrive() {
        run.run.cloud.clock().sleep(LOOK).await;
    }
    Ok(removed(run, record, "deleted"))
}

/// Whether the object is gone once no deletion can arrive any more; none when nobody says.
async fn after_the_last(run: &StepRun<'_>, record: &Record) -> Option<bool> {
    loop {
        let over = !run.may_still_arrive();
        match run.look(&record.cloud_id).await {
            Ok(None) => return Some(true),
            Ok(Some(_)) if over => return Some(false),
            Ok(Some(_)) => run.run.cloud.clock().sleep(LOOK).await,
            Err(_) => return None,
        }
    }
}

/// What a refused deletion turns out to be.
enum Refusal {
    /// It is gone: an earlier deletion was under way.
    Gone,
    /// It was on its way from one state to another, and has arrived.
    Rested,
    /// It stays.
    Final,
}

/// Refused for its state: what state is that?
async fn after_refusal(run: &mut StepRun<'_>, record: &Record, fault: &Fault) -> Result<Refusal, Stop> {
    if fault.kind != FaultKind::Invalid {
        return Ok(Refusal::Final);
    }
    let sighting = run.look(&record.cloud_id).await.map_err(Stop::Unresolved)?;
    let (_, _, status) = seen(&sighting);
    if sighting.is_none() {
        return Ok(Refusal::Gone);
    }
    if is_at_rest(run.procedure, status) {
        return Ok(Refusal::Final);
    }
    Ok(match run.wait(&record.cloud_id, Until::Status(Vec::new()), "delete").await {
        Err(Waited::Gone(_)) => Refusal::Gone,
        Ok(_) | Err(Waited::Broken(..)) => Refusal::Rested,
        Err(Waited::Unknown(_)) => Refusal::Final,
    })
}

fn removed(run: &StepRun<'_>, record: &Record, how: &str) -> EventBody {
    EventBody::Removed {
        step: run.at,
        address: record.address.clone(),
        deposed: record.deposed.clone(),
        cloud_id: record.cloud_id.clone(),
        how: how.into(),
    }
}
