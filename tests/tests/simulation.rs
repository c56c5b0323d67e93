//! A few lives of projects under faults, and those that failed once. The binary `simulate` lives thousands.

use firma_tests::simulation::{generate::generate, kept, life::live, script::Script};

/// Fails with the script of a life that breaks a promise.
fn keeps_every_promise(name: &str, script: &Script) {
    if let Some(violation) = live(script, false).violation {
        panic!("{name} broke {violation}\nagain: cargo run -p firma-tests --bin simulate -- --seed {}", script.seed);
    }
}

#[test]
fn lives_that_failed_once_do_not_fail_again() {
    for (name, script) in kept::scripts() {
        assert!(!script.why.is_empty(), "{name} does not say why it is kept");
        keeps_every_promise(&name, &script);
    }
    for seed in kept::seeds() {
        keeps_every_promise(&format!("seed {seed}"), &generate(seed));
    }
}

#[test]
fn a_few_lives_keep_every_promise() {
    for seed in 0..40 {
        keeps_every_promise(&format!("seed {seed}"), &generate(seed));
    }
}

#[test]
fn a_seed_is_one_life() {
    for seed in [3, 7, 11] {
        let (first, second) = (live(&generate(seed), false), live(&generate(seed), false));
        assert_eq!((first.hash, first.tally), (second.hash, second.tally), "seed {seed}");
    }
}

#[test]
fn a_script_survives_being_printed() {
    for seed in 0..200 {
        let script = generate(seed);
        assert_eq!(Script::parse(&script.to_json()).as_ref(), Ok(&script), "seed {seed}");
    }
}
