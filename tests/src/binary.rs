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
    BINARY.get_or_init(|| given("FIRMA_BIN").unwrap_or_else(|| build("firma", &[])))
}

/// The command that dies where it is told to; `FIRMA_FAILPOINTS_BIN` names another one.
pub fn with_failpoints() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        given("FIRMA_FAILPOINTS_BIN")
            .unwrap_or_else(|| build("firma-failpoints", &["--features", "firma-cli/failpoints"]))
    })
}

fn given(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable)?;
    Some(std::path::absolute(path).unwrap_or_else(|error| panic!("{variable} is no path: {error}")))
}

fn build(name: &str, features: &[&str]) -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--message-format", "json-render-diagnostics", "--bin", name]).args(features);
    // Asked for by itself, the command wants fewer features of the same libraries than tests do, and all of them would be
    // built again for it. Beside a test of the workspace it gets what `cargo test --workspace` has built already.
    cargo.args(["--workspace", "--test", "tidy"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // A build script that reads one of the variables of the package under test would run again in every other build.
    cargo.env_remove("CARGO_MANIFEST_DIR");
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = cargo.output().unwrap_or_else(|error| panic!("cargo cannot be started: {error}"));
    assert!(output.status.success(), "building the command failed");
    executable(name, &String::from_utf8_lossy(&output.stdout)).expect("cargo names the binary it built")
}

/// Where the program of this name is, by cargo's messages. They name other programs and tests too.
fn executable(name: &str, messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name && message["profile"]["test"] == false)
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_read_from_cargos_messages() {
        let artifact = |name: &str, test: bool, executable: serde_json::Value| {
            serde_json::json!({
                "reason": "compiler-artifact", "target": {"name": name}, "profile": {"test": test}, "executable": executable,
            })
        };
        let messages = [
            artifact("firma_model", false, serde_json::Value::Null),
            artifact("firma", true, "target/debug/deps/firma-0".into()),
            artifact("firma", false, "target/debug/firma".into()),
            artifact("simulate", false, "target/debug/simulate".into()),
            artifact("tidy", true, "target/debug/deps/tidy-0".into()),
            serde_json::json!({"reason": "build-finished", "success": true}),
        ]
        .map(|message| message.to_string())
        .join("\n");
        assert_eq!(executable("firma", &messages), Some(PathBuf::from("target/debug/firma")));
        assert_eq!(executable("firma", "not JSON"), None);
    }
}
