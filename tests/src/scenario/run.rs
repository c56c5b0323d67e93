//! Carrying a script out, and comparing what was printed.

use super::{
    background::Background,
    normal::Normal,
    script::{self, Ending, Record, Step},
};
use crate::sandbox::Sandbox;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A case: a folder with a script.
#[derive(Clone, Debug)]
pub struct Case {
    /// `TOPIC/CASE`.
    pub name: String,
    folder: PathBuf,
}

/// All cases under a folder, by name.
pub fn cases(scenarios: &Path) -> Vec<Case> {
    use crate::tidy::tree::{entries, name_of};
    let mut found: Vec<Case> = entries(scenarios)
        .iter()
        .flat_map(|topic| entries(topic).into_iter().map(move |folder| (name_of(topic), folder)))
        .filter(|(_, folder)| folder.is_dir())
        .map(|(topic, folder)| Case { name: format!("{topic}/{}", name_of(&folder)), folder })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

impl Case {
    /// What its script says it protects; an error for one that cannot be read.
    pub fn protects(&self) -> Result<String, String> {
        let text =
            fs::read_to_string(self.folder.join("script.txt")).map_err(|error| format!("script.txt: {error}"))?;
        Ok(script::read(&text)?.protects)
    }

    /// Runs it and compares; with `bless` it writes the transcript instead.
    pub fn check(&self, bless: bool) -> Result<(), String> {
        let read = |name: &str| fs::read_to_string(self.folder.join(name));
        let text = read("script.txt").map_err(|error| format!("script.txt: {error}"))?;
        let script = script::read(&text)?;
        let mut run = Run::new(&self.folder);
        for (number, line, step) in &script.steps {
            run.step(line, step).map_err(|problem| format!("script.txt:{number}: {problem}\n{}", run.transcript))?;
        }
        if run.started.is_some() {
            return Err("the script ends while a command runs: say kill, interrupt or finish".to_owned());
        }
        if bless {
            return fs::write(self.folder.join("transcript.txt"), &run.transcript).map_err(|error| error.to_string());
        }
        let expected =
            read("transcript.txt").map_err(|_| "there is no transcript.txt; FIRMA_BLESS=1 writes it".to_owned())?;
        difference(&expected, &run.transcript)
    }
}

/// Runs a script in a copy of the folder's manifests, whatever the exit codes, and says what was printed.
pub fn play(folder: &Path, script: &script::Script) -> Result<String, String> {
    let mut run = Run { any_exit: true, ..Run::new(folder) };
    for (number, line, step) in &script.steps {
        run.step(line, step).map_err(|problem| format!("line {number}: {problem}\n{}", run.transcript))?;
    }
    Ok(run.transcript)
}

/// The first line that differs, with its neighbours.
fn difference(expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let at = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let show = |lines: &[&str]| {
        lines.iter().skip(at.saturating_sub(3)).take(10).fold(String::new(), |s, l| s + "    " + l + "\n")
    };
    Err(format!("transcript.txt differs at line {}; expected\n{}found\n{}", at + 1, show(&old), show(&new)))
}

struct Run {
    sandbox: Sandbox,
    normal: Normal,
    transcript: String,
    expected_exit: i32,
    /// Exit codes are not looked at.
    any_exit: bool,
    started: Option<Background>,
    server: Option<Background>,
    /// Where it listens.
    endpoint: String,
}

impl Run {
    fn new(folder: &Path) -> Run {
        let sandbox = Sandbox::copy_of(folder);
        let normal = Normal::new(&sandbox.root().to_string_lossy());
        Run {
            sandbox,
            normal,
            transcript: String::new(),
            expected_exit: 0,
            any_exit: false,
            started: None,
            server: None,
            endpoint: String::new(),
        }
    }

    fn step(&mut self, line: &str, step: &Step) -> Result<(), String> {
        let path = |file: &str| self.sandbox.project().join(file);
        match step {
            Step::Run(args, record) => return self.run(line, args, *record),
            Step::Print(file) => {
                let text = fs::read_to_string(path(file)).map_err(|error| format!("{file}: {error}"))?;
                let text = self.normal.apply(&text);
                return write!(self.transcript, "\n> {line}\n{text}").map_err(|error| error.to_string());
            }
            Step::Start(args) => return self.start(line, args),
            Step::End(ending) => return self.end(line, *ending),
            Step::Serve(args) => return self.serve(line, args),
            Step::ExpectExit(code) => {
                self.expected_exit = *code;
                return Ok(());
            }
            Step::Await(text) => {
                self.started.as_ref().ok_or("no command is started")?.line_with(text)?;
            }
            Step::Env(name, value) => self.sandbox.set(name, value),
            Step::Write { file, text } => write(&path(file), text)?,
            Step::Remove(file) => fs::remove_file(path(file)).map_err(|error| format!("{file}: {error}"))?,
            Step::Copy(from, to) => crate::sandbox::copy(&path(from), &path(to))?,
            Step::Commit(folder, tag) => super::repository::commit(&mut self.sandbox, folder, tag)?,
            Step::Fill(file, bytes) => write(&path(file), &"# filling\n".repeat(bytes.div_ceil(10)))?,
            Step::Sql(file, statement) => {
                let connection = rusqlite::Connection::open(path(file)).map_err(|error| error.to_string())?;
                connection.execute_batch(statement).map_err(|error| error.to_string())?;
            }
            Step::Replace { file, old, new } => {
                let text = fs::read_to_string(path(file)).map_err(|error| format!("{file}: {error}"))?;
                if !text.contains(old.as_str()) {
                    return Err(format!("`{old}` is not in {file}"));
                }
                write(&path(file), &text.replace(old.as_str(), new))?;
            }
        }
        writeln!(self.transcript, "> {line}").map_err(|error| error.to_string())
    }

    fn run(&mut self, line: &str, args: &[String], record: Record) -> Result<(), String> {
        let args = self.filled(args);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let finished = match record {
            Record::ClosedStdout => self.with_closed_stdout(&args)?,
            Record::FullDisk(bytes) => self.with_a_full_disk(bytes, &args)?,
            Record::All | Record::ExitCode => self.sandbox.firma(&args),
        };
        let code = finished.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        let mut text = format!("\n$ {line}\n");
        if record != Record::ExitCode {
            text += &self.normal.apply(&finished.stdout);
            let stderr = self.normal.apply(&finished.stderr);
            if !stderr.is_empty() {
                text += "[stderr]\n";
                text += &stderr;
            }
        }
        text += &format!("[exit {code}]\n");
        self.transcript += &text;
        let expected = std::mem::take(&mut self.expected_exit);
        if finished.code == Some(expected) || self.any_exit {
            return Ok(());
        }
        Err(format!("it ended with {code}, not {expected}:\n{}{}", finished.stdout, finished.stderr))
    }

    /// Arguments, with the URL of the emulator that was started for the one that stands for it.
    fn filled(&self, args: &[String]) -> Vec<String> {
        let fill = |arg: &String| match arg.as_str() {
            "$ENDPOINT" => self.endpoint.clone(),
            _ => self.normal.real(arg),
        };
        args.iter().map(fill).collect()
    }

    /// The reading end of the pipe is closed before the command writes.
    fn with_closed_stdout(&self, args: &[&str]) -> Result<crate::sandbox::Finished, String> {
        let mut command = self.sandbox.command(args);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        drop(child.stdout.take());
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        Ok(crate::sandbox::Finished {
            code: output.status.code(),
            stdout: String::new(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// No file of the command may grow beyond this size: the next byte finds no room, as on a disk that is full.
    fn with_a_full_disk(&self, bytes: u64, args: &[&str]) -> Result<crate::sandbox::Finished, String> {
        let plain = self.sandbox.command(args);
        let mut command = Command::new("prlimit");
        command.arg(format!("--fsize={bytes}")).arg("--").arg(plain.get_program()).args(plain.get_args());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = command.current_dir(self.sandbox.project()).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("prlimit: {error}"))?;
        Ok(crate::sandbox::Finished {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    fn start(&mut self, line: &str, args: &[String]) -> Result<(), String> {
        if self.started.is_some() {
            return Err("another command is still running".to_owned());
        }
        let args = self.filled(args);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.started = Some(Background::start(self.sandbox.command(&args))?);
        writeln!(self.transcript, "\n> {line}").map_err(|error| error.to_string())
    }

    fn end(&mut self, line: &str, ending: Ending) -> Result<(), String> {
        let mut started = self.started.take().ok_or("no command is started")?;
        match ending {
            Ending::Kill => started.kill()?,
            Ending::Interrupt => started.interrupt()?,
            Ending::Finish => {}
        }
        let status = started.finish()?;
        let code = status.code().map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        writeln!(self.transcript, "> {line}\n[exit {code}]").map_err(|error| error.to_string())?;
        let expected = std::mem::take(&mut self.expected_exit);
        if ending == Ending::Kill || status.code() == Some(expected) {
            return Ok(());
        }
        Err(format!("the started command ended with {code}, not {expected}"))
    }

    /// The emulator says where it listens; the port is free because the system chose it.
    fn serve(&mut self, line: &str, args: &[String]) -> Result<(), String> {
        let fixed = ["emulator", "serve", "--listen", "127.0.0.1:0"];
        let args: Vec<&str> = fixed.into_iter().chain(args.iter().map(String::as_str)).collect();
        let server = Background::start(self.sandbox.command(&args))?;
        let listening = server.line_with("http://127.0.0.1:")?;
        let start = listening.find("http://").unwrap_or_default();
        let url: String = listening[start..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.'))
            .collect();
        self.endpoint = url.trim_end_matches(['/', '.']).to_owned();
        self.sandbox.set("ENDPOINT", &self.endpoint);
        self.server = Some(server);
        writeln!(self.transcript, "> {line}").map_err(|error| error.to_string())
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// As a person restores a backup: what is at the place already is replaced file by file, and what else is there stays.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_its_line() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), Ok(()));
        let shown = difference("a\nb\n", "a\nc\n").unwrap_err();
        assert!(shown.contains("line 2") && shown.contains("    b") && shown.contains("    c"), "{shown}");
        assert!(difference("a\n", "a\nb\n").unwrap_err().contains("line 2"));
    }
}
