//! A command that runs while the script goes on.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

/// Longer than anything here takes; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
struct Shared {
    text: Mutex<(String, usize)>,
    changed: Condvar,
}

/// A started command and what it has printed so far, both streams in one text.
#[derive(Debug)]
pub struct Background {
    child: Child,
    shared: Arc<Shared>,
    readers: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts it.
    pub fn start(mut command: Command) -> Result<Background, String> {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| format!("it does not start: {error}"))?;
        let shared = Arc::new(Shared::default());
        let mut readers = Vec::new();
        if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
            readers.push(reader(out, &shared));
            readers.push(reader(err, &shared));
        }
        Ok(Background { child, shared, readers })
    }

    /// Waits until a line holds the text, and returns that line.
    pub fn line_with(&self, wanted: &str) -> Result<String, String> {
        let text = self.shared.text.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |state: &mut (String, usize)| !state.0.contains(wanted) && state.1 < 2;
        let waited = self.shared.changed.wait_timeout_while(text, PATIENCE, missing);
        let (text, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let line = text.0.lines().find(|line| line.contains(wanted));
        line.map(str::to_owned).ok_or_else(|| format!("`{wanted}` was not printed, but:\n{}", text.0))
    }

    /// Sends SIGKILL.
    pub fn kill(&mut self) -> Result<(), String> {
        self.child.kill().map_err(|error| format!("it cannot be killed: {error}"))
    }

    /// Sends SIGINT.
    pub fn interrupt(&self) -> Result<(), String> {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        match sent {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("SIGINT cannot be sent: {other:?}")),
        }
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Result<ExitStatus, String> {
        let status = self.child.wait().map_err(|error| format!("its end cannot be awaited: {error}"))?;
        for reader in self.readers.drain(..) {
            reader.join().map_err(|_| "a reader panicked".to_owned())?;
        }
        Ok(status)
    }
}

impl Drop for Background {
    /// A script that fails leaves nothing running.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) && self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

fn reader(stream: impl Read + Send + 'static, shared: &Arc<Shared>) -> JoinHandle<()> {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while matches!(stream.read_line(&mut line), Ok(length) if length > 0) {
            shared.text.lock().unwrap_or_else(PoisonError::into_inner).0.push_str(&line);
            shared.changed.notify_all();
            line.clear();
        }
        shared.text.lock().unwrap_or_else(PoisonError::into_inner).1 += 1;
        shared.changed.notify_all();
    })
}
