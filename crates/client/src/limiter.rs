//! The pace of calls: a token bucket per service and region, slowed down by refusals and recovering with time.
//!
//! Burst and refill together stay within the limit of any one minute. The rate is halved when the cloud says that it was
//! too much and grows back step by step while calls succeed (additive increase, multiplicative decrease). A small part of
//! the bucket is kept for waits and recovery, so that a flood of new work cannot starve what is already under way.

use firma_api::transport::Clock;
use firma_model::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What JD Cloud documents for most services.
const PER_MINUTE: u32 = 1000;
/// The part of a minute's calls that may leave at once. A twelfth keeps even long runs within a tenth of the best time,
/// since the refill gets the other eleven.
const BURST_SHARE: f64 = 1.0 / 12.0;
/// The part of the burst that only reserved calls may use.
const RESERVE_SHARE: f64 = 0.1;
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
    /// Waits and recovery: may use the reserve.
    Reserved,
}

/// Service and region.
type Place = (String, Option<String>);

/// The buckets of one account.
pub struct Limiter {
    clock: Arc<dyn Clock>,
    default_limit: u32,
    limits: BTreeMap<String, u32>,
    buckets: Mutex<BTreeMap<Place, Arc<Bucket>>>,
}

struct Bucket {
    level: Mutex<Level>,
    /// One queue per priority, first come first served: only the head of a queue waits on the clock.
    normal: tokio::sync::Mutex<()>,
    reserved: tokio::sync::Mutex<()>,
}

/// Tokens and rate; calls and calls a minute.
#[derive(Debug)]
struct Level {
    limit: f64,
    rate: f64,
    tokens: f64,
    filled_at: Timestamp,
    /// Nothing leaves before this.
    blocked_until: Timestamp,
    slowed_at: Option<Timestamp>,
    regained_at: Timestamp,
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

    /// Waits until a call may leave.
    pub async fn acquire(&self, service: &str, region: Option<&str>, priority: Priority) {
        let bucket = self.bucket(service, region);
        let queue = match priority {
            Priority::Normal => &bucket.normal,
            Priority::Reserved => &bucket.reserved,
        };
        let _turn = queue.lock().await;
        loop {
            let wait = bucket.level().take(priority, self.clock.now());
            match wait {
                None => return,
                Some(wait) => self.clock.sleep(wait).await,
            }
        }
    }

    /// The cloud said that it was too much.
    pub fn throttled(&self, service: &str, region: Option<&str>, after: Option<Duration>) {
        self.bucket(service, region).level().slow_down(after, self.clock.now());
    }

    /// A call was answered in the normal way.
    pub fn answered(&self, service: &str, region: Option<&str>) {
        self.bucket(service, region).level().regain(self.clock.now());
    }

    /// Calls a minute allowed at present: for reports.
    pub fn rate(&self, service: &str, region: Option<&str>) -> f64 {
        self.bucket(service, region).level().rate
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
            filled_at: now,
            blocked_until: now,
            slowed_at: None,
            regained_at: now,
        };
        Level { tokens: level.burst(), ..level }
    }

    /// The most tokens that can be saved up.
    fn burst(&self) -> f64 {
        (self.limit * BURST_SHARE).max(1.0)
    }

    /// Tokens only reserved calls may take; none where the whole burst is a handful.
    fn reserve(&self) -> f64 {
        (self.burst() * RESERVE_SHARE).floor()
    }

    /// Refill per millisecond: the rate less what a burst may add to the same minute.
    fn per_milli(&self) -> f64 {
        self.rate * (1.0 - BURST_SHARE) / 60_000.0
    }

    fn fill(&mut self, now: Timestamp) {
        // A clock set back fills nothing; it only moves the mark.
        let elapsed = now.millis_since(self.filled_at).max(0) as f64;
        self.tokens = (self.tokens + elapsed * self.per_milli()).min(self.burst());
        self.filled_at = now;
    }

    /// Takes a token, or says how long until there could be one.
    fn take(&mut self, priority: Priority, now: Timestamp) -> Option<Duration> {
        self.fill(now);
        let blocked = self.blocked_until.millis_since(now);
        if blocked > 0 {
            return Some(Duration::from_millis(blocked.unsigned_abs()));
        }
        let needed = match priority {
            Priority::Normal => 1.0 + self.reserve(),
            Priority::Reserved => 1.0,
        };
        if self.tokens >= needed {
            self.tokens -= 1.0;
            return None;
        }
        let millis = ((needed - self.tokens) / self.per_milli()).ceil().max(1.0);
        Some(Duration::from_millis(millis as u64))
    }

    fn slow_down(&mut self, after: Option<Duration>, now: Timestamp) {
        let pause = after.unwrap_or(PAUSE).min(LONGEST_PAUSE);
        let until = now.plus_millis(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        self.blocked_until = self.blocked_until.max(until);
        // Calls that were under way together are refused together: that is one refusal, not many.
        if self.slowed_at.is_some_and(|at| (0..1000).contains(&now.millis_since(at))) {
            return;
        }
        self.slowed_at = Some(now);
        self.regained_at = self.blocked_until;
        self.tokens = 0.0;
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
