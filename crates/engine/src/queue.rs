//! Steps that may start but have not: the urgent first, and those whose object is busy parked with that object.
//!
//! A step is looked at again only when what it was parked for is free, one at a time: a thousand disks for one instance
//! cost a thousand looks, not a million.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

/// A step, the plan's priorities first, then its order.
pub(crate) type Held = (u64, Reverse<u32>);

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    held: BinaryHeap<Held>,
    /// Ids on which a task runs.
    busy: BTreeSet<String>,
    /// Steps by the busy id they wait for. For an id that is free, one of those who waited for it is in `held`.
    parked: BTreeMap<String, BinaryHeap<Held>>,
}

impl Queue {
    /// Adds a step.
    pub(crate) fn push(&mut self, priority: u64, step: u32) {
        self.held.push((priority, Reverse(step)));
    }

    /// The next step to try.
    pub(crate) fn pop(&mut self) -> Option<Held> {
        self.held.pop()
    }

    /// Takes the ids a step needs for itself, all of them or none; where one is busy, the step is parked.
    pub(crate) fn claim(&mut self, held: Held, ids: &[String]) -> bool {
        let Some(taken) = ids.iter().find(|id| self.busy.contains(*id)) else {
            self.busy.extend(ids.iter().cloned());
            return true;
        };
        self.parked.entry(taken.clone()).or_default().push(held);
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
        self.held.extend(waiting.pop());
        if waiting.is_empty() {
            self.parked.remove(id);
        }
    }

    /// Takes everything out that has not started.
    pub(crate) fn drain(&mut self) -> Vec<u32> {
        let parked = std::mem::take(&mut self.parked);
        let held = std::mem::take(&mut self.held);
        held.into_iter().chain(parked.into_values().flatten()).map(|(_, Reverse(step))| step).collect()
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
            queue.push(0, step);
        }
        let (mut rounds, mut looks) = (Vec::new(), 0);
        loop {
            let mut started = Vec::new();
            while let Some(held) = queue.pop() {
                looks += 1;
                let step = held.1.0;
                if queue.claim(held, &needs[step as usize]) {
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
        assert!(queue.claim((0, Reverse(0)), &needs[0]) && queue.claim((0, Reverse(2)), &needs[2]));
        assert!(!queue.claim((0, Reverse(1)), &needs[1]) && !queue.claim((0, Reverse(3)), &needs[3]));
        queue.release(&needs[0]);
        let woken = queue.pop().expect("1 was first in line");
        assert!(woken.1 == Reverse(1) && !queue.claim(woken, &needs[1]));
        assert_eq!(queue.pop().map(|held| held.1.0), Some(3));
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
            queue.push(0, step);
        }
        let first = queue.pop().expect("three were pushed");
        assert!(queue.claim(first, &ids(&["i"])));
        let second = queue.pop().expect("three were pushed");
        assert!(!queue.claim(second, &ids(&["i"])));
        let mut left = queue.drain();
        left.sort_unstable();
        assert_eq!(left, [1, 2]);
    }
}
