//! The lines between processes and the cloud: where requests are signed, lost, doubled and kept back, and where everything
//! that arrived is written down.
//!
//! Faults are the emulator's own [`Injection`]s. Those about the way of a request and its answer are carried out here, so
//! that every copy that reaches the cloud is in the audit with what it made; the others are given to the cloud.

use crate::{
    clock::VirtualClock,
    heart::{Beat, Heart},
};
use firma_api::{BoxFuture, Clock, Method, Request, Response, Transport, TransportError};
use firma_emulator::{
    DEFAULT_KEY, InProcess, Injection, handle_kept,
    injection::{At, Faults, Kind, Match},
    inventory, sign_with,
};
use firma_model::time::Timestamp;
use firma_signature::Credential;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::sleep;

/// How long a caller waits for an answer before it gives up: as the HTTP client does.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// An object of the cloud: kind and id.
pub type Object = (String, String);

/// A request that reached the cloud, and what came of it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The cloud's time.
    pub at: Timestamp,
    /// Who sent it: the name of a process, or of somebody else.
    pub by: String,
    /// Number of the send; the network's copies of one request share it.
    pub send: u64,
    /// The network's doing: it had arrived before, or came after its sender had given it up.
    pub stray: bool,
    /// The request.
    pub request: Request,
    /// Whether the lease on the state was the sender's when it arrived; `None` for who needs none.
    pub holding: Option<bool>,
    /// HTTP status of the cloud's own answer.
    pub code: u16,
    /// `OK`, or the error's word.
    pub status: String,
    /// Objects that nobody else brought along, made by it.
    pub made: Vec<Object>,
    /// For a deletion: what stood under its id, and the number of the delivery that had made it.
    pub target: Option<(Object, usize)>,
}

/// An injection with what it has seen.
#[derive(Clone, Debug)]
struct Armed {
    name: String,
    injection: Injection,
    /// Not what the kind says: see [`Net::shorten`].
    short: bool,
    since: Timestamp,
    matching: u64,
    hits: u64,
}

#[derive(Default)]
struct Inner {
    armed: Vec<Armed>,
    /// Names of the faults that were given to the cloud.
    names: BTreeMap<u64, String>,
    deliveries: Vec<Delivery>,
    known: BTreeMap<Object, usize>,
    sends: u64,
    nonces: u64,
}

/// The network in front of one cloud.
pub struct Net {
    world: Arc<InProcess<VirtualClock>>,
    clock: Arc<VirtualClock>,
    inner: Mutex<Inner>,
}

impl Net {
    /// A network without faults. `clock` is the cloud's, which is right.
    pub fn new(world: Arc<InProcess<VirtualClock>>, clock: Arc<VirtualClock>) -> Arc<Net> {
        Arc::new(Net { world, clock, inner: Mutex::default() })
    }

    /// Makes something go wrong from now on; `name` is what it is counted under.
    pub fn inject(&self, name: &str, injection: Injection) {
        match injection.kind {
            Kind::EmptyList
            | Kind::LosesPage
            | Kind::RepeatsPage
            | Kind::Lags { .. }
            | Kind::JobFails
            | Kind::JobSticks { .. } => {
                self.settle();
                let id = self.world.with(|world| world.inject(injection));
                self.inner.lock().unwrap().names.insert(id, name.to_owned());
            }
            _ => self.arm(name, injection, false),
        }
    }

    /// Lists lose half of what they hold, and still say how many there were.
    pub fn shorten(&self, name: &str, matching: Match, at: At) {
        self.arm(name, Injection { matching, at, kind: Kind::EmptyList }, true);
    }

    fn arm(&self, name: &str, injection: Injection, short: bool) {
        let armed = Armed { name: name.to_owned(), injection, short, since: self.clock.now(), matching: 0, hits: 0 };
        self.inner.lock().unwrap().armed.push(armed);
    }

