//! Committing from an asynchronous program: inline, or through one thread that groups what is queued.
//!
//! An fsync costs the same for one event as for a hundred. The writer takes whatever is queued when it is free, without a
//! timer: under load groups grow by themselves, and a lone event waits for nobody.

use crate::{
    error::{ErrorKind, StoreError},
    lease::Lease,
    store::Store,
};
use firma_model::event::Event;
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
};

/// Told the serials once the events are durable, or why they are not. Called on the writer's thread.
pub type Reply = Box<dyn FnOnce(Result<Vec<u64>, StoreError>) + Send>;

/// Events queued beyond this wait for the next transaction, so that no commit takes long.
const GROUP: usize = 4096;

struct Job {
    events: Vec<Event>,
    reply: Reply,
}

enum Message {
    Commit(Job),
    /// Write what came before, then end.
    Stop,
}

/// The thread that commits the events of one run. Dropping it writes what is queued, then ends it.
#[derive(Debug)]
pub struct Writer {
    handle: WriterHandle,
    thread: Option<JoinHandle<()>>,
}

/// Gives events to the writer; cheap to clone. Once the writer is gone, every commit is an error.
#[derive(Clone)]
pub struct WriterHandle {
    messages: Sender<Message>,
}

impl fmt::Debug for WriterHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriterHandle")
    }
}

impl Writer {
    /// Starts the thread.
    pub fn spawn(store: Arc<Mutex<Store>>, lease: Lease, run: u64) -> Result<Writer, StoreError> {
        let (messages, queue) = channel();
        let thread = thread::Builder::new()
            .name("firma-journal".to_owned())
            .spawn(move || work(&store, &lease, run, &queue))
            .map_err(|e| ErrorKind::Unexpected(format!("no thread for the journal: {e}")))?;
        Ok(Writer { handle: WriterHandle { messages }, thread: Some(thread) })
    }

    /// What gives it events.
    pub fn handle(&self) -> WriterHandle {
        self.handle.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // A thread that is gone already hears nothing, and needs not.
        let _ = self.handle.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported by the thread itself.
            let _ = thread.join();
        }
    }
}

impl WriterHandle {
    /// Queues events; `reply` is called when they are durable or refused.
    pub fn submit(&self, events: Vec<Event>, reply: Reply) {
        if let Err(unsent) = self.messages.send(Message::Commit(Job { events, reply }))
            && let Message::Commit(job) = unsent.0
        {
            (job.reply)(Err(stopped()));
        }
    }

    /// Queues events and waits.
    pub fn commit(&self, events: Vec<Event>) -> Result<Vec<u64>, StoreError> {
        let (answer, wait) = channel();
        self.submit(
            events,
            Box::new(move |result| {
                // Whoever asked may be gone; the events are durable all the same.
                let _ = answer.send(result);
            }),
        );
        wait.recv().unwrap_or_else(|_| Err(stopped()))
    }
}

/// A commit function without a thread, for simulation: durable when it returns.
pub fn inline(
    store: Arc<Mutex<Store>>,
    lease: Lease,
    run: u64,
) -> impl Fn(&[Event]) -> Result<Vec<u64>, StoreError> + Send + Sync {
    move |events| lock(&store).commit(&lease, run, events)
}

/// A panic while the store was locked rolled its transaction back: the store is as it was before.
fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stopped() -> StoreError {
    ErrorKind::Unexpected("the journal's writer has stopped".to_owned()).into()
}

fn work(store: &Mutex<Store>, lease: &Lease, run: u64, queue: &Receiver<Message>) {
    let mut stop = false;
    while !stop && let Ok(Message::Commit(first)) = queue.recv() {
        let mut count = first.events.len();
        let mut group = vec![first];
        while count < GROUP
            && !stop
            && let Ok(message) = queue.try_recv()
        {
            match message {
                Message::Commit(job) => {
                    count += job.events.len();
                    group.push(job);
                }
                Message::Stop => stop = true,
            }
        }
        commit(&mut lock(store), lease, run, group);
    }
    // Queued behind the end: refused, so that nobody waits for ever.
    while let Ok(message) = queue.try_recv() {
        if let Message::Commit(job) = message {
            (job.reply)(Err(stopped()));
        }
    }
}

fn commit(store: &mut Store, lease: &Lease, run: u64, group: Vec<Job>) {
    let sizes: Vec<usize> = group.iter().map(|job| job.events.len()).collect();
    let (mut events, mut replies) = (Vec::with_capacity(sizes.iter().sum()), Vec::with_capacity(group.len()));
    for job in group {
        events.extend(job.events);
        replies.push(job.reply);
    }
    match store.commit(lease, run, &events) {
        Ok(serials) => {
            let mut rest = &serials[..];
            for (size, reply) in sizes.into_iter().zip(replies) {
                let (own, others) = rest.split_at(size);
                rest = others;
                reply(Ok(own.to_vec()));
            }
        }
        // One job that breaks a rule of the tables must not take the others with it.
        Err(StoreError { kind: ErrorKind::Conflict(_), .. }) if replies.len() > 1 => {
            let mut rest = &events[..];
            for (size, reply) in sizes.into_iter().zip(replies) {
                let (own, others) = rest.split_at(size);
                rest = others;
                reply(store.commit(lease, run, own));
            }
        }
        Err(error) => replies.into_iter().for_each(|reply| reply(Err(error.clone()))),
    }
}
