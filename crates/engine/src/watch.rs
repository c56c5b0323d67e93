//! Looking at objects together: whatever of one kind and region is to be looked at soon shares one list call.
//!
//! Steps send orders; one driver, polled by the task that owns the run, keeps a poll loop per kind and region. A poll asks
//! for everything that is due, and fills the page with what would be due next. Polls have a purse of their own at the
//! limiter, so that a flood of new work cannot keep what is under way from being noticed.
//!
//! The pace follows what a poll costs. Where the allowance of a service is not used up, it costs nothing, and whatever is due
//! is asked for at once. Where new work waits for its turn, every poll is a call that comes later: then polls take a small
//! part of the allowance, and what no step waits for is asked for once in a while, many at a time.

use crate::{ask, event::Observers};
use firma_client::{Cloud, Priority};
use firma_model::{
    address::{Address, KindId},
    fault::{Fault, FaultKind},
    observed::Sighting,
    time::Timestamp,
};
use firma_plan::{
    event::RunEvent,
    observe::{self, Look},
    procedure::Procedure,
    wait::{Judgement, Until, averaged, declared, judge, pause},
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// The first look at something that should be there already comes after this many milliseconds: others join it.
const GATHER_MILLIS: i64 = 5;
/// Between two polls of a kind and region at least: the part of what the kind takes that nobody notices, within bounds.
const GAP_PART: i64 = 50;
const GAP_MILLIS: i64 = 50;
const GAP_LONG_MILLIS: i64 = 500;
/// The part of a service's allowance that polls may use while new work waits.
const POLL_SHARE: f64 = 0.03;
/// Between two polls while new work waits, at most, however low the allowance is.
const GAP_MOST_MILLIS: f64 = 15_000.0;
/// While new work waits, something that no step waits for is looked at this much later at most.
const PATIENCE_MILLIS: i64 = 15_000;
/// While new work waits, it is looked at least this often whether it still does.
const AGAIN_MILLIS: i64 = 200;
/// Polls of a kind and region under way at once: where answers are slow, what becomes due meanwhile need not wait for them.
const AT_ONCE: usize = 4;
/// Denied so many times in a row, a wait is over: nobody will say how it ends.
const DENIALS: u32 = 3;

/// How a wait ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// As hoped; for an object: how it looks.
    Reached(Option<Sighting>),
    /// The object has a final status that was not hoped for.
    Failed(String, Sighting),
    /// The object is not there.
    Gone,
    /// Too long; what was seen last.
    TooLong(Option<String>, Option<Fault>),
    /// Nobody says.
    Blocked(Fault),
}

/// Something to look at.
struct Order {
    address: Address,
    procedure: Arc<Procedure>,
    region: Option<String>,
    id: String,
    /// `None` looks once; then absence is confirmed and is an answer.
    until: Option<Until>,
    action: &'static str,
    limit: i64,
    /// Whether others wait for it.
    awaited: bool,
    reply: oneshot::Sender<Ended>,
}

/// Where steps send orders.
#[derive(Clone)]
pub(crate) struct Watch {
    orders: mpsc::UnboundedSender<Order>,
}

/// Whose object it is, and which.
pub(crate) struct Subject<'s> {
    pub(crate) address: &'s Address,
    pub(crate) procedure: &'s Arc<Procedure>,
    pub(crate) region: Option<&'s str>,
    pub(crate) id: &'s str,
    pub(crate) awaited: bool,
}

impl Watch {
    /// Looks once. An answer is `Reached`, `Gone` or `Blocked`.
    pub(crate) async fn look(&self, subject: Subject<'_>) -> Ended {
        self.order(subject, None, "look", 0).await
    }

    /// Waits, at most `limit` seconds.
    pub(crate) async fn wait(&self, subject: Subject<'_>, until: Until, action: &'static str, limit: u32) -> Ended {
        self.order(subject, Some(until), action, i64::from(limit) * 1000).await
    }

