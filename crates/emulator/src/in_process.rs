//! The emulator as a `Transport` without sockets: requests are signed, then handled under a lock.

use crate::handle::{handle, handle_kept};
use crate::http::HttpRequest;
use crate::world::{DEFAULT_KEY, World};
use firma_api::{BoxFuture, Clock, Request, Response, Transport, TransportError};
use firma_model::time::Timestamp;
use firma_signature::{Coverage, Credential, PathRule, Scheme, SignRequest, sign};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Turns a request into what would go over the wire, signed with the emulator's default key pair.
pub fn sign_local(request: &Request, now: Timestamp, nonce: &str) -> HttpRequest {
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("host".to_owned(), format!("{}.jdcloud-api.com", request.service)),
    ];
    let signed = sign(
        Scheme::Jdcloud2,
        PathRule::Decoded,
        &Credential::new(DEFAULT_KEY, DEFAULT_KEY),
        &SignRequest {
            method: request.method.as_str(),
            path: &request.path,
            query: &request.query,
            headers: &headers,
            body: &request.body,
            service: &request.service,
            region: request.region.as_deref(),
            date: &now.basic(),
            nonce,
            coverage: Coverage::Everything,
        },
    );
    headers.extend(signed.headers_to_add);
    HttpRequest {
        method: request.method.as_str().to_owned(),
        path: request.path.clone(),
        query: request.query.clone(),
        headers,
        body: request.body.clone(),
    }
}

/// A request from outside the cloud.
pub fn outside(operation: &str, body: &serde_json::Value) -> HttpRequest {
    HttpRequest {
        method: "POST".to_owned(),
        path: format!("{}{operation}", crate::admin::PREFIX),
        body: body.to_string().into_bytes(),
        ..HttpRequest::default()
    }
}

/// A world behind a lock, with a clock: the cloud inside one process.
pub struct InProcess<C: ?Sized> {
    world: Mutex<World>,
    clock: Arc<C>,
    nonces: AtomicU64,
}

impl<C: Clock + ?Sized> InProcess<C> {
    /// A cloud that begins as this world.
    pub fn new(world: World, clock: Arc<C>) -> InProcess<C> {
        InProcess { world: Mutex::new(world), clock, nonces: AtomicU64::new(0) }
    }

    /// Looks at the world, or changes it by hand.
    pub fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Handles a request as it stands.
    pub fn receive(&self, request: &HttpRequest) -> Response {
        let now = self.clock.now();
        self.with(|world| handle(world, request, now))
    }

    /// Does something from outside the cloud, and returns the whole answer.
    pub fn outside(&self, operation: &str, body: &serde_json::Value) -> serde_json::Value {
        let now = self.clock.now();
        let handled = self.with(|world| handle_kept(world, &outside(operation, body), now));
        crate::handle::result(&handled.response)
    }

    /// Signs and handles a request.
    pub fn call(&self, request: &Request) -> Response {
        let nonce = format!("local-{}", self.nonces.fetch_add(1, Ordering::Relaxed));
        self.receive(&sign_local(request, self.clock.now(), &nonce))
    }
}

impl<C: Clock + ?Sized> Transport for InProcess<C> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move { Ok(self.call(&request)) })
    }
}
