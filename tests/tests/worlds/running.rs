//! How many stories are told, which, and what is said of one that fails.

use crate::story::Story;
use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use std::{fs, path::PathBuf};

/// Milliseconds in which a story that fails is made smaller.
const SHRINKING: u32 = 60_000;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.trim().parse().ok())
}

/// Whether this property is asked for: `FIRMA_WORLDS_STORY` names the file of one story, which is told alone.
fn asked_story() -> Option<Story> {
    let file = std::env::var("FIRMA_WORLDS_STORY").ok()?;
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    Some(parse(&file, &text))
}

fn parse(name: &str, text: &str) -> Story {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Stories that failed once.
pub(crate) fn kept() -> Vec<(String, Story)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/kept");
    let mut found: Vec<(String, Story)> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let text = fs::read_to_string(entry.path()).expect("a kept story");
            let story = parse(&name, &text);
            (name, story)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Checks a property of so many stories, or as many as the environment says.
pub(crate) fn check(cases: u32, stories: impl Strategy<Value = Story>, holds: impl Fn(&Story) -> Result<(), String>) {
    if let Some(story) = asked_story() {
        holds(&story).unwrap_or_else(|error| panic!("{error}"));
        return;
    }
    let cases = number("FIRMA_WORLDS_CASES").map_or(cases, |wanted| wanted as u32);
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        max_shrink_time: SHRINKING,
        ..Config::default()
    };
    let mut seed = [7_u8; 32];
    seed[..8].copy_from_slice(&number("FIRMA_WORLDS_SEED").unwrap_or(1).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let outcome = runner.run(&stories, |story| holds(&story).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, story)) => {
            let text = serde_json::to_string_pretty(&story).expect("a story is plain data");
            panic!("{why}\n\nthe smallest story (FIRMA_WORLDS_STORY=FILE tells it again):\n{text}");
        }
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
