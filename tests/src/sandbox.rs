//! A directory of its own to run the command in: nothing of the machine's home, environment or terminal reaches it.

use crate::binary;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A temporary project.
#[derive(Debug)]
pub struct Sandbox {
    dir: TempDir,
    env: BTreeMap<String, String>,
    binary: PathBuf,
}

/// A command that ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Exit code; none after a signal.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// Panics, with all output, unless the code is this.
    #[track_caller]
    pub fn expect(self, code: i32) -> Finished {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}):\n{}", self.stdout))
    }
}

impl Sandbox {
    /// An empty one.
    #[expect(clippy::new_without_default, reason = "making one creates a directory")]
    pub fn new() -> Sandbox {
        Sandbox::with_binary(binary::firma())
    }

    /// An empty one that runs this binary.
    pub fn with_binary(binary: &Path) -> Sandbox {
        let dir = TempDir::with_prefix("firma-").expect("a temporary directory");
        let home = dir.path().join("home");
        std::fs::create_dir_all(dir.path().join("project")).expect("a folder");
        std::fs::create_dir_all(&home).expect("a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let env = [
            ("HOME", home.to_string_lossy().into_owned()),
            ("PATH", path),
            ("NO_COLOR", "1".to_owned()),
            ("COLUMNS", "120".to_owned()),
            ("USER", "tester".to_owned()),
        ];
        let env = env.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Sandbox { dir, env, binary: binary.to_owned() }
    }

    /// One that holds a copy of the manifests of this folder, and of everything in folders inside it.
    pub fn copy_of(folder: &Path) -> Sandbox {
        let sandbox = Sandbox::new();
        for path in crate::tidy::tree::entries(folder) {
            if path.is_dir() || path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_name().expect("a file has a name");
                copy(&path, &sandbox.project().join(name)).expect("a manifest is copied");
            }
        }
        sandbox
    }

    /// The project's folder.
    pub fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    /// Everything of this sandbox lies under this folder.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Sets a variable of the environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// The command, about to be started in the project's folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).current_dir(self.project()).env_clear().envs(&self.env).stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub fn firma(&self, args: &[&str]) -> Finished {
        let output = self.command(args).output().expect("the command starts");
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Objects of the embedded cloud.
    #[track_caller]
    pub fn inventory(&self) -> Vec<Value> {
        let answer = self.firma(&["emulator", "inventory", "--format", "json"]).expect(0).json();
        answer.as_array().cloned().unwrap_or_else(|| panic!("no list of objects: {answer}"))
    }

    /// Addresses in the state.
    #[track_caller]
    pub fn addresses(&self) -> Vec<String> {
        self.firma(&["state", "list"]).expect(0).stdout.lines().map(str::to_owned).collect()
    }
}

/// Copies a file, or a folder with everything in it.
pub fn copy(from: &Path, to: &Path) -> Result<(), String> {
    if from.is_dir() {
        return crate::tidy::tree::entries(from)
            .iter()
            .try_for_each(|file| copy(file, &to.join(file.file_name().unwrap_or_default())));
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    std::fs::copy(from, to).map(|_| ()).map_err(|error| format!("{}: {error}", from.display()))
}
