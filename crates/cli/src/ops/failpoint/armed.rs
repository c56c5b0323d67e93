//! Failpoints that are armed by the environment.

use super::pace;
use firma_api::{
    request::{Request, Response},
    transport::{BoxFuture, Transport, TransportError},
};
use firma_engine::Commit;
use firma_store::{ErrorKind, StoreError};
use nix::sys::signal::{Signal, raise};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write as _,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

/// What a point does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// This signal, to this process.
    Raise(Signal),
    /// The disk is full.
    Full,
    /// The disk fails.
    Io,
    /// The answer is lost.
    Lost,
}

#[derive(Debug, Default)]
struct Armed {
    rules: BTreeMap<(String, u64), Action>,
    log: Option<PathBuf>,
    passed: Mutex<BTreeMap<&'static str, u64>>,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Reads what the environment says. A rule that cannot be read ends the program: a test that tests nothing must not pass.
pub(crate) fn arm(env: &BTreeMap<String, String>) {
    let rules = env.get("FIRMA_FAILPOINT").map_or("", String::as_str);
    let rules = rules.split(',').filter(|rule| !rule.is_empty()).map(rule).collect();
    let log = env.get("FIRMA_FAILPOINT_LOG").map(PathBuf::from);
    pace::set(env.get("FIRMA_FAILPOINT_CLOCK").map(PathBuf::from));
    // Only the first counts, and there is only one.
    let _ = ARMED.set(Armed { rules, log, passed: Mutex::default() });
}

fn rule(text: &str) -> ((String, u64), Action) {
    let (point, action) = text.split_once('=').unwrap_or((text, "kill"));
    let (name, number) = point.split_once(':').unwrap_or((point, "1"));
    let number = number.parse().unwrap_or_else(|_| panic!("FIRMA_FAILPOINT: `{number}` is no number"));
    let action = match action {
        "kill" => Action::Raise(Signal::SIGKILL),
        "stop" => Action::Raise(Signal::SIGSTOP),
        "sigint" => Action::Raise(Signal::SIGINT),
        "sigterm" => Action::Raise(Signal::SIGTERM),
        "sighup" => Action::Raise(Signal::SIGHUP),
        "sigquit" => Action::Raise(Signal::SIGQUIT),
        "error:full" => Action::Full,
        "error:io" => Action::Io,
        "lost" => Action::Lost,
        other => panic!("FIRMA_FAILPOINT: there is no action `{other}`"),
    };
    ((name.to_owned(), number), action)
}

/// Passes a point. A signal is sent here; whatever else is to happen is for the caller to do.
fn pass(name: &'static str, about: &str) -> Option<Action> {
    let armed = ARMED.get()?;
    let number = {
        let mut passed = armed.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let count = passed.entry(name).or_default();
        *count += 1;
        *count
    };
    if let Some(log) = &armed.log {
        // One write each, so that lines of several processes do not mix.
        let line = format!("{name}:{number} {about}\n");
        let written =
            OpenOptions::new().create(true).append(true).open(log).and_then(|mut f| f.write_all(line.as_bytes()));
        written.expect("BUG: the log of failpoints cannot be written");
    }
    match armed.rules.get(&(name.to_owned(), number)) {
        Some(Action::Raise(signal)) => {
            if *signal == Signal::SIGSTOP {
                until_quiet();
            }
            raise(*signal).expect("BUG: a process may send signals to itself");
            None
        }
        other => other.copied(),
    }
}

/// Returns when every other thread waits for something: a process that is stopped in the middle of a transaction keeps its
/// files locked, and what a test then sees is that lock and nothing else.
fn until_quiet() {
    let own = nix::unistd::gettid().to_string();
    let mut quiet = 0;
    while quiet < 5 {
        let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let busy = threads.filter(|thread| thread.file_name() != *own).any(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            // The state is the letter after the name in parentheses; a thread that has ended has none.
            stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('S'))
        });
        quiet = if busy { 0 } else { quiet + 1 };
        std::thread::sleep(Duration::from_millis(4));
    }
}

/// Passes a point at which only signals make sense.
pub(crate) fn at(name: &'static str) {
    assert_eq!(pass(name, ""), None, "BUG: nothing can fail at {name}");
}

fn failure(action: Option<Action>) -> Result<(), StoreError> {
    match action {
        Some(Action::Full) => Err(ErrorKind::Full.into()),
        Some(Action::Io) => Err(ErrorKind::Io("injected".to_owned()).into()),
        _ => Ok(()),
    }
}

/// The journal between `before-commit` and `after-commit`.
pub(crate) fn commit(inner: Commit) -> Commit {
    Arc::new(move |events| {
        let about = format!("{} events", events.len());
        let written = failure(pass("before-commit", &about)).map(|()| inner(events));
        Box::pin(async move {
            let serials = written?.await?;
            failure(pass("after-commit", &about))?;
            Ok(serials)
        })
    })
}

/// The cloud between `before-send` and `after-send` for what may change it, `before-read` and `after-read` for the rest.
pub(crate) fn transport(inner: Arc<dyn Transport>) -> Arc<dyn Transport> {
    Arc::new(Between { inner })
}

struct Between {
    inner: Arc<dyn Transport>,
}

impl Transport for Between {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (before, after) =
            if request.mutating { ("before-send", "after-send") } else { ("before-read", "after-read") };
        Box::pin(async move {
            let about = request.operation.clone();
            pass(before, &about);
            let answer = self.inner.send(request).await;
            match pass(after, &about) {
                Some(Action::Lost) => Err(TransportError::Ambiguous("injected: the answer is lost".to_owned())),
                _ => answer,
            }
        })
    }
}
