//! Signals: the first asks to stop in good order, the second stops waiting.

use crate::exit::Exit;
use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// Which signal came first, if one did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received(Arc<AtomicU8>);

const INTERRUPT: u8 = 1;
const TERMINATE: u8 = 2;

impl Received {
    /// How the program ends because of it.
    pub(crate) fn exit(&self) -> Exit {
        match self.0.load(Ordering::Relaxed) {
            INTERRUPT => Exit::Interrupted,
            TERMINATE => Exit::Terminated,
            _ => Exit::Done,
        }
    }

    fn note(&self, signal: u8) {
        // The first one decides.
        let _ = self.0.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Waits for the next SIGINT, SIGTERM or SIGHUP.
pub(crate) struct Signals {
    received: Received,
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    /// Begins to listen; from here on signals no longer end the program by themselves.
    pub(crate) fn listen() -> Signals {
        Signals {
            received: Received::default(),
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok(),
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    /// What has come so far.
    pub(crate) fn received(&self) -> Received {
        self.received.clone()
    }

    /// Returns when a signal has come.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        {
            let Signals { terminate, hangup, received } = self;
            let stream = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            };
            tokio::select! {
                biased;
                _ = tokio::signal::ctrl_c() => received.note(INTERRUPT),
                () = stream(terminate) => received.note(TERMINATE),
                () = stream(hangup) => received.note(TERMINATE),
            }
        }
        #[cfg(not(unix))]
        {
            let _ = tokio::signal::ctrl_c().await;
            self.received.note(INTERRUPT);
        }
    }
}
