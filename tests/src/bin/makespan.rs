//! Measures runs against the bound that no correct client can beat, under virtual time.
//!
//! `cargo run -p firma-tests --release --bin makespan -- [--resources N] [--latency MS] [--parallelism N] [--shape NAME]`

use firma_tests::makespan::{Settings, Shape, bound, measure, rig::learned, table};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "makespan [--resources N] [--latency MS] [--parallelism N] [--shape NAME]";

fn main() -> ExitCode {
    match options() {
        Ok((settings, shapes)) => compare(&settings, &shapes),
        Err(message) => {
            eprintln!("makespan: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Result<(Settings, Vec<Shape>), String> {
    let mut settings = Settings::default();
    let mut shapes = Shape::ALL.to_vec();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<usize>().map_err(|_| format!("{word} takes a number, not `{value}`"));
        match word.as_str() {
            "--resources" => settings.resources = number()?.max(1),
            "--latency" => settings.latency = Duration::from_millis(number()? as u64),
            "--parallelism" => settings.parallelism = number()?.max(1),
            "--shape" => {
                shapes.retain(|shape| shape.as_str() == value);
                if shapes.is_empty() {
                    return Err(format!("there is no shape `{value}`"));
                }
            }
            _ => return Err(format!("{word} is no option")),
        }
    }
    Ok((settings, shapes))
}

fn compare(settings: &Settings, shapes: &[Shape]) -> ExitCode {
    println!(
        "{} ms an answer; seconds; ratio is makespan / max(path, calls), plain is makespan / max(path, rate)",
        settings.latency.as_millis()
    );
    println!("{}", table::head());
    let mut met = true;
    let mut asked = Vec::new();
    for shape in shapes {
        let mut settings = settings.clone();
        for again in [false, true] {
            let run = measure(*shape, &settings);
            let row = table::Row::new(*shape, again, &run, bound(&run, settings.latency));
            println!("{}", row.text());
            met &= row.ratio() <= table::WANTED;
            settings.usual = learned(&run.outcome);
            if !again {
                asked.push(format!("{}: {}", shape.as_str(), table::reads(&run)));
            }
        }
    }
    println!("\nreads of the first runs\n{}", asked.join("\n"));
    match met {
        true => ExitCode::SUCCESS,
        false => {
            println!("\nmore than {} times the bound", table::WANTED);
            ExitCode::FAILURE
        }
    }
}
