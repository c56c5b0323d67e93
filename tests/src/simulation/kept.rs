//! Seeds that failed once, kept with why: they are run first, always.

/// `tests/simulation/failed-seeds.md`: lines of a table, `| seed | why |`.
const TEXT: &str = include_str!("../../simulation/failed-seeds.md");

/// The seeds.
pub fn seeds() -> Vec<u64> {
    TEXT.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.trim().parse().ok()).collect()
}
