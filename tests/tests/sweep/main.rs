//! The exhaustive crash sweep.

mod bare;
mod case;
mod explore;
mod faults;
mod kinds;
mod moments;
mod session;
mod tally;

use crate::case::Beside;

/// Every `of`th kind from `which` on. `FIRMA_SWEEP=vpc.vpc` sweeps that kind only.
async fn kinds(which: usize, of: usize) {
    let beside = Beside::load();
    let found = kinds::look_up(&beside).await;
    let only = std::env::var("FIRMA_SWEEP").ok();
    let mut tallies = Vec::new();
    for procedure in kinds::all().iter().skip(which).step_by(of) {
        if only.as_ref().is_none_or(|only| *only == procedure.kind) {
            let start = std::time::Instant::now();
            tallies.push(kinds::sweep(procedure, &beside, &found).await);
            eprintln!("{} {:?}", procedure.kind, start.elapsed());
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
