//! Every page of a diagnostic code has an example that triggers it, or names the test that does.

use firma_model::codes::{self, Page};
use firma_tests::{pages, sandbox::Sandbox};
use std::{path::Path, sync::Mutex};

/// `FIRMA_PAGE=E0312` checks one page.
#[test]
fn every_example_triggers_its_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let only = std::env::var("FIRMA_PAGE").unwrap_or_default();
    let chosen: Vec<Page<'_>> = codes::pages().filter(|page| page.code.starts_with(&only)).collect();
    assert!(!chosen.is_empty(), "there is no page {only}");
    let queue = Mutex::new(chosen.iter());
    let failures = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(page) = { queue.lock().unwrap().next() } {
                    if let Err(problem) = pages::check(page, &root) {
                        failures.lock().unwrap().push(format!("== {}\n{problem}", page.code));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), chosen.len(), failures.join("\n"));
}

#[test]
fn a_file_that_is_no_utf8_is_told() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.project().join("main.toml"), b"[local]\nname = \"caf\xe9\"\n").unwrap();
    let said = sandbox.firma(&["validate"]).expect(1);
    assert!(said.stderr.contains("[E0907]") && said.stderr.contains("main.toml"), "{}", said.stderr);
}

/// Four files are enough for the loader and for nothing else.
#[test]
fn without_files_to_open_nothing_begins() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.project().join("main.toml"), "[firma.value.a]\ninput = 1\n").unwrap();
    let plain = sandbox.command(&["plan"]);
    let mut command = std::process::Command::new("prlimit");
    command.arg("--nofile=4").arg("--").arg(plain.get_program()).args(plain.get_args());
    let ended = command.current_dir(sandbox.project()).stdin(std::process::Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(1) && said.contains("[E0902]"), "{said}");
}
