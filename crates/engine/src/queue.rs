//! Steps that may start but have not, by the place whose turn they need: the urgent first, and those whose object is busy
//! parked with that object.
//!
//! A step is looked at again only when what it was parked for is free, one at a time: a thousand disks for one instance
//! cost a thousand looks, not a million.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

/// A step, the plan's priorities first, then its order.
pub(crate) type Held = (u64, Reverse<u32>);

/// A step and the number of the place whose turn it needs.
type Placed = (Held, usize);

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    /// By place.
    held: Vec<BinaryHeap<Held>>,
    /// Ids on which a task runs.
    busy: BTreeSet<String>,
    /// Steps by the busy id they wait for. For an id that is free, one of those who waited for it is in `held`.
    parked: BTreeMap<String, BinaryHeap<Placed>>,
}

impl Queue {
    /// Adds a step.
    pub(crate) fn push(&mut self, place: usize, priority: u64, step: u32) {
        self.hold((priority, Reverse(step)), place);
    }

    fn hold(&mut self, held: Held, place: usize) {
        if self.held.len() <= place {
            self.held.resize_with(place + 1, BinaryHeap::new);
        }
        self.held[place].push(held);
    }

    /// The most urgent step of a place.
    pub(crate) fn first(&self, place: usize) -> Option<Held> {
        self.held.get(place)?.peek().copied()
    }

    /// The next step of a place to try.
    pub(crate) fn pop(&mut self, place: usize) -> Option<Held> {
        self.held.get_mut(place)?.pop()
    }

    /// Takes the ids a step needs for itself, all of them or none; where one is busy, the step is parked.
    pub(crate) fn claim(&mut self, held: Held, place: usize, ids: &[String]) -> bool {
        let Some(taken) = ids.iter().find(|id| self.busy.contains(*id)) else {
            self.busy.extend(ids.iter().cloned());
            return true;
        };
        self.parked.entry(taken.clone()).or_default().push((held, place));
        // It may have been woken for an id that it now does not take: that is the next one's turn.
        for id in ids.iter().filter(|id| !self.busy.contains(*id)).cloned().collect::<Vec<_>>() {
            self.wake(&id);
        }
        false
    }

    /// Gives ids back.
    pub(crate) fn release(&mut self, ids: &[String]) {
        for id in ids {
            self.busy.remove(id);
            self.wake(id);
        }
    }

    fn wake(&mut self, id: &str) {
        let Some(waiting) = self.parked.get_mut(id) else { return };
        let woken = waiting.pop();
        if waiting.is_empty() {
            self.parked.remove(id);
        }
        if let Some((held, place)) = woken {
            self.hold(held, place);
        }
    }

    /// Takes everything out that has not started.
    pub(crate) fn drain(&mut self) -> Vec<u32> {
        let parked = std::mem::take(&mut self.parked);
        let held = std::mem::take(&mut self.held);
        let parked = parked.into_values().flatten().map(|(held, _)| held);
        held.into_iter().flatten().chain(parked).map(|(_, Reverse(step))| step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Runs steps, each for one round, and gives the rounds with the number of looks it took.
    fn rounds(needs: &[Vec<String>]) -> (Vec<Vec<u32>>, usize) {
        let mut queue = Queue::default();
        for step in 0..needs.len() as u32 {
            queue.push(0, 0, step);
        }
        let (mut rounds, mut looks) = (Vec::new(), 0);
        loop {
            let mut started = Vec::new();
            while let Some(held) = queue.pop(0) {
                looks += 1;
                let step = held.1.0;
                if queue.claim(held, 0, &needs[step as usize]) {
                    started.push(step);
                }
            }
            if started.is_empty() {
                assert!(queue.parked.is_empty(), "{:?} were forgotten", queue.drain());
                return (rounds, looks);
            }
            for step in &started {
                queue.release(&needs[*step as usize]);
            }
            rounds.push(started);
        }
    }

    #[test]
    fn one_at_a_time_for_an_id_and_in_order() {
        let needs = [ids(&["i"]), ids(&["i"]), ids(&[]), ids(&["i", "d"]), ids(&["d"])];
        assert_eq!(rounds(&needs).0, [vec![0, 2, 4], vec![1], vec![3]]);
    }

    #[test]
    fn a_step_woken_for_one_id_and_kept_by_another_passes_the_turn_on() {
        // 1 waits for `a`; when that is free, `b` is taken: then 3, which waits for `a` too, must not be forgotten.
        let needs = [ids(&["a"]), ids(&["a", "b"]), ids(&["b"]), ids(&["a"])];
        let (rounds, _) = rounds(&needs);
        let mut all: Vec<u32> = rounds.into_iter().flatten().collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
        let mut queue = Queue::default();
        assert!(queue.claim((0, Reverse(0)), 0, &needs[0]) && queue.claim((0, Reverse(2)), 0, &needs[2]));
        assert!(!queue.claim((0, Reverse(1)), 0, &needs[1]) && !queue.claim((0, Reverse(3)), 0, &needs[3]));
        queue.release(&needs[0]);
        let woken = queue.pop(0).expect("1 was first in line");
        assert!(woken.1 == Reverse(1) && !queue.claim(woken, 0, &needs[1]));
        assert_eq!(queue.pop(0).map(|held| held.1.0), Some(3));
    }

    #[test]
    fn many_for_one_id_are_looked_at_about_twice_each() {
        let needs = vec![ids(&["i"]); 2_000];
        let (rounds, looks) = rounds(&needs);
        assert_eq!(rounds.len(), 2_000);
        assert!(looks <= 4_000, "{looks} looks");
    }

    #[test]
    fn what_is_parked_is_drained_too() {
        let mut queue = Queue::default();
        for step in 0..3 {
            queue.push(0, 0, step);
        }
        let first = queue.pop(0).expect("three were pushed");
        assert!(queue.claim(first, 0, &ids(&["i"])));
        let second = queue.pop(0).expect("three were pushed");
        assert!(!queue.claim(second, 0, &ids(&["i"])));
        let mut left = queue.drain();
        left.sort_unstable();
        assert_eq!(left, [1, 2]);
    }
}