    async fn order(&self, subject: Subject<'_>, until: Option<Until>, action: &'static str, limit: i64) -> Ended {
        let (reply, answer) = oneshot::channel();
        let order = Order {
            address: subject.address.clone(),
            procedure: subject.procedure.clone(),
            region: subject.region.map(str::to_owned),
            id: subject.id.to_owned(),
            until,
            action,
            limit,
            // A look, and a wait between two calls, are what their step waits for.
            awaited: subject.awaited || action != "create",
            reply,
        };
        let gone = || {
            let message = "the run stopped waiting";
            Ended::Blocked(ask::fault(FaultKind::Unavailable, "", "", message))
        };
        match self.orders.send(order) {
            Ok(()) => answer.await.unwrap_or_else(|_| gone()),
            Err(_) => gone(),
        }
    }
}

/// How long steps were seen to take, by kind and action, milliseconds.
pub(crate) type Usual = BTreeMap<(KindId, String), i64>;

/// An order under way.
struct Waiter {
    order: Order,
    since: Timestamp,
    due: Timestamp,
    status: Option<String>,
    fault: Option<Fault>,
    seen: bool,
    absences: u32,
    denials: u32,
}

/// The objects of one kind and region that are waited for.
struct Group {
    procedure: Arc<Procedure>,
    /// Service and region of its polls.
    place: (String, Option<String>),
    waiters: BTreeMap<u64, Waiter>,
    /// Those nobody asks about at the moment, the next first: the ones that others wait for, and the rest.
    awaited: BTreeSet<(Timestamp, u64)>,
    others: BTreeSet<(Timestamp, u64)>,
    polls: usize,
    polled: Timestamp,
}

/// What a poll costs at present.
#[derive(Clone, Copy)]
struct Cost {
    /// New work waits for its turn.
    pressed: bool,
    /// Milliseconds between polls at least.
    gap: i64,
}

impl Group {
    fn new(procedure: Arc<Procedure>, region: Option<String>, now: Timestamp) -> Group {
        let service = match (&procedure.list, &procedure.read) {
            (Some(list), _) => list.service.clone(),
            (None, Some(read)) => read.call.service.clone(),
            (None, None) => procedure.kind_id().service().to_owned(),
        };
        Group {
            procedure,
            place: (service, region),
            waiters: BTreeMap::new(),
            awaited: BTreeSet::new(),
            others: BTreeSet::new(),
            polls: 0,
            polled: now.plus_millis(-3_600_000),
        }
    }

    /// Objects that one call shows.
    fn page(&self) -> usize {
        match &self.procedure.list {
            Some(list) => list.seen_at_once(),
            None => 1,
        }
    }

    fn queue(&mut self, number: u64) {
        if let Some(waiter) = self.waiters.get(&number) {
            let queue = if waiter.order.awaited { &mut self.awaited } else { &mut self.others };
            queue.insert((waiter.due, number));
        }
    }

    fn gap(&self) -> i64 {
        (declared(&self.procedure, "create") / GAP_PART).clamp(GAP_MILLIS, GAP_LONG_MILLIS)
    }

    /// When to poll next, if at all, and when to think about that again at the latest.
    fn due(&self, now: Timestamp, cost: Cost) -> Option<(Timestamp, Timestamp)> {
        if self.polls >= AT_ONCE {
            return None;
        }
        let first = |queue: &BTreeSet<(Timestamp, u64)>| queue.first().map(|(at, _)| *at);
        let soonest = first(&self.awaited).into_iter().chain(first(&self.others)).min()?;
        let free = soonest.max(self.polled.plus_millis(self.gap()));
        if !cost.pressed {
            return Some((free, free));
        }
        let patient = first(&self.others).map(|at| at.plus_millis(PATIENCE_MILLIS));
        let wanted = first(&self.awaited).into_iter().chain(patient).min()?;
        let at = wanted.max(self.polled.plus_millis(cost.gap));
        Some((at, at.min(free.max(now.plus_millis(AGAIN_MILLIS)))))
    }

