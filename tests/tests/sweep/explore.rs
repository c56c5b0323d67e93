//! Dying at every effect on the way to a goal, and again on the way of whoever comes after.

use crate::{
    death::Death,
    session::{Goal, Life, Remains, Scene, Story, live},
    tally::Tally,
};
use firma_engine::Settlement;
use firma_lab::Frozen;
use std::collections::{BTreeMap, HashSet};

/// How far the second process is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nesting {
    /// It dies at each effect of its recovery.
    Recovery,
    /// It dies at each of its effects, those of finishing what was begun among them.
    Whole,
}

/// What may be made and deleted on the way, however often a process dies: as much as when none does.
struct Bounds {
    calls: BTreeMap<String, usize>,
}

impl Bounds {
    fn of(story: &Story, limited: &[String]) -> Bounds {
        let mut calls: BTreeMap<String, usize> = limited.iter().map(|name| (name.clone(), 0)).collect();
        for name in &story.made {
            calls.entry(name.clone()).and_modify(|count| *count += 1);
        }
        Bounds { calls }
    }

    fn check(&self, made: &[String]) -> Result<(), String> {
        for (name, most) in &self.calls {
            let count = made.iter().filter(|other| *other == name).count();
            if count > *most {
                return Err(format!("{name} was carried out {count} times, and is once too often after {most}"));
            }
        }
        Ok(())
    }
}

/// Reaches a goal from a start with a death at each effect, then with two. `limited` are operations that no crash may
/// multiply: those that delete, and those that make without a token. Gives the story that nobody disturbed.
pub(crate) async fn explore(
    what: &str,
    start: &Frozen,
    goal: &Goal,
    nesting: Nesting,
    limited: &[String],
    tally: &mut Tally,
) -> Option<Story> {
    let scene = Scene(format!("{what}, undisturbed"));
    let story = match live(start, goal, None).await {
        Ok(Life::Lived(story)) => story,
        Ok(Life::Died(_)) => unreachable!("nobody was to die"),
        Err(trouble) => {
            tally.find(format!("{what}, undisturbed: {trouble}"));
            return None;
        }
    };
    drop(scene);
    let bounds = Bounds::of(&story, limited);
    let mut seen = HashSet::new();
    let mut shapes = HashSet::from([start.shape(), story.frozen.shape()]);
    for death in Death::all() {
        let _scene = Scene(format!("{what}, {death:?}"));
        let remains = match live(start, goal, Some(death)).await {
            Ok(Life::Died(remains)) => remains,
            Ok(Life::Lived(_)) => break,
            Err(trouble) => {
                tally.find(format!("{what}, {death:?}: {trouble}"));
                break;
            }
        };
        tally.points += 1;
        if !seen.insert(remains.frozen.digest()) {
            continue;
        }
        tally.distinct += 1;
        let how = remains.how.clone();
        let Some(story) = finish(what, &remains, &[&how], goal, &bounds, tally).await else { continue };
        if remains.unfinished && shapes.insert(remains.frozen.shape()) {
            let first = First { what, how: &how, remains: &remains, story: &story };
            again(&first, goal, nesting, &bounds, &mut shapes, tally).await;
        }
    }
    Some(story)
}

/// The first death and how it would go on without a second one.
struct First<'f> {
    what: &'f str,
    how: &'f str,
    remains: &'f Remains,
    story: &'f Story,
}

/// Dies a second time, at each effect of the process that finds the remains of the first.
async fn again(
    first: &First<'_>,
    goal: &Goal,
    nesting: Nesting,
    bounds: &Bounds,
    shapes: &mut HashSet<u64>,
    tally: &mut Tally,
) {
    let First { what, how, remains, story } = first;
    for death in Death::each() {
        if nesting == Nesting::Recovery && death.effect >= story.recovery {
            return;
        }
        let _scene = Scene(format!("{what}, {how}, then {death:?}"));
        let second = match live(&remains.frozen, goal, Some(death)).await {
            Ok(Life::Died(second)) => second,
            Ok(Life::Lived(_)) => return,
            Err(trouble) => {
                tally.find(format!("{what}, {how}, then {death:?}: {trouble}"));
                return;
            }
        };
        match death.effect < story.recovery {
            true => tally.recoveries += 1,
            false => tally.finishes += 1,
        }
        if !shapes.insert(second.frozen.shape()) {
            continue;
        }
        let second = Remains { made: [&remains.made[..], &second.made].concat(), ..second };
        let hows = [*how, &second.how];
        let Some(third) = finish(what, &second, &hows, goal, bounds, tally).await else { continue };
        // Recovery that is cut short says the same when it is made again: what was decided is written down, or found again.
        for settlement in &third.settled {
            let before = story.settled.iter().find(|before| same_call(before, settlement));
            if before.is_some_and(|before| before.how != settlement.how) {
                tally.find(format!("{what}, {hows:?}: first {before:?}, then {settlement:?}"));
            }
        }
    }
}

fn same_call(one: &Settlement, other: &Settlement) -> bool {
    (one.run, &one.address, &one.action, &one.operation) == (other.run, &other.address, &other.action, &other.operation)
}

/// Lets the next process do its work to the end, and looks at what came of it all.
async fn finish(
    what: &str,
    remains: &Remains,
    hows: &[&str],
    goal: &Goal,
    bounds: &Bounds,
    tally: &mut Tally,
) -> Option<Story> {
    let _scene = Scene(format!("{what}, {hows:?}, the next process"));
    let story = match live(&remains.frozen, goal, None).await {
        Ok(Life::Lived(story)) => story,
        Ok(Life::Died(_)) => unreachable!("nobody was to die"),
        Err(trouble) => {
            tally.find(format!("{what}, {hows:?}: {trouble}"));
            return None;
        }
    };
    let all = [&remains.made[..], &story.made].concat();
    if let Err(trouble) = bounds.check(&all) {
        tally.find(format!("{what}, {hows:?}: {trouble}"));
    }
    Some(story)
}
