//! What it costs to read and evaluate a large project, as multiples of what has to be done anyway.
//!
//! `cargo bench -p firma-manifest --bench evaluate`, on an idle machine. Three ratios are printed, each with its budget:
//!
//! - 100 000 resources in 200 files, a hub for every hundred: parsing, reading and evaluating against parsing the same TOML
//!   in one thread. Reading and evaluating use what processors there are. At most twice the time, and 500 MiB in all.
//! - A module of 20 resources, called 1 000 times, against one call: the manifests are read once (counted), so an instance
//!   costs what evaluating it costs.
//! - A splat over N resources used by N resources, for N and 2 N: evaluation is linear, so twice as many take twice as long.
//!
//! What is compared takes turns, so that whatever else the machine does meets both alike; medians count. Ends with 1 when a
//! budget is missed. `FIRMA_BENCH_TURNS=1` makes one short run. Beside the time that passes stands the time of processors, as far
//! as the system tells it (in hundredths of a second): on a machine that does something else as well, only that says something.

use firma_catalog::Catalog;
use firma_expr::NoFiles;
use firma_manifest::{Evaluated, Inputs, ModuleSource, Modules, Project, evaluate, link, read, variables};
use firma_model::{diagnostic::Diagnostic, span::Source};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};
use toml::de::DeTable;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RESOURCES: usize = 100_000;
const FILES: usize = 200;
const HUB: usize = 100;
const TURNS: usize = 7;
const TIMES: f64 = 2.0;
const MEBIBYTES: usize = 500;
/// Calls of the module.
const CALLS: usize = 1_000;
/// Resources in it.
const INSIDE: usize = 20;
/// An instance of a module costs at most this share of what a project of its resources alone costs: that one is read too.
const SHARE: f64 = 1.0;
/// Resources of the splat.
const SPLAT: usize = 4_000;
/// Twice as many take at most so many times as long.
const DOUBLED: f64 = 2.6;

