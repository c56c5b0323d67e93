//! The door: who is calling, is it believed, what is meant, may it come in.

use crate::call::Parameters;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::http::HttpRequest;
use crate::places;
use crate::world::World;
use firma_api::{Method, Operation, Problem};
use firma_model::time::Timestamp;
use firma_signature::{Authorization, Received};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What the door remembers for a while. Not durable: it never decides what the cloud is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    nonces: BTreeSet<String>,
    nonce_ages: VecDeque<(Moment, String)>,
    calls: BTreeMap<String, VecDeque<Moment>>,
    count: u64,
}

/// How long a nonce may not come again when there is no skew window to bound it.
const NONCE_MEMORY_MILLIS: i64 = 15 * 60 * 1000;
const MINUTE_MILLIS: i64 = 60 * 1000;

impl Gate {
    /// A number for each request, for ids of requests.
    pub(crate) fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Whether the nonce is new; it is not afterwards.
    fn fresh(&mut self, nonce: &str, now: Moment, memory: i64) -> bool {
        while self.nonce_ages.front().is_some_and(|(at, _)| at.plus(memory) < now) {
            if let Some((_, old)) = self.nonce_ages.pop_front() {
                self.nonces.remove(&old);
            }
        }
        if !self.nonces.insert(nonce.to_owned()) {
            return false;
        }
        self.nonce_ages.push_back((now, nonce.to_owned()));
        true
    }

    /// Counts a call of the service, unless the last minute already had `limit` of them.
    fn admit(&mut self, service: &str, now: Moment, limit: u32) -> bool {
        let calls = self.calls.entry(service.to_owned()).or_default();
        while calls.front().is_some_and(|at| at.plus(MINUTE_MILLIS) <= now) {
            calls.pop_front();
        }
        if calls.len() >= limit as usize {
            return false;
        }
        calls.push_back(now);
        true
    }
}

/// What became clear about a request, as far as it did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Understood {
    /// Service of the credential scope, or of the host name.
    pub(crate) service: String,
    /// Operation of the API facts.
    pub(crate) operation: Option<&'static Operation>,
    /// Region of the path.
    pub(crate) region: String,
}

/// Lets a request in, or says why not. `seen` is filled on the way, for the log.
pub(crate) fn admit(
    world: &mut World,
    request: &HttpRequest,
    now: Moment,
    seen: &mut Understood,
) -> Result<(&'static Operation, Parameters), Fault> {
    seen.service = service_by_host(request).unwrap_or_default();
    let header = request.header("authorization").ok_or_else(|| Fault::access("lack of header authorization"))?;
    let authorization = Authorization::parse(header).map_err(|e| Fault::access(e.to_string()))?;
    seen.service.clone_from(&authorization.service);
    authenticate(world, request, &authorization, now)?;

    let name = authorization.service.as_str();
    let service = firma_api::service(name).ok_or_else(|| Fault::no_route(format!("service {name} does not exist")))?;
    let method = Method::parse(&request.method)
        .ok_or_else(|| Fault::no_route(format!("method {} does not exist", request.method)))?;
    let path = decode(&request.path).ok_or_else(|| Fault::invalid("the path is not percent-encoded UTF-8"))?;
    let (operation, ids) = firma_api::match_operation(service, method, &path)
        .ok_or_else(|| Fault::no_route(format!("{name} has no call {} {path}", request.method)))?;
    seen.operation = Some(operation);
    seen.region = ids.get("regionId").cloned().unwrap_or_default();

    if let Some(limit) = world.settings.rate_per_minute
        && !world.gate.admit(name, now, limit)
    {
        return Err(Fault::rate(name, limit));
    }
    let params = firma_api::parameters(operation, &ids, &request.query, &request.body)
        .map_err(|problem| Fault::invalid(problem.to_string()))?;
    let problems = firma_api::check(operation, &params);
    if !problems.is_empty() {
        return Err(invalid(&problems));
    }
    if !seen.region.is_empty() && !places::is_region(&seen.region) && !tag_region(name, &seen.region) {
        return Err(Fault::invalid(format!("regionId `{}` is not a region", seen.region)));
    }
    Ok((operation, params))
}

/// The tag service knows two regions that are none.
fn tag_region(service: &str, region: &str) -> bool {
    service == "resourcetag" && matches!(region, "all-region" | "cn-all")
}

fn invalid(problems: &[Problem]) -> Fault {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let mut fault = Fault::invalid(first);
    fault.details = problems.iter().map(|p| json!({"field": p.path, "message": p.to_string()})).collect::<Vec<Value>>();
    fault
}

fn authenticate(
    world: &mut World,
    request: &HttpRequest,
    authorization: &Authorization,
    now: Moment,
) -> Result<(), Fault> {
    let key = world
        .keys
        .get(&authorization.access_key)
        .ok_or_else(|| Fault::access(format!("the secret of access key {} is not found", authorization.access_key)))?;
    if !key.enabled {
        return Err(Fault::access(format!("access key {} is disabled", authorization.access_key)));
    }
    let received = Received {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        body: &request.body,
    };
    firma_signature::verify(&received, authorization, &key.secret).map_err(|e| Fault::access(e.to_string()))?;

    let date = request.header("x-jdcloud-date").and_then(basic_time);
    let date = date.ok_or_else(|| Fault::access("x-jdcloud-date is not a time"))?;
    if let Some(window) = world.settings.skew_millis {
        // The caller signs with its own clock, which knows nothing of time that was moved ahead here.
        let here = now.0.saturating_sub(world.clock.offset_millis);
        if here.abs_diff(date.0) > window.unsigned_abs() {
            return Err(Fault::access(format!("x-jdcloud-date {date} is too far from {}", Timestamp(here))));
        }
    }
    let nonce = request.header("x-jdcloud-nonce").filter(|n| !n.is_empty());
    let nonce = nonce.ok_or_else(|| Fault::access("lack of header x-jdcloud-nonce"))?;
    // Older requests fail by their date, so a nonce need not be remembered longer than both sides of the window.
    let memory = world.settings.skew_millis.map_or(NONCE_MEMORY_MILLIS, |w| w.saturating_mul(2));
    if !world.gate.fresh(nonce, now, memory) {
        return Err(Fault::access(format!("nonce {nonce} was used before")));
    }
    Ok(())
}

/// `YYYYMMDDTHHMMSSZ`.
fn basic_time(text: &str) -> Option<Timestamp> {
    let part = |range| text.get(range);
    let long = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(9..11)?,
        part(11..13)?,
        part(13..15)?
    );
    Timestamp::parse(&long)
}

/// `vpc` of `vpc.jdcloud-api.com` and `vpc.internal.cn-north-1.jdcloud-api.com`.
fn service_by_host(request: &HttpRequest) -> Option<String> {
    let host = request.header("host")?.split(':').next()?;
    let (service, rest) = host.split_once('.')?;
    rest.ends_with("jdcloud-api.com").then(|| service.to_owned())
}

fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
