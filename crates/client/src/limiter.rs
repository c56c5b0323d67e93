//! The pace of calls: an allowance per service and region, cut by refusals and recovering with time.
//!
//! New work and reserved calls (waits, recovery) have a purse each. Both fill at the allowed rate, the reserved one first but
//! with half of it at most, so that neither a flood of new work nor a flood of looks can starve the other; what one does
//! not need goes to the other. A part of the limit may leave at once, and no minute ever holds more than the limit.
//!
//! The rate is halved when the cloud says that it was too much and grows back step by step while calls succeed (additive
//! increase, multiplicative decrease). A purse does not fill while the cloud asks for patience: when that is over, calls
//! leave one by one and not as the herd that has gathered.

use firma_api::transport::Clock;
use firma_model::time::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What JD Cloud documents for most services.
const PER_MINUTE: u32 = 1000;
/// The part of a minute's calls that may leave at once.
const BURST_SHARE: f64 = 1.0 / 12.0;
/// The part of the burst that is the reserved purse's.
const RESERVE_SHARE: f64 = 0.1;
/// The part of a minute's calls that new work leaves to reserved ones.
const MINUTE_SHARE: f64 = 0.005;
/// A minute, and what calls may come closer to each other on their way.
const WINDOW_MILLIS: i64 = 60_100;
/// How much of the limit the rate regains in a second of successes: half the limit in 25 seconds.
const REGAINED: f64 = 0.02;
/// The rate never falls below this part of the limit, or it could take minutes to notice that a storm is over.
const FLOOR: f64 = 0.02;
/// Pause after a refusal that names none.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that is believed; a clock that is off could otherwise ask for days.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Who is asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// New work.
    #[default]
    Normal,
    /// New work that was given its turn before ([`Limiter::acquire`]): the first send waits no more.
    Admitted,
    /// Waits and recovery: has a purse of its own.
    Reserved,
}

/// Service and region.
type Place = (String, Option<String>);

/// The allowances of one account.
pub struct Limiter {
    clock: Arc<dyn Clock>,
    default_limit: u32,
    limits: BTreeMap<String, u32>,
    buckets: Mutex<BTreeMap<Place, Arc<Bucket>>>,
}

struct Bucket {
    level: Mutex<Level>,
    /// One queue per purse, first come first served: only the head of a queue waits on the clock.
    normal: tokio::sync::Mutex<()>,
    reserved: tokio::sync::Mutex<()>,
    /// New work in its queue, the head among it.
    pressing: AtomicUsize,
}

/// Counted while it waits, also when it stops waiting because nobody wants it any more.
struct Pressing<'b>(&'b AtomicUsize);

impl<'b> Pressing<'b> {
    fn new(count: &'b AtomicUsize) -> Pressing<'b> {
        count.fetch_add(1, Ordering::Relaxed);
        Pressing(count)
    }
}

impl Drop for Pressing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Purses and rate; calls, and calls a minute.
#[derive(Debug)]
struct Level {
    limit: f64,
    rate: f64,
    /// The purse of new work.
    tokens: f64,
    /// The reserved purse.
    reserve: f64,
    filled_at: Timestamp,
    /// Nothing leaves before this.
    blocked_until: Timestamp,
    slowed_at: Option<Timestamp>,
    regained_at: Timestamp,
    /// What left within the last minute, and whether it was reserved.
    left: VecDeque<(Timestamp, bool)>,
    left_reserved: usize,
}

impl Limiter {
    /// The documented limit for every service.
    pub fn new(clock: Arc<dyn Clock>) -> Limiter {
        Limiter { clock, default_limit: PER_MINUTE, limits: BTreeMap::new(), buckets: Mutex::default() }
    }

    /// Another limit for services without their own, in calls a minute (at least one).
    #[must_use]
    pub fn with_default(mut self, per_minute: u32) -> Limiter {
        self.default_limit = per_minute.max(1);
        self
    }

    /// A service's own limit, in calls a minute (at least one).
    #[must_use]
    pub fn with_limit(mut self, service: impl Into<String>, per_minute: u32) -> Limiter {
        self.limits.insert(service.into(), per_minute.max(1));
        self
    }

