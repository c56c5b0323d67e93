//! The exhaustive crash sweep: whenever a process dies, the next one comes to the same end.
//!
//! **What is done.** For every kind of the catalogue that has a cloud (`kinds.rs` walks it; a kind without a case in `kinds/`
//! fails, and is told what to write and where, as `case.rs` explains) the sweep makes an object, changes every attribute that
//! can be changed in place, replaces it by every attribute that forces that (the old one first, and where two can stand side by
//! side the new one first), and deletes it. Each attribute and each call of
//! its procedure must take part, or be exempt with a reason. Stacks of several objects (`steps.rs`) have every kind of step a
//! plan can have: create, update, replace, delete, forget, record, move, values of the state alone, the deposed half of a
//! replacement, a drift that is written down.
//!
//! **Where processes die.** Before and after each effect (`moments.rs`): each commit of the journal, each changing request.
//! The next process settles what is open, plans and applies, as a command does. Where the first death left something
//! unfinished, the second process dies as well, at each moment of its recovery (and, where the plan is short, of the
//! work that follows), and a third one comes. States that differ in nothing but times are gone on from once.
//!
//! **What must hold at every end** (`session.rs`): an empty plan; the cloud has exactly what the state says, so that nothing is
//! lost, nothing is there twice, and what was forgotten is still there; nothing open, unready or deposed; the journal is whole
//! and its fold is what the tables say. On the way: recovery that was cut short decides the same when it is made again;
//! nothing is stuck; and nobody, all dead processes counted together, deletes more or makes more than the plan says.
//!
//! **Faults** (`faults.rs`), at each changing call: the answer lost, the request lost, an error after the fact, a refusal, the
//! request delivered twice (but for those that make without a token or name, where the second object would be the network's
//! doing). Each change and each deletion is also carried out once more by somebody else just before.
//!
//! **What nothing identifies** (`bare.rs`): each kind as if it were bare, and each as it is with an hour between the processes,
//! when a token is forgotten. The call must be stuck, must never be adopted unasked, and adopting its candidate leads to the
//! same end.
//!
//! Counts are printed with `--nocapture`. `FIRMA_SWEEP=vpc.subnet` sweeps the kinds for that one only; `FIRMA_SWEEP_DEEP=1` lets
//! the second process die everywhere in long plans too, which takes a few times as long.

#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

mod bare;
mod case;
mod explore;
mod faults;
mod kinds;
mod moments;
mod session;
mod steps;
mod tally;

use firma_tests::cases::Beside;

/// Kinds that take minutes each, as most of their calls wait for a database: swept where they are asked for.
const LONG: [&str; 3] = ["rds.instance", "rds.ro_instance", "redis.cache_instance"];

/// Every `of`th kind from `which` on. `FIRMA_SWEEP=vpc.vpc,lb` sweeps that kind only, and those of a service; without it all are
/// swept but the long ones, with `FIRMA_SWEEP=all` those as well.
async fn kinds(which: usize, of: usize) {
    let beside = Beside::load();
    let found = kinds::look_up(&beside).await;
    let only = std::env::var("FIRMA_SWEEP").ok();
    let mut tallies = Vec::new();
    for procedure in kinds::all().iter().skip(which).step_by(of) {
        let service = procedure.kind.split('.').next();
        let wanted = match &only {
            None => !LONG.contains(&procedure.kind.as_str()),
            Some(only) => only.split(',').any(|name| name == procedure.kind || Some(name) == service || name == "all"),
        };
        if wanted {
            tallies.push(kinds::sweep(procedure, &beside, &found).await);
        }
    }
    tally::report(&tallies);
}

#[tokio::test(start_paused = true)]
async fn the_first_fourth_of_the_kinds() {
    kinds(0, 4).await;
}

#[tokio::test(start_paused = true)]
async fn the_second_fourth_of_the_kinds() {
    kinds(1, 4).await;
}

#[tokio::test(start_paused = true)]
async fn the_third_fourth_of_the_kinds() {
    kinds(2, 4).await;
}

#[tokio::test(start_paused = true)]
async fn the_fourth_fourth_of_the_kinds() {
    kinds(3, 4).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_is_made_whenever_its_makers_die() {
    tally::report(&[steps::create().await]);
}

#[tokio::test(start_paused = true)]
async fn a_server_is_changed_whenever_its_changers_die() {
    tally::report(&[steps::change().await]);
}

#[tokio::test(start_paused = true)]
async fn a_server_is_destroyed_whenever_its_destroyers_die() {
    tally::report(&[steps::destroy().await]);
}

#[tokio::test(start_paused = true)]
async fn a_network_is_replaced_and_a_drift_written_down() {
    tally::report(&[steps::replace().await, steps::refresh().await]);
}

#[tokio::test(start_paused = true)]
async fn a_network_is_succeeded_whenever_its_makers_die() {
    tally::report(&[steps::succeed().await]);
}

#[tokio::test(start_paused = true)]
async fn every_action_survives_in_one_plan() {
    tally::report(&[steps::everything().await]);
}
