//! The faults in force, and the calls they have seen.

use super::{Injection, Kind, Match};
use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A fault in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Armed {
    /// Its number, from 1.
    pub id: u64,
    /// Since when.
    pub since: Moment,
    /// What it is.
    pub injection: Injection,
    /// Calls it was about.
    pub seen: u64,
    /// Calls it happened to.
    pub hits: u64,
}

/// What a fault can be about: a call, as far as it is known before it is believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) region: &'a str,
    pub(crate) mutating: bool,
    /// The answer is a list.
    pub(crate) list: bool,
    /// A page of it after the first.
    pub(crate) later_page: bool,
    /// A job goes on after the answer.
    pub(crate) job: bool,
}

impl Match {
    fn accepts(&self, call: &Seen<'_>) -> bool {
        let is = |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|w| w == have);
        let named = self.operation.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
            Some(stem) => call.operation.starts_with(stem),
            None => call.operation == wanted,
        });
        named
            && is(&self.service, call.service)
            && is(&self.region, call.region)
            && self.mutating.is_none_or(|wanted| wanted == call.mutating)
    }
}

impl Kind {
    /// Whether it can happen to this call at all.
    fn concerns(&self, call: &Seen<'_>) -> bool {
        match self {
            Kind::EmptyList => call.list,
            Kind::LosesPage | Kind::RepeatsPage => call.list && call.later_page,
            Kind::Lags { .. } => !call.mutating,
            Kind::JobFails | Kind::JobSticks { .. } => call.job,
            _ => true,
        }
    }
}

impl Armed {
    /// Whether it can still happen.
    pub fn over(&self, now: Moment) -> bool {
        let at = &self.injection.at;
        let done = at.times.is_some_and(|times| self.seen >= (at.call - 1).saturating_add(times));
        done || self.expired(now)
    }

    fn expired(&self, now: Moment) -> bool {
        self.injection.at.for_millis.is_some_and(|millis| now >= self.since.plus(millis))
    }

    /// Counts a call it is about; whether it is one of those the fault happens to.
    fn count(&mut self, now: Moment) -> bool {
        self.seen += 1;
        let at = &self.injection.at;
        let last = at.times.map_or(u64::MAX, |times| (at.call - 1).saturating_add(times));
        (at.call..=last).contains(&self.seen) && !self.expired(now)
    }
}

/// Every fault in force, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Faults(pub Vec<Armed>);

impl Faults {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a fault in force and returns its number.
    pub fn add(&mut self, injection: Injection, now: Moment) -> u64 {
        let id = self.0.iter().map(|armed| armed.id).max().unwrap_or_default() + 1;
        self.0.push(Armed { id, since: now, injection, seen: 0, hits: 0 });
        id
    }

    /// Counts a call, and says what happens to it. Of several faults the first one happens; the others saw the call.
    pub(crate) fn strike(&mut self, call: &Seen<'_>, now: Moment) -> Option<Kind> {
        let mut struck = None;
        for armed in &mut self.0 {
            let injection = &armed.injection;
            if injection.matching.accepts(call) && injection.kind.concerns(call) && armed.count(now) && struck.is_none()
            {
                armed.hits += 1;
                struck = Some(armed.injection.kind.clone());
            }
        }
        struck
    }

    /// As `firma emulator fault list --format json` prints them.
    pub fn view(&self, now: Moment) -> Value {
        let row = |armed: &Armed| {
            json!({
                "id": armed.id,
                "since": armed.since.to_string(),
                "fault": armed.injection,
                "kind": armed.injection.kind.word(),
                "seen": armed.seen,
                "hits": armed.hits,
                "over": armed.over(now),
            })
        };
        Value::Array(self.0.iter().map(row).collect())
    }
}
