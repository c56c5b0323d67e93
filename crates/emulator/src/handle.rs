//! One request in, one answer out: understand, strike with a fault, admit, carry out, wrap, log.

use crate::admin;
use crate::call::Parameters;
use crate::calls::{self, CallRecord, NOT_RECEIVED};
use crate::clock::Moment;
use crate::envelope;
use crate::fault::Answer;
use crate::gateway::{self, Understood};
use crate::http::HttpRequest;
use crate::ids;
use crate::injection::{Delivery, Kind, Seen, cut, empty, error, no_cloud, nothing_of_it, rows_lost};
use crate::perform::{self, Change, Fate, JobFate, Performed, Task, outcome};
use crate::schedule::has_job;
use crate::world::World;
use firma_api::Response;
use firma_model::time::Timestamp;
use serde_json::{Value, json};

/// What handling a request brought.
#[derive(Clone, Debug)]
pub struct Handled {
    /// To be sent back, as the delivery says.
    pub response: Response,
    /// How.
    pub delivery: Delivery,
    /// For the log of calls: late ones that arrived meanwhile, then this one, once for each time it was carried out. Requests
    /// from outside the cloud are none.
    pub calls: Vec<CallRecord>,
    /// To be kept, in this order, where the cloud changed.
    pub changes: Vec<Change>,
}

/// Handles a request at the caller's time `now`; the calls are kept in the world's own log.
pub fn handle(world: &mut World, request: &HttpRequest, now: Timestamp) -> (Response, Delivery) {
    let handled = handle_kept(world, request, now);
    if world.calls.len() >= calls::KEPT {
        world.calls.drain(..calls::KEPT / 2);
    }
    world.calls.extend(handled.calls);
    (handled.response, handled.delivery)
}

/// Handles a request and leaves it to the caller to keep the log and the changes.
pub fn handle_kept(world: &mut World, request: &HttpRequest, now: Timestamp) -> Handled {
    let now = world.clock.read(now);
    world.settle(now);
    let number = world.gate.number();
    let nonce = request.header("x-jdcloud-nonce").unwrap_or_default();
    let request_id = ids::request_id(world.ids.seed, &format!("{}/{number}/{nonce}/{}", now.0, request.path));
    let date = world.wall(now);

    if let Some(operation) = admin::operation(&request.path) {
        let (answer, change) = admin::handle(world, operation, request, now);
        let response = envelope::wrap(&request_id, date, answer);
        let calls = std::mem::take(&mut world.arrived);
        return Handled { response, delivery: Delivery::Now, calls, changes: change.into_iter().collect() };
    }
    let seen = gateway::understand(request);
    let kind = strike(world, request, &seen, now);
    let mut handling =
        Handling { world, request, seen, now, request_id, kind: None, calls: Vec::new(), changes: vec![] };
    handling.kind = kind.as_ref().map(Kind::word);
    let (response, delivery) = handling.under(kind.as_ref(), date);
    let mut calls = std::mem::take(&mut handling.world.arrived);
    calls.append(&mut handling.calls);
    Handled { response, delivery, calls, changes: handling.changes }
}

/// What a fault makes of the request, if one is in force that is about it.
fn strike(world: &mut World, request: &HttpRequest, seen: &Understood, now: Moment) -> Option<Kind> {
    if world.faults.is_empty() {
        return None;
    }
    let operation = seen.operation()?;
    let mutating = firma_api::is_mutating(operation);
    let list = !mutating && (seen.service == "resourcetag" || operation.params.iter().any(|param| param.name == PAGE));
    let call = Seen {
        service: &seen.service,
        operation: &operation.name,
        region: seen.region(),
        mutating,
        list,
        later_page: list && page(&seen.parameters(request)) > 1,
        job: has_job(&seen.service, &operation.name),
    };
    world.faults.strike(&call, now)
}

/// Parameter that says which page of a list is wanted, from 1.
const PAGE: &str = "pageNumber";
/// The same in the tag service, inside an object.
const TAG_PAGE: &str = "currentPage";

