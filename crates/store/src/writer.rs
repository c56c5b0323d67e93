//! Committing from an asynchronous program: inline, or through one thread that groups what is queued.
//!
//! An fsync costs the same for one event as for a hundred. The writer takes whatever is queued when it is free, without a
//! timer: under load groups grow by themselves, and a lone event waits for nobody.
//!
//! Nobody is told "durable" before the transaction returned from its fsync, replies come in the order of the commits, and
//! everybody is told something: also when a reply panics, when the thread dies, and when it is gone already.

use crate::{
    error::{ErrorKind, StoreError},
    lease::Lease,
    store::Store,
};
use firma_model::event::Event;
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
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
    reply: Answer,
}

/// A reply that is given in any case: dropped without one, because the thread died or its queue is gone, it says so.
struct Answer(Option<Reply>);

impl Answer {
    fn give(mut self, result: Result<Vec<u64>, StoreError>) {
        self.say(result);
    }

    fn say(&mut self, result: Result<Vec<u64>, StoreError>) {
        if let Some(reply) = self.0.take() {
            // Somebody else's reply may panic; it was told to its own thread's hook, and the journal goes on.
            let _ = catch_unwind(AssertUnwindSafe(move || reply(result)));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.say(Err(stopped()));
    }
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
            .spawn(move || work(|events| lock(&store).commit(&lease, run, events), &queue))
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
        // When the writer is gone the message comes back, is dropped, and its answer says so.
        let _ = self.messages.send(Message::Commit(Job { events, reply: Answer(Some(reply)) }));
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

/// The thread: until it is stopped, or `commit` panics. What is still queued then is dropped, and so told.
fn work(mut commit: impl FnMut(&[Event]) -> Result<Vec<u64>, StoreError>, queue: &Receiver<Message>) {
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
        write(&mut commit, group);
    }
}

/// One transaction for all of a group, and the replies in its order.
fn write(commit: &mut impl FnMut(&[Event]) -> Result<Vec<u64>, StoreError>, mut group: Vec<Job>) {
    let sizes: Vec<usize> = group.iter().map(|job| job.events.len()).collect();
    let mut events = Vec::with_capacity(sizes.iter().sum());
    for job in &mut group {
        events.append(&mut job.events);
    }
    let replies = group.into_iter().map(|job| job.reply);
    if cfg!(feature = "mutant-early-ack") {
        // Mutant: told "durable" before anything is written.
        replies.for_each(|reply| reply.give(Ok(vec![u64::MAX])));
        let _ = commit(&events);
        return;
    }
    match commit(&events) {
        Ok(serials) => {
            let mut rest = &serials[..];
            for (size, reply) in sizes.into_iter().zip(replies) {
                let (own, others) = rest.split_at(size);
                rest = others;
                reply.give(Ok(own.to_vec()));
            }
        }
        // One job that breaks a rule of the tables must not take the others with it.
        Err(StoreError { kind: ErrorKind::Conflict(_), .. }) if sizes.len() > 1 => {
            let mut rest = &events[..];
            for (size, reply) in sizes.into_iter().zip(replies) {
                let (own, others) = rest.split_at(size);
                rest = others;
                reply.give(commit(own));
            }
        }
        Err(error) => replies.for_each(|reply| reply.give(Err(error.clone()))),
    }
}

#[cfg(test)]
mod tests;
