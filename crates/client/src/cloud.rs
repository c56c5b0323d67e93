//! The cloud as the engine sees it: reads that are repeated until they answer, and changes that are sent once.

use crate::calls::{CallLog, CallRecord, Counters, Counts};
use crate::classify::{Outcome, Retry, Verdict, classify};
use crate::limiter::{Limiter, Priority};
use crate::retry::{Backoff, RetrySettings};
use crate::skew::{self, Skew};
use firma_api::request::Request;
use firma_api::transport::{Clock, Transport};
use firma_model::fault::{Fault, FaultKind};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Asked right before every send of a change; an error stops it. The engine checks there that its lease still holds.
pub type Guard<'g> = &'g (dyn Fn() -> Result<(), Fault> + Send + Sync);

/// A transport with manners.
pub struct Cloud {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    limiter: Arc<Limiter>,
    retry: RetrySettings,
    backoff: Arc<Backoff>,
    counters: Arc<Counters>,
    skew: Arc<Skew>,
    checks_clock: bool,
    log: Option<Arc<dyn CallLog>>,
}

impl Cloud {
    /// A cloud behind this transport, with the documented limits, the default retries and the seed 0.
    pub fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Cloud {
        Cloud {
            limiter: Arc::new(Limiter::new(Arc::clone(&clock))),
            transport,
            clock,
            retry: RetrySettings::default(),
            backoff: Arc::new(Backoff::seeded(0)),
            counters: Arc::default(),
            skew: Arc::new(Skew::new()),
            checks_clock: true,
            log: None,
        }
    }

    /// The same cloud with the same pace and memory, every send shown to another observer.
    #[must_use]
    pub fn watched_by(&self, log: Arc<dyn CallLog>) -> Cloud {
        Cloud {
            transport: Arc::clone(&self.transport),
            clock: Arc::clone(&self.clock),
            limiter: Arc::clone(&self.limiter),
            retry: self.retry,
            backoff: Arc::clone(&self.backoff),
            counters: Arc::clone(&self.counters),
            skew: Arc::clone(&self.skew),
            checks_clock: self.checks_clock,
            log: Some(log),
        }
    }

    /// For a cloud whose time is its own, such as an emulated one: its dates say nothing about this machine's clock.
    #[must_use]
    pub fn with_its_own_time(mut self) -> Cloud {
        self.checks_clock = false;
        self
    }

    /// Milliseconds by which this machine's clock is ahead of the cloud's (negative: behind), by its last answer.
    pub fn skew(&self) -> Option<i64> {
        self.skew.millis().filter(|_| self.checks_clock)
    }

    /// Other limits.
    #[must_use]
    pub fn with_limiter(mut self, limiter: Limiter) -> Cloud {
        self.limiter = Arc::new(limiter);
        self
    }

    /// Other bounds for retries.
    #[must_use]
    pub fn with_retry(mut self, settings: RetrySettings) -> Cloud {
        self.retry = settings;
        self
    }