fn main() -> ExitCode {
    let all = [large(), called(), splat()];
    match all.iter().all(|kept| *kept) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The medians of two things that take turns; the first turn warms the caches. What they come to is given back when the clock
/// stands: a command leaves it to the end of the process.
fn compared<A, B>(mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> (Duration, Duration) {
    let turns = std::env::var("FIRMA_BENCH_TURNS").ok().and_then(|text| text.parse().ok()).unwrap_or(TURNS);
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    let mut processors = [0; 3];
    for turn in 0..=turns {
        let before = processor_millis();
        let first = timed(&mut a);
        let between = processor_millis();
        let second = timed(&mut b);
        if turn > 0 || turns == 0 {
            of_a.push(first);
            of_b.push(second);
            let spent = [between - before, processor_millis() - between, 1];
            processors.iter_mut().zip(spent).for_each(|(all, spent)| *all += spent);
        }
    }
    let [of_first, of_second, turns] = processors;
    let ratio = of_second as f64 / of_first.max(1) as f64;
    println!("processors: {} ms against {} ms a turn, {ratio:.2} times", of_second / turns, of_first / turns);
    (median(&mut of_a), median(&mut of_b))
}

/// The time that processors have spent on this process; 0 where the system does not say.
fn processor_millis() -> u64 {
    let ticks = || {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // Behind the name, which may hold anything: user and system time are the twelfth and the thirteenth.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    ticks().unwrap_or(0) * 10
}

fn large() -> bool {
    let sources = project();
    let (parsing, all) = compared(
        || {
            for source in &sources {
                assert!(DeTable::parse(&source.text).is_ok(), "the project is TOML");
            }
        },
        || evaluated(&sources, RESOURCES),
    );
    let times = all.as_secs_f64() / parsing.as_secs_f64();
    let peak = peak_mebibytes();
    println!("{RESOURCES} resources in {FILES} files");
    println!("  parsing the TOML     {:>6} ms", parsing.as_millis());
    println!("  reading, evaluating  {:>6} ms: {times:.2} times, budget {TIMES}", all.as_millis());
    match peak {
        Some(peak) => println!("  peak                 {peak:>6} MiB, budget {MEBIBYTES}"),
        None => println!("  peak                  not known on this system"),
    }
    times <= TIMES && peak.is_none_or(|peak| peak <= MEBIBYTES)
}

/// One module, called a thousand times.
fn called() -> bool {
    let call = |count: usize| format!("[module.m]\nsource = \"./m\"\ncount = {count}\nsize = \"${{count.index}}\"\n");
    let calling = |count: usize| {
        let mut sources = vec![Source { name: "main.toml".to_owned(), text: call(count) }];
        let (mut project, _) = read(&sources);
        let mut module = OneModule { read: 0 };
        let (values, _) = variables(&project, &BTreeMap::new(), &[]);
        let found = link(&mut project, &BTreeMap::new(), &values, &mut sources, &mut module);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(module.read, 1, "the module is read once");
        let evaluated = resources(&project, count * INSIDE);
        (project, evaluated)
    };
    let (one, all) = compared(|| (0..CALLS).map(|_| calling(1)).collect::<Vec<_>>(), || calling(CALLS));
    let share = all.as_secs_f64() / one.as_secs_f64();
    println!("a module of {INSIDE} resources, called {CALLS} times, read once");
    println!("  a project of one     {:>6} us", one.as_micros() / CALLS as u128);
    println!("  an instance          {:>6} us: {share:.2} of it, budget {SHARE}", all.as_micros() / CALLS as u128);
    share <= SHARE
}

struct OneModule {
    read: usize,
}

impl Modules for OneModule {
    fn locate(&mut self, _: &ModuleSource, _: &str) -> Result<String, Diagnostic> {
        Ok("m".to_owned())
    }

    fn manifests(&mut self, _: &str) -> Result<Vec<Source>, Diagnostic> {
        self.read += 1;
        let mut text = "[variable.size]\n".to_owned();
        for at in 0..INSIDE {
            let _ = writeln!(text, "[firma.value.r{at}]\ninput = \"${{var.size}}, {at}\"\n");
        }
        Ok(vec![Source { name: "m/main.toml".to_owned(), text }])
    }
}

/// A splat over N resources, used by N others.
fn splat() -> bool {
    let using = |count: usize| {
        let text = format!(
            "[firma.value.each]\ncount = {count}\ninput = \"${{count.index}}\"\n\
             [local]\nall = \"${{firma.value.each[*].id}}\"\n\
             [firma.value.user]\ncount = {count}\ninput = \"${{local.all[count.index]}}\"\n"
        );
        vec![Source { name: "main.toml".to_owned(), text }]
    };
    let (few, many) = (using(SPLAT), using(2 * SPLAT));
    let (once, twice) = compared(|| evaluated(&few, 2 * SPLAT), || evaluated(&many, 4 * SPLAT));
    let times = twice.as_secs_f64() / once.as_secs_f64();
    println!("a splat over N resources, used by N resources");
    println!("  N = {SPLAT}             {:>6} ms", once.as_millis());
    println!("  twice as many        {:>6} ms: {times:.2} times, budget {DOUBLED}", twice.as_millis());
    times <= DOUBLED
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

/// Reads and evaluates manifests of so many resources.
fn evaluated(sources: &[Source], count: usize) -> (Project, Evaluated) {
    let (project, diagnostics) = read(sources);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let evaluated = resources(&project, count);
    (project, evaluated)
}

fn resources(project: &Project, count: usize) -> Evaluated {
    let (values, _) = variables(project, &BTreeMap::new(), &[]);
    let answers = BTreeMap::new();
    let outlooks = BTreeMap::new();
    let catalog = Catalog::builtin();
    let inputs = Inputs { variables: &values, answers: &answers, outlooks: &outlooks, catalog, files: &NoFiles };
    let (evaluated, diagnostics) = evaluate(project, inputs);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(evaluated.desired.resources.len(), count);
    evaluated
}

fn timed<T>(work: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    let made = work();
    let elapsed = start.elapsed();
    drop(made);
    elapsed
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
