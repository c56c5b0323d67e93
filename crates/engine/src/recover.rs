//! Settling what an earlier run left open: for each call without an answer, look for what it did, and write that down.
//!
//! Found means created, at once. Not found means not created only after the settling time, counted from the moment the
//! call was begun. What nothing identifies stays open, with its candidates shown; nothing is ever deleted here.

use crate::{
    ask,
    journal::{Commit, Journal},
    local::{set_aside, unfilled},
    run::{LeaseGuard, parameters},
};
use firma_client::{Cloud, Outcome, Priority};
use firma_model::{
    address::Address,
    event::EventBody,
    fault::{Fault, FaultKind},
    observed::Sighting,
    record::{Record, Recorded, Status},
    value::Map,
};
use firma_plan::{
    event::{Settled, Settlement},
    fill,
    observe::{self, Look},
    once,
    procedure::{Procedure, Recovery},
    recover::{self, Probe, RecordedNodes, Still},
    redact::without_secrets,
    secret::HashKey,
    step::{Plan, Step},
};
use firma_store::{OpenIntent, StoreError};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Between two rounds over what could not be settled yet.
const ROUND: Duration = Duration::from_secs(3);

/// What a recovery works with.
pub struct RecoverContext {
    /// The cloud; its clock tells when enough time has passed.
    pub cloud: Arc<Cloud>,
    /// The journal of the recovering run.
    pub commit: Commit,
    /// Key for hashes of write-only values.
    pub hash_key: HashKey,
    /// Asked before every mutating send.
    pub guard: LeaseGuard,
    /// Milliseconds after a call was begun in which it may still have an effect: [`recover::SETTLE_MILLIS`], or none where
    /// the cloud died with the process that called it.
    pub settle: i64,
    /// An id the user vouches for: it becomes the object of the open create that offers it as a candidate.
    pub adopt: Option<String>,
}

/// What is open: calls without an answer, and objects whose making was interrupted after an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenWork {
    /// Calls, oldest first: recovery settles them.
    pub calls: Vec<OpenIntent>,
    /// Objects that the next plan finishes.
    pub unfinished: Vec<(Address, Status)>,
}

/// What is open in a state.
pub fn open_work(calls: Vec<OpenIntent>, recorded: &Recorded) -> OpenWork {
    let unfinished = recorded
        .records
        .values()
        .filter(|record| matches!(record.status, Status::Creating | Status::Incomplete))
        .map(|record| (record.address.clone(), record.status))
        .collect();
    OpenWork { calls, unfinished }
}

/// Settles open calls. `plans` gives the plan of a run. The answer has one entry for each call, in their order.
///
/// # Errors
/// The journal could not be written; what was settled before is.
pub async fn recover(
    open: &[OpenIntent],
    recorded: &Recorded,
    plans: &(dyn Fn(u64) -> Option<Arc<Plan>> + Sync),
    context: &RecoverContext,
) -> Result<Vec<Settlement>, StoreError> {
    let journal = Journal::new(context.commit.clone(), context.cloud.clock().clone());
    // What is recorded, and what is settled on the way, is nobody's candidate.
    let mut known: BTreeSet<String> =
        recorded.records.values().chain(&recorded.deposed).map(|record| record.cloud_id.clone()).collect();
    let mut found: Vec<Option<Settled>> = vec![None; open.len()];
    let began = Instant::now();
    loop {
        for (intent, found) in open.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let Some((settled, record)) = settle(intent, recorded, plans, &known, context, began).await else {
                continue;
            };
            if let Settled::Created(id) | Settled::Adopted(id) = &settled {
                known.insert(id.clone());
            }
            let mut written = Vec::new();
            if let Some(made) = &record
                && intent.intent.action == "create"
            {
                written.extend(succeeded(intent, made, recorded, plans));
            }
            written.extend(events(intent, &settled, record, recorded));
            journal.write(written).await?;
            *found = Some(settled);
        }
        if found.iter().all(Option::is_some) {
            break;
        }
        context.cloud.clock().sleep(ROUND).await;
    }
    Ok(open.iter().zip(found).filter_map(|(open, found)| Some(settlement(open, found?))).collect())
}

fn settlement(open: &OpenIntent, how: Settled) -> Settlement {
    let intent = &open.intent;
    Settlement {
        run: open.run,
        address: intent.address.clone(),
        action: intent.action.clone(),
        service: intent.service.clone(),
        operation: intent.operation.clone(),
        class: intent.class.clone(),
        how,
    }
}

