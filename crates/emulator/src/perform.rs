//! Carrying a call out, and doing again what was kept of it.
//!
//! Every change also comes out as a [`Change`], and applying the changes of one world to a fresh one, in order, makes
//! the same world again. What a fault made of a call is in its change.

use crate::admin;
use crate::call::{Args, Call, Parameters};
use crate::calls::CallRecord;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::schedule::{Due, Event, LateCall, has_job};
use crate::services::{self, Behaviour};
use crate::world::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A call that changed the cloud, as it is kept for replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Emulated time.
    pub at: Moment,
    /// Service id; [`admin::SERVICE`] for changes from outside the cloud.
    pub service: String,
    /// Operation name.
    pub operation: String,
    /// Its parameters.
    pub parameters: Parameters,
    /// Account of the caller; empty for the usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// What a fault made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fate: Option<Fate>,
}

/// What a fault makes of a call that changes the cloud, beyond its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Fate {
    /// It is only on its way, and arrives then.
    Late {
        /// When.
        until: Moment,
        /// Id of the request.
        request_id: String,
    },
    /// The job after it does not end as it should.
    Job(JobFate),
}

/// What a fault makes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobFate {
    /// It ends in an error.
    Fails,
    /// It ends later, or never.
    Sticks {
        /// How much later.
        millis: Option<i64>,
    },
}

/// A call to be carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) account: &'a str,
    pub(crate) now: Moment,
    pub(crate) fate: Option<&'a Fate>,
    /// Objects that are younger than this many milliseconds are not seen.
    pub(crate) lag: Option<i64>,
}

/// What carrying out brought.
#[derive(Debug)]
pub(crate) struct Performed {
    pub(crate) answer: Answer,
    /// To be kept, when the cloud changed.
    pub(crate) change: Option<Change>,
    pub(crate) made: Vec<String>,
    pub(crate) unmade: Vec<String>,
}

impl Performed {
    pub(crate) fn nothing(answer: Answer) -> Performed {
        Performed { answer, change: None, made: Vec::new(), unmade: Vec::new() }
    }
}

/// Carries a call out in the cloud of its account; a change that succeeded comes back to be kept.
pub(crate) fn perform(world: &mut World, task: &Task<'_>, params: Parameters) -> Performed {
    let performed = world.of_account(task.account, |theirs| perform_here(theirs, task, params));
    if !task.account.is_empty() && performed.change.is_some() {
        world.revision += 1;
    }
    performed
}

fn perform_here(world: &mut World, task: &Task<'_>, params: Parameters) -> Performed {
    let Task { service, operation, account, now, .. } = *task;
    let call = Call { service, operation, args: Args(&params), account, now };
    let write = match services::behaviour(service, operation) {
        None => return Performed::nothing(Err(Fault::not_implemented(service, operation))),
        Some(Behaviour::Read(read)) => {
            let answer = match task.lag {
                None => read(world, &call),
                Some(millis) => world.without_young(now, millis, |old| read(old, &call)),
            };
            return Performed::nothing(answer);
        }
        Some(Behaviour::Write(write)) => write,
    };
    if let Some(Fate::Late { until, request_id }) = task.fate {
        let call = LateCall {
            service: service.to_owned(),
            operation: operation.to_owned(),
            parameters: Value::Object(params.clone()).to_string(),
            request_id: request_id.clone(),
        };
        let order = world.ids.next();
        world.schedule.insert(Due { at: *until, order, event: Event::Arrives { call: Box::new(call) } });
        world.revision += 1;
        return Performed { change: Some(kept(task, params)), ..Performed::nothing(Ok(Value::Null)) };
    }
    let token = match token(&call) {
        Ok(token) => token,
        Err(fault) => return Performed::nothing(Err(fault)),
    };
    if let Some(first) = token.as_ref().and_then(|t| world.tokens.get(t)) {
        return Performed::nothing(Ok(first.clone()));
    }
    // What the schedule made and took away by itself is nobody's doing.
    world.take_traces();
    world.job_fate = match task.fate {
        Some(Fate::Job(fate)) => Some(*fate),
        _ => None,
    };
    let planned = world.schedule.len();
    let answer = write(world, &call);
    world.job_fate = None;
    debug_assert!(world.schedule.len() == planned || has_job(service, operation), "{operation} has a job");
    let (made, unmade) = world.take_traces();
    let Ok(result) = &answer else { return Performed::nothing(answer) };
    if let Some(token) = token {
        world.tokens.insert(token, result.clone());
    }
    world.revision += 1;
    Performed { answer, change: Some(kept(task, params)), made, unmade }
}

fn kept(task: &Task<'_>, parameters: Parameters) -> Change {
    Change {
        at: task.now,
        service: task.service.to_owned(),
        operation: task.operation.to_owned(),
        parameters,
        account: task.account.to_owned(),
        fate: task.fate.cloned(),
    }
}

/// The client token of a call, with what it belongs to.
fn token(call: &Call<'_>) -> Result<Option<String>, Fault> {
    match call.args.opt_text("clientToken") {
        None => Ok(None),
        Some(token) if token.is_empty() || token.chars().count() > 64 => {
            Err(Fault::invalid("clientToken must have 1 to 64 characters"))
        }
        Some(token) => Ok(Some(format!("{}/{}/{}/{token}", call.service, call.operation, call.region()))),
    }
}

/// A late call arrives. Nobody waits for its answer; the log keeps it.
pub(crate) fn arrive(world: &mut World, late: &LateCall, at: Moment) {
    let params: Parameters = serde_json::from_str(&late.parameters).unwrap_or_default();
    let region = Args(&params).opt_text("regionId").unwrap_or_default().to_owned();
    // It is already in the cloud of its account.
    let task = Task { service: &late.service, operation: &late.operation, account: "", now: at, fate: None, lag: None };
    let performed = perform_here(world, &task, params.clone());
    let (code, status) = outcome(&performed.answer);
    world.arrived.push(CallRecord {
        at,
        service: late.service.clone(),
        operation: late.operation.clone(),
        region,
        code,
        status,
        request_id: late.request_id.clone(),
        mutating: true,
        injected: Some("late".to_owned()),
        changed: performed.change.is_some(),
        parameters: params,
        made: performed.made,
        unmade: performed.unmade,
    });
}

/// HTTP status and status word of an answer.
pub(crate) fn outcome(answer: &Answer) -> (u16, String) {
    match answer {
        Ok(_) => (200, "OK".to_owned()),
        Err(fault) => (fault.code, fault.status.clone().into_owned()),
    }
}

/// Does again what a kept change did. A change that is refused this time means another history: an error.
pub fn replay(world: &mut World, change: &Change) -> Result<(), String> {
    world.clock.last = world.clock.last.max(change.at);
    world.settle(change.at);
    let (answer, done) = if change.service == admin::SERVICE {
        admin::perform(world, &change.operation, change.parameters.clone(), change.at)
    } else {
        let task = Task {
            service: &change.service,
            operation: &change.operation,
            account: &change.account,
            now: change.at,
            fate: change.fate.as_ref(),
            lag: None,
        };
        let performed = perform(world, &task, change.parameters.clone());
        (performed.answer, performed.change)
    };
    // Whoever handled the first of them has them in its log.
    world.arrived.clear();
    match (answer, done) {
        (Ok(_), Some(_)) => Ok(()),
        (Ok(_), None) => Err(format!("{} {} changed nothing when done again", change.service, change.operation)),
        (Err(fault), _) => {
            Err(format!("{} {} was refused when done again: {}", change.service, change.operation, fault.message))
        }
    }
}
