//! Runs come close to what no correct client can beat. Under virtual time a run takes the same time everywhere, so this
//! judges order and pace, not a machine.

use firma_tests::makespan::{Settings, Shape, bound, measure, rig::learned, table};

/// A run and the one after it, with what it taught.
fn close(shape: Shape) {
    let mut settings = Settings::default();
    println!("{}", table::head());
    for again in [false, true] {
        let run = measure(shape, &settings);
        let row = table::Row::new(shape, again, &run, bound(&run, settings.latency));
        println!("{}", row.text());
        assert!(row.ratio() >= 1.0, "a bound that is beaten is none: {}", row.ratio());
        assert!(row.ratio() <= table::WANTED, "{} times the bound", row.ratio());
        assert!(row.busiest <= 1_000, "{} calls in a minute", row.busiest);
        assert_eq!(run.log.refused, 0, "nothing is refused where the pace is kept");
        settings.usual = learned(&run.outcome);
    }
}

#[test]
fn what_hangs_on_nothing_is_as_fast_as_the_calls() {
    close(Shape::Wide);
}

#[test]
fn chains_are_as_fast_as_the_longest() {
    close(Shape::Chains);
}

#[test]
fn a_tree_begins_with_its_longest_branches() {
    close(Shape::Tree);
}

#[test]
fn what_hangs_on_a_hub_is_as_fast_as_the_calls() {
    close(Shape::Hub);
}

#[test]
fn what_is_mixed_is_as_fast_as_its_longest_chain() {
    close(Shape::Mixed);
}

/// What was learned from objects that were stuck does not slow the next run down by much.
#[test]
fn wrong_experience_does_not_hurt() {
    let mut settings = Settings { resources: 100, ..Settings::default() };
    let first = measure(Shape::Chains, &settings);
    settings.usual = learned(&first.outcome);
    for (_, usual) in settings.usual.iter_mut() {
        *usual = 900_000;
    }
    let misled = measure(Shape::Chains, &settings);
    let slower = misled.makespan.as_secs_f64() / bound(&misled, settings.latency).millis() * 1000.0;
    assert!(slower <= 1.25, "{slower} times the bound");
}

/// One that waits keeps nobody from beginning, so few calls at once are enough.
#[test]
fn a_small_parallelism_is_enough() {
    let settings = Settings { resources: 200, parallelism: 4, ..Settings::default() };
    let run = measure(Shape::Tree, &settings);
    let row = table::Row::new(Shape::Tree, false, &run, bound(&run, settings.latency));
    assert!(row.ratio() <= 1.2, "{} times the bound", row.ratio());
}