/// What was made takes the place of an object that stands there still: its record is set aside, as the step would have done.
fn succeeded(
    open: &OpenIntent,
    made: &Record,
    recorded: &Recorded,
    plans: &(dyn Fn(u64) -> Option<Arc<Plan>> + Sync),
) -> Option<EventBody> {
    let plan = plans(open.run)?;
    let step = plan.steps.get(open.intent.step as usize).filter(|step| !step.deposes.is_empty())?;
    let old = recorded.records.get(&made.address)?;
    (old.cloud_id != made.cloud_id).then(|| set_aside(open.intent.step, step))
}

fn events(open: &OpenIntent, settled: &Settled, record: Option<Record>, recorded: &Recorded) -> Vec<EventBody> {
    if let Settled::Stuck { .. } = settled {
        return Vec::new();
    }
    let intent = &open.intent;
    let mut events = vec![EventBody::Settled {
        run: open.run,
        step: intent.step,
        call: intent.call,
        how: settled.word().into(),
        record,
    }];
    // A deletion that was made takes the record with it, if it is still there and of that object.
    let gone = intent.action == "delete" && *settled == Settled::Done;
    let holds = |record: &Record| {
        record.cloud_id == intent.cloud_id && record.deposed == intent.deposed && record.address == intent.address
    };
    if gone && recorded.records.values().chain(&recorded.deposed).any(holds) {
        events.push(EventBody::Removed {
            step: intent.step,
            address: intent.address.clone(),
            deposed: intent.deposed.clone(),
            cloud_id: intent.cloud_id.clone(),
            how: "deleted".into(),
        });
    }
    events
}

/// A call with what its plan says of it.
struct Case<'c> {
    open: &'c OpenIntent,
    step: &'c Step,
    procedure: &'c Arc<Procedure>,
    attributes: Map,
    recorded: &'c Recorded,
    known: &'c BTreeSet<String>,
    context: &'c RecoverContext,
    /// When this recovery began to look.
    began: Instant,
}

type Answer = Option<(Settled, Option<Record>)>;

fn stuck(why: impl Into<String>) -> Answer {
    Some((Settled::Stuck { why: why.into(), candidates: Vec::new() }, None))
}

/// Settles one call; `None` when it is too early to tell.
async fn settle(
    open: &OpenIntent,
    recorded: &Recorded,
    plans: &(dyn Fn(u64) -> Option<Arc<Plan>> + Sync),
    known: &BTreeSet<String>,
    context: &RecoverContext,
    began: Instant,
) -> Answer {
    let Some(plan) = plans(open.run) else { return stuck(format!("the plan of run {} is not kept", open.run)) };
    let step = plan.steps.get(open.intent.step as usize).filter(|step| step.address == open.intent.address);
    let Some(step) = step else { return stuck("the plan of its run has no such step") };
    let Some(procedure) = plan.procedure(step.kind()) else { return stuck("its plan does not know its kind") };
    let nodes = RecordedNodes { plan: &plan, recorded };
    let attributes = match open.intent.action.as_str() {
        "delete" => Map::new(),
        _ => match fill::attributes(step, procedure, &nodes) {
            Ok(attributes) => attributes,
            Err(findings) => return stuck(unfilled(&findings).message),
        },
    };
    let case = Case { open, step, procedure, attributes, recorded, known, context, began };
    match open.intent.action.as_str() {
        "create" => case.create().await,
        "delete" => case.delete().await,
        _ => case.update().await,
    }
}

