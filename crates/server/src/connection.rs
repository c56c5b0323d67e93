//! One connection: requests in, and answers out as their deliveries say.

use crate::embedded::Embedded;
use firma_api::{Clock, Response, TransportError};
use firma_emulator::{Delivery, HttpRequest, World, handle};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Largest body; the API has nothing near it.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

type HttpResponse = hyper::Response<Either<Full<Bytes>, Cut>>;

/// Where the cloud is kept.
pub(crate) enum Cloud {
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

/// What every connection shares.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Closed when the service stops.
    pub(crate) stopped: watch::Receiver<()>,
}

/// Why a connection is broken off: on purpose.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an injected fault breaks the connection")
    }
}

impl std::error::Error for Broken {}

impl Connection {
    /// Serves a connection in the background until it ends or the service stops.
    pub(crate) fn take(self, stream: TcpStream, under_way: &GracefulShutdown) {
        // Without it an answer in two writes waits for the caller's acknowledgement; a socket that refuses is only slower.
        drop(stream.set_nodelay(true));
        let service = service_fn(move |request| {
            let connection = self.clone();
            async move { connection.answer(request).await }
        });
        let serving = under_way.watch(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        // What breaks a connection is the caller's doing or a fault's: there is nobody to tell.
        tokio::spawn(async move { drop(serving.await) });
    }

    /// The answer to one request. An error breaks the connection before a byte of an answer is written.
    async fn answer(mut self, request: Request<Incoming>) -> Result<HttpResponse, Broken> {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let request = HttpRequest {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: body.to_bytes().to_vec(),
        };
        let (response, delivery) = match self.cloud.receive(request).await {
            Ok(handled) => handled,
            Err(error) => return Ok(plain(StatusCode::BAD_GATEWAY, &error.to_string())),
        };
        match delivery {
            Delivery::Now => {}
            Delivery::Never | Delivery::Refused => return Err(Broken),
            Delivery::After(millis) => {
                tokio::select! {
                    () = self.clock.sleep(Duration::from_millis(millis.unsigned_abs())) => {}
                    // Nothing is ever sent: this completes when the service stops.
                    _ = self.stopped.changed() => {}
                }
            }
        }
        Ok(http(response))
    }
}

fn plain(status: StatusCode, text: &str) -> HttpResponse {
    let mut response = hyper::Response::new(Either::Left(Full::from(text.to_owned())));
    *response.status_mut() = status;
    response
}

/// An answer as hyper has it. One that announces more than it holds is cut where it ends.
fn http(response: Response) -> HttpResponse {
    let announced = response.header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    let body = Bytes::from(response.body);
    let body = match announced {
        Some(length) if body.len() < length => Either::Right(Cut::After(body)),
        _ => Either::Left(Full::new(body)),
    };
    let mut answer = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        answer = answer.header(name, value);
    }
    answer.body(body).unwrap_or_else(|error| plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))
}

/// A body that breaks off.
pub(crate) enum Cut {
    /// This comes first.
    After(Bytes),
    /// What came is on its way out.
    Flushing,
    /// Nothing more comes.
    Now,
}

impl Body for Cut {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match std::mem::replace(&mut *self, Cut::Now) {
            Cut::After(bytes) => {
                *self = Cut::Flushing;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            // hyper drops what it has not written yet when a body fails, and writes when a body is not ready.
            Cut::Flushing => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Cut::Now => Poll::Ready(Some(Err(Broken))),
        }
    }
}
