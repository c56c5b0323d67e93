//! What it costs to read and evaluate a large project: a multiple of what parsing its TOML costs.
//!
//! `cargo bench -p firma-manifest --bench evaluate`. 100 000 resources in 200 files, a hub for every hundred. Parsing alone
//! and all of it take turns in one thread each, so that whatever else the machine does meets both alike; medians count.
//! Ends with 1 when the budget is missed: twice the time, and 500 MiB in all.

use firma_catalog::Catalog;
use firma_expr::NoFiles;
use firma_manifest::{Inputs, evaluate, read, variables};
use firma_model::span::Source;
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};
use toml::de::DeTable;

const RESOURCES: usize = 100_000;
const FILES: usize = 200;
const HUB: usize = 100;
const TURNS: usize = 7;
const TIMES: f64 = 2.0;
const MEBIBYTES: usize = 500;

fn main() -> ExitCode {
    let sources = project();
    let (mut parsing, mut all) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let parsed = timed(|| {
            for source in &sources {
                assert!(DeTable::parse(&source.text).is_ok(), "the project is TOML");
            }
        });
        let evaluated = timed(|| evaluated(&sources));
        // The first ones warm the caches.
        if turn > 0 {
            parsing.push(parsed);
            all.push(evaluated);
        }
    }
    let (parsing, all) = (median(&mut parsing), median(&mut all));
    let times = all.as_secs_f64() / parsing.as_secs_f64();
    let peak = peak_mebibytes();
    println!("{RESOURCES} resources in {FILES} files");
    println!("  parsing the TOML     {:>6} ms", parsing.as_millis());
    println!("  reading, evaluating  {:>6} ms: {times:.2} times, budget {TIMES}", all.as_millis());
    match peak {
        Some(peak) => println!("  peak                 {peak:>6} MiB, budget {MEBIBYTES}"),
        None => println!("  peak                  not known on this system"),
    }
    match times <= TIMES && peak.is_none_or(|peak| peak <= MEBIBYTES) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn project() -> Vec<Source> {
    let mut sources = Vec::with_capacity(FILES);
    for file in 0..FILES {
        let mut text = String::new();
        for at in file * RESOURCES / FILES..(file + 1) * RESOURCES / FILES {
            let hub = at - at % HUB;
            let _ = match at == hub {
                true => writeln!(text, "[firma.value.r{at}]\ninput = \"hub {at}\"\n"),
                false => writeln!(text, "[firma.value.r{at}]\ninput = \"${{firma.value.r{hub}.output}}, {at}\"\n"),
            };
        }
        sources.push(Source { name: format!("{file:03}.toml"), text });
    }
    sources
}

fn evaluated(sources: &[Source]) {
    let (project, diagnostics) = read(sources);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let (values, _) = variables(&project, &BTreeMap::new(), &[]);
    let answers = BTreeMap::new();
    let outlooks = BTreeMap::new();
    let catalog = Catalog::builtin();
    let inputs = Inputs { variables: &values, answers: &answers, outlooks: &outlooks, catalog, files: &NoFiles };
    let (evaluated, diagnostics) = evaluate(&project, inputs);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), RESOURCES);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The most memory this process ever had, where the system says so.
fn peak_mebibytes() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kibibytes| kibibytes / 1024)
}
