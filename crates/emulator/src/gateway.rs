//! The door: who is calling, is it believed, what is meant, may it come in.

use crate::call::Parameters;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::http::HttpRequest;
use crate::places;
use crate::world::{AccessKey, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

/// An operation of the API facts, and the parameters in the path.
type Route = (&'static Operation, BTreeMap<String, String>);

/// What a request is about, before anybody asks whether it is believed.
#[derive(Clone, Debug)]
pub(crate) struct Understood {
    /// Service of the credential scope, or of the host name.
    pub(crate) service: String,
    authorization: Result<Authorization, Fault>,
    /// What is called.
    pub(crate) route: Result<Route, Fault>,
}

impl Understood {
    /// Operation of the API facts.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.route.as_ref().ok().map(|(operation, _)| *operation)
    }

    /// Region of the path; empty where there is none.
    pub(crate) fn region(&self) -> &str {
        self.route.as_ref().ok().and_then(|(_, ids)| ids.get("regionId")).map_or("", String::as_str)
    }

    /// All parameters, right or wrong, as far as they can be read.
    pub(crate) fn parameters(&self, request: &HttpRequest) -> Parameters {
        let read = |(operation, ids): &Route| firma_api::parameters(operation, ids, &request.query, &request.body).ok();
        self.route.as_ref().ok().and_then(read).unwrap_or_default()
    }
}

/// Reads what a request is about.
pub(crate) fn understand(request: &HttpRequest) -> Understood {
    let authorization = request
        .header("authorization")
        .ok_or_else(|| Fault::access("lack of header authorization"))
        .and_then(|header| Authorization::parse(header).map_err(|e| Fault::access(e.to_string())));
    let service = match &authorization {
        Ok(authorization) => authorization.service.clone(),
        Err(_) => service_by_host(request).unwrap_or_default(),
    };
    let route = route(&service, request);
    Understood { service, authorization, route }
}

fn route(name: &str, request: &HttpRequest) -> Result<Route, Fault> {
    let service = firma_api::service(name).ok_or_else(|| Fault::no_route(format!("service {name} does not exist")))?;
    let method = Method::parse(&request.method)
        .ok_or_else(|| Fault::no_route(format!("method {} does not exist", request.method)))?;
    let path = decode(&request.path).ok_or_else(|| Fault::invalid("the path is not percent-encoded UTF-8"))?;
    firma_api::match_operation(service, method, &path)
        .ok_or_else(|| Fault::no_route(format!("{name} has no call {} {path}", request.method)))
}

/// Lets a request in and reads its parameters, or says why not.
pub(crate) fn admit(
    world: &mut World,
    request: &HttpRequest,
    now: Moment,
    seen: &Understood,
) -> Result<Parameters, Fault> {
    let authorization = seen.authorization.as_ref().map_err(Fault::clone)?;
    authenticate(world, request, authorization, now)?;
    let name = seen.service.as_str();
    let (operation, ids) = seen.route.as_ref().map_err(Fault::clone)?;
    if let Some(limit) = world.settings.rate_per_minute
        && !world.gate.admit(name, now, limit)
    {
        return Err(Fault::rate(name, limit));
    }
    let params = firma_api::parameters(operation, ids, &request.query, &request.body)
        .map_err(|problem| Fault::invalid(problem.to_string()))?;
    let problems = firma_api::check(operation, &params);
    if !problems.is_empty() {
        return Err(invalid(&problems));
    }
    let region = seen.region();
    if !region.is_empty() && !places::is_region(region) && !tag_region(name, region) {
        return Err(Fault::invalid(format!("regionId `{region}` is not a region")));
    }
    Ok(params)
}

impl World {
    /// The account of the key that a request is signed with; empty for the usual one.
    pub(crate) fn account_of(&self, seen: &Understood) -> String {
        let key = seen.authorization.as_ref().ok().and_then(|a| self.key(&a.access_key));
        key.map_or_else(String::new, |(account, _)| account.to_owned())
    }

    /// A key pair and its account; those that an account made for itself are in its own cloud.
    fn key(&self, access_key: &str) -> Option<(&str, &AccessKey)> {
        if let Some(key) = self.keys.get(access_key) {
            return Some((&key.account, key));
        }
        self.accounts.iter().find_map(|(account, theirs)| Some((account.as_str(), theirs.keys.get(access_key)?)))
    }

    /// What this cloud's own clock shows. Time that was moved ahead is not in it: the callers' clocks know nothing of that.
    pub(crate) fn wall(&self, now: Moment) -> Timestamp {
        let here = now.0.saturating_sub(self.clock.offset_millis);
        Timestamp(here.saturating_add(self.settings.clock_shift_millis))
    }
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
        .key(&authorization.access_key)
        .map(|(_, key)| key)
        .ok_or_else(|| Fault::access(format!("the secret of access key {} is not found", authorization.access_key)))?;
    if !key.enabled {
        return Err(Fault::access(format!("access key {} is disabled", authorization.access_key)));
    }
    if let Some(session) = &key.session {
        if session.until <= now {
            return Err(Fault::access("the session of the security token is over"));
        }
        // Some signers send it in base64.
        let given = request.header("x-jdcloud-security-token").unwrap_or_default();
        if given != session.token && given != STANDARD.encode(&session.token) {
            return Err(Fault::access("x-jdcloud-security-token does not belong to the access key"));
        }
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
        let here = world.wall(now);
        if here.0.abs_diff(date.0) > window.unsigned_abs() {
            return Err(Fault::access(format!("x-jdcloud-date {date} is too far from {here}")));
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
