//! A script, read.

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes a file.
    Write {
        /// Its name.
        file: String,
        /// Its content.
        text: String,
    },
    /// Replaces text in a file.
    Replace {
        /// Its name.
        file: String,
        /// What is there.
        old: String,
        /// What comes instead.
        new: String,
    },
    /// Removes a file.
    Remove(String),
    /// Copies a file, or the files of a folder, over what is there.
    Copy(String, String),
    /// Commits a folder under a tag.
    Commit(String, String),
    /// Records what a file holds.
    Print(String),
    /// Writes so many bytes of comments.
    Fill(String, usize),
    /// Changes an SQLite file.
    Sql(String, String),
    /// Sets a variable.
    Env(String, String),
    /// Exit code of the next command.
    ExpectExit(i32),
    /// Runs a command.
    Run(Vec<String>, Record),
    /// Starts a command.
    Start(Vec<String>),
    /// Waits for text of the started command.
    Await(String),
    /// Ends the started command.
    End(Ending),
    /// Starts an emulator on a port, with these further arguments.
    Serve(Vec<String>),
}

/// What is recorded of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Everything.
    All,
    /// The exit code.
    ExitCode,
    /// Everything but standard output, which is closed.
    ClosedStdout,
    /// Everything, of a command whose files may not grow beyond so many bytes.
    FullDisk(u64),
}

/// How a started command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// SIGKILL.
    Kill,
    /// SIGINT.
    Interrupt,
    /// By itself.
    Finish,
}

/// A script: what it protects, and its steps with the lines they stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The first line.
    pub protects: String,
    /// Line number, line, step.
    pub steps: Vec<(usize, String, Step)>,
}

/// Reads a script.
pub fn read(text: &str) -> Result<Script, String> {
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let protects = match lines.next().and_then(|(_, line)| line.strip_prefix("# ")) {
        Some(protects) if protects.trim().len() > 10 => protects.trim().to_owned(),
        _ => return Err("the first line must say, after `# `, what the case protects".to_owned()),
    };
    let mut steps = Vec::new();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let step = step(line, &mut lines).map_err(|problem| format!("line {number}: {problem}"))?;
        steps.push((number, line.to_owned(), step));
    }
    Ok(Script { protects, steps })
}

fn step<'t>(line: &str, lines: &mut impl Iterator<Item = (usize, &'t str)>) -> Result<Step, String> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let pair = |separator: &str| -> Result<(String, String), String> {
        let parts = rest.split_once(separator).ok_or_else(|| format!("`{verb}` needs `{separator}`"))?;
        Ok((parts.0.trim().to_owned(), parts.1.trim().to_owned()))
    };
    Ok(match verb {
        "write" => {
            let (file, end) = pair("<<")?;
            let mut text = String::new();
            loop {
                match lines.next() {
                    None => return Err(format!("`{end}` does not come")),
                    Some((_, line)) if line == end => break,
                    Some((_, line)) => text = text + line + "\n",
                }
            }
            Step::Write { file, text }
        }
        "replace" => {
            let (file, change) = pair(" ")?;
            let (old, new) = change.split_once(" => ").ok_or("`replace` needs ` => `")?;
            Step::Replace { file, old: old.to_owned(), new: new.to_owned() }
        }
        "remove" => Step::Remove(rest.to_owned()),
        "copy" => {
            let (from, to) = pair(" ")?;
            Step::Copy(from, to)
        }
        "commit" => {
            let (folder, tag) = pair(" ")?;
            Step::Commit(folder, tag)
        }
        "print" => Step::Print(rest.to_owned()),
        "fill" => {
            let (file, bytes) = pair(" ")?;
            Step::Fill(file, bytes.parse().map_err(|_| format!("`{bytes}` is no number of bytes"))?)
        }
        "sql" => {
            let (file, statement) = pair(" ")?;
            Step::Sql(file, statement)
        }
        "env" => {
            let (name, value) = pair("=")?;
            Step::Env(name, value)
        }
        "expect-exit" => Step::ExpectExit(rest.parse().map_err(|_| format!("`{rest}` is no exit code"))?),
        "quietly" => Step::Run(words(rest)?, Record::ExitCode),
        "closed-stdout" => Step::Run(words(rest)?, Record::ClosedStdout),
        "full-disk" => {
            let (limit, command) = pair(" ")?;
            let kibibytes: u64 = limit.parse().map_err(|_| format!("`{limit}` is no number of KiB"))?;
            Step::Run(words(&command)?, Record::FullDisk(kibibytes * 1024))
        }
        "start" => Step::Start(words(rest)?),
        "await" => Step::Await(rest.to_owned()),
        "kill" => Step::End(Ending::Kill),
        "interrupt" => Step::End(Ending::Interrupt),
        "finish" => Step::End(Ending::Finish),
        "serve" if rest.is_empty() => Step::Serve(Vec::new()),
        "serve" => Step::Serve(words(rest)?),
        _ => Step::Run(words(line)?, Record::All),
    })
}

/// Words of a command; single quotes keep spaces.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut current: Option<String> = None;
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                current.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(current.take()),
            _ => current.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    words.extend(current);
    if words.is_empty() { Err("a command is missing".to_owned()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_steps() {
        let script = "# Protects the reader of scripts.\n\n# a comment\nwrite a.toml <<END\nx = 1\n\nEND\nprint a.toml\nreplace a.toml x = 1 => x = 2\n\
                      env A=b=c\nexpect-exit 4\nplan --var 'a=b c' ''\nquietly apply\nkill\n";
        let steps: Vec<Step> = read(script).unwrap().steps.into_iter().map(|(_, _, step)| step).collect();
        let text = |t: &str| t.to_owned();
        assert_eq!(
            steps,
            [
                Step::Write { file: text("a.toml"), text: text("x = 1\n\n") },
                Step::Print(text("a.toml")),
                Step::Replace { file: text("a.toml"), old: text("x = 1"), new: text("x = 2") },
                Step::Env(text("A"), text("b=c")),
                Step::ExpectExit(4),
                Step::Run(vec![text("plan"), text("--var"), text("a=b c"), text("")], Record::All),
                Step::Run(vec![text("apply")], Record::ExitCode),
                Step::End(Ending::Kill),
            ]
        );
    }

    #[test]
    fn bad_scripts_are_refused() {
        let cases = [
            ("plan\n", "what the case protects"),
            ("# Protects something.\nreplace a.toml b\n", "line 2: `replace` needs"),
            ("# Protects something.\nwrite a <<END\n", "line 2: `END` does not come"),
            ("# Protects something.\nexpect-exit many\n", "line 2: `many` is no exit code"),
            ("# Protects something.\nplan 'x\n", "line 2: a quote is not closed"),
        ];
        for (script, expected) in cases {
            let problem = read(script).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
