//! The embedded cloud, as others see it: requests, and what is asked from outside the cloud.

use super::{
    error::EmbeddedError,
    worker::{Job, Worker},
};
use firma_api::{BoxFuture, Clock, Request, Response, Transport, TransportError};
use firma_emulator::{Delivery, HttpRequest, arrive, outside, sign_local};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Where the cloud is kept and how it behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file, made with its directory when missing.
    pub path: PathBuf,
    /// Latencies are multiplied by this; none leaves what the file says (1 when it is new).
    pub speed: Option<f64>,
    /// Seed of a new file; an existing one keeps its own.
    pub seed: u64,
}

/// The embedded cloud.
pub struct Embedded {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    clock: Arc<dyn Clock>,
    nonces: AtomicU64,
}

impl Embedded {
    /// Opens the file, or begins a new one, and starts the thread that owns it.
    ///
    /// # Errors
    /// The file cannot be opened, is somebody else's, or does not fit this program.
    pub fn open(options: &Options, clock: Arc<dyn Clock>) -> Result<Embedded, EmbeddedError> {
        let (jobs, inbox) = mpsc::channel();
        let mut worker = Worker::open(options, clock.clone(), inbox)?;
        let thread = std::thread::Builder::new()
            .name("emulator".to_owned())
            .spawn(move || worker.run())
            .map_err(|e| EmbeddedError::File { path: options.path.clone(), message: e.to_string() })?;
        Ok(Embedded { jobs: Some(jobs), thread: Some(thread), clock, nonces: AtomicU64::new(0) })
    }

    /// Handles a request as it stands, and says how its answer reaches the caller.
    ///
    /// # Errors
    /// The file could not be read or written; the request had no effect, unless the error says otherwise.
    pub async fn receive(&self, request: HttpRequest) -> Result<(Response, Delivery), TransportError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(Job { request, reply }).is_ok());
        if !sent {
            return Err(TransportError::Connect(EmbeddedError::Stopped.to_string()));
        }
        answer.await.unwrap_or_else(|_| Err(TransportError::Ambiguous(EmbeddedError::Stopped.to_string())))
    }

    /// Does something from outside the cloud (see `firma_emulator::admin`) and returns its result.
    ///
    /// # Errors
    /// The emulator refused, or the file could not be used.
    pub async fn outside(&self, operation: &str, body: &Value) -> Result<Value, EmbeddedError> {
        let response = self.receive(outside(operation, body)).await;
        let (response, _) = response.map_err(|e| EmbeddedError::Refused(e.to_string()))?;
        let mut body: Value = serde_json::from_slice(&response.body).unwrap_or_else(|_| json!({}));
        match body.get("error").and_then(|e| e["message"].as_str()) {
            Some(message) => Err(EmbeddedError::Refused(message.to_owned())),
            None => Ok(body["result"].take()),
        }
    }

    /// Everything that exists: the array of `inventory`.
    ///
    /// # Errors
    /// As [`Embedded::outside`].
    pub async fn inventory(&self) -> Result<Value, EmbeddedError> {
        Ok(self.outside("inventory", &json!({})).await?["objects"].take())
    }

    /// Every call any process made, oldest first.
    ///
    /// # Errors
    /// As [`Embedded::outside`].
    pub async fn calls(&self) -> Result<Value, EmbeddedError> {
        Ok(self.outside("log", &json!({})).await?["calls"].take())
    }

    /// Moves emulated time ahead; returns the new time.
    ///
    /// # Errors
    /// As [`Embedded::outside`].
    pub async fn advance(&self, millis: i64) -> Result<Value, EmbeddedError> {
        Ok(self.outside("clock", &json!({"advanceMillis": millis})).await?["now"].take())
    }

    /// Empties the cloud and its log of calls.
    ///
    /// # Errors
    /// As [`Embedded::outside`].
    pub async fn reset(&self) -> Result<(), EmbeddedError> {
        self.outside("reset", &json!({})).await.map(drop)
    }
}

impl Transport for Embedded {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let nonce = format!("{}-{}", std::process::id(), self.nonces.fetch_add(1, Ordering::Relaxed));
        let signed = sign_local(&request, self.clock.now(), &nonce);
        Box::pin(async move {
            let (response, delivery) = self.receive(signed).await?;
            arrive(response, delivery, &*self.clock).await
        })
    }
}

impl Drop for Embedded {
    /// Lets the thread finish what it has and close the file.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was already reported by its hook.
            drop(thread.join());
        }
    }
}
