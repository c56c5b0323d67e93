//! Every case of `tests/cases` gives what it expects, and every diagnostic code of the crate has a case.
//!
//! `UPDATE_CASES=1 cargo test -p firma-manifest --test cases` writes what comes out into the cases; review the difference.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};
use support::Case;

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut found = Vec::new();
    for topic in fs::read_dir(&root).expect("the cases").flatten() {
        for case in fs::read_dir(topic.path()).expect("a topic").flatten() {
            found.push(case.path());
        }
    }
    found.sort();
    found
}

#[test]
fn every_case_gives_what_it_expects() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case");
        let case = Case::parse(&text);
        let found = case.run();
        if found == case.expected {
            continue;
        }
        if update {
            let head = text.split("#@ expect\n").next().unwrap_or("");
            let newline = if head.ends_with('\n') { "" } else { "\n" };
            fs::write(&path, format!("{head}{newline}#@ expect\n{found}")).expect("a writable case");
        } else {
            wrong.push(format!("{}\n--- expected\n{}--- found\n{found}", path.display(), case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let all: String = cases().iter().map(|path| fs::read_to_string(path).expect("a case")).collect();
    // Their texts would be cases of many mebibytes: they have tests of their own.
    // A lock file belongs to no case.
    let elsewhere = ["E0101", "E0144", "E0149"];
    let codes = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codes.rs")).expect("the codes");
    let mut count = 0;
    for code in codes.split('"').filter(|word| word.starts_with("E0")) {
        assert!(all.contains(code) || elsewhere.contains(&code), "{code} has no case");
        count += 1;
    }
    assert!(count > 30, "{count} codes were found");
}