    /// Waits until a call may leave. Whoever stops waiting has taken nothing.
    pub async fn acquire(&self, service: &str, region: Option<&str>, priority: Priority) {
        let bucket = self.bucket(service, region);
        let reserved = priority == Priority::Reserved;
        let _pressing = (!reserved).then(|| Pressing::new(&bucket.pressing));
        let queue = if reserved { &bucket.reserved } else { &bucket.normal };
        let _turn = queue.lock().await;
        loop {
            let alone = bucket.pressing.load(Ordering::Relaxed) == 0;
            let wait = bucket.level().take(reserved, alone, self.clock.now());
            match wait {
                None => return,
                Some(wait) => self.clock.sleep(wait).await,
            }
        }
    }

    /// Gives back a turn that nobody uses.
    pub fn give_back(&self, service: &str, region: Option<&str>) {
        self.bucket(service, region).level().give_back();
    }

    /// The cloud refused a call that left at `sent`: it was too much.
    pub fn throttled(&self, service: &str, region: Option<&str>, sent: Timestamp, after: Option<Duration>) {
        self.bucket(service, region).level().slow_down(sent, after, self.clock.now());
    }

    /// A call was answered in the normal way.
    pub fn answered(&self, service: &str, region: Option<&str>) {
        self.bucket(service, region).level().regain(self.clock.now());
    }

    /// Calls a minute allowed at present.
    pub fn rate(&self, service: &str, region: Option<&str>) -> f64 {
        self.bucket(service, region).level().rate
    }

    /// Whether new work waits for its turn: then each look is a change that comes later.
    pub fn is_pressed(&self, service: &str, region: Option<&str>) -> bool {
        self.bucket(service, region).pressing.load(Ordering::Relaxed) > 0
    }

