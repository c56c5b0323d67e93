//! Carrying out a plan: one task owns the progress, starts what may start, and takes note of what ended.
//!
//! Every step that makes calls is a future polled by this task, begun when its turn comes (`turns`). Steps without calls
//! are worked off at once and written down in batches; a step with calls never begins before the batch is durable that it
//! depends on (`durable`).

use crate::{
    change::change,
    conditions::{kept, missed},
    durable::Batches,
    event::Observers,
    journal::{Commit, Journal},
    leaving::Leaving,
    local::{MOVED, carry_out, filled, is_local, removed, set_aside},
    looking::Asking,
    make::make,
    outcome::{FailedStep, Outcome},
    run::{Entropy, LeaseGuard, Run, StepRun, Stop},
    turns::{Calling, Place, Turns},
    unmake::unmake,
    watch::{Usual, watch},
};
use firma_client::Cloud;
use firma_model::{
    address::{Address, KindId},
    event::EventBody,
    fault::{Fault, FaultKind},
    record::{Record, Status},
    time::Timestamp,
    value::Map,
};
use firma_plan::{
    conditions::{Conditions, Expected},
    event::{PlannedStep, RunEvent},
    fill,
    nodes::recorded_inputs,
    order, outputs,
    procedure::{Procedure, Recovery},
    progress::Progress,
    reads,
    secret::HashKey,
    step::{Leg, Plan, Step},
    wait,
};
use firma_store::StoreError;
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};
use tokio::{sync::watch::Receiver, time::Instant};

/// Events without calls that go into one transaction: large enough that an fsync does not count, small enough that a stop
/// is noticed.
const BATCH: usize = 1_000;

/// What a call and a look take, about: enough to tell a chain of ten quick steps from one.
const CALL_MILLIS: u64 = 200;

/// A kind that declares no duration is believed to take this many milliseconds at most.
const MOST_UNDECLARED: i64 = 10_000;

/// How urgently a run is asked to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CancelLevel {
    /// Not at all.
    #[default]
    None,
    /// Begin nothing new, finish what runs.
    Finish,
    /// Stop waiting too; the journal stays open, and recovery continues from there.
    Abandon,
}

/// What an apply works with.
pub struct ApplyContext {
    /// The cloud; its clock is the run's.
    pub cloud: Arc<Cloud>,
    /// The journal.
    pub commit: Commit,
    /// Number of the run in the state.
    pub run: u64,
    /// Key for hashes of write-only values.
    pub hash_key: HashKey,
    /// Records of this version and newer were written lately: that their objects cannot be seen proves nothing yet.
    pub young_from: u64,
    /// Asked before every mutating send.
    pub guard: LeaseGuard,
    /// Fresh random bytes.
    pub entropy: Entropy,
    /// Who watches.
    pub observers: Observers,
    /// Asks to stop.
    pub cancel: Receiver<CancelLevel>,
    /// Steps that make calls at once, at most; one that waits for its object makes none.
    pub parallelism: usize,
    /// How long waits took before, by kind and action (`create`, `update`, `delete`), in milliseconds.
    pub usual: BTreeMap<(KindId, String), i64>,
}

/// Carries out a plan, to the end of everything that can be done.
pub async fn apply(plan: Arc<Plan>, context: ApplyContext) -> Outcome {
    let ApplyContext {
        cloud,
        commit,
        run: number,
        hash_key,
        young_from,
        guard,
        entropy,
        observers,
        cancel,
        parallelism,
        usual,
    } = context;
    let usual = known(&plan, usual);
    let own = |step: &Step| own_millis(&plan, &usual, step);
    let priorities = order::chains(&plan, own).unwrap_or_else(|| plan.steps.iter().map(|step| step.priority).collect());
    let awaited = plan.steps.iter().zip(&priorities).map(|(step, chain)| *chain > own(step)).collect();
    let (orders, driver) = watch(cloud.clone(), observers.clone(), usual);
    let journal = Journal::new(commit, cloud.clock().clone());
    let run = Run {
        plan: plan.clone(),
        cloud,
        journal,
        watch: orders,
        hash_key,
        guard,
        young_from,
        began: Instant::now(),
        entropy,
        observers,
        calling: Calling::default(),
        needing_one: reads::needing_one(&plan),
        awaited,
    };
    run.observers.tell(|| RunEvent::Started {
        run: number,
        at: run.cloud.clock().now(),
        steps: plan.steps.iter().map(planned).collect(),
    });
    let mut owner = Owner {
        run: &run,
        progress: Progress::with_priorities(plan.clone(), priorities.clone()),
        priorities,
        flights: FuturesUnordered::new(),
        pending: Vec::new(),
        batch: None,
        batches: Batches::new(&plan),
        leaving: Leaving::of(&plan),
        conditions: Conditions::of(&plan),
        turns: Turns::new(run.cloud.clone()),
        parallelism: parallelism.max(1),
        stopping: false,
        outcome: Outcome::default(),
    };
    owner.work(driver.run(), cancel).await;
    owner.finish().await
}

