//! A sorted set of ids whose members are found by their place too: a page far into a list is found, not counted off.

/// Members of a run before it is cut in two: an insertion moves at most as many, and a place among 100 000 is found by looking at
/// two hundred lengths.
const RUN: usize = 1024;

/// Ids in order, in runs. No run is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks {
    runs: Vec<Vec<String>>,
    count: usize,
}

impl Ranks {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Puts an id in, unless it is there.
    pub(crate) fn insert(&mut self, id: String) {
        let at = self.run_of(&id).min(self.runs.len().saturating_sub(1));
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(vec![id]);
            self.count = 1;
            return;
        };
        let Err(place) = run.binary_search(&id) else { return };
        run.insert(place, id);
        self.count += 1;
        if run.len() > RUN {
            let second = run.split_off(RUN / 2);
            self.runs.insert(at + 1, second);
        }
    }

    /// Takes an id out.
    pub(crate) fn remove(&mut self, id: &str) {
        let at = self.run_of(id);
        let Some(run) = self.runs.get_mut(at) else { return };
        let Ok(place) = run.binary_search_by(|known| known.as_str().cmp(id)) else { return };
        run.remove(place);
        self.count -= 1;
        if run.is_empty() {
            self.runs.remove(at);
        }
    }

    /// The ids from a place on, in order.
    pub(crate) fn from(&self, place: usize) -> impl Iterator<Item = &String> {
        let (mut run, mut before) = (0, place);
        while let Some(length) = self.runs.get(run).map(Vec::len).filter(|length| *length <= before) {
            before -= length;
            run += 1;
        }
        self.runs.get(run..).unwrap_or_default().iter().flatten().skip(before)
    }

    /// The first run whose last member is not before an id.
    fn run_of(&self, id: &str) -> usize {
        self.runs.partition_point(|run| run.last().is_some_and(|last| last.as_str() < id))
    }
}

#[cfg(test)]
mod tests {
    use super::{RUN, Ranks};
    use std::collections::BTreeSet;

    /// Whatever is done to it, it is what a sorted set is.
    #[test]
    fn like_a_sorted_set() {
        let (mut ranks, mut set) = (Ranks::default(), BTreeSet::new());
        let mut seed: u64 = 1;
        for step in 0..12 * RUN {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let id = format!("id-{}", (seed >> 33) % 9000);
            // It grows for a while, and then shrinks to nothing much.
            if (seed >> 20) % 10 < if step < 8 * RUN { 8 } else { 1 } {
                ranks.insert(id.clone());
                set.insert(id);
            } else {
                ranks.remove(&id);
                set.remove(&id);
            }
            assert_eq!(ranks.len(), set.len());
        }
        for place in [0, 1, RUN - 1, RUN, set.len() / 2, set.len() - 1, set.len(), set.len() + 5] {
            assert!(ranks.from(place).eq(set.iter().skip(place)), "from {place}");
        }
        for id in &set {
            ranks.remove(id);
        }
        assert_eq!((ranks.len(), ranks.from(0).count()), (0, 0));
    }
}