/// The page that is asked for.
fn page(params: &Parameters) -> i64 {
    let number = |members: &Parameters, name: &str| crate::call::Args(members).opt_int(name);
    let nested = || params.values().filter_map(Value::as_object).find_map(|members| number(members, TAG_PAGE));
    number(params, PAGE).or_else(nested).unwrap_or(1)
}

/// The same call, for the first page.
fn first_page(mut params: Parameters) -> Parameters {
    for nested in params.values_mut().filter_map(Value::as_object_mut) {
        nested.remove(TAG_PAGE);
    }
    params.remove(PAGE);
    params
}

/// One request under way.
struct Handling<'a> {
    world: &'a mut World,
    request: &'a HttpRequest,
    seen: Understood,
    now: Moment,
    request_id: String,
    /// The word of the fault that happens to it.
    kind: Option<&'static str>,
    calls: Vec<CallRecord>,
    changes: Vec<Change>,
}

/// How a call is carried out under a fault.
#[derive(Default)]
struct Under {
    fate: Option<Fate>,
    lag: Option<i64>,
    first_page: bool,
}

impl Handling<'_> {
    /// Lets the fault happen, or carries the request out as any.
    fn under(&mut self, kind: Option<&Kind>, date: Timestamp) -> (Response, Delivery) {
        let id = self.request_id.clone();
        let wrap = |answer: Answer| envelope::wrap(&id, date, answer);
        let job = |fate: JobFate| Under { fate: Some(Fate::Job(fate)), ..Under::default() };
        let mut delivery = Delivery::Now;
        let response = match kind {
            None => wrap(self.carry_out()),
            Some(Kind::Refused) => {
                delivery = Delivery::Refused;
                wrap(self.not_received())
            }
            Some(Kind::RequestLost) => {
                delivery = Delivery::Never;
                wrap(self.not_received())
            }
            Some(Kind::AnswerLost) => {
                delivery = Delivery::Never;
                wrap(self.carry_out())
            }
            Some(Kind::Twice) => wrap(self.carry_out_twice()),
            Some(Kind::Late { millis }) => {
                delivery = Delivery::Never;
                wrap(self.send_on_its_way(*millis))
            }
            Some(Kind::Slow { millis }) => {
                delivery = Delivery::After(*millis);
                wrap(self.carry_out())
            }
            Some(Kind::Truncated) => cut(wrap(self.carry_out())),
            Some(Kind::NotJson) => {
                self.log(200, "OK".to_owned(), None, Performed::nothing(Ok(Value::Null)));
                no_cloud(envelope::date(date))
            }
            Some(Kind::WrongSchema) => nothing_of_it(wrap(self.carry_out())),
            Some(Kind::Error { code, status, retry_after }) => {
                let fault = error(*code, status);
                self.log(*code, status.clone(), None, Performed::nothing(Ok(Value::Null)));
                let mut response = wrap(Err(fault));
                let wait = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
                response.headers.extend(wait);
                response
            }
            Some(Kind::ErrorAfter { code, status }) => {
                drop(self.carry_out());
                for call in &mut self.calls {
                    (call.code, call.status) = (*code, status.clone());
                }
                wrap(Err(error(*code, status)))
            }
            Some(Kind::EmptyList) => wrap(empty(self.carry_out())),
            Some(Kind::LosesPage) => wrap(rows_lost(self.carry_out())),
            Some(Kind::RepeatsPage) => wrap(self.carry_out_under(&Under { first_page: true, ..Under::default() })),
            Some(Kind::Lags { millis }) => {
                wrap(self.carry_out_under(&Under { lag: Some(*millis), ..Under::default() }))
            }
            Some(Kind::JobFails) => wrap(self.carry_out_under(&job(JobFate::Fails))),
            Some(Kind::JobSticks { millis }) => wrap(self.carry_out_under(&job(JobFate::Sticks { millis: *millis }))),
        };
        (response, delivery)
    }

    fn carry_out(&mut self) -> Answer {
        self.carry_out_under(&Under::default())
    }

    fn carry_out_under(&mut self, under: &Under) -> Answer {
        let params = match self.admit() {
            Ok(params) if under.first_page => first_page(params),
            Ok(params) => params,
            Err(answer) => return answer,
        };
        self.perform(params, under)
    }

    /// The second comes through the door with the first.
    fn carry_out_twice(&mut self) -> Answer {
        match self.admit() {
            Ok(params) => {
                drop(self.perform(params.clone(), &Under::default()));
                self.perform(params, &Under::default())
            }
            Err(answer) => answer,
        }
    }

    /// The request is understood now and carried out when it arrives, unless it only asks or its signature will be too old.
    fn send_on_its_way(&mut self, millis: i64) -> Answer {
        let Ok(operation) = &self.seen.route else { return self.not_received() };
        let asks = !firma_api::is_mutating(operation.0);
        let too_old = self.world.settings.skew_millis.is_some_and(|window| millis > window);
        if asks || too_old {
            return self.not_received();
        }
        let Ok(params) = self.admit() else { return Ok(Value::Null) };
        let fate = Some(Fate::Late { until: self.now.plus(millis), request_id: self.request_id.clone() });
        let kept = params.clone();
        let performed = self.performed(params, &Under { fate, ..Under::default() });
        self.changes.extend(performed.change);
        self.log(0, NOT_RECEIVED.to_owned(), Some(kept), Performed::nothing(Ok(Value::Null)));
        performed.answer
    }

    /// The parameters of a request that may come in; else the answer, which is already in the log.
    fn admit(&mut self) -> Result<Parameters, Answer> {
        gateway::admit(self.world, self.request, self.now, &self.seen).map_err(|fault| {
            let (code, status) = (fault.code, fault.status.clone().into_owned());
            self.log(code, status, None, Performed::nothing(Ok(Value::Null)));
            Err(fault)
        })
    }

    fn perform(&mut self, params: Parameters, under: &Under) -> Answer {
        let kept = self.is_mutating().then(|| params.clone());
        let mut performed = self.performed(params, under);
        let (code, status) = outcome(&performed.answer);
        let answer = std::mem::replace(&mut performed.answer, Ok(Value::Null));
        let change = performed.change.clone();
        self.log(code, status, kept, performed);
        self.changes.extend(change);
        answer
    }

    fn performed(&mut self, params: Parameters, under: &Under) -> Performed {
        let task = Task {
            service: &self.seen.service,
            operation: self.seen.operation().map(|o| o.name.as_str()).unwrap_or_default(),
            account: &self.world.account_of(&self.seen),
            now: self.now,
            fate: under.fate.as_ref(),
            lag: under.lag,
        };
        perform::perform(self.world, &task, params)
    }

    /// Nothing arrived.
    fn not_received(&mut self) -> Answer {
        self.log(0, NOT_RECEIVED.to_owned(), None, Performed::nothing(Ok(Value::Null)));
        Ok(json!({}))
    }

    fn is_mutating(&self) -> bool {
        self.seen.operation().is_some_and(firma_api::is_mutating)
    }

    /// Logs the call; one that was not carried out with the parameters it was sent with.
    fn log(&mut self, code: u16, status: String, parameters: Option<Parameters>, performed: Performed) {
        let mutating = self.is_mutating();
        let sent = || if mutating { self.seen.parameters(self.request) } else { Parameters::new() };
        let parameters = parameters.unwrap_or_else(sent);
        self.calls.push(CallRecord {
            at: self.now,
            service: self.seen.service.clone(),
            operation: self.seen.operation().map(|o| o.name.clone()).unwrap_or_default(),
            region: self.seen.region().to_owned(),
            code,
            status,
            request_id: self.request_id.clone(),
            mutating,
            injected: self.kind.map(str::to_owned),
            changed: performed.change.is_some(),
            parameters,
            made: performed.made,
            unmade: performed.unmade,
        });
    }
}

/// The result object of an answer from outside the cloud, for callers in the same process.
pub fn result(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| json!({}))
}
