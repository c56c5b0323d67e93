//! The `firma` command as these tests run it.
//!
//! Cargo tells only a package's own tests where its binaries are, so the command is built here: by the cargo that runs the
//! tests, in the same target directory and profile, once per process. `FIRMA_BIN` names a binary to test instead.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Where the command is. Panics, with what cargo said, when it cannot be built.
pub fn firma() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| given("FIRMA_BIN").unwrap_or_else(|| build(&["--bin", "firma"])))
}

/// The command that dies where it is told to; `FIRMA_FAILPOINTS_BIN` names another one.
pub fn with_failpoints() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        given("FIRMA_FAILPOINTS_BIN")
            .unwrap_or_else(|| build(&["--features", "failpoints", "--bin", "firma-failpoints"]))
    })
}

fn given(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable)?;
    Some(std::path::absolute(path).unwrap_or_else(|error| panic!("{variable} is no path: {error}")))
}

fn build(which: &[&str]) -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", "firma-cli", "--message-format", "json-render-diagnostics"]);
    cargo.args(which);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // A build script that reads one of the variables of the package under test would run again in every other build.
    cargo.env_remove("CARGO_MANIFEST_DIR");
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = cargo.output().unwrap_or_else(|error| panic!("cargo cannot be started: {error}"));
    assert!(output.status.success(), "building the command failed");
    executable(&String::from_utf8_lossy(&output.stdout)).expect("cargo names the binary it built")
}

/// The last binary that cargo's messages name.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_read_from_cargos_messages() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"executable\":\"target/debug/firma\"}\n\
                        {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(executable(messages), Some(PathBuf::from("target/debug/firma")));
        assert_eq!(executable("not JSON"), None);
    }
}
