//! Looking at objects together: whatever of one kind and region is to be looked at soon shares one list call.
//!
//! Steps send orders; one driver, polled by the task that owns the run, keeps a poll loop per kind and region. A poll asks
//! for everything that is due, and fills the page with what would be due next. Polls use the limiter's reserve, so that a
//! flood of new work cannot keep what is under way from being noticed.

use crate::{
    ask,
    event::{Observers, RunEvent},
};
use firma_client::{Cloud, Priority};
use firma_model::{
    address::{Address, KindId},
    fault::{Fault, FaultKind},
    observed::Sighting,
    time::Timestamp,
};
use firma_plan::{
    observe::{self, Look},
    procedure::Procedure,
    wait::{Judgement, Until, judge, pause},
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot};

/// The first look at something that should be there already comes after this many milliseconds: others join it.
const GATHER_MILLIS: i64 = 50;
/// At most this far apart are the polls of a kind where everything is quick; see `Group::gap`.
const GAP_MILLIS: i64 = 1_000;
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
    confirming: bool,
}

/// The objects of one kind and region that are waited for.
struct Group {
    procedure: Arc<Procedure>,
    waiters: BTreeMap<u64, Waiter>,
    polling: bool,
    active_since: Timestamp,
    polled: Timestamp,
}

impl Group {
    /// Milliseconds between polls at least. A kind that stays busy is polled less and less often, so that hundreds of
    /// quick objects share each call, while a single one is noticed at once.
    fn gap(&self, now: Timestamp) -> i64 {
        (now.millis_since(self.active_since) / 10).clamp(GATHER_MILLIS, GAP_MILLIS)
    }

    /// When to poll next, if at all.
    fn due(&self, now: Timestamp) -> Option<Timestamp> {
        if self.polling {
            return None;
        }
        let first = self.waiters.values().filter(|waiter| !waiter.confirming).map(|waiter| waiter.due).min()?;
        Some(first.max(self.polled.plus_millis(self.gap(now))))
    }

    /// The waiters to ask about now: those due, and as many of the next as fit the same calls.
    fn selection(&self, now: Timestamp) -> Vec<u64> {
        let mut order: Vec<(Timestamp, u64)> =
            self.waiters.iter().filter(|(_, w)| !w.confirming).map(|(key, w)| (w.due, *key)).collect();
        order.sort_unstable();
        let due = order.iter().take_while(|(at, _)| *at <= now).count().max(1);
        let page = match &self.procedure.list {
            Some(list) => list.page_size.max(1) as usize,
            None => 1,
        };
        order.into_iter().take(due.div_ceil(page) * page).map(|(_, key)| key).collect()
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
            let due: Vec<GroupKey> = self
                .groups
                .iter()
                .filter(|(_, group)| group.due(now).is_some_and(|at| at <= now))
                .map(|(key, _)| key.clone())
                .collect();
            for key in due {
                calls.push(self.poll(key, now));
            }
            let next = self.groups.values().filter_map(|group| group.due(now)).min();
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
            Some(Until::Status(_) | Until::Gone) => pause(0, usual_millis(&order.procedure, order.action), usual),
            Some(Until::Seen) | None => GATHER_MILLIS,
        };
        let key = (order.procedure.kind.clone(), order.region.clone());
        let group = self.groups.entry(key).or_insert_with(|| Group {
            procedure: order.procedure.clone(),
            waiters: BTreeMap::new(),
            polling: false,
            active_since: now,
            polled: now,
        });
        // After a while without anybody waiting, a kind begins quickly again.
        if group.waiters.is_empty() && now.millis_since(group.polled) > 2 * GAP_MILLIS {
            group.active_since = now;
        }
        // What is being made may not be there yet; anything else was there before.
        let seen = order.action != "create";
        let waiter = Waiter {
            order,
            since: now,
            due: now.plus_millis(first),
            status: None,
            fault: None,
            seen,
            absences: 0,
            denials: 0,
            confirming: false,
        };
        group.waiters.insert(self.next, waiter);
        self.next += 1;
    }

    fn usual(&self, order: &Order) -> Option<i64> {
        self.usual.get(&(order.procedure.kind_id(), order.action.to_owned())).copied()
    }

    fn poll(&mut self, key: GroupKey, now: Timestamp) -> BoxFuture<'static, Brought> {
        let group = self.groups.get_mut(&key).expect("BUG: only groups that exist are due");
        let chosen = group.selection(now);
        group.polling = true;
        group.polled = now;
        let ids = chosen.iter().filter_map(|key| group.waiters.get(key)).map(|w| w.order.id.clone()).collect();
        let batches = observe::split(&group.procedure, key.1.as_deref(), ids);
        let cloud = self.cloud.clone();
        async move {
            let mut looks = BTreeMap::new();
            for batch in batches {
                match ask::look(&cloud, &batch, Priority::Reserved).await {
                    Ok(found) => looks.extend(found),
                    Err(fault) => return Brought::Poll(key, chosen, Err(fault)),
                }
            }
            Brought::Poll(key, chosen, Ok(looks))
        }
        .boxed()
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
            group.polling = false;
        }
        let mut confirmations = Vec::new();
        for (number, answer) in answers {
            let Some(waiter) = group.waiters.get_mut(&number) else { continue };
            waiter.confirming = false;
            match waiter.hear(answer, confirmed, now) {
                Heard::Over(ended) => {
                    let Some(waiter) = group.waiters.remove(&number) else { continue };
                    let took = now.millis_since(waiter.since);
                    if matches!(ended, Ended::Reached(_)) && waiter.order.until.is_some() {
                        let place = (waiter.order.procedure.kind_id(), waiter.order.action.to_owned());
                        let usual = self.usual.entry(place).or_insert(took);
                        *usual = (*usual * 3 + took) / 4;
                    }
                    // Nobody hears it when the step was stopped.
                    let _ = waiter.order.reply.send(ended);
                }
                Heard::Confirm => {
                    waiter.confirming = true;
                    confirmations.push(confirmation(&self.cloud, &key, number, &waiter.order));
                }
                Heard::Again => {
                    let place = (waiter.order.procedure.kind_id(), waiter.order.action.to_owned());
                    let usual = self.usual.get(&place).copied();
                    let waited = now.millis_since(waiter.since);
                    let declared = usual_millis(&waiter.order.procedure, waiter.order.action);
                    waiter.due = now.plus_millis(pause(waited, declared, usual));
                    self.observers.tell(|| RunEvent::StepWaiting {
                        address: waiter.order.address.clone(),
                        status: waiter.status.clone(),
                        elapsed: waited,
                        usual: usual.unwrap_or(declared),
                    });
                }
            }
        }
        Some(confirmations)
    }
}

fn usual_millis(procedure: &Procedure, action: &str) -> i64 {
    let seconds = match action {
        "delete" => procedure.usual_seconds.delete,
        "update" => procedure.usual_seconds.update,
        _ => procedure.usual_seconds.create,
    };
    i64::from(seconds) * 1000
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
