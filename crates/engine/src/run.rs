//! One run: what all its steps share, and the protocol of one step's calls.

use crate::{
    ask,
    event::Observers,
    journal::Journal,
    turns::{Calling, Place},
    watch::{Ended, Subject, Watch},
    young::Doubt,
};
use firma_api::request::Request;
use firma_client::{Cloud, Outcome, Priority};
use firma_model::{
    address::Address,
    document::{Document, from_plain_json},
    event::{EventBody, Intent},
    fault::{Fault, FaultKind},
    observed::Sighting,
    record::Record,
    value::{Map, Value},
};
use firma_plan::{
    event::HAS_DATA,
    failed::was_finished,
    fill::{self, ReadyCall},
    once,
    procedure::Procedure,
    recover::{SEND_MILLIS, SETTLE_MILLIS},
    redact::without_secrets,
    secret::{HASH_KEY, HashKey, hashed},
    step::{Leg, Plan, Step},
    tags,
    wait::Until,
};
use firma_store::StoreError;
use serde_json::Value as Json;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Asked right before every mutating send; an error stops it. It knows whether the lease still outlasts a request.
pub type LeaseGuard = Arc<dyn Fn() -> Result<(), Fault> + Send + Sync>;

/// Sixteen fresh random bytes a call: tokens, markers and made-up ids. A simulation passes a counter.
pub type Entropy = Arc<dyn Fn() -> [u8; 16] + Send + Sync>;

/// Sends of one call at most, the first and those after an unclear answer.
pub(crate) const SENDS: u32 = 5;

/// How long an object that is busy with another task is asked again.
const BUSY_MILLIS: i64 = 120_000;

/// What the steps of a run share.
pub(crate) struct Run {
    pub(crate) plan: Arc<Plan>,
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) journal: Journal,
    pub(crate) watch: Watch,
    pub(crate) hash_key: HashKey,
    pub(crate) guard: LeaseGuard,
    /// See [`ApplyContext`](crate::ApplyContext).
    pub(crate) young_from: u64,
    pub(crate) began: Instant,
    pub(crate) entropy: Entropy,
    pub(crate) observers: Observers,
    pub(crate) calling: Calling,
    /// The look-ups of which exactly one thing is to be found.
    pub(crate) needing_one: BTreeSet<Address>,
    /// By step, whether others wait for it.
    pub(crate) awaited: Vec<bool>,
}

/// The fault of a call whose outcome nobody knows, with what kept it from being looked at.
pub(crate) fn unseen(mut fault: Fault, why: Option<&Fault>) -> Fault {
    if let Some(why) = why {
        // Without the request's id, so that a hundred with one cause are told as one.
        let why = Fault { request_id: None, ..why.clone() };
        fault.message = format!("{}; and it could not be looked at: {why}", fault.message);
    }
    fault
}

/// Why a step ends before it is done.
pub(crate) enum Stop {
    /// It failed; with the record as it must now stand, when that changed.
    Failed(Fault, Option<Box<Record>>),
    /// Nobody knows what became of its call.
    Unresolved(Fault),
    /// The journal takes nothing more.
    Lost(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Lost(error)
    }
}

/// A fault before anything of the step was done.
pub(crate) fn failed(fault: Fault) -> Stop {
    Stop::Failed(fault, None)
}

/// One step under way. Events that need not be durable yet are gathered, and go with the next that must.
pub(crate) struct StepRun<'r> {
    pub(crate) run: &'r Run,
    pub(crate) at: u32,
    pub(crate) step: &'r Step,
    pub(crate) procedure: &'r Arc<Procedure>,
    pub(crate) attributes: Map,
    /// What the cloud showed once, when it made the object.
    pub(crate) once: Map,
    /// Number of the call that is, or will be, under way.
    pub(crate) call: u32,
    /// Milliseconds from an accepted call to the end of its wait.
    pub(crate) waited: Option<i64>,
    /// Request id of the last call that was done.
    pub(crate) answered: Option<String>,
    /// When the call under way was begun, by a clock that nobody sets.
    begun: Instant,
    /// When the last unclear answer to it came, if any did.
    unclear: Option<Instant>,
    gathered: Vec<EventBody>,
    /// The turn with which the step began, until it is used.
    turn: Option<Place>,
}

