//! Maps and sets by name that a planner can ask once for each resource of a large project.
//!
//! A [`Block`](super::Block) brings a hash of its own, made once from its whole name, so that hashing an address again with
//! a keyed hash gives nothing: two names that meet there meet here. The hash is the same in every process, and so is the
//! order of such a map.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

/// A map by address, block or node.
pub type NameMap<K, V> = HashMap<K, V, BuildHasherDefault<NameHasher>>;

/// A set of addresses, blocks or nodes.
pub type NameSet<K> = HashSet<K, BuildHasherDefault<NameHasher>>;

/// Folds what it is given into one number: for names that bring hashes, and for the keys of instances.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameHasher(u64);

impl NameHasher {
    fn fold(&mut self, word: u64) {
        // Both halves of a product depend on all bits of both factors.
        let product = u128::from(self.0 ^ word ^ 0x2d35_8dcc_aa6c_78a5) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.fold(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.fold(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.fold(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.fold(word);
    }

    fn write_usize(&mut self, word: usize) {
        self.fold(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{NameHasher, NameSet};
    use crate::address::{Address, Key};
    use std::hash::{BuildHasher, BuildHasherDefault};

    #[test]
    fn instances_of_one_block_are_told_apart() {
        let block = "firma.value.a".parse::<Address>().unwrap().block;
        let keys = (0..20_000).flat_map(|n: u64| [Key::Index(n), Key::Name(n.to_string().into())]);
        let addresses: Vec<Address> = keys.map(|key| block.at(Some(key))).collect();
        let hasher = BuildHasherDefault::<NameHasher>::default();
        let hashes: std::collections::HashSet<u64> = addresses.iter().map(|address| hasher.hash_one(address)).collect();
        assert_eq!(hashes.len(), addresses.len());
        // A table looks at the lowest bits first.
        let lowest: std::collections::HashSet<u64> = hashes.iter().map(|hash| hash & 0xffff).collect();
        assert!(lowest.len() > 25_000, "{}", lowest.len());
        let set: NameSet<&Address> = addresses.iter().collect();
        assert!(addresses.iter().all(|address| set.contains(address)));
        assert!(!set.contains(&block.at(None)));
    }
}
