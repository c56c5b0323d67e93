//! What was measured, side by side.

use super::{Bound, Measured, Shape};
use std::collections::BTreeMap;
use std::time::Duration;

/// The allowed distance from the bound.
pub const WANTED: f64 = 1.10;

/// One line of the table.
pub struct Row {
    /// The graph.
    pub shape: Shape,
    /// With durations that a run before taught.
    pub learned: bool,
    /// Resources made.
    pub resources: usize,
    /// How long it took.
    pub makespan: Duration,
    /// How long it must take.
    pub bound: Bound,
    /// Calls that change something, and those that do not.
    pub calls: (u64, u64),
    /// Processor time per resource: the engine's and the database's.
    pub cpu: (Duration, Duration),
    /// Most calls in any minute in any place.
    pub busiest: usize,
}

impl Row {
    /// Of a run.
    pub fn new(shape: Shape, learned: bool, run: &Measured, bound: Bound) -> Row {
        let count = |wanted| {
            run.log.calls.iter().filter(|((.., mutating), _)| *mutating == wanted).map(|(_, count)| count).sum()
        };
        let resources = run.plan.steps.len();
        let share = |spent: Duration| spent / u32::try_from(resources.max(1)).unwrap_or(u32::MAX);
        Row {
            shape,
            learned,
            resources,
            makespan: run.makespan,
            bound,
            calls: (count(true), count(false)),
            cpu: (share(run.cpu), share(run.cpu_store)),
            busiest: run.log.sent.values().map(|times| busiest(times)).max().unwrap_or(0),
        }
    }

    /// How far from the bound.
    pub fn ratio(&self) -> f64 {
        self.makespan.as_secs_f64() * 1000.0 / self.bound.millis()
    }

    /// As text.
    pub fn text(&self) -> String {
        format!(
            "| {:<7}| {:<7} | {:>9} | {:>8.2} | {:>8.2} | {:>8.2} | {:>8.2} | {:>5.3} | {:>5.3} | {:>7} | {:>6} | {:>7} | {:>6} | {:>6} |",
            self.shape.as_str(),
            if self.learned { "learned" } else { "first" },
            self.resources,
            self.makespan.as_secs_f64(),
            self.bound.path / 1000.0,
            self.bound.rate / 1000.0,
            self.bound.calls / 1000.0,
            self.ratio(),
            self.makespan.as_secs_f64() * 1000.0 / self.bound.plain(),
            self.calls.0,
            self.calls.1,
            self.busiest,
            self.cpu.0.as_micros(),
            self.cpu.1.as_micros(),
        )
    }
}

/// The table's head.
pub fn head() -> String {
    let names = "| shape  | run     | resources | makespan |     path |     rate |    calls | ratio | plain | changes |  reads | busiest | us cpu | us db  |";
    let line: String = names.chars().map(|c| if c == '|' { '|' } else { '-' }).collect();
    format!("{names}\n{line}")
}

/// Most calls within a minute.
fn busiest(times: &[firma_model::time::Timestamp]) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, time) in times.iter().enumerate() {
        while time.millis_since(times[first]) >= 60_000 {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

/// The reads of a run by operation, the most frequent first.
pub fn reads(run: &Measured) -> String {
    let mut by_operation: BTreeMap<&str, u64> = BTreeMap::new();
    for ((_, operation, mutating), count) in &run.log.calls {
        if !mutating {
            *by_operation.entry(operation).or_default() += count;
        }
    }
    let mut counts: Vec<(u64, &str)> = by_operation.into_iter().map(|(name, count)| (count, name)).collect();
    counts.sort_by(|a, b| b.cmp(a));
    counts.iter().map(|(count, name)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