impl<'r> StepRun<'r> {
    /// A step that begins, with its turn to make a call.
    pub(crate) fn new(
        run: &'r Run,
        at: u32,
        procedure: &'r Arc<Procedure>,
        attributes: Map,
        turn: Place,
    ) -> StepRun<'r> {
        let step = &run.plan.steps[at as usize];
        StepRun {
            run,
            at,
            step,
            procedure,
            attributes,
            once: step
                .record
                .as_ref()
                .filter(|_| step.leg != Leg::Create)
                .map_or_else(Map::new, |record| once::kept(procedure, record)),
            call: 0,
            waited: None,
            answered: None,
            begun: Instant::now(),
            unclear: None,
            gathered: Vec::new(),
            turn: Some(turn),
        }
    }

    /// Adds an event to those that will be written next.
    pub(crate) fn gather(&mut self, event: EventBody) {
        let event = self.discreet(event);
        self.gathered.push(event);
    }

    /// The event without secrets of this step that the cloud repeated in its message.
    fn discreet(&self, mut event: EventBody) -> EventBody {
        if let EventBody::Refused { fault, .. }
        | EventBody::Unresolved { fault, .. }
        | EventBody::Failed { fault, .. } = &mut event
        {
            fault.message = without_secrets(&without_secrets(&fault.message, &self.attributes), &self.once);
        }
        event
    }

    /// What the answer of a create call names as made. What it shows this one time is kept.
    pub(crate) fn made(&mut self, result: &Json) -> Option<String> {
        self.once = once::shown(self.procedure, &self.attributes, result);
        fill::created_id(self.procedure, &self.attributes, result)
    }

    /// Takes note that the cloud did a call: with what is now known of its object, where the call made it.
    pub(crate) fn accept(&mut self, record: Option<Record>) {
        let request_id = self.answered.take();
        self.gather(EventBody::Accepted { step: self.at, call: self.call, record, request_id });
        self.call += 1;
    }

    /// Takes note that the cloud did not do a call, which ends the step.
    pub(crate) fn refuse(&mut self, fault: Fault) -> Stop {
        self.gather(EventBody::Refused { step: self.at, call: self.call, fault: fault.clone() });
        failed(fault)
    }

    /// Writes what was gathered.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        let events = std::mem::take(&mut self.gathered);
        self.run.journal.write(events).await
    }

    /// Writes the step's end, with what was gathered before it.
    pub(crate) async fn end(mut self, result: Result<EventBody, Stop>) -> (EventBody, Option<StoreError>) {
        if let Some((service, region)) = self.turn.take() {
            self.run.cloud.limiter().give_back(&service, region.as_deref());
        }
        let lost = |step, error: &StoreError| {
            let message = format!("the journal could not be written: {error}");
            let fault = ask::fault(FaultKind::Unavailable, "", "", message);
            EventBody::Failed { step, fault, record: None }
        };
        let event = match result {
            Ok(event) => event,
            Err(Stop::Failed(fault, record)) => {
                EventBody::Failed { step: self.at, fault, record: record.map(|record| *record) }
            }
            Err(Stop::Unresolved(fault)) => EventBody::Unresolved { step: self.at, call: self.call, fault },
            Err(Stop::Lost(error)) => return (lost(self.at, &error), Some(error)),
        };
        let event = self.discreet(event);
        self.gather(event.clone());
        match self.flush().await {
            Ok(()) => (event, None),
            Err(error) => (lost(self.at, &error), Some(error)),
        }
    }

    /// Writes that a call is about to be sent; durable when it returns.
    pub(crate) async fn begin(&mut self, call: &ReadyCall, intent: Intended<'_>) -> Result<(), StoreError> {
        let plain = Value::Map(
            call.parameters.iter().map(|(name, value)| (name.clone(), from_plain_json(value))).collect::<Map>(),
        );
        // Keyed, so that the hash of a short secret cannot be tried out.
        let body_hash = match hashed(&self.run.hash_key, &plain) {
            Value::Map(map) => map.get(HASH_KEY).and_then(Value::as_str).unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        // The wire form has lost its marks: one secret makes the whole body one.
        let secret = self.attributes.values().any(Value::has_sensitive);
        // What is kept nowhere is not kept here either, and cannot be told apart from the rest of the body.
        let unkept = self.run.plan.ephemeral.attributes.contains_key(&self.step.address) && !call.deletes;
        let parameters = Document::encode(&match (unkept, secret) {
            (true, _) => Value::Map(Map::new()),
            (false, true) => plain.sensitive(),
            (false, false) => plain,
        });
        let action = if call.creates {
            "create"
        } else if call.deletes {
            "delete"
        } else {
            "update"
        };
        if cfg!(feature = "mutant-skip-intent") {
            return Ok(());
        }
        self.gather(EventBody::Begin(Intent {
            step: self.at,
            call: self.call,
            address: self.step.address.clone(),
            deposed: self.step.deposed.clone(),
            action: action.into(),
            class: call.class.clone(),
            service: call.service.clone(),
            operation: call.operation.clone(),
            region: call.region.clone(),
            cloud_id: intent.cloud_id.to_owned(),
            parameters,
            body_hash,
            token: intent.token.map(str::to_owned),
            marker: intent.marker.map(str::to_owned),
            ids_before: intent.ids_before,
        }));
        self.flush().await?;
        (self.begun, self.unclear) = (Instant::now(), None);
        Ok(())
    }

    /// The call's request.
    pub(crate) fn request(&self, call: &ReadyCall) -> Result<Request, Fault> {
        ask::request(&call.service, &call.operation, call.region.as_deref(), &call.parameters)
    }

    /// Whether a send of the call under way may still have an effect that nobody has seen.
    pub(crate) fn may_still_arrive(&self) -> bool {
        !cfg!(feature = "mutant-no-settling")
            && self.unclear.is_some_and(|at| at.elapsed() < Duration::from_millis(SETTLE_MILLIS.unsigned_abs()))
    }

    /// Takes note that a send of the call under way may have had an effect that nobody has seen.
    pub(crate) fn doubt(&mut self) {
        self.unclear = Some(Instant::now());
    }

    /// Whether any send of the call under way had an unclear answer. Then a later refusal says nothing about that one.
    pub(crate) fn is_unclear(&self) -> bool {
        self.unclear.is_some()
    }

    /// Sends it once, and again only while the cloud says that it refused because another task runs on the object.
    pub(crate) async fn send(&mut self, request: &Request) -> Outcome {
        let clock = self.run.cloud.clock();
        let start = clock.now();
        self.answered = None;
        let (begun, lease) = (self.begun, self.run.guard.clone());
        let (service, operation) = (request.service.clone(), request.operation.clone());
        let guard = move || {
            lease()?;
            if begun.elapsed() < Duration::from_millis(SEND_MILLIS.unsigned_abs()) {
                return Ok(());
            }
            // Whoever finds this call open counts on it.
            let message = format!("its turn did not come within {} seconds; nothing was sent", SEND_MILLIS / 1000);
            Err(ask::fault(FaultKind::Unavailable, &service, &operation, message))
        };
        let mut pause = Duration::from_millis(100);
        loop {
            let place = (request.service.clone(), request.region.clone());
            let priority = match self.turn.take_if(|turn| *turn == place) {
                Some(_) => Priority::Admitted,
                None => Priority::Normal,
            };
            let outcome = self.run.cloud.call_guarded(request.clone(), priority, &guard).await;
            match &outcome {
                Outcome::NoEffect(fault) if is_busy(fault) && clock.now().millis_since(start) < BUSY_MILLIS => {
                    clock.sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
                Outcome::Ok(answer) => {
                    self.answered = Some(answer.request_id.clone());
                    return outcome;
                }
                Outcome::Unknown(_) => {
                    self.doubt();
                    return outcome;
                }
                _ => return outcome,
            }
        }
    }

    fn subject<'s>(&'s self, id: &'s str) -> Subject<'s> {
        Subject {
            address: &self.step.address,
            procedure: self.procedure,
            region: self.step.region.as_deref(),
            id,
            awaited: self.run.awaited.get(self.at as usize).copied().unwrap_or(true),
        }
    }

    /// Looks at the object: how it looks, or `None` when it is confirmed gone.
    pub(crate) async fn look(&self, id: &str) -> Result<Option<Sighting>, Fault> {
        match self.run.watch.look(self.subject(id)).await {
            Ended::Reached(Some(sighting)) => Ok(Some(self.with_tags(id, sighting).await)),
            Ended::Reached(None) | Ended::Gone => Ok(None),
            Ended::Blocked(fault) => Err(fault),
            Ended::Failed(..) | Ended::TooLong(..) => {
                Err(self.fault(FaultKind::Unavailable, "it could not be looked at"))
            }
        }
    }

    /// What was seen, with tags that are managed here and that only the tag service shows.
    async fn with_tags(&self, id: &str, mut sighting: Sighting) -> Sighting {
        let managed = self.attributes.contains_key("tags") || self.step.record.as_deref().is_some_and(tags::is_managed);
        if managed && self.procedure.tag_service().is_some() {
            let (cloud, region) = (&self.run.cloud, self.step.region.as_deref());
            let found = ask::tags(cloud, self.procedure, region, &[id.to_owned()], Priority::Reserved).await;
            if let Some(value) = found.into_values().next() {
                tags::put(&mut sighting, value);
            }
        }
        sighting
    }

    /// Looks at the object of a record: how it looks, or `None` when it is gone for certain.
    pub(crate) async fn look_recorded(&self, record: &Record) -> Result<Option<Sighting>, Fault> {
        let mut doubt = Doubt::since(self.run.began);
        loop {
            let look = self.look(&record.cloud_id).await?;
            let young = look.is_none() && record.version >= self.run.young_from;
            if !young || !doubt.lasts(&**self.run.cloud.clock()).await {
                return Ok(look);
            }
        }
    }

    /// Waits until the object is as hoped. `Ok(None)` only for [`Until::Gone`].
    pub(crate) async fn wait(
        &mut self,
        id: &str,
        until: Until,
        action: &'static str,
    ) -> Result<Option<Sighting>, Waited> {
        let limits = &self.procedure.timeout_seconds;
        let limit = match action {
            "delete" => limits.delete,
            "update" => limits.update,
            _ => limits.create,
        };
        // What has no states is there at once, give or take a lagging list.
        let limit = self.step.timeout_seconds.unwrap_or(if limit == 0 { 60 } else { limit });
        let start = self.run.cloud.clock().now();
        self.run.calling.less();
        let ended = self.run.watch.wait(self.subject(id), until.clone(), action, limit).await;
        // Whoever comes back goes on at once: its object is taken, and others may wait for that.
        self.run.calling.more();
        let took = self.run.cloud.clock().now().millis_since(start);
        self.waited = Some(self.waited.unwrap_or(0) + took);
        let fault = |kind, message: String| self.fault(kind, message);
        match ended {
            Ended::Reached(sighting) => Ok(sighting),
            Ended::Gone if until == Until::Gone => Ok(None),
            Ended::Gone => Err(Waited::Gone(fault(FaultKind::NotFound, format!("{id} is no longer there")))),
            Ended::Failed(status, _) if self.is_grave(&status) => {
                let message = format!("the cloud reports {id} as `{status}`, and its data is in it");
                Err(Waited::Unknown(Fault { status: Some(HAS_DATA.into()), ..fault(FaultKind::Invalid, message) }))
            }
            Ended::Failed(status, sighting) => Err(Waited::Broken(
                fault(FaultKind::Invalid, format!("the cloud reports {id} as `{status}`")),
                sighting,
            )),
            Ended::TooLong(status, last) => {
                let not_yet = match &until {
                    Until::Gone => "is still there",
                    Until::Seen => "does not show",
                    Until::Status(_) => "is not ready",
                };
                let now = status.map(|status| format!(": it is `{status}`")).unwrap_or_default();
                let why = last.map(|last| format!("; last: {last}")).unwrap_or_default();
                let message =
                    format!("{id} {not_yet} after {limit} seconds{now}{why}; a higher timeouts.{action} waits longer");
                Err(Waited::Unknown(fault(FaultKind::Unavailable, message)))
            }
            Ended::Blocked(fault) => Err(Waited::Unknown(fault)),
        }
    }

    /// Whether an object that has failed has what a replacement would lose.
    fn is_grave(&self, status: &str) -> bool {
        let before = self.step.record.as_ref().filter(|_| self.step.leg != Leg::Create);
        let finished = before.is_some_and(|record| was_finished(record));
        self.procedure.status.as_ref().is_some_and(|rule| rule.is_grave(status, finished))
    }

    /// A fault of this step that no answer caused.
    pub(crate) fn fault(&self, kind: FaultKind, message: impl Into<String>) -> Fault {
        let call = match self.step.leg {
            Leg::Delete => self.procedure.delete.as_ref(),
            _ => once::maker(self.procedure, &self.attributes),
        };
        let (service, operation) = call.map_or(("", ""), |call| (call.service.as_str(), call.operation.as_str()));
        ask::fault(kind, service, operation, message)
    }

    /// Waits a little longer before each repetition of something unclear.
    pub(crate) async fn back_off(&self, sends: u32) {
        let pause = Duration::from_secs(1 << sends.min(5));
        self.run.cloud.clock().sleep(pause).await;
    }
}

/// What an intent says besides its call.
#[derive(Default)]
pub(crate) struct Intended<'i> {
    pub(crate) cloud_id: &'i str,
    pub(crate) token: Option<&'i str>,
    pub(crate) marker: Option<&'i str>,
    pub(crate) ids_before: Option<Vec<String>>,
}

