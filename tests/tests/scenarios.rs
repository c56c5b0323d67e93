//! Runs every scenario of `tests/scenarios` against its transcript. The verbs are those of `firma_tests::scenario`.

use firma_tests::scenario::{self, Case};
use std::{path::Path, sync::Mutex};

fn all() -> Vec<Case> {
    scenario::cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"))
}

#[test]
fn scenarios() {
    let bless = std::env::var_os("FIRMA_BLESS").is_some_and(|v| v == "1");
    let only = std::env::var("FIRMA_SCENARIO").unwrap_or_default();
    let chosen: Vec<Case> = all().into_iter().filter(|case| case.name.starts_with(&only)).collect();
    assert!(!chosen.is_empty(), "no scenario is called {only}");
    let queue = Mutex::new(chosen.iter());
    let failures = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(case) = { queue.lock().unwrap().next() } {
                    if let Err(problem) = case.check(bless) {
                        failures.lock().unwrap().push(format!("== {}\n{problem}", case.name));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), chosen.len(), failures.join("\n"));
}

/// Two cases that protect the same are one too many.
#[test]
fn every_case_protects_something_of_its_own() {
    let mut seen = std::collections::BTreeMap::new();
    for case in all() {
        let protects = case.protects().unwrap_or_else(|problem| panic!("{}: {problem}", case.name));
        if let Some(other) = seen.insert(protects.clone(), case.name.clone()) {
            panic!("{} and {other} both protect: {protects}", case.name);
        }
    }
}