    fn bucket(&self, service: &str, region: Option<&str>) -> Arc<Bucket> {
        let key = (service.to_string(), region.map(str::to_string));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || {
            let limit = self.limits.get(service).copied().unwrap_or(self.default_limit);
            Arc::new(Bucket {
                level: Mutex::new(Level::full(f64::from(limit), self.clock.now())),
                normal: tokio::sync::Mutex::new(()),
                reserved: tokio::sync::Mutex::new(()),
                pressing: AtomicUsize::new(0),
            })
        };
        Arc::clone(buckets.entry(key).or_insert_with(made))
    }
}

impl Bucket {
    fn level(&self) -> MutexGuard<'_, Level> {
        // A level is valid after every statement, so a panic elsewhere leaves nothing half-changed.
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Level {
    fn full(limit: f64, now: Timestamp) -> Level {
        let level = Level {
            limit,
            rate: limit,
            tokens: 0.0,
            reserve: 0.0,
            filled_at: now,
            blocked_until: now,
            slowed_at: None,
            regained_at: now,
            left: VecDeque::new(),
            left_reserved: 0,
        };
        Level { tokens: level.most_tokens(), reserve: level.most_reserve(), ..level }
    }

    /// The most that new work can save up.
    fn most_tokens(&self) -> f64 {
        let burst = (self.limit * BURST_SHARE).max(1.0);
        burst - (burst * RESERVE_SHARE).floor()
    }

    /// The most that reserved calls can save up.
    fn most_reserve(&self) -> f64 {
        (self.limit * BURST_SHARE * RESERVE_SHARE).floor().max(1.0)
    }

    fn per_milli(&self) -> f64 {
        self.rate / 60_000.0
    }

    fn fill(&mut self, now: Timestamp) {
        let back = self.filled_at.millis_since(now);
        if back > 0 {
            // The clock was set back: nothing is filled, and no pause becomes longer by that.
            self.filled_at = now;
            self.blocked_until = self.blocked_until.plus_millis(-back);
            self.regained_at = self.regained_at.plus_millis(-back);
        }
        let from = self.filled_at.max(self.blocked_until);
        let mut income = now.millis_since(from).max(0) as f64 * self.per_milli();
        if income > 0.0 {
            self.filled_at = now;
        }
        let lacking = (self.most_reserve() - self.reserve).clamp(0.0, income / 2.0);
        self.reserve += lacking;
        income -= lacking;
        let taken = (self.most_tokens() - self.tokens).clamp(0.0, income);
        self.tokens += taken;
        self.reserve = (self.reserve + income - taken).min(self.most_reserve());
    }

    /// Takes a call's worth, or says how long until there could be one. `alone`: no new work waits.
    fn take(&mut self, reserved: bool, alone: bool, now: Timestamp) -> Option<Duration> {
        self.fill(now);
        let blocked = self.blocked_until.millis_since(now);
        if blocked > 0 {
            return Some(Duration::from_millis(blocked.unsigned_abs()));
        }
        if let Some(until) = self.minute_is_full(reserved, now) {
            return Some(Duration::from_millis(until.millis_since(now).max(1).unsigned_abs()));
        }
        let purse = match reserved {
            true if self.reserve >= 1.0 => Some(&mut self.reserve),
            // Half of what new work could use at once stays for it.
            true if alone && self.tokens >= (self.most_tokens() / 2.0).max(1.0) => Some(&mut self.tokens),
            false if self.tokens >= 1.0 => Some(&mut self.tokens),
            _ => None,
        };
        match purse {
            Some(purse) => {
                *purse -= 1.0;
                self.left.push_back((now, reserved));
                self.left_reserved += usize::from(reserved);
                None
            }
            None => {
                // While both purses are short, each has half of the income.
                let half = self.per_milli() / 2.0;
                let lacking = self.most_reserve() - self.reserve;
                let (own, shared) = match reserved {
                    true => (1.0 - self.reserve, f64::INFINITY),
                    false => (1.0 - self.tokens, lacking),
                };
                let millis = if own <= shared { own / half } else { (shared + own) / (2.0 * half) };
                Some(Duration::from_millis(millis.ceil().max(1.0) as u64))
            }
        }
    }

    /// When there is room in the minute, if there is none now.
    fn minute_is_full(&mut self, reserved: bool, now: Timestamp) -> Option<Timestamp> {
        while let Some((at, was_reserved)) = self.left.front().copied()
            // What lies ahead left before the clock was set back.
            && !(0..WINDOW_MILLIS).contains(&now.millis_since(at))
        {
            self.left.pop_front();
            self.left_reserved -= usize::from(was_reserved);
        }
        let kept = ((self.limit * MINUTE_SHARE) as usize).saturating_sub(self.left_reserved);
        let most = self.limit as usize - if reserved { 0 } else { kept };
        match self.left.len() >= most {
            true => self.left.front().map(|(at, _)| at.plus_millis(WINDOW_MILLIS)),
            false => None,
        }
    }

    fn give_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.most_tokens());
        if let Some(at) = self.left.iter().rposition(|(_, reserved)| !reserved) {
            self.left.remove(at);
        }
    }

    fn slow_down(&mut self, sent: Timestamp, after: Option<Duration>, now: Timestamp) {
        let pause = after.unwrap_or(PAUSE).min(LONGEST_PAUSE);
        let until = now.plus_millis(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        self.blocked_until = self.blocked_until.max(until);
        // What was under way already when the rate was cut says nothing about the new one.
        if self.slowed_at.is_some_and(|at| sent <= at && at <= now) {
            return;
        }
        self.slowed_at = Some(now);
        self.regained_at = self.blocked_until;
        self.tokens = 0.0;
        self.reserve = 0.0;
        self.filled_at = now;
        self.rate = (self.rate / 2.0).max((self.limit * FLOOR).max(1.0));
    }

    fn regain(&mut self, now: Timestamp) {
        let since = now.millis_since(self.regained_at);
        if since < 0 && self.blocked_until >= now {
            return;
        }
        if !(0..1000).contains(&since) {
            self.rate = (self.rate + self.limit * REGAINED).min(self.limit);
            self.regained_at = now;
        }
    }
}
