//! From a seed to a life.

use crate::simulation::{
    chance::Chance,
    script::{Resources, Round, Script, edit},
    troubles,
    worlds::Grower,
};

/// The life of a seed.
pub fn generate(seed: u64) -> Script {
    let mut chance = Chance::new(seed);
    let secretive = chance.percent(25);
    let mut grower = Grower::new(Chance::new(chance.next()), secretive);
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
        rounds[round].troubles.extend(some);
    }
    let parallelism = *chance.pick(&[1, 2, 5, 20]);
    Script { seed, parallelism, secrets: grower.secrets, rounds }
}
