//! From a seed to a life.

use crate::simulation::{
    chance::Chance,
    script::{Resources, Round, Script, Trouble, What, edit},
    troubles,
    worlds::Grower,
};

use firma_emulator::injection::Kind;
use std::collections::BTreeSet;

/// A list that is empty although it should not be: one in an attempt, for two that agree are believed.
fn is_lie(trouble: &Trouble) -> bool {
    matches!(&trouble.what, What::Call(injection) if injection.kind == Kind::EmptyList)
}

/// The life of a seed.
pub fn generate(seed: u64) -> Script {
    let mut chance = Chance::new(seed);
    let secretive = chance.percent(25);
    let mut grower = Grower::new(Chance::new(chance.draw()), secretive);
    // By a chance of its own, so that the lives without it are what they are.
    let mut first = Chance::new(seed ^ 0x6669_7273_7420_6d61);
    grower.first = first.percent(40).then_some(first);
    let mut world = Resources::new();
    let mut rounds = Vec::new();
    let count = 1 + chance.between(1, 4);
    for number in 0..count {
        let destroy = number > 0 && chance.percent(10);
        let edits = match number {
            0 => grower.begin(),
            _ if destroy => Vec::new(),
            _ => grower.change(&world),
        };
        edit(&mut world, &edits);
        let after_millis = *chance.pick(&[0, 1_000, 30_000, 600_000, 7_200_000]);
        rounds.push(Round { edits, destroy, after_millis, troubles: Vec::new() });
    }
    let total = chance.weighted(&[(1, 0), (6, 1), (6, 2), (5, 3), (4, 4), (1, 7)]);
    for _ in 0..total {
        let some = troubles::some(&mut chance);
        let round = chance.below(count) as usize;
        let troubles = &mut rounds[round].troubles;
        troubles.extend(some);
        let mut lies = BTreeSet::new();
        troubles.retain(|trouble| !is_lie(trouble) || lies.insert(trouble.attempt));
    }
    let parallelism = *chance.pick(&[1, 2, 5, 20]);
    Script { why: String::new(), seed, parallelism, secrets: grower.secrets, rounds }
}