    /// Takes out the waiters to ask about now, a call's worth each: those due, and as many of the next as fit the same calls.
    fn select(&mut self, now: Timestamp) -> Vec<Vec<u64>> {
        let until = (now, u64::MAX);
        let due = self.awaited.range(..=until).count() + self.others.range(..=until).count();
        let page = self.page();
        let mut wanted = due.max(1).div_ceil(page).saturating_mul(page).min(self.awaited.len() + self.others.len());
        let mut chosen = Vec::with_capacity(wanted);
        while wanted > 0 {
            let queue = match (self.awaited.first(), self.others.first()) {
                (Some(awaited), Some(other)) if other < awaited => &mut self.others,
                (Some(_), _) => &mut self.awaited,
                (None, _) => &mut self.others,
            };
            chosen.extend(queue.pop_first().map(|(_, number)| number));
            wanted -= 1;
        }
        chosen.chunks(page.min(chosen.len().max(1))).map(<[u64]>::to_vec).collect()
    }
}

type GroupKey = (String, Option<String>);

/// What a call brought.
enum Brought {
    Poll(GroupKey, Vec<u64>, Result<BTreeMap<String, Look>, Fault>),
    Confirmation(GroupKey, u64, Result<Look, Fault>),
}

/// The poll loops.
pub(crate) struct Driver {
    cloud: Arc<Cloud>,
    observers: Observers,
    orders: mpsc::UnboundedReceiver<Order>,
    groups: BTreeMap<GroupKey, Group>,
    usual: Usual,
    next: u64,
}

/// The two ends: where orders go, and who carries them out.
pub(crate) fn watch(cloud: Arc<Cloud>, observers: Observers, usual: Usual) -> (Watch, Driver) {
    let (sender, orders) = mpsc::unbounded_channel();
    let driver = Driver { cloud, observers, orders, groups: BTreeMap::new(), usual, next: 0 };
    (Watch { orders: sender }, driver)
}

