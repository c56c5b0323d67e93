//! The thread that owns the file and the world.

use super::log::{Log, file};
use super::{EmbeddedError, Options};
use firma_api::{Clock, Response, TransportError};
use firma_emulator::{
    Delivery, Faults, Handled, HttpRequest, Settings, World, admin, handle_kept, outside, replay, snapshot,
};
use serde_json::json;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// A request and who waits for its answer.
pub(super) struct Job {
    pub(super) request: HttpRequest,
    pub(super) reply: oneshot::Sender<Result<Answered, TransportError>>,
}

/// An answer, and how it reaches whoever waits.
pub(super) type Answered = (Response, Delivery);

/// Most requests of one transaction: long enough to share an fsync, short enough not to keep other processes waiting.
const BATCH: usize = 256;
/// Changes between snapshots: replaying this many takes milliseconds.
const SNAPSHOT_EVERY: i64 = 1000;

/// What the thread holds.
pub(super) struct Worker {
    log: Log,
    path: PathBuf,
    seed: u64,
    clock: Arc<dyn Clock>,
    inbox: mpsc::Receiver<Job>,
    /// The world after change `seen`; none after a failure, to be read again.
    world: Option<World>,
    seen: i64,
    snapshot: i64,
}

impl Worker {
    pub(super) fn open(
        options: &Options,
        clock: Arc<dyn Clock>,
        inbox: mpsc::Receiver<Job>,
    ) -> Result<Worker, EmbeddedError> {
        let (log, seed) = Log::open(options)?;
        let path = options.path.clone();
        let mut worker = Worker { log, path, seed, clock, inbox, world: None, seen: 0, snapshot: 0 };
        worker.set_speed(options.speed)?;
        Ok(worker)
    }

    /// Reads the world and, if another speed is wanted, writes that down as a change.
    fn set_speed(&mut self, speed: Option<f64>) -> Result<(), EmbeddedError> {
        let path = self.path.clone();
        self.log.begin().map_err(|e| file(&path, &e))?;
        let outcome = self.catch_up().and_then(|()| {
            let now = self.world.as_ref().map_or(1.0, |w| w.settings().speed);
            match speed.filter(|wanted| *wanted != now) {
                None => Ok(()),
                Some(speed) => self.step(&outside("settings", &json!({"speed": speed}))).map(drop),
            }
        });
        match outcome {
            Ok(()) => self.log.commit().map_err(|e| file(&path, &e)),
            Err(error) => {
                self.log.roll_back();
                Err(error)
            }
        }
    }

    /// Works until nobody can send any more.
    pub(super) fn run(&mut self) {
        while let Ok(first) = self.inbox.recv() {
            let mut jobs = vec![first];
            jobs.extend(self.inbox.try_iter().take(BATCH - 1));
            self.transaction(jobs);
        }
    }

    /// Handles a batch in one transaction and answers after its commit.
    fn transaction(&mut self, jobs: Vec<Job>) {
        let changing = jobs.iter().any(|job| !matches!(job.request.method.as_str(), "GET" | "HEAD"));
        let failure = match self.handle_all(changing, &jobs) {
            Ok(responses) => match self.log.commit() {
                Ok(()) => {
                    for (job, response) in jobs.into_iter().zip(responses) {
                        // Whoever stopped waiting does not want it.
                        drop(job.reply.send(Ok(response)));
                    }
                    return;
                }
                Err(error) => TransportError::Ambiguous(file(&self.path, &error).to_string()),
            },
            Err(error) => TransportError::Connect(error.to_string()),
        };
        // What this value of the world saw may not have happened: read it again.
        self.log.roll_back();
        self.world = None;
        for job in jobs {
            drop(job.reply.send(Err(failure.clone())));
        }
    }

    fn handle_all(&mut self, changing: bool, jobs: &[Job]) -> Result<Vec<Answered>, EmbeddedError> {
        let path = self.path.clone();
        self.log.set_fsync(changing).and_then(|()| self.log.begin()).map_err(|e| file(&path, &e))?;
        self.catch_up()?;
        let faults = self.arm()?;
        let responses = jobs.iter().map(|job| self.step(&job.request)).collect::<Result<Vec<Answered>, _>>()?;
        self.disarm(&faults)?;
        if self.seen - self.snapshot >= SNAPSHOT_EVERY
            && let Some(world) = &self.world
        {
            self.log.set_snapshot(self.seen, &snapshot::write(world)).map_err(|e| file(&path, &e))?;
            self.snapshot = self.seen;
        }
        Ok(responses)
    }

    /// Does again what other processes did since.
    fn catch_up(&mut self) -> Result<(), EmbeddedError> {
        let path = self.path.clone();
        if self.world.is_none() {
            let kept = self.log.snapshot().map_err(|e| file(&path, &e))?;
            let kept = kept.and_then(|(seq, bytes)| snapshot::read(&bytes).map(|world| (seq, world)));
            let (seq, world) = kept.unwrap_or_else(|| (0, World::new(self.seed, Settings::default())));
            (self.seen, self.snapshot) = (seq, seq);
            self.world = Some(world);
        }
        let changes = self.log.changes_after(self.seen).map_err(|e| file(&path, &e))?;
        for (seq, change) in changes {
            if let Some(world) = &mut self.world {
                replay(world, &change).map_err(|message| EmbeddedError::Log {
                    path: path.clone(),
                    message: format!("change {seq}: {message}"),
                })?;
            }
            self.seen = seq;
        }
        Ok(())
    }

    /// Puts the faults of the file in force: another process may have added some, or counted.
    fn arm(&mut self) -> Result<Faults, EmbeddedError> {
        let faults = self.log.faults().map_err(|e| file(&self.path, &e))?;
        if let Some(world) = &mut self.world
            && *world.faults() != faults
        {
            world.set_faults(faults.clone());
        }
        Ok(faults)
    }

    /// Writes down what has become of the faults in this transaction.
    fn disarm(&self, before: &Faults) -> Result<(), EmbeddedError> {
        match &self.world {
            Some(world) if world.faults() != before => {
                self.log.set_faults(world.faults()).map_err(|e| file(&self.path, &e))
            }
            _ => Ok(()),
        }
    }

    /// Handles one request inside the transaction.
    fn step(&mut self, request: &HttpRequest) -> Result<Answered, EmbeddedError> {
        let path = self.path.clone();
        let lost = |e: rusqlite::Error| file(&path, &e);
        let outside = admin::operation(&request.path);
        if outside == Some("log") {
            let calls = self.log.calls().map_err(lost)?;
            let body = json!({"requestId": "", "result": {"calls": calls}}).to_string().into_bytes();
            let headers = vec![("content-type".into(), "application/json".into())];
            return Ok((Response { status: 200, headers, body }, Delivery::Now));
        }
        let now = self.clock.now();
        let world = self.world.as_mut().ok_or(EmbeddedError::Stopped)?;
        let Handled { response, delivery, calls, changes } = handle_kept(world, request, now);
        for call in calls {
            self.log.add_call(&call).map_err(lost)?;
        }
        for change in changes {
            self.seen += 1;
            self.log.add_change(self.seen, &change).map_err(lost)?;
            if outside == Some("reset") {
                self.log.forget_calls().map_err(lost)?;
            }
        }
        Ok((response, delivery))
    }
}
