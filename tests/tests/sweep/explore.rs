//! Dying at every moment on the way to a goal, and again on the way of whoever comes after.

use crate::{
    moments::{Remains, Wanted},
    session::{Goal, Scene, Story, live},
    tally::Tally,
};
use firma_engine::Settlement;
use firma_lab::Frozen;
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    rc::Rc,
};

/// How far those who come after are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nesting {
    /// The second dies at each moment of its recovery.
    Recovery,
    /// It dies at each of its moments, those of finishing what was begun among them; unless there are more than [`MANY`] and
    /// `FIRMA_SWEEP_DEEP` is not set.
    Whole,
}

/// Moments of a goal above which those of finishing it are too many to die at in each run of the tests: they grow with the
/// square.
const MANY: usize = 24;

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

    /// `again` is how often an object may have been made and deleted once more.
    fn check(&self, made: &[String], again: usize) -> Result<(), String> {
        for (name, most) in &self.calls {
            let most = &(most + again);
            let count = made.iter().filter(|other| *other == name).count();
            if count > *most {
                return Err(format!("{name} was carried out {count} times, {most} times is what the plan says"));
            }
        }
        Ok(())
    }
}

/// A process that has died, after others.
struct Dead {
    remains: Remains,
    /// Operations carried out by all of them.
    made: Vec<String>,
    /// How each of them died.
    hows: Rc<Vec<String>>,
    /// What the process that died had settled, or would have.
    settled: Rc<Vec<Settlement>>,
}

/// Reaches a goal from a start with a death at each moment, then with more. `limited` are operations that no crash may
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
    let mut story = match live(start, goal, Wanted::All).await {
        Ok(story) => story,
        Err(trouble) => {
            tally.find(format!("{what}, undisturbed: {trouble}"));
            return None;
        }
    };
    drop(scene);
    let bounds = Bounds::of(&story, limited);
    let (nobody, nothing) = (Rc::new(Vec::new()), Rc::new(Vec::new()));
    let moments = std::mem::take(&mut story.moments).into_iter();
    let mut queue: VecDeque<Dead> = moments.map(|remains| dead(remains, &[], &nobody, &nothing)).collect();
    // Exactly the same twice is no news. From the second death on, neither is what differs in times alone.
    let mut seen = HashSet::new();
    let mut shapes = HashSet::from([start.shape(), story.frozen.shape()]);
    tally.points += queue.len();
    let deep = queue.len() <= MANY || std::env::var_os("FIRMA_SWEEP_DEEP").is_some();
    let nesting = if deep { nesting } else { Nesting::Recovery };
    while let Some(dead) = queue.pop_front() {
        let first = dead.hows.len() == 1;
        let known = !shapes.insert(dead.remains.frozen.shape());
        if if first { !seen.insert(dead.remains.frozen.digest()) } else { known } {
            continue;
        }
        tally.distinct += 1;
        let wanted = if !known && first && dead.remains.frozen.is_unfinished() { Wanted::All } else { Wanted::None };
        let Some(next) = finish(what, &dead, goal, wanted, &bounds, tally).await else { continue };
        let settled = Rc::new(next.settled);
        for remains in next.moments {
            match remains.effect < next.recovery {
                true => tally.recoveries += 1,
                false if nesting == Nesting::Whole => tally.finishes += 1,
                false => continue,
            }
            queue.push_back(self::dead(remains, &dead.made, &dead.hows, &settled));
        }
    }
    Some(story)
}

fn dead(remains: Remains, made: &[String], hows: &Rc<Vec<String>>, settled: &Rc<Vec<Settlement>>) -> Dead {
    let made = [made, &remains.made].concat();
    let hows = Rc::new([&hows[..], std::slice::from_ref(&remains.how)].concat());
    Dead { remains, made, hows, settled: settled.clone() }
}

/// Lets the next process do its work to the end, and looks at what came of it all.
async fn finish(
    what: &str,
    dead: &Dead,
    goal: &Goal,
    wanted: Wanted,
    bounds: &Bounds,
    tally: &mut Tally,
) -> Option<Story> {
    let what = format!("{what}, {}", dead.hows.join(", then "));
    let _scene = Scene(format!("{what}, the next process"));
    let story = match live(&dead.remains.frozen, goal, wanted).await {
        Ok(story) => story,
        Err(trouble) => {
            tally.find(format!("{what}: {trouble}"));
            return None;
        }
    };
    let again = if goal.once { dead.hows.len() } else { 0 };
    if let Err(trouble) = bounds.check(&[&dead.made[..], &story.made].concat(), again) {
        tally.find(format!("{what}: {trouble}"));
    }
    // Recovery that was cut short decides the same when it is made again.
    for now in &story.settled {
        let before = dead.settled.iter().find(|before| same_call(before, now));
        if before.is_some_and(|before| before.how != now.how) {
            tally.find(format!("{what}: first {before:?}, then {now:?}"));
        }
    }
    Some(story)
}

fn same_call(one: &Settlement, other: &Settlement) -> bool {
    (one.run, &one.address, &one.action, &one.operation) == (other.run, &other.address, &other.action, &other.operation)
}