impl Driver {
    /// Works until nobody can send orders any more.
    pub(crate) async fn run(mut self) {
        let mut calls: FuturesUnordered<BoxFuture<'static, Brought>> = FuturesUnordered::new();
        loop {
            let now = self.cloud.clock().now();
            let mut next: Option<Timestamp> = None;
            for key in self.groups.keys().cloned().collect::<Vec<_>>() {
                let cost = self.cost(&key);
                let due = |driver: &Driver| driver.groups.get(&key).and_then(|group| group.due(now, cost));
                if due(&self).is_some_and(|(at, _)| at <= now) {
                    self.poll(&key, now, &mut calls);
                }
                next = due(&self).map(|(_, at)| at).into_iter().chain(next).min();
            }
            let clock = self.cloud.clock().clone();
            let sleep = async {
                match next {
                    Some(at) => {
                        let millis = u64::try_from(at.millis_since(now)).unwrap_or(0).max(1);
                        clock.sleep(Duration::from_millis(millis)).await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => {
                        self.take(order);
                        while let Ok(order) = self.orders.try_recv() {
                            self.take(order);
                        }
                    }
                    None => return,
                },
                Some(brought) = calls.next(), if !calls.is_empty() => {
                    if let Some(confirmation) = self.digest(brought) {
                        calls.extend(confirmation);
                    }
                }
                () = sleep => {}
            }
        }
    }

    fn take(&mut self, order: Order) {
        let now = self.cloud.clock().now();
        let usual = self.usual(&order);
        let first = match order.until {
            Some(Until::Status(_) | Until::Gone) => pause(0, declared(&order.procedure, order.action), usual),
            Some(Until::Seen) | None => GATHER_MILLIS,
        };
        let key = (order.procedure.kind.clone(), order.region.clone());
        let group =
            self.groups.entry(key).or_insert_with(|| Group::new(order.procedure.clone(), order.region.clone(), now));
        // What is being made may not be there yet; anything else was there before.
        let seen = order.action != "create";
        let due = now.plus_millis(first);
        let waiter = Waiter { order, since: now, due, status: None, fault: None, seen, absences: 0, denials: 0 };
        group.waiters.insert(self.next, waiter);
        group.queue(self.next);
        self.next += 1;
    }

    /// What a poll of this group costs: all groups that ask the same service share what polls may use of it.
    fn cost(&self, key: &GroupKey) -> Cost {
        let Some(group) = self.groups.get(key) else { return Cost { pressed: false, gap: 0 } };
        let (service, region) = (group.place.0.as_str(), group.place.1.as_deref());
        let limiter = self.cloud.limiter();
        if !limiter.is_pressed(service, region) {
            return Cost { pressed: false, gap: group.gap() };
        }
        let sharing = self.groups.values().filter(|other| other.place == group.place && !other.waiters.is_empty());
        let each = 60_000.0 / limiter.rate(service, region).max(1.0) / POLL_SHARE;
        let gap = (each * sharing.count().max(1) as f64).min(GAP_MOST_MILLIS) as i64;
        Cost { pressed: true, gap: gap.max(group.gap()) }
    }

    fn usual(&self, order: &Order) -> Option<i64> {
        self.usual.get(&(order.procedure.kind_id(), order.action.to_owned())).copied()
    }

    fn poll(&mut self, key: &GroupKey, now: Timestamp, calls: &mut FuturesUnordered<BoxFuture<'static, Brought>>) {
        let Some(group) = self.groups.get_mut(key) else { return };
        group.polled = now;
        for chosen in group.select(now) {
            group.polls += 1;
            let ids = chosen.iter().filter_map(|key| group.waiters.get(key)).map(|w| w.order.id.clone()).collect();
            let batches = observe::split(&group.procedure, key.1.as_deref(), ids);
            let (cloud, key) = (self.cloud.clone(), key.clone());
            let call = async move {
                let mut looks = BTreeMap::new();
                for batch in batches {
                    match ask::look(&cloud, &batch, Priority::Reserved).await {
                        Ok(found) => looks.extend(found),
                        Err(fault) => return Brought::Poll(key, chosen, Err(fault)),
                    }
                }
                Brought::Poll(key, chosen, Ok(looks))
            };
            calls.push(call.boxed());
        }
    }

    /// What an answer means for those who wait. Returns reads that must confirm an absence.
    fn digest(&mut self, brought: Brought) -> Option<Vec<BoxFuture<'static, Brought>>> {
        let now = self.cloud.clock().now();
        let (key, answers, confirmed) = match brought {
            Brought::Poll(key, chosen, Ok(looks)) => {
                let answers: Vec<(u64, Result<Look, Fault>)> = chosen
                    .into_iter()
                    .filter_map(|waiter| {
                        let id = &self.groups.get(&key)?.waiters.get(&waiter)?.order.id;
                        Some((waiter, Ok(looks.get(id).cloned().unwrap_or(Look::Missing))))
                    })
                    .collect();
                (key, answers, false)
            }
            Brought::Poll(key, chosen, Err(fault)) => {
                let answers = chosen.into_iter().map(|waiter| (waiter, Err(fault.clone()))).collect();
                (key, answers, false)
            }
            Brought::Confirmation(key, waiter, look) => (key, vec![(waiter, look)], true),
        };
        let group = self.groups.get_mut(&key)?;
        if !confirmed {
            group.polls -= 1;
        }
        let mut confirmations = Vec::new();
        for (number, answer) in answers {
            let Some(waiter) = group.waiters.get_mut(&number) else { continue };
            match waiter.hear(answer, confirmed, now) {
                Heard::Over(ended) => {
                    let Some(waiter) = group.waiters.remove(&number) else { continue };
                    let took = now.millis_since(waiter.since);
                    if matches!(ended, Ended::Reached(_)) && waiter.order.until.is_some() {
                        let place = (waiter.order.procedure.kind_id(), waiter.order.action.to_owned());
                        let usual = self.usual.entry(place).or_insert(took);
                        *usual = averaged(*usual, took);
                    }
                    // Nobody hears it when the step was stopped.
                    let _ = waiter.order.reply.send(ended);
                }
                Heard::Confirm => {
                    confirmations.push(confirmation(&self.cloud, &key, number, &waiter.order));
                }
                Heard::Again => {
                    let place = (waiter.order.procedure.kind_id(), waiter.order.action.to_owned());
                    let usual = self.usual.get(&place).copied();
                    let waited = now.millis_since(waiter.since);
                    let declared = declared(&waiter.order.procedure, waiter.order.action);
                    waiter.due = now.plus_millis(pause(waited, declared, usual));
                    self.observers.tell(|| RunEvent::StepWaiting {
                        address: waiter.order.address.clone(),
                        status: waiter.status.clone(),
                        elapsed: waited,
                        usual: usual.unwrap_or(declared),
                    });
                    group.queue(number);
                }
            }
        }
        Some(confirmations)
    }
}