/// What was learned, as far as it is believed: an object that was stuck once says nothing about the next.
fn known(plan: &Plan, learned: BTreeMap<(KindId, String), i64>) -> Usual {
    let believed = |((kind, action), usual): ((KindId, String), i64)| {
        let declared = wait::declared(plan.procedure(&kind)?, &action);
        Some(((kind, action), usual.clamp(0, declared.saturating_mul(4).max(MOST_UNDECLARED))))
    };
    learned.into_iter().filter_map(believed).collect()
}

/// Milliseconds a step takes, about.
fn own_millis(plan: &Plan, usual: &Usual, step: &Step) -> u64 {
    if is_local(plan, step) {
        return 1;
    }
    if step.leg == Leg::Read {
        return CALL_MILLIS;
    }
    let action = step.leg.as_str();
    let declared = plan.procedure(step.kind()).map_or(0, |procedure| wait::declared(procedure, action));
    let usual = usual.get(&(step.kind().clone(), action.to_owned())).copied().unwrap_or(declared);
    usual.max(0).unsigned_abs() + CALL_MILLIS
}

fn planned(step: &Step) -> PlannedStep {
    PlannedStep { address: step.address.clone(), deposed: step.deposed.clone(), leg: step.leg, action: step.action }
}

/// What ended.
enum Flight {
    /// A look-up, and when it began.
    Found(Box<EventBody>, Timestamp),
    Step(Box<Ended>),
    Batch(Result<(), StoreError>),
}

struct Ended {
    at: u32,
    event: EventBody,
    lost: Option<StoreError>,
    keys: Vec<String>,
    began: Timestamp,
    waited: Option<i64>,
}

/// The owner of a run.
struct Owner<'r> {
    run: &'r Run,
    progress: Progress,
    flights: FuturesUnordered<BoxFuture<'r, Flight>>,
    /// Events of steps without calls, not yet on their way to the journal.
    pending: Vec<EventBody>,
    /// Steps whose events are on their way.
    batch: Option<Vec<(u32, String)>>,
    batches: Batches,
    priorities: Vec<u64>,
    leaving: Leaving,
    conditions: Conditions,
    turns: Turns,
    parallelism: usize,
    stopping: bool,
    outcome: Outcome,
}

impl<'r> Owner<'r> {
    async fn work(&mut self, driver: impl Future<Output = ()>, mut cancel: Receiver<CancelLevel>) {
        tokio::pin!(driver);
        let mut listening = true;
        loop {
            let level = *cancel.borrow_and_update();
            if level >= CancelLevel::Finish && !self.stopping {
                self.outcome.interrupted = true;
                self.stop("interrupted");
            }
            if level >= CancelLevel::Abandon {
                // Whatever runs is dropped where it stands: the same as being killed, and recovered from in the same way.
                return;
            }
            if self.outcome.journal.is_some() {
                // What the others would still learn could not be written down; waiting for it would only keep people waiting.
                return;
            }
            self.start();
            self.write_batch();
            if !self.stopping {
                self.turns.ask(self.parallelism.saturating_sub(self.run.calling.count()));
            }
            if self.flights.is_empty() && self.turns.is_idle() {
                return;
            }
            let run = self.run;
            tokio::select! {
                biased;
                changed = cancel.changed(), if listening => listening = changed.is_ok(),
                Some(flight) = self.flights.next() => self.ended(flight),
                Some(place) = self.turns.next() => self.begin(place),
                () = run.calling.fewer() => {}
                () = &mut driver => {}
            }
        }
    }

