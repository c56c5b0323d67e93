//! D2: whoever takes a unique key waits until whoever had it is gone.

use super::edges::Edges;
use crate::{
    step::{Leg, Rule},
    unique::{Held, of_record, of_step},
};
use firma_model::address::KindId;
use std::collections::{BTreeMap, HashMap};

/// Ranges by their first address: their length in bits, and the step that has them.
type Ranges = BTreeMap<u32, Vec<(u8, u32)>>;

/// Keys that become free, by kind.
#[derive(Default)]
struct Free<'a> {
    whole: HashMap<(&'a KindId, Held), Vec<u32>>,
    /// Ranges by their first address; the key without its range.
    ranges: HashMap<(&'a KindId, Held), Ranges>,
}

impl<'a> Free<'a> {
    fn add(&mut self, kind: &'a KindId, held: Held, step: u32) {
        match held.range {
            None => self.whole.entry((kind, held)).or_default().push(step),
            Some(net) => {
                let starts = self.ranges.entry((kind, Held { range: None, ..held })).or_default();
                starts.entry(u32::from(net.network())).or_default().push((net.prefix_len(), step));
            }
        }
    }

    /// The steps that free what a key collides with. Two ranges overlap only where one holds the other, so the wider ones
    /// are found under at most 32 first addresses, and the narrower ones side by side.
    fn before(&self, kind: &'a KindId, held: Held) -> Vec<u32> {
        let Some(net) = held.range else {
            return self.whole.get(&(kind, held)).cloned().unwrap_or_default();
        };
        let Some(starts) = self.ranges.get(&(kind, Held { range: None, ..held })) else { return Vec::new() };
        let inside = starts.range(u32::from(net.network())..=u32::from(net.broadcast()));
        let mut found: Vec<u32> = inside.flat_map(|(_, at)| at.iter().map(|(_, step)| *step)).collect();
        for length in 0..net.prefix_len() {
            let Ok(wider) = ipnet::Ipv4Net::new(net.network(), length) else { continue };
            let at = starts.get(&u32::from(wider.network())).into_iter().flatten();
            found.extend(at.filter(|(prefix, _)| *prefix == length).map(|(_, step)| *step));
        }
        found
    }
}

impl<'a> Edges<'a> {
    pub(super) fn keys(&mut self) {
        let steps = self.legs.steps;
        let mut free = Free::default();
        let kept = |at: u32| -> Vec<Held> {
            let step = &steps[at as usize];
            let procedure = self.worlds.procedures.get(step.kind().as_str()).filter(|kind| !kind.unique.is_empty());
            let (Some(procedure), Some(record)) = (procedure, &step.record) else { return Vec::new() };
            of_record(procedure, record)
        };
        let taken = |at: u32| -> Vec<Held> {
            let step = &steps[at as usize];
            let procedure = self.worlds.procedures.get(step.kind().as_str()).filter(|kind| !kind.unique.is_empty());
            procedure.map(|procedure| of_step(procedure, step)).unwrap_or_default()
        };
        let mut wanted: Vec<(u32, Held)> = Vec::new();
        for (at, step) in (0_u32..).zip(steps) {
            match step.leg {
                Leg::Delete => kept(at).into_iter().for_each(|held| free.add(step.kind(), held, at)),
                Leg::Create => wanted.extend(taken(at).into_iter().map(|held| (at, held))),
                Leg::Update => {
                    let (old, new) = (kept(at), taken(at));
                    wanted.extend(new.iter().filter(|held| !old.contains(held)).map(|held| (at, held.clone())));
                    let left = old.into_iter().filter(|held| !new.contains(held));
                    left.for_each(|held| free.add(step.kind(), held, at));
                }
                Leg::Forget | Leg::Record | Leg::Read => {}
            }
        }
        for (at, held) in wanted {
            let step = &steps[at as usize];
            for earlier in free.before(step.kind(), held) {
                // Under its own address the other rules say what comes first.
                let own = steps[earlier as usize].address == step.address;
                if earlier == at
                    || own && (steps[earlier as usize].deposed.is_empty() || self.legs.is_set_aside_here(earlier))
                {
                    continue;
                }
                self.add(at, earlier, Rule::TakeAfterRelease);
            }
        }
    }
}
