//! The emulator over HTTP/1.1.

use crate::embedded::{Embedded, EmbeddedError, Options};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use firma_api::{Clock, Response, TransportError};
use firma_emulator::{Delivery, HttpRequest, Settings, World, handle};
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// Largest body; the API has nothing near it.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How the served cloud behaves.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Latencies are multiplied by this.
    pub speed: f64,
    /// Seed of ids and jitter.
    pub seed: u64,
    /// A file to keep the cloud in; none keeps it in memory.
    pub state: Option<PathBuf>,
}

/// Why the cloud cannot be served.
#[derive(Debug)]
pub enum ServeError {
    /// The address cannot be used.
    Listen(SocketAddr, std::io::Error),
    /// The socket failed.
    Socket(std::io::Error),
    /// The file cannot be used.
    State(EmbeddedError),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
            ServeError::Socket(error) => write!(f, "serving failed: {error}"),
            ServeError::State(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ServeError {}

/// Where the cloud is kept.
enum Cloud {
    Memory(Box<Mutex<World>>, Arc<dyn Clock>),
    File(Embedded),
}

impl Cloud {
    async fn receive(&self, request: HttpRequest) -> Result<(Response, Delivery), TransportError> {
        match self {
            Cloud::File(embedded) => embedded.receive(request).await,
            Cloud::Memory(world, clock) => {
                let now = clock.now();
                let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(handle(&mut world, &request, now))
            }
        }
    }
}

/// Takes an address; port 0 means any free one.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|e| ServeError::Listen(address, e))
}

/// Serves the cloud until `stop` completes; requests under way are finished.
///
/// # Errors
/// The state file cannot be used, or the socket fails.
pub async fn serve(
    listener: TcpListener,
    options: &ServeOptions,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let cloud = match &options.state {
        None => {
            let settings = Settings { speed: options.speed, ..Settings::default() };
            Cloud::Memory(Box::new(Mutex::new(World::new(options.seed, settings))), clock)
        }
        Some(path) => {
            let options = Options { path: path.clone(), speed: Some(options.speed), seed: options.seed };
            Cloud::File(Embedded::open(&options, clock).map_err(ServeError::State)?)
        }
    };
    let router = Router::new().fallback(answer).with_state(Arc::new(cloud));
    axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(ServeError::Socket)
}

async fn answer(State(cloud): State<Arc<Cloud>>, request: Request) -> HttpResponse {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large").into_response();
    };
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = HttpRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.to_vec(),
    };
    match cloud.receive(request).await {
        Ok((response, _)) => {
            let mut answer = HttpResponse::builder().status(response.status);
            for (name, value) in &response.headers {
                answer = answer.header(name, value);
            }
            answer.body(Body::from(response.body)).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
