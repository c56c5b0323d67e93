//! `--log`: what a command does, as lines of JSON (`firma.log/v1`, described in `state/formats/log.md`).
//!
//! Calls are logged by their names, times and request ids alone: no parameter and no answer ever gets here, so no secret
//! can. The log is of this process, so it lies here for all to use and no flow has to hand it on.

use crate::exit::Failure;
use firma_api::transport::Clock;
use firma_client::{CallLog, CallRecord, WallClock};
use firma_engine::Commit;
use firma_model::diagnostic::Diagnostic;
use serde_json::{Value as Json, json};
use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// What a line says of itself.
const FORMAT: &str = "firma.log/v1";

static LOG: OnceLock<Mutex<Sink>> = OnceLock::new();

enum Sink {
    File(fs::File),
    Stderr,
    /// A log that could not be written was told of once, and is left alone.
    Broken,
}

/// Begins to log, to a file (what is there stays) or, with `-`, to standard error.
pub(crate) fn begin(to: &Path) -> Result<(), Failure> {
    let sink = match to == Path::new("-") {
        true => Sink::Stderr,
        false => {
            let mut options = fs::OpenOptions::new();
            options.append(true).create(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            Sink::File(options.open(to).map_err(|error| {
                Failure::new(Diagnostic::error("E0901", format!("cannot write the log {}: {error}", to.display())))
            })?)
        }
    };
    // There is one command line, so this is the first and only log.
    let _ = LOG.set(Mutex::new(sink));
    Ok(())
}

/// Writes a line. `fields` is an object.
pub(crate) fn line(event: &str, fields: Json) {
    let Some(sink) = LOG.get() else { return };
    let now = WallClock.now();
    let mut row = json!({ "format": FORMAT, "at": now.to_string(), "at_ms": now.0, "event": event });
    if let (Json::Object(row), Json::Object(fields)) = (&mut row, fields) {
        row.extend(fields);
    }
    let text = firma_review::escape::json(row.to_string()) + "\n";
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    let written = match &mut *sink {
        Sink::File(file) => file.write_all(text.as_bytes()),
        Sink::Stderr => io::stderr().lock().write_all(text.as_bytes()),
        Sink::Broken => Ok(()),
    };
    if let Err(error) = written {
        *sink = Sink::Broken;
        let _ = writeln!(io::stderr().lock(), "the log cannot be written any more: {error}");
    }
}

/// Whether anything is logged.
fn is_on() -> bool {
    LOG.get().is_some()
}

/// Calls, for the log alone.
pub(crate) fn calls() -> Arc<dyn CallLog> {
    Arc::new(Calls(None))
}

/// Calls, for the log and another one who watches.
pub(crate) fn calls_and(other: Arc<dyn CallLog>) -> Arc<dyn CallLog> {
    Arc::new(Calls(Some(other)))
}

struct Calls(Option<Arc<dyn CallLog>>);

impl CallLog for Calls {
    fn record(&self, call: &CallRecord) {
        if is_on() {
            line(
                "call",
                json!({
                    "service": call.service, "operation": call.operation, "region": call.region,
                    "mutating": call.mutating, "attempt": call.attempt, "http_status": call.http_status,
                    "status": call.status, "outcome": call.outcome, "request_id": call.request_id,
                    "waited_ms": millis(call.waited), "elapsed_ms": millis(call.duration),
                }),
            );
        }
        if let Some(other) = &self.0 {
            other.record(call);
        }
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The same journal, its commits logged.
pub(crate) fn commits(commit: Commit) -> Commit {
    if !is_on() {
        return commit;
    }
    Arc::new(move |events| {
        let names: Vec<&str> = events.iter().map(|event| event.body.name()).collect();
        let began = WallClock.now();
        let written = commit(events);
        Box::pin(async move {
            let result = written.await;
            let elapsed = WallClock.now().millis_since(began);
            match &result {
                Ok(serials) => line(
                    "commit",
                    json!({ "events": names, "first": serials.first(), "last": serials.last(), "elapsed_ms": elapsed }),
                ),
                Err(error) => {
                    line(
                        "commit_failed",
                        json!({ "events": names, "code": error.code(), "message": error.to_string() }),
                    );
                }
            }
            result
        })
    })
}