    /// Starts what may start.
    fn start(&mut self) {
        if self.stopping {
            return;
        }
        let plan = self.run.plan.clone();
        while self.pending.len() < BATCH
            && let Some(at) = self.progress.start()
        {
            let step = &plan.steps[at as usize];
            if !is_local(&plan, step) {
                let needed = self.batches.needed(&plan, at);
                let urgent = (self.priorities[at as usize], at);
                self.turns.add(place(step), urgent, needed, self.batches.durable());
                continue;
            }
            let address = &step.address;
            self.run.observers.tell(|| RunEvent::StepStarted { step: at, address: address.clone(), leg: step.leg });
            if let Some(fault) = self.refused(step) {
                self.learn(EventBody::Failed { step: at, fault, record: None });
                continue;
            }
            let event = carry_out(&plan, at, &self.progress, &self.run.hash_key, &self.run.entropy);
            let expected = self.conditions.expected(&step.address, step.leg, &self.progress);
            let procedure = plan.procedure(step.kind()).map(|procedure| &**procedure);
            let event = kept(event, expected.as_ref(), procedure);
            let written = matches!(event, EventBody::Done { .. } | EventBody::Failed { record: Some(_), .. });
            if let Some(old) = step.moves_from().filter(|_| written) {
                // In one transaction with the record under the new address: the object is never under none, nor under two.
                self.pending.push(removed(at, old, MOVED));
            }
            if let (false, EventBody::Done { .. }) = (step.deposes.is_empty(), &event) {
                self.pending.push(set_aside(at, step));
            }
            self.batches.gathered(at);
            self.learn(event);
        }
    }

    /// Begins the most urgent step of a place that has a turn.
    fn begin(&mut self, place: usize) {
        while let Some(held) = self.turns.queue.pop(place) {
            let Reverse(at) = held.1;
            let plan = self.run.plan.clone();
            let step = &plan.steps[at as usize];
            if step.leg == Leg::Read {
                // It takes its own turn for each page.
                self.turns.give_back(place);
                self.look_up(at, step);
                return;
            }
            let procedure = self.run.plan.procedure(step.kind());
            let Some(procedure) = procedure else {
                let fault =
                    crate::ask::fault(FaultKind::Invalid, "", "", "BUG: the plan has no procedure for this kind");
                self.learn(EventBody::Failed { step: at, fault, record: None });
                continue;
            };
            let attributes = match (self.refused(step), step.leg, &step.record) {
                (Some(fault), ..) => Err(fault),
                (None, Leg::Delete, Some(record)) => Ok(recorded_inputs(record)),
                _ => filled(step, procedure, &self.progress),
            };
            let attributes = match attributes.and_then(|attributes| self.may_take_its_id(step, procedure, attributes)) {
                Ok(attributes) => attributes,
                Err(fault) => {
                    self.learn(EventBody::Failed { step: at, fault, record: None });
                    continue;
                }
            };
            let id = step.record.as_ref().filter(|_| step.leg != Leg::Create).map(|record| record.cloud_id.as_str());
            let mut keys = fill::serial_keys(procedure, id, &attributes);
            if step.leg == Leg::Create && procedure.recovery == Recovery::Bare {
                // One at a time: new ids could not be told apart.
                keys.push(format!("{} {}", procedure.kind, step.region.as_deref().unwrap_or_default()));
            }
            if !self.turns.queue.claim(held, place, &keys) {
                continue;
            }
            self.run.calling.more();
            let address = step.address.clone();
            self.run.observers.tell(|| RunEvent::StepStarted { step: at, address, leg: step.leg });
            let turn = self.turns.place(place);
            let expected = self.conditions.expected(&step.address, step.leg, &self.progress);
            let step_run = StepRun::new(self.run, at, procedure, attributes, turn);
            self.flights.push(one_step(step_run, keys, expected).boxed());
            return;
        }
        self.turns.give_back(place);
    }

    /// Begins a look-up.
    fn look_up(&mut self, at: u32, step: &Step) {
        let (run, address) = (self.run, step.address.clone());
        run.observers.tell(|| RunEvent::StepStarted { step: at, address, leg: step.leg });
        let asking = match self.refused(step) {
            Some(fault) => Err(fault),
            None => Asking::of(run, at, step, &self.progress),
        };
        match asking {
            Ok(asking) => {
                run.calling.more();
                let began = run.cloud.clock().now();
                self.flights.push(async move { Flight::Found(Box::new(asking.ask(run).await), began) }.boxed());
            }
            Err(fault) => self.learn(EventBody::Failed { step: at, fault, record: None }),
        }
    }