/// A wait that did not end as hoped.
pub(crate) enum Waited {
    /// The object has failed for good.
    Broken(Fault, Sighting),
    /// It is gone.
    Gone(Fault),
    /// Nobody knows how it ends.
    Unknown(Fault),
}

/// Whether the cloud refused because another task runs on the object: the documented words, and nothing else.
fn is_busy(fault: &Fault) -> bool {
    fault.status.as_deref() == Some("FAILED_PRECONDITION") && fault.message.contains("underlay task")
}

/// A sighting's attributes and fingerprint.
pub(crate) fn seen(sighting: &Option<Sighting>) -> (Map, &str, Option<&str>) {
    match sighting {
        Some(Sighting::Present { attributes, fingerprint, status }) => {
            (attributes.clone(), fingerprint, status.as_deref())
        }
        _ => (Map::new(), "", None),
    }
}

/// Sixteen bytes as a UUID.
pub(crate) fn uuid(entropy: &Entropy) -> String {
    let mut bytes = entropy();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Sixteen bytes as a marker: 16 hex digits, 64 bits, short enough for a description.
pub(crate) fn marker(entropy: &Entropy) -> String {
    hex(&entropy()[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Plain parameters of an intent, as they were sent.
pub(crate) fn parameters(intent: &Intent) -> serde_json::Map<String, Json> {
    let value = intent.parameters.decode().map(|value| firma_model::document::to_plain_json(&value));
    match value {
        Ok(Json::Object(map)) => map,
        _ => serde_json::Map::new(),
    }
}