fn confirmation(cloud: &Arc<Cloud>, key: &GroupKey, number: u64, order: &Order) -> BoxFuture<'static, Brought> {
    let (cloud, key) = (cloud.clone(), key.clone());
    let (procedure, id) = (order.procedure.clone(), order.id.clone());
    async move {
        let look = ask::confirm(&cloud, &procedure, key.1.as_deref(), &id, Priority::Reserved).await;
        Brought::Confirmation(key, number, look)
    }
    .boxed()
}

/// What a waiter makes of an answer.
enum Heard {
    Over(Ended),
    Confirm,
    Again,
}

impl Waiter {
    fn hear(&mut self, answer: Result<Look, Fault>, confirmed: bool, now: Timestamp) -> Heard {
        let look = match answer {
            Ok(look) => look,
            Err(fault) => return self.blocked(fault, now),
        };
        self.denials = 0;
        self.fault = None;
        let sighting = match &look {
            Look::Seen(sighting) => Some((**sighting).clone()),
            Look::Missing => None,
        };
        let Some(until) = &self.order.until else {
            return match sighting {
                Some(sighting) => Heard::Over(Ended::Reached(Some(sighting))),
                None if confirmed => Heard::Over(Ended::Gone),
                None => Heard::Confirm,
            };
        };
        match judge(&self.order.procedure, until, &look) {
            Judgement::Reached => return Heard::Over(Ended::Reached(sighting)),
            Judgement::Failed(status) => {
                let sighting = sighting.unwrap_or(Sighting::Gone);
                return Heard::Over(Ended::Failed(status, sighting));
            }
            Judgement::NotYet(status) => {
                self.status = status;
                self.seen = true;
                self.absences = 0;
            }
            Judgement::Absent => {
                self.absences += 1;
                match until {
                    // The delete was accepted; a list that misses it twice agrees with that.
                    Until::Gone if self.absences >= 2 => return Heard::Over(Ended::Reached(None)),
                    Until::Gone => {}
                    // It was there and is no more; one that was never seen may still appear.
                    _ if confirmed => return Heard::Over(Ended::Gone),
                    _ if self.seen && self.absences >= 2 => return Heard::Confirm,
                    _ => {}
                }
            }
        }
        self.again(now)
    }

    fn blocked(&mut self, fault: Fault, now: Timestamp) -> Heard {
        if self.order.until.is_none() {
            return Heard::Over(Ended::Blocked(fault));
        }
        if fault.kind == FaultKind::Denied {
            self.denials += 1;
            if self.denials >= DENIALS {
                return Heard::Over(Ended::Blocked(fault));
            }
        }
        self.fault = Some(fault);
        self.again(now)
    }

    fn again(&mut self, now: Timestamp) -> Heard {
        if now.millis_since(self.since) >= self.order.limit {
            return Heard::Over(Ended::TooLong(self.status.clone(), self.fault.clone()));
        }
        Heard::Again
    }
}