    /// Why nothing may be done to the object of a step: a precondition that does not hold.
    fn refused(&self, step: &Step) -> Option<Fault> {
        let why = self.conditions.refusal(&step.address, &self.progress).filter(|_| step.deposed.is_empty())?;
        Some(missed(why))
    }

    /// Refuses a create whose id another address still has.
    fn may_take_its_id(&self, step: &Step, procedure: &Procedure, attributes: Map) -> Result<Map, Fault> {
        match self.leaving.holder(step, procedure, &attributes, &self.progress) {
            None => Ok(attributes),
            Some(other) => {
                let message = format!("its id is still that of {other}, whose deletion comes first; apply once more");
                Err(crate::ask::fault(FaultKind::Conflict, "", "", message))
            }
        }
    }

    /// Sends the events of steps without calls to the journal, one batch at a time.
    fn write_batch(&mut self) {
        if self.pending.is_empty() || self.batch.is_some() {
            return;
        }
        let events = std::mem::take(&mut self.pending);
        let steps = events
            .iter()
            .filter_map(|event| match event {
                EventBody::Done { step, record } => Some((*step, record.cloud_id.clone())),
                EventBody::Removed { step, how, .. } if how != MOVED => Some((*step, String::new())),
                _ => None,
            })
            .collect();
        self.batch = Some(steps);
        self.batches.sent();
        let run = self.run;
        self.flights.push(async move { Flight::Batch(run.journal.write(events).await) }.boxed());
    }

    fn ended(&mut self, flight: Flight) {
        match flight {
            Flight::Batch(result) => {
                let steps = self.batch.take().unwrap_or_default();
                match result {
                    Ok(()) => {
                        let durable = self.batches.written();
                        self.turns.durable(durable);
                        for (at, cloud_id) in steps {
                            self.done(at, cloud_id, 0);
                        }
                    }
                    Err(error) => self.broken(error),
                }
            }
            Flight::Found(event, began) => {
                self.run.calling.less();
                if let EventBody::Found { step, .. } = &*event {
                    // Nothing hangs on its being written down: it can be asked again.
                    self.done(*step, String::new(), self.run.cloud.clock().now().millis_since(began));
                    self.batches.gathered(*step);
                }
                self.learn(*event);
            }
            Flight::Step(ended) => {
                let Ended { at, event, lost, keys, began, waited } = *ended;
                self.run.calling.less();
                self.turns.queue.release(&keys);
                let elapsed = self.run.cloud.clock().now().millis_since(began);
                let step = &self.run.plan.steps[at as usize];
                match &event {
                    EventBody::Done { record, .. } => self.done(at, record.cloud_id.clone(), elapsed),
                    EventBody::Removed { .. } => self.done(at, String::new(), elapsed),
                    EventBody::Failed { fault, record, .. } => self.failed(at, fault, record.as_ref(), false),
                    EventBody::Unresolved { fault, .. } => self.failed(at, fault, None, true),
                    _ => {}
                }
                if let (Some(waited), EventBody::Done { .. } | EventBody::Removed { .. }) = (waited, &event) {
                    self.outcome.durations.push((step.kind().clone(), step.leg.as_str().to_owned(), waited));
                }
                self.progress.apply(&event);
                self.skip();
                if let Some(error) = lost {
                    self.broken(error);
                }
            }
        }
    }

    /// What an event of a step without calls means, before it is durable: see the top.
    fn learn(&mut self, event: EventBody) {
        self.progress.apply(&event);
        if let EventBody::Failed { step, fault, record } = &event {
            self.failed(*step, fault, record.as_ref(), false);
        }
        self.pending.push(event);
        self.skip();
    }

    /// Takes note of what a failure takes with it.
    fn skip(&mut self) {
        for (at, because) in self.progress.take_skipped() {
            self.skipped(at, because.to_string());
        }
    }

    fn done(&mut self, at: u32, cloud_id: String, elapsed: i64) {
        let step = &self.run.plan.steps[at as usize];
        let (address, leg) = (step.address.clone(), step.leg);
        self.outcome.done.push((address.clone(), leg));
        self.run.observers.tell(|| RunEvent::StepDone { step: at, address, leg, cloud_id, elapsed });
    }

