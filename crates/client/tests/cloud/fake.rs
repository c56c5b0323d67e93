//! A clock on tokio's paused time, and a transport that answers from a function.

use firma_api::request::{Method, Request, Response};
use firma_api::transport::{BoxFuture, Clock, Transport, TransportError};
use firma_client::{CallLog, CallRecord, Cloud};
use firma_model::time::Timestamp;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

pub(crate) struct PausedClock {
    start: Instant,
}

impl PausedClock {
    pub(crate) fn new() -> Arc<PausedClock> {
        Arc::new(PausedClock { start: Instant::now() })
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let millis = i64::try_from(self.start.elapsed().as_millis()).expect("a short test");
        Timestamp::from_seconds(1_767_225_600).plus_millis(millis)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

pub(crate) type Answer = Result<Response, TransportError>;

/// Answers call number n (from 0) by a function, and remembers what was sent and when.
pub(crate) struct Script<F> {
    answer: F,
    sent: Mutex<Vec<(Instant, Request)>>,
}

impl<F: Fn(usize, &Request) -> Answer + Send + Sync> Script<F> {
    pub(crate) fn new(answer: F) -> Arc<Script<F>> {
        Arc::new(Script { answer, sent: Mutex::default() })
    }

    pub(crate) fn count(&self) -> usize {
        self.sent.lock().expect("no panic").len()
    }

    pub(crate) fn sent(&self) -> Vec<Request> {
        self.sent.lock().expect("no panic").iter().map(|(_, request)| request.clone()).collect()
    }

    /// When each was sent.
    pub(crate) fn times(&self) -> Vec<Instant> {
        self.sent.lock().expect("no panic").iter().map(|(at, _)| *at).collect()
    }

    /// Pauses between sends.
    pub(crate) fn gaps(&self) -> Vec<Duration> {
        let sent = self.sent.lock().expect("no panic");
        sent.windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
    }
}

impl<F: Fn(usize, &Request) -> Answer + Send + Sync> Transport for Script<F> {
    fn send(&self, request: Request) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let number = {
                let mut sent = self.sent.lock().expect("no panic");
                sent.push((Instant::now(), request.clone()));
                sent.len() - 1
            };
            (self.answer)(number, &request)
        })
    }
}

#[derive(Default)]
pub(crate) struct Records(pub(crate) Mutex<Vec<CallRecord>>);

impl CallLog for Records {
    fn record(&self, call: &CallRecord) {
        self.0.lock().expect("no panic").push(call.clone());
    }
}

pub(crate) fn cloud(transport: Arc<dyn Transport>) -> (Cloud, Arc<PausedClock>) {
    let clock = PausedClock::new();
    let shared: Arc<dyn Clock> = clock.clone();
    (Cloud::new(transport, shared), clock)
}

pub(crate) fn read() -> Request {
    Request {
        service: "vpc".into(),
        operation: "describeVpcs".into(),
        method: Method::Get,
        region: Some("cn-north-1".into()),
        path: "/v1/regions/cn-north-1/vpcs/".into(),
        query: String::new(),
        body: Vec::new(),
        mutating: false,
    }
}

pub(crate) fn write() -> Request {
    Request { operation: "createVpc".into(), method: Method::Post, body: b"{}".to_vec(), mutating: true, ..read() }
}

pub(crate) fn ok(result: impl Into<Value>) -> Answer {
    let body = json!({"requestId": "req-ok", "result": result.into()}).to_string().into_bytes();
    Ok(Response { status: 200, headers: Vec::new(), body })
}

pub(crate) fn error(code: u16, status: &str) -> Answer {
    let body = json!({"requestId": "req-bad", "error": {"code": code, "status": status, "message": "no"}});
    Ok(Response { status: code, headers: Vec::new(), body: body.to_string().into_bytes() })
}

pub(crate) fn with_header(answer: Answer, name: &str, value: &str) -> Answer {
    answer.map(|mut response| {
        response.headers.push((name.into(), value.into()));
        response
    })
}

pub(crate) fn refused() -> Answer {
    Err(TransportError::Connect("connection refused".into()))
}

pub(crate) fn lost() -> Answer {
    Err(TransportError::Ambiguous("connection reset".into()))
}
