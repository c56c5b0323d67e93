//! Processes of their own, for what one process cannot do to itself: be killed, or run out of room. They are this very test
//! binary, told by their environment what to be. What they say goes to a pipe, a line at a time.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

const ROLE: &str = "FIRMA_STORE_CHILD";
const STATE: &str = "FIRMA_STORE_STATE";
const NAME: &str = "FIRMA_STORE_NAME";

/// The body of the child processes; in the suite itself nobody told it what to be.
#[test]
fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let state = std::env::var_os(STATE).expect("a state to work on");
    let name = std::env::var(NAME).unwrap_or_default();
    match role.as_str() {
        "short" => crate::room::in_a_short_process(Path::new(&state)),
        "busy" => crate::crowd::in_a_busy_process(Path::new(&state), &name),
        other => panic!("no such child: {other}"),
    }
}

/// Says a line to whoever started this process. The harness reads standard output too, so a line has a head of its own.
pub(crate) fn say(line: &str) {
    use std::io::Write as _;
    // When nobody listens any more there is nothing left to say.
    let _ = writeln!(std::io::stdout(), "\n::{line}");
}

/// A child that runs.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts one. With `blocks`, no file it writes can become longer than so many blocks of 512 bytes: a write beyond is an
    /// error, as the signal that comes with it is ignored.
    pub(crate) fn start(role: &str, state: &Path, name: &str, blocks: Option<u32>) -> Running {
        let binary = std::env::current_exe().expect("this test");
        let mut command = match blocks {
            Some(blocks) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(binary);
                shell
            }
            None => Command::new(binary),
        };
        let mut child = command
            .args(["--exact", "child::child", "--nocapture", "--test-threads", "1"])
            .env(ROLE, role)
            .env(STATE, state)
            .env(NAME, name)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Running { child, lines }
    }

    /// The next line it says, if it says another one.
    pub(crate) fn next(&mut self) -> Option<String> {
        loop {
            // A line cut short by a kill is no line.
            let line = self.lines.next()?.ok()?;
            if let Some(said) = line.strip_prefix("::") {
                return Some(said.to_owned());
            }
        }
    }

    /// SIGKILL; gives what it had still said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("killed");
        let mut rest = Vec::new();
        while let Some(line) = self.next() {
            rest.push(line);
        }
        self.child.wait().expect("gone");
        rest
    }

    /// Waits for its end; gives everything it said, and whether it ended well.
    pub(crate) fn end(mut self) -> (Vec<String>, bool) {
        let mut said = Vec::new();
        while let Some(line) = self.next() {
            said.push(line);
        }
        (said, self.child.wait().expect("ended").success())
    }
}
