//! A create leg: the call, what became of it, the wait, and the calls that follow.

use crate::{
    ask,
    local::set_aside,
    newcomer::newcomer,
    run::{Intended, SENDS, StepRun, Stop, Waited, failed, marker, seen, unseen, uuid},
};
use firma_api::request::Request;
use firma_client::{Outcome, Priority};
use firma_model::{
    event::EventBody,
    fault::{Fault, FaultKind},
    observed::Sighting,
    record::Status,
    value::Map,
};
use firma_plan::{
    fill::{self, ReadyCall, Wait},
    observe::{self, Look},
    once,
    procedure::Recovery,
    recording::{self, RecordParts},
    recover,
    wait::Until,
};
use serde_json::Value as Json;
use std::time::Duration;

/// Times a create is begun at most, each time after proof that the one before did nothing.
const BEGINNINGS: u32 = 3;
/// Between two probes for something that may have been made.
const PROBE: Duration = Duration::from_secs(5);

/// What became of a create whose answer was lost.
enum Lost {
    /// It made this.
    Made(String, Option<Sighting>),
    /// It made nothing.
    Nothing(Fault),
    /// Nobody knows.
    Open(Fault),
}

/// Makes the object of a step.
pub(crate) async fn make(run: &mut StepRun<'_>) -> Result<EventBody, Stop> {
    let procedure = run.procedure.clone();
    let ids_before = before(run).await?;
    let (token, mut mark) = (uuid(&run.run.entropy), marker(&run.run.entropy));
    if cfg!(feature = "mutant-no-marker") {
        mark.clear();
    }
    let call = fill::create_call(run.step, &procedure, &run.attributes, &token, &mark)
        .ok_or_else(|| failed(run.fault(FaultKind::Invalid, format!("BUG: {} cannot be made", procedure.kind))))?;
    let listed = run.step.calls.iter().any(|listed| listed.operation == call.operation);
    if !listed && !run.step.calls.is_empty() {
        // An attribute that the call hangs on came to nothing; nobody has seen the other call.
        let message = format!("it would be made by {}, which the plan does not have: plan again", call.operation);
        return Err(failed(run.fault(FaultKind::Invalid, message)));
    }
    let request = run.request(&call).map_err(failed)?;
    let (id, found) = created(run, &call, &request, Classes { token, mark, ids_before }).await?;

    let shown = (found.as_ref(), &run.once);
    let record = recover::created_record(run.step, &procedure, &id, &run.attributes, shown, &run.run.hash_key);
    if !run.step.deposes.is_empty() {
        // In one transaction with the successor's record: the address is never without one.
        run.gather(set_aside(run.at, run.step));
    }
    run.accept(Some(record.clone()));
    run.flush().await?;
    if let Some(name) = once::lost(&procedure, &run.attributes, &run.once) {
        // What refers to it cannot go on, and no look shows it.
        let message = format!("{id} was made, and the answer that shows its {name} was lost: no other ever shows it");
        return Err(Stop::Failed(run.fault(FaultKind::Ambiguous, message), Some(Box::new(record))));
    }

    let until = match call.wait {
        Wait::Status(values) => Until::Status(values),
        Wait::No | Wait::Gone => Until::Seen,
    };
    let sighting = match run.wait(&id, until, "create").await {
        Ok(sighting) => sighting,
        Err(waited) => return Err(unfinished(run, &id, &call.applies, waited)),
    };
    let (observed, fingerprint, _) = seen(&sighting);
    let applied = applied(&run.attributes, &call.applies);
    let parts = RecordParts {
        cloud_id: &id,
        status: Status::Creating,
        applied: &applied,
        observed: &observed,
        once: &run.once,
        fingerprint,
    };
    let record = recording::record(run.step, &procedure, &parts, &run.run.hash_key);
    crate::change::bring_up(run, record, sighting).await
}