    /// Seeds the jitter: randomly in a real run, from the scenario in a simulation.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Cloud {
        self.backoff = Arc::new(Backoff::seeded(seed));
        self
    }

    /// Shows every send to an observer.
    #[must_use]
    pub fn with_log(mut self, log: Arc<dyn CallLog>) -> Cloud {
        self.log = Some(log);
        self
    }

    /// The clock everything here runs on.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The pace of calls.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Sends so far.
    pub fn counts(&self) -> Counts {
        self.counters.snapshot()
    }

    /// Reads, again and again while that may help.
    ///
    /// # Errors
    /// What the last attempt met.
    pub async fn read(&self, request: Request) -> Result<Value, Fault> {
        self.read_as(request, Priority::Normal).await
    }

    /// Reads with a priority: waits and recovery use the reserve.
    ///
    /// # Errors
    /// What the last attempt met.
    pub async fn read_as(&self, request: Request, priority: Priority) -> Result<Value, Fault> {
        let repeatable = |verdict: &Verdict| verdict.retry != Retry::Never;
        self.until_settled(&request, priority, &|| Ok(()), &repeatable).await.into_result()
    }

    /// Makes a change: one send, repeated only where the cloud certainly did nothing and asked for patience, or was not
    /// reached at all. Whatever may have had an effect is returned at once.
    pub async fn call_once(&self, request: Request) -> Outcome {
        self.call_guarded(request, Priority::Normal, &|| Ok(())).await
    }

    /// As [`Cloud::call_once`], asking `guard` before every send, after any waiting. What it objects to is returned as
    /// [`Outcome::NoEffect`]: every send before it had none either.
    pub async fn call_guarded(&self, request: Request, priority: Priority, guard: Guard<'_>) -> Outcome {
        let repeatable = |verdict: &Verdict| {
            matches!(verdict.outcome, Outcome::NoEffect(_))
                && matches!(verdict.retry, Retry::Throttled { .. } | Retry::Unreached)
        };
        self.until_settled(&request, priority, guard, &repeatable).await
    }

    async fn until_settled(
        &self,
        request: &Request,
        priority: Priority,
        guard: Guard<'_>,
        repeatable: &(dyn Fn(&Verdict) -> bool + Send + Sync),
    ) -> Outcome {
        let start = self.clock.now();
        let mut attempt = 1;
        loop {
            let verdict = match self.attempt(request, priority, guard, attempt).await {
                Ok(verdict) => verdict,
                Err(objection) => return Outcome::NoEffect(objection),
            };
            if matches!(verdict.outcome, Outcome::Ok(_)) || !repeatable(&verdict) {
                return verdict.outcome;
            }
            if attempt >= self.retry.allowed(verdict.retry) {
                return given_up(verdict.outcome, attempt);
            }
            attempt += 1;
            let pause = self.backoff.pause(&self.retry, attempt, verdict.retry);
            let spent = u64::try_from(self.clock.now().millis_since(start)).unwrap_or(0);
            if Duration::from_millis(spent).saturating_add(pause) > self.retry.deadline {
                return given_up(verdict.outcome, attempt - 1);
            }
            self.clock.sleep(pause).await;
        }
    }

    /// One send, at its turn. `Err` is the guard's objection.
    async fn attempt(
        &self,
        request: &Request,
        priority: Priority,
        guard: Guard<'_>,
        attempt: u32,
    ) -> Result<Verdict, Fault> {
        let (service, region) = (request.service.as_str(), request.region.as_deref());
        let asked = self.clock.now();
        match priority {
            Priority::Admitted if attempt == 1 => {}
            Priority::Admitted => self.limiter.acquire(service, region, Priority::Normal).await,
            Priority::Normal | Priority::Reserved => self.limiter.acquire(service, region, priority).await,
        }
        guard()?;
        if request.mutating && self.checks_clock {
            self.skew.check(request)?;
        }
        let at = self.clock.now();
        let answer = self.transport.send(request.clone()).await;
        let now = self.clock.now();
        if let Ok(response) = &answer {
            self.skew.learn(response, at, now);
        }
        let mut verdict = classify(request, &answer, now);
        if let (Some(skew), Some(fault)) = (self.skew(), verdict.outcome.fault_mut())
            && fault.kind == FaultKind::Denied
            && skew.abs() > skew::TOLERATED.as_millis() as i64
        {
            // The likeliest reason why a signature is not believed.
            fault.message = format!("{}; {}", fault.message, skew::sentence(skew));
        }

        let throttled = match verdict.retry {
            Retry::Throttled { after } => {
                self.limiter.throttled(service, region, at, after);
                true
            }
            _ => false,
        };
        if !throttled && answer.is_ok() {
            self.limiter.answered(service, region);
        }
        let record = CallRecord {
            service: request.service.clone(),
            operation: request.operation.clone(),
            region: request.region.clone(),
            mutating: request.mutating,
            attempt,
            at,
            waited: Duration::from_millis(u64::try_from(at.millis_since(asked)).unwrap_or(0)),
            duration: Duration::from_millis(u64::try_from(now.millis_since(at)).unwrap_or(0)),
            http_status: verdict.http_status,
            status: verdict.outcome.fault().and_then(|fault| fault.status.clone()),
            request_id: verdict.request_id.clone(),
            outcome: match verdict.outcome {
                Outcome::Ok(_) => "ok",
                Outcome::NoEffect(_) => "no_effect",
                Outcome::Unknown(_) => "unknown",
            },
        };
        self.counters.count(&record, throttled);
        if let Some(log) = &self.log {
            log.record(&record);
        }
        Ok(verdict)
    }
}

/// Says in the fault's message that it is not for want of trying.
fn given_up(outcome: Outcome, attempts: u32) -> Outcome {
    let tell = |mut fault: Fault| {
        if attempts > 1 {
            fault.message = format!("{} (gave up after {attempts} attempts)", fault.message);
        }
        fault
    };
    match outcome {
        Outcome::Ok(answer) => Outcome::Ok(answer),
        Outcome::NoEffect(fault) => Outcome::NoEffect(tell(fault)),
        Outcome::Unknown(fault) => Outcome::Unknown(tell(fault)),
    }
}