    /// Everything goes well from now on. Gives how often each fault happened, by name.
    pub fn mend(&self) -> Vec<(String, u64)> {
        let faults = self.world.with(|world| {
            let faults = world.faults().clone();
            world.set_faults(Faults::default());
            faults
        });
        let mut inner = self.inner.lock().unwrap();
        let armed = std::mem::take(&mut inner.armed);
        let names = std::mem::take(&mut inner.names);
        let theirs = faults.0.into_iter().filter_map(|fault| Some((names.get(&fault.id)?.clone(), fault.hits)));
        armed.into_iter().map(|armed| (armed.name, armed.hits)).chain(theirs).collect()
    }

    /// How many requests have arrived.
    pub fn delivered(&self) -> usize {
        self.inner.lock().unwrap().deliveries.len()
    }

    /// What has arrived, from this number on.
    pub fn deliveries(&self, from: usize) -> Vec<Delivery> {
        self.inner.lock().unwrap().deliveries[from..].to_vec()
    }

    /// Who made what there is: the number of the delivery, by object.
    pub fn origins(&self) -> BTreeMap<Object, usize> {
        let objects = self.objects();
        let inner = self.inner.lock().unwrap();
        objects.into_iter().filter_map(|object| Some((object.clone(), *inner.known.get(&object)?))).collect()
    }

    /// What there is by itself, not brought along by something else.
    pub fn objects(&self) -> Vec<Object> {
        self.views().into_iter().map(|(object, _)| object).collect()
    }

    /// The same with all that the inventory shows of it.
    pub fn views(&self) -> Vec<(Object, Json)> {
        let view = self.world.with(|world| inventory::view(world));
        let text = |object: &Json, name: &str| object[name].as_str().unwrap_or_default().to_owned();
        view["objects"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|object| object.get("madeBy").is_none())
            .map(|object| {
                let kind = format!("{}.{}", text(object, "service"), text(object, "kind"));
                ((kind, text(object, "id")), object.clone())
            })
            .collect()
    }

    /// Lets time catch up with what is due in the cloud.
    pub fn settle(&self) {
        self.world.outside("clock", &json!({}));
    }

    /// Somebody else's call, with credentials that are good and a clock that is right.
    pub fn by_somebody(&self, service: &str, operation: &str, region: Option<&str>, parameters: &Json) -> (u16, Json) {
        let parameters = parameters.as_object().cloned().unwrap_or_default();
        let request = firma_api::build(service, operation, region, &parameters).unwrap();
        let response = self.deliver(&request, &Sender::somebody(self.clock.now()), 0, false);
        let body: Json = serde_json::from_slice(&response.body).unwrap();
        (response.status, body["result"].clone())
    }

    /// Somebody else makes an object that gets a certain id. Gives whether it could.
    pub fn seeded_by_somebody(&self, service: &str, operation: &str, parameters: &Json, id: &str) -> bool {
        let body = json!({ "service": service, "operation": operation, "parameters": parameters, "ids": [id] });
        self.world.outside("seed", &body);
        let found = self.objects().into_iter().find(|(_, of)| of == id);
        let Some(object) = found else { return false };
        let parameters = parameters.as_object().cloned().unwrap_or_default();
        let region = parameters.get("regionId").and_then(Json::as_str).map(str::to_owned);
        let request = firma_api::build(service, operation, region.as_deref(), &parameters).unwrap();
        let mut inner = self.inner.lock().unwrap();
        let number = inner.deliveries.len();
        inner.known.insert(object.clone(), number);
        inner.deliveries.push(Delivery {
            at: self.clock.now(),
            by: SOMEBODY.to_owned(),
            send: 0,
            stray: false,
            request,
            holding: None,
            code: 200,
            status: "OK".to_owned(),
            made: vec![object],
            target: None,
        });
        true
    }

