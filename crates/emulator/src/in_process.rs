//! The emulator as a `Transport` without sockets: requests are signed, then handled under a lock.

use crate::handle::handle;
use crate::http::HttpRequest;
use crate::injection::Delivery;
use crate::world::{DEFAULT_KEY, World};
use firma_api::{BoxFuture, Clock, Request, Response, Transport, TransportError};
use firma_model::time::Timestamp;
use firma_signature::{Coverage, Credential, PathRule, Scheme, SignRequest, sign};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Turns a request into what would go over the wire, signed with the emulator's default key pair.
pub fn sign_local(request: &Request, now: Timestamp, nonce: &str) -> HttpRequest {
    sign_with(&Credential::new(DEFAULT_KEY, DEFAULT_KEY), request, now, nonce)
}

/// The same, signed with any key pair.
pub fn sign_with(credential: &Credential, request: &Request, now: Timestamp, nonce: &str) -> HttpRequest {
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("host".to_owned(), format!("{}.jdcloud-api.com", request.service)),
    ];
    let signed = sign(
        Scheme::Jdcloud2,
        PathRule::Decoded,
        credential,
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

/// Brings an answer to a caller in the same process as its delivery says.
///
/// # Errors
/// The answer, or the request, did not get through.
pub async fn arrive<C: Clock + ?Sized>(
    response: Response,
    delivery: Delivery,
    clock: &C,
) -> Result<Response, TransportError> {
    match delivery {
        Delivery::Now => Ok(response),
        Delivery::After(millis) => {
            clock.sleep(Duration::from_millis(millis.unsigned_abs())).await;
            Ok(response)
        }
        Delivery::Never => Err(TransportError::Ambiguous("the connection broke before an answer came".to_owned())),
        Delivery::Refused => Err(TransportError::Connect("connection refused".to_owned())),
    }
}

/// A world behind a lock, with a clock: the cloud inside one process.
pub struct InProcess<C: ?Sized> {
    world: Mutex<World>,
    clock: Arc<C>,
    nonces: AtomicU64,
    key: Mutex<Credential>,
}

impl<C: Clock + ?Sized> InProcess<C> {
    /// A cloud that begins as this world.
    pub fn new(world: World, clock: Arc<C>) -> InProcess<C> {
        let key = Mutex::new(Credential::new(DEFAULT_KEY, DEFAULT_KEY));
        InProcess { world: Mutex::new(world), clock, nonces: AtomicU64::new(0), key }
    }

    /// Looks at the world, or changes it by hand.
    pub fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Handles a request as it stands; what a fault does to the way of the answer does not matter here.
    pub fn receive(&self, request: &HttpRequest) -> Response {
        self.hand_in(request).0
    }

    fn hand_in(&self, request: &HttpRequest) -> (Response, Delivery) {
        let now = self.clock.now();
        self.with(|world| handle(world, request, now))
    }

    /// Does something from outside the cloud, and returns the whole answer.
    pub fn outside(&self, operation: &str, body: &serde_json::Value) -> serde_json::Value {
        let now = self.clock.now();
        let response = self.with(|world| handle(world, &outside(operation, body), now)).0;
        crate::handle::result(&response)
    }

    /// Signs with another key pair from now on.
    pub fn use_key(&self, access_key: &str, secret_key: &str) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Credential::new(access_key, secret_key);
    }

    /// Signs and handles a request, as [`InProcess::receive`] does.
    pub fn call(&self, request: &Request) -> Response {
        self.receive(&self.sign(request))
    }

    fn sign(&self, request: &Request) -> HttpRequest {
        let nonce = format!("local-{}", self.nonces.fetch_add(1, Ordering::Relaxed));
        let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        sign_with(&key, request, self.clock.now(), &nonce)
    }
}

impl<C: Clock + ?Sized> Transport for InProcess<C> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let (response, delivery) = self.hand_in(&self.sign(&request));
            arrive(response, delivery, &*self.clock).await
        })
    }
}
