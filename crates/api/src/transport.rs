//! The two seams between the engine and the outside world: sending one request, and time.
//!
//! Both are object-safe and runtime-free: a future is boxed, so that an in-process cloud and an HTTP client stand
//! behind the same pointer.

use crate::request::{Request, Response};
use firma_model::time::Timestamp;
use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why no (complete) answer came. The classes matter for safety: only `Connect` proves that nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// Refused, unresolvable, TLS failure, connect timeout: not a byte of the request was written.
    Connect(String),
    /// Sent, or perhaps sent; the answer is missing, cut short or late.
    Ambiguous(String),
    /// The request could not be formed (bad endpoint, no credentials); nothing was sent.
    Unsendable(String),
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransportError::Connect(m) => write!(f, "could not connect: {m}"),
            TransportError::Ambiguous(m) => write!(f, "the answer is unknown: {m}"),
            TransportError::Unsendable(m) => write!(f, "the request could not be sent: {m}"),
        }
    }
}

impl std::error::Error for TransportError {}

/// Carries one request to the cloud and brings back one answer. Implementations sign, and never retry.
pub trait Transport: Send + Sync {
    /// Sends the request once.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;
}

/// Time, so that a test can own it.
pub trait Clock: Send + Sync {
    /// Wall-clock time.
    fn now(&self) -> Timestamp;
    /// Completes after the duration.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        (**self).send(request)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        (**self).sleep(duration)
    }
}