    fn deliver(&self, request: &Request, sender: &Sender, send: u64, stray: bool) -> Response {
        let mut inner = self.inner.lock().unwrap();
        inner.nonces += 1;
        let last = request.path.rsplit('/').next().unwrap_or_default();
        let target = (request.method == Method::Delete)
            .then(|| {
                let mut known = inner.known.iter();
                known.find(|((kind, id), _)| id == last && kind.starts_with(&request.service))
            })
            .flatten()
            .map(|(object, origin)| (object.clone(), *origin));
        let credential = Credential::new(&sender.key, &sender.key);
        let signed = sign_with(&credential, request, sender.signed_at, &format!("line-{}", inner.nonces));
        let now = self.clock.now();
        let handled = self.world.with(|world| handle_kept(world, &signed, now));
        let call = handled.calls.last();
        let (code, status) = call.map_or((0, String::new()), |call| (call.code, call.status.clone()));
        let number = inner.deliveries.len();
        let mut made = Vec::new();
        if request.mutating && !handled.changes.is_empty() {
            let objects = self.objects();
            let known = std::mem::take(&mut inner.known);
            for object in objects {
                let origin = known.get(&object).copied().unwrap_or_else(|| {
                    made.push(object.clone());
                    number
                });
                inner.known.insert(object, origin);
            }
        }
        inner.deliveries.push(Delivery {
            at: now,
            by: sender.name.clone(),
            send,
            stray,
            request: request.clone(),
            holding: sender.holding.as_ref().map(|holding| holding()),
            code,
            status,
            made,
            target,
        });
        handled.response
    }

    /// What is to happen to this send, if anything.
    fn fate(&self, request: &Request) -> Option<Kind> {
        let now = self.clock.now();
        let mut inner = self.inner.lock().unwrap();
        let mut fate = None;
        for armed in &mut inner.armed {
            if fate.is_some()
                || !matches(&armed.injection.matching, request)
                || is_over(&armed.injection.at, armed, now)
            {
                continue;
            }
            if armed.short && (request.mutating || !request.operation.ends_with('s')) {
                continue;
            }
            armed.matching += 1;
            let at = &armed.injection.at;
            let last = at.times.map(|times| at.call.saturating_add(times));
            if armed.matching >= at.call && last.is_none_or(|last| armed.matching < last) {
                armed.hits += 1;
                fate = Some(armed.injection.kind.clone());
            }
        }
        fate
    }
}

fn is_over(at: &At, armed: &Armed, now: Timestamp) -> bool {
    at.for_millis.is_some_and(|millis| now.millis_since(armed.since) >= millis)
}

fn matches(wanted: &Match, request: &Request) -> bool {
    let operation = |wanted: &String| match wanted.strip_suffix('*') {
        Some(start) => request.operation.starts_with(start),
        None => *wanted == request.operation,
    };
    wanted.service.as_ref().is_none_or(|service| *service == request.service)
        && wanted.operation.as_ref().is_none_or(operation)
        && wanted.region.as_ref().is_none_or(|region| Some(region) == request.region.as_ref())
        && wanted.mutating.is_none_or(|mutating| mutating == request.mutating)
}

/// Who sends a request.
#[derive(Clone)]
struct Sender {
    name: String,
    key: String,
    signed_at: Timestamp,
    holding: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Sender {
    fn somebody(signed_at: Timestamp) -> Sender {
        Sender { name: SOMEBODY.to_owned(), key: DEFAULT_KEY.to_owned(), signed_at, holding: None }
    }
}

/// The name in the audit of whoever is not one of our processes.
pub const SOMEBODY: &str = "somebody else";

/// One process's line.
pub struct Line {
    net: Arc<Net>,
    heart: Arc<Heart>,
    clock: Arc<VirtualClock>,
    name: String,
    key: Mutex<String>,
    holding: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl Line {
    /// The line of a process with this name and clock; `holding` says whether the lease on the state is its own.
    pub fn new(
        net: Arc<Net>,
        heart: Arc<Heart>,
        clock: Arc<VirtualClock>,
        name: &str,
        holding: Arc<dyn Fn() -> bool + Send + Sync>,
    ) -> Line {
        Line { net, heart, clock, name: name.to_owned(), key: Mutex::new(DEFAULT_KEY.to_owned()), holding }
    }

    /// Signs with the credentials of another account from now on, which has a cloud of its own.
    pub fn change_account(&self, account: &str) {
        let keys = json!({ "accessKey": account, "secretKey": account, "account": account });
        self.net.world.outside("keys", &keys);
        account.clone_into(&mut self.key.lock().unwrap());
    }

    fn sender(&self) -> Sender {
        let key = self.key.lock().unwrap().clone();
        Sender { name: self.name.clone(), key, signed_at: self.clock.now(), holding: Some(self.holding.clone()) }
    }
}

/// An answer that says no.
fn error(code: u16, status: &str, retry_after: Option<u64>) -> Response {
    let body = json!({
        "requestId": "00000000-0000-4000-8000-000000000000",
        "error": { "code": code, "status": status, "message": "on purpose" },
    });
    let headers = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())).into_iter().collect();
    Response { status: code, headers, body: body.to_string().into_bytes() }
}