impl Case<'_> {
    fn cloud(&self) -> &Cloud {
        &self.context.cloud
    }

    fn is_settled(&self) -> bool {
        let watched = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        recover::is_settled(self.open.at, self.cloud().clock().now(), watched, self.context.settle)
    }

    fn region(&self) -> Option<&str> {
        self.step.region.as_deref()
    }

    async fn look(&self, id: &str) -> Result<Option<Sighting>, Fault> {
        match ask::confirm(self.cloud(), self.procedure, self.region(), id, Priority::Reserved).await? {
            Look::Seen(sighting) => Ok(Some(*sighting)),
            Look::Missing => Ok(None),
        }
    }

    async fn create(&self) -> Answer {
        let now = self.cloud().clock().now();
        match recover::probe(self.procedure, &self.open.intent, &self.attributes, self.open.at, now) {
            Probe::Id(id) => match self.look(&id).await {
                Ok(Some(sighting)) => self.made(id, Some(&sighting), &Map::new()),
                Ok(None) => self.nothing(),
                Err(fault) => stuck(fault.to_string()),
            },
            // A body that was not kept cannot be sent again.
            Probe::Resend if parameters(&self.open.intent).is_empty() => self.alike().await,
            Probe::Resend => self.resend().await,
            Probe::Marker(marker) => match self.inventory().await {
                Ok(seen) => match recover::marked(&seen, &marker) {
                    Some((id, sighting)) => self.made(id.to_owned(), Some(sighting), &Map::new()),
                    None => self.nothing(),
                },
                Err(fault) => stuck(fault.to_string()),
            },
            Probe::Alike => self.alike().await,
        }
    }

    /// The same body with the same token: the cloud answers as it did, or does it now, as was planned.
    async fn resend(&self) -> Answer {
        let intent = &self.open.intent;
        let sent = parameters(intent);
        let request = match ask::request(&intent.service, &intent.operation, intent.region.as_deref(), &sent) {
            Ok(request) => request,
            Err(fault) => return stuck(fault.to_string()),
        };
        match self.cloud().call_guarded(request, Priority::Reserved, &*self.context.guard).await {
            Outcome::Ok(answer) => match fill::created_id(self.procedure, &self.attributes, &answer.result) {
                Some(id) => self.made(id, None, &once::shown(self.procedure, &self.attributes, &answer.result)),
                None => stuck("the answer does not name what was made"),
            },
            // A refusal of the repetition says nothing about the first send: look for what may be there.
            Outcome::NoEffect(fault) if fault.kind != FaultKind::Denied => self.alike().await,
            // The body went out again, and the cloud may have repeated a secret of it.
            Outcome::NoEffect(fault) | Outcome::Unknown(fault) => {
                stuck(without_secrets(&fault.to_string(), &self.attributes))
            }
        }
    }

    async fn alike(&self) -> Answer {
        let seen = match self.inventory().await {
            Ok(seen) => seen,
            Err(fault) => return stuck(fault.to_string()),
        };
        let before = self.open.intent.ids_before.as_deref();
        let candidates = recover::candidates(self.procedure, &seen, before, self.known, &self.attributes);
        if let Some(id) = self.context.adopt.as_ref().filter(|id| candidates.contains(id)) {
            return Some((Settled::Adopted(id.clone()), Some(self.record(id, seen.get(id), &Map::new()))));
        }
        if candidates.is_empty() {
            return self.nothing();
        }
        let why = match candidates.len() {
            1 => "one object could be it, and nothing but its looks says so".to_owned(),
            n => format!("{n} objects could be it"),
        };
        Some((Settled::Stuck { why, candidates }, None))
    }

    async fn inventory(&self) -> Result<std::collections::BTreeMap<String, Sighting>, Fault> {
        let within = observe::parents(self.procedure, &self.attributes);
        let items = ask::inventory(self.cloud(), self.procedure, self.region(), &within, Priority::Reserved).await?;
        Ok(recover::sightings(self.procedure, self.region(), &within, &items))
    }

    fn record(&self, id: &str, seen: Option<&Sighting>, once: &Map) -> Record {
        let shown = (seen, once);
        recover::created_record(self.step, self.procedure, id, &self.attributes, shown, &self.context.hash_key)
    }

    fn made(&self, id: String, seen: Option<&Sighting>, once: &Map) -> Answer {
        let record = self.record(&id, seen, once);
        Some((Settled::Created(id), Some(record)))
    }

    fn nothing(&self) -> Answer {
        self.is_settled().then_some((Settled::NotCreated, None))
    }

    async fn delete(&self) -> Answer {
        match self.look(&self.open.intent.cloud_id).await {
            // An id of the caller's own choice may be given to another object next, which a late deletion must not meet.
            Ok(None) if self.procedure.recovery == Recovery::Named => {
                self.is_settled().then_some((Settled::Done, None))
            }
            Ok(None) => Some((Settled::Done, None)),
            // What is on its way out is still there: the record stays, and the next plan sees how it ended.
            Ok(Some(_)) => self.is_settled().then_some((Settled::NotDone, None)),
            Err(fault) => stuck(fault.to_string()),
        }
    }

    async fn update(&self) -> Answer {
        let id = &self.open.intent.cloud_id;
        let record = self.recorded.records.get(&self.step.address).filter(|record| record.cloud_id == *id);
        let Some(record) = record else { return stuck("its object is not recorded") };
        let sighting = match self.look(id).await {
            Ok(Some(sighting)) => sighting,
            Ok(None) => return Some((Settled::NotDone, None)),
            Err(fault) => return stuck(fault.to_string()),
        };
        let key = &self.context.hash_key;
        let operation = &self.open.intent.operation;
        let unfinished = |status| Some(Record { status, ..record.clone() });
        // Either way the next plan goes on with it: the record says that it is not finished.
        let status = match record.status {
            Status::Ready => Status::Incomplete,
            other => other,
        };
        match recover::still_needed(
            self.step,
            self.procedure,
            record,
            &sighting,
            &self.attributes,
            (operation, None),
            key,
        ) {
            Still::Done => Some((Settled::Done, unfinished(status))),
            Still::Needed(_) => self.is_settled().then(|| (Settled::NotDone, unfinished(status))),
        }
    }
}