    fn failed(&mut self, at: u32, fault: &Fault, record: Option<&Record>, unresolved: bool) {
        let step = &self.run.plan.steps[at as usize];
        let (address, leg): (Address, Leg) = (step.address.clone(), step.leg);
        self.run.observers.tell(|| RunEvent::StepFailed {
            step: at,
            address: address.clone(),
            leg,
            fault: fault.clone(),
            unresolved,
            left: record.map(|record| record.status),
        });
        match unresolved {
            true => self.outcome.unresolved.push((address, fault.clone())),
            false => self.outcome.failed.push(FailedStep {
                address,
                leg,
                fault: fault.clone(),
                incomplete: record.is_some_and(|record| record.status != Status::Ready) && leg == Leg::Create,
            }),
        }
    }

    fn skipped(&mut self, at: u32, because: String) {
        let step = &self.run.plan.steps[at as usize];
        let (address, leg) = (step.address.clone(), step.leg);
        self.outcome.skipped.push((address.clone(), because.clone()));
        self.pending.push(EventBody::Skipped { step: at, because: because.clone() });
        self.run.observers.tell(|| RunEvent::StepSkipped { step: at, address, leg, because });
    }

    /// Begins nothing more.
    fn stop(&mut self, because: &str) {
        self.stopping = true;
        let mut waiting = self.progress.stop();
        waiting.extend(self.turns.drain());
        waiting.sort_unstable();
        for at in waiting {
            self.skipped(at, because.to_owned());
        }
    }

    /// The journal takes nothing more: what runs ends by itself at its next event.
    fn broken(&mut self, error: StoreError) {
        if self.outcome.journal.is_none() {
            self.run.observers.tell(|| {
                let diagnostic = error.diagnostic();
                RunEvent::JournalLost { code: diagnostic.code.to_owned(), message: diagnostic.message }
            });
            self.outcome.journal = Some(error);
            self.stop("the journal could not be written");
        }
        self.pending.clear();
    }

    async fn finish(mut self) -> Outcome {
        let found = outputs::outputs(&self.run.plan, &self.progress);
        let abandoned = !self.flights.is_empty();
        if self.outcome.journal.is_none() && !abandoned && found.differ(&self.run.plan) {
            let event = EventBody::Outputs(found.documents());
            if let Err(error) = self.run.journal.write(vec![event]).await {
                self.outcome.journal = Some(error);
            }
        }
        if !abandoned {
            self.outcome.conditions = self.conditions.at_the_end(&self.progress);
            for (why, warning) in self.outcome.conditions.clone() {
                self.run.observers.tell(|| RunEvent::ConditionMissed { why, warning });
            }
        }
        for (name, why) in found.failures() {
            self.run.observers.tell(|| RunEvent::OutputBroken { name, why });
        }
        self.outcome.outputs = found;
        let outcome = self.outcome;
        self.run.observers.tell(|| RunEvent::Finished {
            at: self.run.cloud.clock().now(),
            done: outcome.done.len(),
            failed: outcome.failed.len() + outcome.unresolved.len(),
            skipped: outcome.skipped.len(),
            interrupted: outcome.interrupted,
        });
        outcome
    }
}

/// Whose allowance a step needs for its call.
fn place(step: &Step) -> Place {
    let service = step.calls.first().map_or_else(|| step.kind().service(), |call| call.service.as_str());
    (service.to_owned(), step.region.clone())
}

async fn one_step(mut run: StepRun<'_>, keys: Vec<String>, expected: Option<Expected>) -> Flight {
    let began = run.run.cloud.clock().now();
    let at = run.at;
    let result = match run.step.leg {
        Leg::Create => make(&mut run).await,
        Leg::Update => change(&mut run).await,
        Leg::Delete => unmake(&mut run).await,
        Leg::Forget | Leg::Record | Leg::Read => unreachable!("BUG: such a step makes no calls"),
    };
    let result = match (result, expected) {
        (Ok(EventBody::Done { step, record }), Some(expected)) => match expected.missed(&record, Some(run.procedure)) {
            Some(why) => Err(Stop::Failed(missed(why), Some(Box::new(record)))),
            None => Ok(EventBody::Done { step, record }),
        },
        (result, _) => result,
    };
    let waited = run.waited;
    let (event, lost) = run.end(result).await;
    Flight::Step(Box::new(Ended { at, event, lost, keys, began, waited }))
}
