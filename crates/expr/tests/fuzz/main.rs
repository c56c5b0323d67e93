//! Random input for the expression language: it answers or refuses, and does not contradict itself.
//!
//! As a test this runs the seeds that are kept and a few hundred inputs that are always the same; `tests/fuzz/run SECONDS`
//! goes on with others. Inputs are made by cutting the corpus into pieces and putting those together wrongly.

mod inputs;
mod properties;

use inputs::Random;
use std::{fs, path::PathBuf, time::Instant};

/// Inputs that every run of the tests tries.
const USUAL: u64 = 300;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The inputs kept for a target: one a line, with `\n`, `\r`, `\t` and `\\` escaped; lines that begin with `#` say why.
fn seeds(target: &str) -> Vec<String> {
    let Ok(kept) = fs::read_to_string(root().join("tests/fuzz/seeds").join(target)) else { return Vec::new() };
    let kept = kept.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    kept.map(unescaped).collect()
}

fn unescaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('\\')) => out.push('\\'),
            ('\\', other) => panic!("\\{other:?} is no escape: {line}"),
            (c, _) => out.push(c),
        }
    }
    out
}

fn run(target: &str, make: impl Fn(&mut Random) -> String, check: impl Fn(&str)) {
    for seed in seeds(target) {
        check(&seed);
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let Some(seconds) = number("FIRMA_FUZZ_SECONDS") else {
        let mut random = Random::new(7);
        (0..USUAL).for_each(|_| check(&make(&mut random)));
        return;
    };
    let begin = Instant::now();
    let seed = number("FIRMA_FUZZ_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |now| now.as_nanos() as u64)
    });
    println!("{target}: seed {seed}");
    let mut random = Random::new(seed);
    let last = root().join("target/fuzz").join(format!("{target}.last"));
    let mut count = 0_u64;
    while begin.elapsed().as_secs() < seconds {
        let input = make(&mut random);
        // Written before it is tried: a stack that overflows tells nothing.
        fs::write(&last, &input).expect("target/fuzz can be written");
        check(&input);
        count += 1;
    }
    println!("{target}: {count} inputs");
}

#[test]
fn templates() {
    run("templates", inputs::template, properties::template);
}

#[test]
fn expressions() {
    run("expressions", inputs::expression, properties::expression);
}

#[test]
fn types() {
    run("types", inputs::ty, properties::ty);
}
