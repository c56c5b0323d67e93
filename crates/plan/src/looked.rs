//! What the planner looked at, and which version of it: of these a plan's basis is chosen.

use firma_model::address::{Address, NameSet};
use std::collections::BTreeMap;

/// Addresses with the versions of their records, `None` for absent.
#[derive(Debug, Default)]
pub(crate) struct Looked<'a> {
    /// As they were looked at; the last look counts.
    at: Vec<(&'a Address, Option<u64>)>,
    /// Of those that were not looked at for their own sake.
    beside: Vec<(&'a Address, Option<u64>)>,
}

impl<'a> Looked<'a> {
    /// Takes note of a look.
    pub(crate) fn note(&mut self, address: &'a Address, version: Option<u64>) {
        self.at.push((address, version));
    }

    /// Takes note of a look at something else of this address: it counts where there is no other.
    pub(crate) fn note_beside(&mut self, address: &'a Address, version: Option<u64>) {
        self.beside.push((address, version));
    }

    /// All addresses.
    pub(crate) fn addresses(&self) -> NameSet<&'a Address> {
        self.at.iter().chain(&self.beside).map(|(address, _)| *address).collect()
    }

    /// The versions of those addresses that are asked for. Those that were not looked at are left in `asked`.
    pub(crate) fn of(&self, asked: &mut NameSet<&Address>) -> BTreeMap<Address, Option<u64>> {
        if asked.is_empty() {
            return BTreeMap::new();
        }
        let chosen = |list: &[(&'a Address, Option<u64>)]| {
            let chosen = list.iter().filter(|(address, _)| asked.contains(*address));
            chosen.map(|(address, version)| ((*address).clone(), *version)).collect::<Vec<_>>()
        };
        // Of several that are equal the last one stays.
        let mut versions: BTreeMap<Address, Option<u64>> = chosen(&self.at).into_iter().collect();
        for (address, version) in chosen(&self.beside) {
            versions.entry(address).or_insert(version);
        }
        self.at.iter().chain(&self.beside).for_each(|(address, _)| _ = asked.remove(*address));
        versions
    }
}

#[cfg(test)]
mod tests {
    use super::Looked;
    use firma_model::address::{Address, NameSet};

    #[test]
    fn the_last_look_counts_and_one_beside_it_does_not() {
        let addresses: Vec<Address> = (0..4).map(|n| format!("firma.value.r{n}").parse().unwrap()).collect();
        let mut looked = Looked::default();
        looked.note_beside(&addresses[1], Some(9));
        looked.note(&addresses[1], Some(1));
        looked.note(&addresses[0], Some(2));
        looked.note(&addresses[1], None);
        looked.note_beside(&addresses[2], Some(3));
        looked.note_beside(&addresses[2], Some(4));
        let mut asked: NameSet<&Address> = addresses[1..].iter().collect();
        let versions: Vec<_> = looked.of(&mut asked).into_iter().collect();
        assert_eq!(versions, [(addresses[1].clone(), None), (addresses[2].clone(), Some(3))]);
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), [&addresses[3]]);
        assert_eq!(looked.addresses().len(), 3);
    }
}
