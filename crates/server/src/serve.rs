//! The emulator over HTTP/1.1.

use crate::connection::{Cloud, Connection};
use crate::embedded::{Embedded, EmbeddedError, Options};
use firma_api::Clock;
use firma_emulator::{Settings, World};
use hyper_util::server::graceful::GracefulShutdown;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long to wait when no connection can be taken, as where too many files are open.
const BREATH: Duration = Duration::from_millis(200);

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
    /// The file cannot be used.
    State(EmbeddedError),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
            ServeError::State(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ServeError {}

/// Takes an address; port 0 means any free one.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|e| ServeError::Listen(address, e))
}

/// Serves the cloud until `stop` completes; requests under way are finished, and answers that a fault holds back leave at once.
///
/// # Errors
/// The state file cannot be used.
pub async fn serve(
    listener: TcpListener,
    options: &ServeOptions,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let cloud = match &options.state {
        None => {
            let settings = Settings { speed: options.speed, ..Settings::default() };
            Cloud::Memory(Box::new(Mutex::new(World::new(options.seed, settings))), clock.clone())
        }
        Some(path) => {
            let options = Options { path: path.clone(), speed: Some(options.speed), seed: options.seed };
            Cloud::File(Embedded::open(&options, clock.clone()).map_err(ServeError::State)?)
        }
    };
    let (stopping, stopped) = watch::channel(());
    let connection = Connection { cloud: Arc::new(cloud), clock, stopped };
    let under_way = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => connection.clone().take(stream, &under_way),
            // A caller that was gone before it was taken, or no file to spare for it: neither ends the service.
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
    drop(listener);
    drop(stopping);
    under_way.shutdown().await;
    Ok(())
}
