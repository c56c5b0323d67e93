//! One request in, one answer out: admit, carry out, wrap, log.
//!
//! Every change also comes out as a [`Change`], and applying the changes of one world to a fresh one, in order, makes
//! the same world again.

use crate::admin;
use crate::call::{Args, Call, Parameters};
use crate::calls::{self, CallRecord};
use crate::clock::Moment;
use crate::envelope;
use crate::fault::{Answer, Fault};
use crate::gateway::{self, Understood};
use crate::http::HttpRequest;
use crate::ids;
use crate::services::{self, Behaviour};
use crate::world::World;
use firma_api::Response;
use firma_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
}

/// What handling a request brought.
#[derive(Clone, Debug)]
pub struct Handled {
    /// To be sent back.
    pub response: Response,
    /// For the log of calls; none for requests from outside the cloud.
    pub call: Option<CallRecord>,
    /// To be kept, when the cloud changed.
    pub change: Option<Change>,
}

/// Handles a request at the caller's time `now`; the call is kept in the world's own log.
pub fn handle(world: &mut World, request: &HttpRequest, now: Timestamp) -> Response {
    let handled = handle_kept(world, request, now);
    if world.calls.len() >= calls::KEPT {
        world.calls.drain(..calls::KEPT / 2);
    }
    world.calls.extend(handled.call);
    handled.response
}

/// Handles a request and leaves it to the caller to keep the log and the change.
pub fn handle_kept(world: &mut World, request: &HttpRequest, now: Timestamp) -> Handled {
    let now = world.clock.read(now);
    world.settle(now);
    let number = world.gate.number();
    let nonce = request.header("x-jdcloud-nonce").unwrap_or_default();
    let request_id = ids::request_id(world.ids.seed, &format!("{}/{number}/{nonce}/{}", now.0, request.path));

    if let Some(operation) = admin::operation(&request.path) {
        let (answer, change) = admin::handle(world, operation, request, now);
        return Handled { response: envelope::wrap(&request_id, answer), call: None, change };
    }
    let mut seen = Understood::default();
    let (answer, change) = match gateway::admit(world, request, now, &mut seen) {
        Ok((operation, params)) => perform(world, &seen.service, operation.name.as_str(), params, now),
        Err(fault) => (Err(fault), None),
    };
    let (code, status) = match &answer {
        Ok(_) => (200, "OK"),
        Err(fault) => (fault.code, fault.status),
    };
    let call = CallRecord {
        at: now,
        service: seen.service,
        operation: seen.operation.map(|o| o.name.clone()).unwrap_or_default(),
        region: seen.region,
        code,
        status: status.to_owned(),
        request_id: request_id.clone(),
        mutating: seen.operation.is_some_and(firma_api::is_mutating),
    };
    Handled { response: envelope::wrap(&request_id, answer), call: Some(call), change }
}

/// Carries an operation out; a change that succeeded comes back to be kept.
fn perform(
    world: &mut World,
    service: &str,
    operation: &str,
    params: Parameters,
    now: Moment,
) -> (Answer, Option<Change>) {
    let call = Call { service, operation, args: Args(&params), now };
    match services::behaviour(service, operation) {
        None => (Err(Fault::not_implemented(service, operation)), None),
        Some(Behaviour::Read(read)) => (read(world, &call), None),
        Some(Behaviour::Write(write)) => {
            let token = match token(&call) {
                Ok(token) => token,
                Err(fault) => return (Err(fault), None),
            };
            if let Some(first) = token.as_ref().and_then(|t| world.tokens.get(t)) {
                return (Ok(first.clone()), None);
            }
            let answer = write(world, &call);
            let Ok(result) = &answer else { return (answer, None) };
            if let Some(token) = token {
                world.tokens.insert(token, result.clone());
            }
            world.revision += 1;
            let change =
                Change { at: now, service: service.to_owned(), operation: operation.to_owned(), parameters: params };
            (answer, Some(change))
        }
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

/// Does again what a kept change did. A change that is refused this time means another history: an error.
pub fn replay(world: &mut World, change: &Change) -> Result<(), String> {
    world.clock.last = world.clock.last.max(change.at);
    world.settle(change.at);
    let (answer, done) = if change.service == admin::SERVICE {
        admin::perform(world, &change.operation, change.parameters.clone(), change.at)
    } else {
        perform(world, &change.service, &change.operation, change.parameters.clone(), change.at)
    };
    match (answer, done) {
        (Ok(_), Some(_)) => Ok(()),
        (Ok(_), None) => Err(format!("{} {} changed nothing when done again", change.service, change.operation)),
        (Err(fault), _) => {
            Err(format!("{} {} was refused when done again: {}", change.service, change.operation, fault.message))
        }
    }
}

/// The result object of an answer from outside the cloud, for callers in the same process.
pub fn result(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| json!({}))
}
