//! Random input for manifests and their layout: it answers or refuses, and does not contradict itself.
//!
//! As a test this runs the seeds that are kept and some inputs that are always the same; `tests/fuzz/run SECONDS` goes on with
//! others. Inputs are made of pieces of the examples, the scenarios and the cases of mistakes, cut and put together wrongly.

mod inputs;

use firma_catalog::Catalog;
use firma_manifest::{Inputs, evaluate, layout::lay_out, read, settings, variables};
use firma_model::span::Source;
use inputs::{Random, corpus, document};
use std::{collections::BTreeMap, fs, path::PathBuf, time::Instant};
use toml::de::DeTable;

/// Inputs that every run of the tests tries.
const USUAL: u64 = 150;

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

fn run(target: &str, check: impl Fn(&str)) {
    seeds(target).iter().for_each(|seed| check(seed));
    let corpus = corpus(&root());
    assert!(corpus.len() > 50, "{}", corpus.len());
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let Some(seconds) = number("FIRMA_FUZZ_SECONDS") else {
        let mut random = Random::new(7);
        (0..USUAL).for_each(|_| check(&document(&corpus, &mut random)));
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
        let input = document(&corpus, &mut random);
        // Written before it is tried: a stack that overflows tells nothing.
        fs::write(&last, &input).expect("target/fuzz can be written");
        check(&input);
        count += 1;
    }
    println!("{target}: {count} inputs");
}

struct NoFiles;

impl firma_expr::Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there are no files".into())
    }
    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }
    fn list(&self, _: &str, _: Option<usize>) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}

/// Everything is read and evaluated as far as it goes; twice the same way.
#[test]
fn manifests() {
    run("manifests", |text| {
        let once = || {
            let sources = [Source { name: "a.toml".into(), text: text.into() }];
            let (project, read) = read(&sources);
            let (variables, values) = variables(&project, &BTreeMap::new(), &[]);
            let (_, settings) = settings(&project, &BTreeMap::new(), &variables, "0.1.0");
            let answers = BTreeMap::new();
            let (outlooks, catalog) = (BTreeMap::new(), Catalog::builtin());
            let inputs =
                Inputs { variables: &variables, answers: &answers, outlooks: &outlooks, catalog, files: &NoFiles };
            let (evaluated, found) = evaluate(&project, inputs);
            for diagnostic in [&read, &settings, &values, &found].into_iter().flat_map(|found| &found.list) {
                assert!(!diagnostic.message.contains("BUG"), "{diagnostic:?}");
                let spans = diagnostic.span.iter().chain(diagnostic.related.iter().map(|label| &label.span));
                for span in spans.filter(|span| span.source.0 == 0) {
                    assert!(span.start <= span.end && span.end as usize <= text.len(), "{diagnostic:?}");
                }
            }
            (evaluated.desired.resources.len(), read, found)
        };
        assert_eq!(once(), once());
    });
}

/// A form is stable, keeps every comment, and means the same.
#[test]
fn layout() {
    run("layout", |text| {
        let source = |text: &str| Source { name: "a.toml".into(), text: text.into() };
        let Ok(form) = lay_out(&source(text)) else {
            assert!(DeTable::parse(text.trim_start_matches('\u{feff}')).is_err(), "refused: {text}");
            return;
        };
        assert_eq!(lay_out(&source(&form)).as_ref(), Ok(&form), "laid out twice: {text}");
        let comments = |text: &str| text.matches('#').count();
        assert_eq!(comments(text), comments(&form), "{text}");
    });
}
