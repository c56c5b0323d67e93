//! Signals: the first asks to stop in good order, the second stops waiting.
//!
//! SIGINT, SIGTERM and SIGHUP ask. Whoever started the program may have it ignore one of them (`nohup`, a job in the
//! background of a script): then it stays ignored. SIGQUIT and SIGKILL end the program where it stands, and the journal
//! stays open. SIGTSTP stops it; when it comes back after its lease has run out, what it writes is refused. SIGPIPE is
//! ignored: a reader that went away is no reason to stop in the middle. So is SIGXFSZ, see [`outlive_file_size_limits`].

use crate::exit::Exit;
use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Which signal came first, if one did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received(Arc<AtomicU8>);

const INTERRUPT: u8 = 1;
const TERMINATE: u8 = 2;

/// The number of SIGXFSZ, the same on all systems this is built for.
#[cfg(unix)]
const FILE_SIZE: i32 = 25;

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
    streams: [Option<Signal>; 3],
}

impl Signals {
    /// Begins to listen; from here on signals no longer end the program by themselves.
    ///
    /// All of them are listened to until the end. The interleaving that breaks otherwise: Ctrl-C is told, the user is told
    /// what a second one does and presses it, and only then the program begins to listen for it.
    pub(crate) fn listen() -> Signals {
        #[cfg(unix)]
        let heeded = |kind: SignalKind| if is_ignored(kind.as_raw_value()) { None } else { signal(kind).ok() };
        Signals {
            received: Received::default(),
            #[cfg(unix)]
            streams: [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(heeded),
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
            let Signals { streams: [interrupt, terminate, hangup], received } = self;
            let stream = async |signal: &mut Option<Signal>| match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            };
            tokio::select! {
                biased;
                () = stream(interrupt) => received.note(INTERRUPT),
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

/// Whether a signal is ignored already, by the word of whoever started this process. Only Linux tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored_in(&status, signal)
}

#[cfg(unix)]
fn ignored_in(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(signal - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|mask| mask & 1 == 1)
}

/// A limit on the size of files (`ulimit -f`) then makes a write fail, as a full disk does, instead of killing the program
/// in the middle of it.
pub(crate) fn outlive_file_size_limits() {
    #[cfg(unix)]
    {
        // A handler that was installed once stays, whatever becomes of the runtime. Where it cannot be installed, the signal
        // kills: the same as SIGKILL, which does no harm either.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        let _entered = runtime.enter();
        let _ = signal(SignalKind::from_raw(FILE_SIZE));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::ignored_in;

    #[test]
    fn the_kernels_mask_says_what_is_ignored() {
        let status = "Name:\tfirma\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert!(ignored_in(status, 1) && ignored_in(status, 13));
        assert!(!ignored_in(status, 2) && !ignored_in(status, 15) && !ignored_in("", 1));
    }
}