fn with_result(mut response: Response, change: impl FnOnce(&mut Json)) -> Response {
    if let Ok(mut body) = serde_json::from_slice::<Json>(&response.body)
        && let Some(result) = body.get_mut("result")
    {
        change(result);
        response.body = body.to_string().into_bytes();
    }
    response
}

/// The lists in an answer lose half of what they hold, whatever they say of their length.
fn shortened(response: Response) -> Response {
    with_result(response, |result| {
        for list in result.as_object_mut().into_iter().flat_map(|result| result.values_mut()) {
            if let Some(list) = list.as_array_mut() {
                list.truncate(list.len() / 2);
            }
        }
    })
}

impl Transport for Line {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let lost = || Err(TransportError::Ambiguous("the connection was reset".to_owned()));
            let sender = self.sender();
            if request.mutating {
                // Only commits can fail.
                let _ = self.heart.beat(Beat::BeforeSend).await;
            }
            let send = {
                let mut inner = self.net.inner.lock().unwrap();
                inner.sends += 1;
                inner.sends
            };
            let fate = self.net.fate(&request);
            let deliver = |stray| self.net.deliver(&request, &sender, send, stray);
            let after = |answer: Result<Response, TransportError>| async {
                if request.mutating {
                    let _ = self.heart.beat(Beat::AfterSend).await;
                }
                answer
            };
            match fate {
                None => after(Ok(deliver(false))).await,
                Some(Kind::Refused) => Err(TransportError::Connect("connection refused".to_owned())),
                Some(Kind::RequestLost) => lost(),
                Some(Kind::AnswerLost) => {
                    deliver(false);
                    after(lost()).await
                }
                Some(Kind::Twice) => {
                    deliver(false);
                    after(Ok(deliver(true))).await
                }
                Some(Kind::Late { millis }) => {
                    let (net, request, sender) = (self.net.clone(), request.clone(), sender.clone());
                    // It is on its way whatever becomes of the process.
                    tokio::spawn(async move {
                        sleep(Duration::from_millis(millis.unsigned_abs())).await;
                        net.deliver(&request, &sender, send, true);
                    });
                    after(lost()).await
                }
                Some(Kind::Slow { millis }) => {
                    let response = deliver(false);
                    let wait = Duration::from_millis(millis.unsigned_abs());
                    if wait >= REQUEST_TIMEOUT {
                        sleep(REQUEST_TIMEOUT).await;
                        return after(Err(TransportError::Ambiguous("no answer in time".to_owned()))).await;
                    }
                    sleep(wait).await;
                    after(Ok(response)).await
                }
                Some(Kind::Truncated) => {
                    let mut response = deliver(false);
                    response.body.truncate(response.body.len() / 2);
                    after(Ok(response)).await
                }
                Some(Kind::NotJson) => {
                    let body = b"<html><title>Welcome to the hotel</title></html>".to_vec();
                    Ok(Response { status: 200, headers: Vec::new(), body })
                }
                Some(Kind::WrongSchema) => {
                    let response = deliver(false);
                    after(Ok(with_result(response, |result| *result = json!({ "unheard": "of" })))).await
                }
                Some(Kind::Error { code, status, retry_after }) => Ok(error(code, &status, retry_after)),
                Some(Kind::ErrorAfter { code, status }) => {
                    deliver(false);
                    after(Ok(error(code, &status, None))).await
                }
                // See `Net::shorten`.
                Some(Kind::EmptyList) => Ok(shortened(deliver(false))),
                // The cloud's own business.
                Some(
                    Kind::LosesPage | Kind::RepeatsPage | Kind::Lags { .. } | Kind::JobFails | Kind::JobSticks { .. },
                ) => after(Ok(deliver(false))).await,
            }
        })
    }
}
