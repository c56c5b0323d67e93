//! The moments at which a process can die, each kept as what it would leave.
//!
//! An effect is what outlives a process: events made durable, or a changing request that the cloud carries out. Dying is
//! being cut off between two of them: whatever a process has in its head is lost, and no later effect happens. So one life
//! shows every death: before and after each effect, cloud, journal and time are kept as they are, and the process goes on.
//! Reads are no effects; dying around one is dying after the effect before it.

use firma_api::{BoxFuture, Request, Response, Transport, TransportError};
use firma_client::Cloud;
use firma_engine::Commit;
use firma_lab::{Frozen, Lab};
use std::sync::{
    Arc, Mutex, OnceLock, Weak,
    atomic::{AtomicUsize, Ordering},
};

/// What a process leaves that dies at one moment.
#[derive(Clone)]
pub(crate) struct Remains {
    /// Cloud, journal and time.
    pub(crate) frozen: Frozen,
    /// Changing operations that were carried out so far.
    pub(crate) made: Vec<String>,
    /// Which effect it is before or after.
    pub(crate) effect: usize,
    /// The moment, for people.
    pub(crate) how: String,
}

/// Whether the moments of a process are of interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Each is kept.
    #[default]
    All,
    /// Only what it comes to counts.
    None,
}

/// Keeps the moments of one process.
#[derive(Default)]
pub(crate) struct Moments {
    lab: OnceLock<Weak<Lab>>,
    wanted: Wanted,
    reached: AtomicUsize,
    kept: Mutex<Vec<Remains>>,
}

impl Moments {
    /// A process in this laboratory, with its moments being kept.
    pub(crate) fn of(mut lab: Lab, wanted: Wanted) -> (Arc<Lab>, Arc<Moments>) {
        let moments = Arc::new(Moments { wanted, ..Moments::default() });
        let way = Way { inner: lab.wire.clone(), moments: moments.clone() };
        lab.cloud = Arc::new(Cloud::new(Arc::new(way), lab.clock.clone()));
        let lab = Arc::new(lab);
        moments.lab.get_or_init(|| Arc::downgrade(&lab));
        (lab, moments)
    }

    /// Effects so far.
    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }

    /// Everything kept.
    pub(crate) fn take(&self) -> Vec<Remains> {
        std::mem::take(&mut self.kept.lock().unwrap())
    }

    fn keep(&self, side: &str, effect: usize, name: &str) {
        if self.wanted == Wanted::None {
            return;
        }
        let Some(lab) = self.lab.get().and_then(Weak::upgrade) else { return };
        let how = format!("died {side} effect {effect} ({name})");
        let remains = Remains { frozen: lab.freeze(), made: made(&lab), effect, how };
        self.kept.lock().unwrap().push(remains);
    }

    /// The journal, with its moments.
    pub(crate) fn journal(self: &Arc<Moments>, commit: Commit) -> Commit {
        let moments = self.clone();
        Arc::new(move |events| {
            let name = events.iter().map(|event| event.body.name()).collect::<Vec<_>>().join("+");
            let effect = moments.reached.fetch_add(1, Ordering::SeqCst);
            moments.keep("before", effect, &name);
            let written = commit(events);
            moments.keep("after", effect, &name);
            written
        })
    }
}

/// Changing operations that were carried out since the laboratory began.
pub(crate) fn made(lab: &Lab) -> Vec<String> {
    let name = |service: &str, operation: &str| format!("{service}.{operation}");
    lab.world.with(|world| {
        let done = world.calls().iter().filter(|call| call.mutating && call.code == 200);
        done.map(|call| name(&call.service, &call.operation)).collect()
    })
}

/// The way to the cloud, with its moments.
struct Way {
    inner: Arc<dyn Transport>,
    moments: Arc<Moments>,
}

impl Transport for Way {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        if !request.mutating {
            return self.inner.send(request);
        }
        Box::pin(async move {
            let name = format!("{}.{}", request.service, request.operation);
            let effect = self.moments.reached.fetch_add(1, Ordering::SeqCst);
            self.moments.keep("before", effect, &name);
            let answer = self.inner.send(request).await;
            self.moments.keep("after", effect, &name);
            answer
        })
    }
}
