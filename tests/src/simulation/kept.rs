//! Lives that failed once, kept with why: they are lived first, always.

use crate::simulation::script::Script;
use std::{fs, path::PathBuf};

/// `tests/simulation/failed-seeds.md`: lines of a table, `| seed | why |`.
const TEXT: &str = include_str!("../../simulation/failed-seeds.md");

/// The seeds.
pub fn seeds() -> Vec<u64> {
    TEXT.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.trim().parse().ok()).collect()
}

/// The scripts of `tests/simulation/kept`, by the names of their files: what seeds are made into when the generator changes.
pub fn scripts() -> Vec<(String, Script)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("simulation/kept");
    let mut found: Vec<(String, Script)> = fs::read_dir(&folder)
        .expect("the folder of kept lives")
        .flatten()
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("a kept life");
            let name = entry.file_name().to_string_lossy().into_owned();
            let script = Script::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, script)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}
