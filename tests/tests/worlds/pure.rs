//! Planning is a function: the same inputs give the same bytes, in whatever order they came, and on whatever thread.

use crate::{
    running::check,
    site::{Made, Site},
    story::any_story,
    telling::{Round, tell},
};
use firma_model::span::Source;
use firma_plan::{Worlds, format};
use firma_tests::simulation::chance::Chance;
use std::thread;

#[test]
fn the_same_inputs_give_the_same_bytes() {
    check(25, any_story(), |story| tell(story, look));
}

/// Puts things in another order.
fn shuffle<T>(things: &mut [T], chance: &mut Chance) {
    for at in (1..things.len()).rev() {
        things.swap(at, chance.below(at as u64 + 1) as usize);
    }
}

fn bytes(site: &Site, made: &Made) -> Vec<u8> {
    let Made { desired, recorded, observed, options, .. } = made;
    let worlds = Worlds { desired, recorded, observed, procedures: &site.lab.procedures };
    let (plan, found) = firma_plan::plan(worlds, options);
    format::encode(&plan.unwrap_or_else(|| panic!("no plan the second time: {found:?}")))
}

pub(crate) async fn look(round: &Round<'_>) -> Result<(), String> {
    let mut chance = Chance::new(round.seed);
    let Round { site, made, .. } = round;
    let plain = format::encode(&made.plan);
    let is_same = |what: &str, other: &[u8]| match other == plain {
        true => Ok(()),
        false => Err(format!(
            "another plan {what}:\n{}\n{}",
            String::from_utf8_lossy(&plain),
            String::from_utf8_lossy(other)
        )),
    };
    is_same("the second time", &bytes(site, made))?;
    let others: Vec<Vec<u8>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| bytes(site, made))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that plans")).collect()
    });
    for other in &others {
        is_same("on another thread", other)?;
    }
    let mut recorded = made.recorded.clone();
    shuffle(&mut recorded.deposed, &mut chance);
    let mut desired = made.desired.clone();
    shuffle(&mut desired.moves, &mut chance);
    shuffle(&mut desired.removals, &mut chance);
    let shuffled = Made {
        desired,
        recorded,
        observed: made.observed.clone(),
        options: made.options.clone(),
        plan: made.plan.clone(),
    };
    is_same("of the same worlds in another order", &bytes(site, &shuffled))?;
    let mut files: Vec<Source> = round.files.to_vec();
    shuffle(&mut files, &mut chance);
    let again = site.plan(&files).await.map_err(|refusal| format!("no plan of other files: {refusal:?}"))?;
    is_same("of the same blocks in another order", &format::encode(&again.plan))
}
