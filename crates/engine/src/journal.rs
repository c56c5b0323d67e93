//! The journal as a run sees it: events go in, and are durable when the future is done.

use firma_api::transport::{BoxFuture, Clock};
use firma_model::event::{Event, EventBody};
use firma_store::{ErrorKind, Lease, Store, StoreError, WriterHandle};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Makes events durable, all or none, in the order of the calls; gives their serials.
pub type Commit = Arc<dyn Fn(Vec<Event>) -> BoxFuture<'static, Result<Vec<u64>, StoreError>> + Send + Sync>;

/// Commits on the caller's thread: for simulation, where awaiting another thread would let virtual time jump.
pub fn inline(store: Arc<Mutex<Store>>, lease: Lease, run: u64) -> Commit {
    let commit = firma_store::inline(store, lease, run);
    Arc::new(move |events| {
        let result = commit(&events);
        Box::pin(async move { result })
    })
}

/// Commits through the writer's thread, which groups what is queued.
pub fn queued(writer: WriterHandle) -> Commit {
    Arc::new(move |events| {
        let (answer, wait) = oneshot::channel();
        writer.submit(
            events,
            Box::new(move |result| {
                // A run that was stopped no longer asks; the events are durable all the same.
                let _ = answer.send(result);
            }),
        );
        Box::pin(async move {
            let gone = || ErrorKind::Unexpected("the journal's writer has stopped".to_owned()).into();
            wait.await.unwrap_or_else(|_| Err(gone()))
        })
    })
}

/// The journal of a run. After its first error it takes nothing more, so that nothing more is done: what cannot be
/// written down must not happen.
pub(crate) struct Journal {
    commit: Commit,
    clock: Arc<dyn Clock>,
    broken: Mutex<Option<StoreError>>,
}

impl Journal {
    pub(crate) fn new(commit: Commit, clock: Arc<dyn Clock>) -> Journal {
        Journal { commit, clock, broken: Mutex::new(None) }
    }

    /// Writes events; durable when it returns.
    pub(crate) async fn write(&self, bodies: Vec<EventBody>) -> Result<(), StoreError> {
        if bodies.is_empty() {
            return Ok(());
        }
        if let Some(error) = self.error() {
            return Err(error);
        }
        let at = self.clock.now();
        let events = bodies.into_iter().map(|body| Event { at, body }).collect();
        match (self.commit)(events).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
                Err(broken.get_or_insert(error).clone())
            }
        }
    }

    /// The error that ended it.
    pub(crate) fn error(&self) -> Option<StoreError> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