fn applied(attributes: &Map, names: &[String]) -> Map {
    attributes.iter().filter(|(name, _)| names.contains(name)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The object is there and its making is not over: the record says so, and the next plan finishes or replaces it.
fn unfinished(run: &StepRun<'_>, id: &str, applies: &[String], waited: Waited) -> Stop {
    let (fault, status, sighting) = match waited {
        Waited::Broken(fault, sighting) => (fault, Status::Tainted, Some(sighting)),
        Waited::Gone(fault) | Waited::Unknown(fault) => (fault, Status::Incomplete, None),
    };
    let (observed, fingerprint, _) = seen(&sighting);
    let applied = applied(&run.attributes, applies);
    let parts =
        RecordParts { cloud_id: id, status, applied: &applied, observed: &observed, once: &run.once, fingerprint };
    Stop::Failed(fault, Some(Box::new(recording::record(run.step, run.procedure, &parts, &run.run.hash_key))))
}

/// What the recovery class needs to know before anything is sent.
async fn before(run: &StepRun<'_>) -> Result<Option<Vec<String>>, Stop> {
    match &run.procedure.recovery {
        Recovery::Named => {
            let Some(id) = fill::known_id(run.procedure, &run.attributes) else { return Ok(None) };
            // By id, not from a shared list: whatever is there afterwards will be taken for ours.
            let region = run.step.region.as_deref();
            match ask::read_one(&run.run.cloud, run.procedure, region, &id, Priority::Normal).await {
                Ok(Look::Missing) => Ok(Some(Vec::new())),
                Ok(Look::Seen(_)) => {
                    let message = format!("{id} exists already, and this project did not make it");
                    Err(failed(run.fault(FaultKind::Conflict, message)))
                }
                Err(fault) => Err(failed(fault)),
            }
        }
        Recovery::Bare => {
            let region = run.step.region.as_deref();
            let within = observe::parents(run.procedure, &run.attributes);
            let items = ask::inventory(&run.run.cloud, run.procedure, region, &within, Priority::Normal);
            let items = items.await.map_err(failed)?;
            Ok(Some(recover::sightings(run.procedure, region, &within, &items).into_keys().collect()))
        }
        _ => Ok(None),
    }
}

struct Classes {
    token: String,
    mark: String,
    ids_before: Option<Vec<String>>,
}

/// Sends the create until it is known what became of it: the object's id, and how it looks where that was seen already.
async fn created(
    run: &mut StepRun<'_>,
    call: &ReadyCall,
    request: &Request,
    classes: Classes,
) -> Result<(String, Option<Sighting>), Stop> {
    let Classes { token, mark, ids_before } = classes;
    let tokened = matches!(run.procedure.recovery, Recovery::Tokened(_));
    let markable = matches!(run.procedure.recovery, Recovery::MarkedByTag(_) | Recovery::MarkedByDescription(..));
    let named = run.procedure.recovery == Recovery::Named;
    for beginning in 1.. {
        let intended = Intended {
            token: tokened.then_some(token.as_str()),
            marker: markable.then_some(mark.as_str()),
            ids_before: ids_before.clone(),
            ..Intended::default()
        };
        run.begin(call, intended).await?;
        let fault = match run.send(request).await {
            Outcome::Ok(answer) => match run.made(&answer.result) {
                Some(id) => return Ok((id, None)),
                None if run.procedure.identity.is_listed() => {
                    // Made, and not named: a list shows it.
                    run.doubt();
                    let found = newcomer(run, ids_before.as_deref()).await.map_err(Stop::Unresolved)?;
                    return Ok((found.0, Some(found.1)));
                }
                None => {
                    // It was carried out, and what it made may not show yet.
                    run.doubt();
                    no_id(run, &answer.result)
                }
            },
            Outcome::NoEffect(fault) if markable && fault.kind == FaultKind::Invalid => {
                // Delivered twice, what can be there only once is made by the first and refused to the second.
                if let Some((id, sighting)) = marked(run, &mark).await.unwrap_or_default() {
                    return Ok((id, Some(sighting)));
                }
                return Err(run.refuse(fault));
            }
            Outcome::NoEffect(fault) if named && fault.kind == FaultKind::Invalid => {
                // The same: the id was free before, so what is there now is ours.
                if let Some(id) = fill::known_id(run.procedure, &run.attributes)
                    && let Ok(Some(sighting)) = run.look(&id).await
                {
                    return Ok((id, Some(sighting)));
                }
                return Err(run.refuse(fault));
            }
            Outcome::NoEffect(fault) => return Err(run.refuse(fault)),
            Outcome::Unknown(_) if cfg!(feature = "mutant-retry-unknown") && beginning < BEGINNINGS => {
                run.gather(EventBody::Refused { step: run.at, call: run.call, fault: no_id(run, &Json::Null) });
                run.call += 1;
                continue;
            }
            Outcome::Unknown(fault) => fault,
        };
        match lost(run, request, (&token, &mark), fault).await {
            Lost::Made(id, sighting) => return Ok((id, sighting)),
            Lost::Open(fault) => return Err(Stop::Unresolved(fault)),
            Lost::Nothing(fault) => {
                run.gather(EventBody::Refused { step: run.at, call: run.call, fault: fault.clone() });
                if beginning == BEGINNINGS || fault.kind == FaultKind::Conflict {
                    return Err(failed(fault));
                }
                run.call += 1;
            }
        }
    }
    unreachable!("BUG: the loop ends with its last beginning")
}

fn no_id(run: &StepRun<'_>, result: &Json) -> Fault {
    let fields: Vec<&str> = result.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let message = format!("the answer does not name what was made (it has: {})", fields.join(", "));
    run.fault(FaultKind::Ambiguous, message)
}

/// Finds out what a create did whose answer was lost, as its class allows.
async fn lost(run: &mut StepRun<'_>, request: &Request, (token, mark): (&str, &str), fault: Fault) -> Lost {
    match &run.procedure.recovery {
        Recovery::Named => lost_named(run, request, fault).await,
        Recovery::Tokened(_) => lost_tokened(run, request, token, fault).await,
        Recovery::MarkedByTag(_) | Recovery::MarkedByDescription(..) => lost_marked(run, mark, fault).await,
        Recovery::Bare => Lost::Open(fault),
    }
}

/// The id was free before, so what is there now is ours; and as there can be only one, sending again is safe.
async fn lost_named(run: &mut StepRun<'_>, request: &Request, mut fault: Fault) -> Lost {
    let Some(id) = fill::known_id(run.procedure, &run.attributes) else { return Lost::Open(fault) };
    for send in 2.. {
        match run.look(&id).await {
            Ok(Some(sighting)) => return Lost::Made(id, Some(sighting)),
            Ok(None) if !run.may_still_arrive() => return Lost::Nothing(fault),
            Ok(None) | Err(_) if send > 3 * SENDS => return Lost::Open(fault),
            Ok(None) if send <= SENDS => match run.send(request).await {
                Outcome::Ok(answer) => {
                    run.made(&answer.result);
                    return Lost::Made(id, None);
                }
                Outcome::NoEffect(again) | Outcome::Unknown(again) => fault = again,
            },
            Ok(None) | Err(_) => {}
        }
        run.back_off(send - 1).await;
    }
    Lost::Open(fault)
}

/// The cloud answers a token it knows as it did before. Only success proves anything: a refusal of the repetition says
/// nothing about the first send.
async fn lost_tokened(run: &mut StepRun<'_>, request: &Request, token: &str, mut fault: Fault) -> Lost {
    for send in 2..=SENDS {
        run.back_off(send - 1).await;
        let mut request = request.clone();
        if cfg!(feature = "mutant-new-token") {
            let body = String::from_utf8_lossy(&request.body).replace(token, &uuid(&run.run.entropy));
            request.body = body.into_bytes();
        }
        match run.send(&request).await {
            Outcome::Ok(answer) => {
                if let Some(id) = run.made(&answer.result) {
                    return Lost::Made(id, None);
                }
            }
            Outcome::NoEffect(again) | Outcome::Unknown(again) => fault = again,
        }
    }
    Lost::Open(fault)
}

/// Looks for the marker until it is found, or long enough to know that there is none.
async fn lost_marked(run: &StepRun<'_>, mark: &str, fault: Fault) -> Lost {
    let mut blocked = 0;
    loop {
        let settled = !run.may_still_arrive();
        match marked(run, mark).await {
            Ok(Some((id, sighting))) => return Lost::Made(id, Some(sighting)),
            Ok(None) if settled => return Lost::Nothing(fault),
            Ok(None) => {}
            Err(why) => {
                blocked += 1;
                if settled || blocked > SENDS {
                    return Lost::Open(unseen(fault, Some(&why)));
                }
            }
        }
        run.run.cloud.clock().sleep(PROBE).await;
    }
}

/// The object that carries the marker.
async fn marked(run: &StepRun<'_>, mark: &str) -> Result<Option<(String, Sighting)>, Fault> {
    let region = run.step.region.as_deref();
    let within = observe::parents(run.procedure, &run.attributes);
    let items = ask::inventory(&run.run.cloud, run.procedure, region, &within, Priority::Reserved).await?;
    let seen = recover::sightings(run.procedure, region, &within, &items);
    Ok(recover::marked(&seen, mark).map(|(id, sighting)| (id.to_owned(), sighting.clone())))
}
