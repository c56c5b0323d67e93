//! `cargo run -p firma-tests --release --bin simulate -- --seeds 2000`: lives of projects under faults.
//!
//! `--seed S` lives one and `--trace` prints its calls and journal; `--script FILE` lives a script that was printed before.

use firma_tests::simulation::{generate::generate, kept, life::live, script::Script, shrink::shrink, tally::Tally};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

/// What was asked for.
#[derive(Default)]
struct Asked {
    seeds: u64,
    start: u64,
    seed: Option<u64>,
    script: Option<String>,
    trace: bool,
    keep_going: bool,
}

fn parse() -> Result<Asked, String> {
    let mut asked = Asked { seeds: 1000, start: 1, ..Asked::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
        match word.as_str() {
            "--seeds" => asked.seeds = number(value()?)?,
            "--start" => asked.start = number(value()?)?,
            "--seed" => asked.seed = Some(number(value()?)?),
            "--script" => asked.script = Some(value()?),
            "--trace" => asked.trace = true,
            "--keep-going" => asked.keep_going = true,
            other => return Err(format!("`{other}` means nothing here")),
        }
    }
    Ok(asked)
}

fn one(script: &Script, trace: bool) -> ExitCode {
    if trace {
        println!("{}", script.to_json());
    }
    let lived = live(script, trace);
    for line in &lived.trace {
        println!("{line}");
    }
    println!("{}", lived.tally.table());
    match lived.violation {
        None => {
            println!("seed {} kept every promise; trace {}", script.seed, lived.hash);
            ExitCode::SUCCESS
        }
        Some(violation) => {
            println!("seed {} broke {violation}", script.seed);
            ExitCode::FAILURE
        }
    }
}

/// Shows a failure and the smallest script that has it.
fn failed(seed: u64) {
    let script = generate(seed);
    let (smallest, tried) = shrink(&script);
    println!("smallest of {tried} scripts:\n{}", smallest.to_json());
    if let Some(violation) = live(&smallest, false).violation {
        println!("it broke {violation}");
    }
    println!("again: simulate --seed {seed} --trace");
}

fn many(asked: &Asked) -> ExitCode {
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut broken = Vec::new();
    for (name, script) in kept::scripts() {
        if let Some(violation) = live(&script, false).violation {
            println!("kept life {name} broke {violation}");
            broken.push(script.seed);
        }
    }
    let seeds: Vec<u64> =
        kept::seeds().into_iter().chain(asked.start..asked.start.saturating_add(asked.seeds)).collect();
    // Each life is a thread's own; which thread lives it changes nothing.
    let next = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    let work = || {
        let (mut tally, mut broken) = (Tally::default(), Vec::new());
        while !over.load(Ordering::Relaxed)
            && let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let lived = live(&generate(*seed), false);
            tally.join(&lived.tally);
            if let Some(violation) = lived.violation {
                println!("seed {seed} broke {violation}");
                broken.push(*seed);
                over.store(!asked.keep_going, Ordering::Relaxed);
            }
        }
        (tally, broken)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<(Tally, Vec<u64>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a life that panics says why")).collect()
    });
    for (met, failures) in parts {
        tally.join(&met);
        broken.extend(failures);
    }
    broken.sort_unstable();
    let took = began.elapsed().as_secs_f64();
    print!("{}", tally.table());
    if let Some(first) = broken.first() {
        failed(*first);
    }
    let missing = if asked.seeds >= 1000 && broken.is_empty() { tally.missing() } else { Vec::new() };
    for name in &missing {
        println!("never met: {name}");
    }
    let verdict = match (broken.len(), missing.len()) {
        (0, 0) => "every promise kept".to_owned(),
        (0, missing) => format!("{missing} kinds of trouble or recovery never met"),
        (broken, _) => format!("{broken} seeds broke a promise"),
    };
    let lived = next.into_inner().min(seeds.len());
    println!("{lived} seeds in {took:.1} s, {:.0} a second on {threads} cores: {verdict}", lived as f64 / took);
    if broken.is_empty() && missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn main() -> ExitCode {
    let asked = match parse() {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match (&asked.script, asked.seed) {
        (Some(file), _) => {
            match std::fs::read_to_string(file).map_err(|e| e.to_string()).and_then(|t| Script::parse(&t)) {
                Ok(script) => one(&script, asked.trace),
                Err(error) => {
                    eprintln!("{file}: {error}");
                    ExitCode::FAILURE
                }
            }
        }
        (None, Some(seed)) => one(&generate(seed), asked.trace),
        (None, None) => many(&asked),
    }
}
