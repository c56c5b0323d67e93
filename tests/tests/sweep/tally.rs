//! What was tried, and what was found.

/// The counts of one kind, or of one kind of step.
#[derive(Default)]
pub(crate) struct Tally {
    name: String,
    /// Moments at which a process died.
    pub(crate) points: usize,
    /// Those that left cloud and state different from each other one.
    pub(crate) distinct: usize,
    /// Moments of a recovery at which that died too.
    pub(crate) recoveries: usize,
    /// Moments of the work after a recovery at which that died too.
    pub(crate) finishes: usize,
    /// Answers and requests that met a fault.
    pub(crate) faults: usize,
    /// Steps carried out a second time.
    pub(crate) twice: usize,
    findings: Vec<String>,
}

/// Findings shown of each tally: the first few say what is wrong.
const SHOWN: usize = 12;

impl Tally {
    /// Nothing tried yet.
    pub(crate) fn new(name: &str) -> Tally {
        Tally { name: name.to_owned(), ..Tally::default() }
    }

    /// Something is wrong.
    pub(crate) fn find(&mut self, finding: String) {
        self.findings.push(finding);
    }

    /// The table's head.
    pub(crate) fn head() -> String {
        let [name, rest @ ..] =
            ["", "died", "distinct", "in recovery", "in finishing", "faults", "twice"].map(str::to_owned);
        format!("{name:32}{}", rest.map(|text| format!("{text:>13}")).concat())
    }

    /// The table's line.
    pub(crate) fn line(&self) -> String {
        let counts = [self.points, self.distinct, self.recoveries, self.finishes, self.faults, self.twice];
        format!("{:32}{}", self.name, counts.map(|count| format!("{count:>13}")).concat())
    }
}

/// Prints the counts; fails when anything was found.
pub(crate) fn report(tallies: &[Tally]) {
    println!("{}", Tally::head());
    for tally in tallies {
        println!("{}", tally.line());
    }
    let findings: Vec<String> = tallies
        .iter()
        .filter(|tally| !tally.findings.is_empty())
        .map(|tally| {
            let shown = tally.findings.iter().take(SHOWN).map(|finding| format!("\n  - {finding}"));
            format!("\n{}: {} findings{}", tally.name, tally.findings.len(), shown.collect::<String>())
        })
        .collect();
    assert!(findings.is_empty(), "{}", findings.concat());
}
