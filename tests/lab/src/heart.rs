//! What becomes of a process itself: it dies, is paused, is asked to stop, or its disk fails, each at a moment of its work.
//!
//! A process is a future. Dying is dropping it; being paused is not being polled, so that nothing in it can notice. The
//! moments are counted where they matter: around every commit to the state and around every changing request.

use firma_engine::{CancelLevel, Commit};
use firma_store::{ErrorKind, StoreError};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// A moment of a process's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beat {
    /// A commit is asked for and not made yet.
    BeforeCommit,
    /// A commit is durable; the engine does not know yet.
    AfterCommit,
    /// A changing request is about to leave.
    BeforeSend,
    /// A changing request reached the cloud; its answer has not arrived.
    AfterSend,
}

/// What happens to it then.
#[derive(Clone, Debug, PartialEq)]
pub enum Blow {
    /// It is killed.
    Die,
    /// The commit fails so; only before a commit.
    Fail(ErrorKind),
    /// It is paused for so long.
    Freeze(Duration),
    /// It is asked to stop.
    Cancel(CancelLevel),
}

#[derive(Default)]
struct Inner {
    /// By moment: how often it came, counted from 1.
    beats: BTreeMap<Beat, u64>,
    traps: Vec<(Beat, u64, Blow)>,
    struck: Vec<(Beat, u64, Blow)>,
    dead: bool,
    frozen: Option<Instant>,
}

/// The life of one process.
pub struct Heart {
    inner: Mutex<Inner>,
    cancel: watch::Sender<CancelLevel>,
}

impl Default for Heart {
    fn default() -> Heart {
        Heart { inner: Mutex::default(), cancel: watch::channel(CancelLevel::None).0 }
    }
}

impl Heart {
    /// Sets a trap: at the `number`th such moment, from 1, this happens.
    pub fn trap(&self, beat: Beat, number: u64, blow: Blow) {
        self.inner.lock().unwrap().traps.push((beat, number, blow));
    }

    /// Takes the traps away that nothing stepped into.
    pub fn disarm(&self) {
        self.inner.lock().unwrap().traps.clear();
    }

    /// What happened so far.
    pub fn struck(&self) -> Vec<(Beat, u64, Blow)> {
        self.inner.lock().unwrap().struck.clone()
    }

    /// How often a moment came.
    pub fn count(&self, beat: Beat) -> u64 {
        self.inner.lock().unwrap().beats.get(&beat).copied().unwrap_or(0)
    }

    /// Whether it was killed.
    pub fn is_dead(&self) -> bool {
        self.inner.lock().unwrap().dead
    }

    /// Listens for being asked to stop.
    pub fn cancelled(&self) -> watch::Receiver<CancelLevel> {
        self.cancel.subscribe()
    }

    /// A moment comes. Returns when the process is alive and awake again; an error is the disk's.
    pub async fn beat(&self, beat: Beat) -> Result<(), ErrorKind> {
        let blow = {
            let mut inner = self.inner.lock().unwrap();
            let count = inner.beats.entry(beat).or_default();
            *count += 1;
            let number = *count;
            let at = inner.traps.iter().position(|(b, n, _)| *b == beat && *n == number);
            let blow = at.map(|at| inner.traps.remove(at).2);
            if let Some(blow) = &blow {
                inner.struck.push((beat, number, blow.clone()));
                match blow {
                    Blow::Die => inner.dead = true,
                    Blow::Freeze(duration) => inner.frozen = Some(Instant::now() + *duration),
                    _ => {}
                }
            }
            blow
        };
        match blow {
            None => Ok(()),
            Some(Blow::Die) => std::future::pending().await,
            // Gives way once: `live` does not come back before the pause is over.
            Some(Blow::Freeze(_)) => {
                tokio::task::yield_now().await;
                Ok(())
            }
            Some(Blow::Fail(kind)) => Err(kind),
            Some(Blow::Cancel(level)) => {
                self.cancel.send_replace(level);
                Ok(())
            }
        }
    }

    /// Lives through a piece of work; `None` for a death on the way.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let mut pause = pin!(None::<tokio::time::Sleep>);
        std::future::poll_fn(move |context| {
            loop {
                if let Some(sleep) = pause.as_mut().as_pin_mut() {
                    match sleep.poll(context) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(()) => pause.set(None),
                    }
                }
                if self.is_dead() {
                    return Poll::Ready(None);
                }
                if let Poll::Ready(value) = work.as_mut().poll(context) {
                    return Poll::Ready(Some(value));
                }
                if self.is_dead() {
                    return Poll::Ready(None);
                }
                let frozen = self.inner.lock().unwrap().frozen.take();
                match frozen {
                    Some(until) => pause.set(Some(tokio::time::sleep_until(until))),
                    None => return Poll::Pending,
                }
            }
        })
        .await
    }

    /// A commit function that goes through this process's life.
    pub fn through(self: &Arc<Heart>, commit: Commit) -> Commit {
        let heart = self.clone();
        Arc::new(move |events| {
            let (heart, commit) = (heart.clone(), commit.clone());
            Box::pin(async move {
                if let Err(kind) = heart.beat(Beat::BeforeCommit).await {
                    return Err(StoreError { kind, path: "in memory".to_owned() });
                }
                let serials = commit(events).await?;
                // The disk has nothing to say any more.
                let _ = heart.beat(Beat::AfterCommit).await;
                Ok(serials)
            })
        })
    }
}
