//! A sorted map that is mostly small: attributes of a resource, tags, the entries of an object.
//!
//! A `BTreeMap` takes room for eleven entries to hold one, and a large project has hundreds of thousands of maps with one to
//! five. Here few entries stand in one list without room to spare; many are a `BTreeMap`, so that no number of entries is
//! slow. The order and the comparison are those of a `BTreeMap`.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    collections::{BTreeMap, btree_map},
    fmt,
    hash::{Hash, Hasher},
    ops::Index,
    slice, vec,
};

/// Entries that are still searched and moved quickly in a list.
const FEW: usize = 16;

/// A map in the order of its keys.
#[derive(Clone)]
pub struct SmallMap<K, V>(Form<K, V>);

#[derive(Clone)]
enum Form<K, V> {
    Few(Vec<(K, V)>),
    /// In a box, so that an empty map costs no more than a list.
    #[expect(clippy::box_collection, reason = "so that a map of few is as small as its list")]
    Many(Box<BTreeMap<K, V>>),
}

impl<K, V> SmallMap<K, V> {
    /// An empty map.
    pub const fn new() -> SmallMap<K, V> {
        SmallMap(Form::Few(Vec::new()))
    }

    /// An empty map with room for so many entries, as far as these are few.
    pub fn with_capacity(entries: usize) -> SmallMap<K, V> {
        SmallMap(Form::Few(Vec::with_capacity(entries.min(FEW))))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Few(list) => list.len(),
            Form::Many(tree) => tree.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        match &self.0 {
            Form::Few(list) => Iter::Few(list.iter()),
            Form::Many(tree) => Iter::Many(tree.iter()),
        }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The entries in the order of their keys, their values to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        match &mut self.0 {
            Form::Few(list) => IterMut::Few(list.iter_mut()),
            Form::Many(tree) => IterMut::Many(tree.iter_mut()),
        }
    }

    /// The values in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.iter_mut().map(|(_, value)| value)
    }

    /// The values in the order of their keys.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// The keys in order.
    pub fn into_keys(self) -> impl Iterator<Item = K> {
        self.into_iter().map(|(key, _)| key)
    }

    /// The entry with the smallest key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        *self = SmallMap::new();
    }
}

impl<K: Ord, V> SmallMap<K, V> {
    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match &self.0 {
            Form::Few(list) => place(list, key).ok().map(|at| &list[at].1),
            Form::Many(tree) => tree.get(key),
        }
    }

    /// A key as it stands here, and its value.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        match &self.0 {
            Form::Few(list) => place(list, key).ok().map(|at| (&list[at].0, &list[at].1)),
            Form::Many(tree) => tree.get_key_value(key),
        }
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        match &mut self.0 {
            Form::Few(list) => match place(list, key) {
                Ok(at) => Some(&mut list[at].1),
                Err(_) => None,
            },
            Form::Many(tree) => tree.get_mut(key),
        }
    }

    /// Whether a key is there.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Sets the value of a key; the one it had before, if any.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match &mut self.0 {
            Form::Many(tree) => tree.insert(key, value),
            Form::Few(list) => match place(list, &key) {
                Ok(at) => Some(std::mem::replace(&mut list[at].1, value)),
                Err(at) if list.len() < FEW => {
                    if list.len() == list.capacity() {
                        list.reserve_exact(list.len().max(1));
                    }
                    list.insert(at, (key, value));
                    None
                }
                Err(_) => {
                    let mut tree: BTreeMap<K, V> = std::mem::take(list).into_iter().collect();
                    tree.insert(key, value);
                    self.0 = Form::Many(Box::new(tree));
                    None
                }
            },
        }
    }

    /// The value of a key; where there is none, what `make` makes of it first.
    #[expect(clippy::needless_pass_by_value, reason = "as the maps of the standard library take it")]
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V
    where
        K: Clone,
    {
        if !self.contains_key(&key) {
            self.insert(key.clone(), make());
        }
        self.get_mut(&key).expect("BUG: it is there or was put there")
    }

    /// Takes a key out; its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        match &mut self.0 {
            Form::Few(list) => place(list, key).ok().map(|at| list.remove(at).1),
            Form::Many(tree) => tree.remove(key),
        }
    }

    /// Keeps the entries of which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        match &mut self.0 {
            Form::Few(list) => list.retain_mut(|(key, value)| keep(key, value)),
            Form::Many(tree) => tree.retain(keep),
        }
    }

    /// A map of entries in any order; of equal keys the last one counts.
    fn of(mut entries: Vec<(K, V)>) -> SmallMap<K, V> {
        if entries.len() > FEW {
            return SmallMap(Form::Many(Box::new(entries.into_iter().collect())));
        }
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            let mut map = SmallMap(Form::Few(Vec::with_capacity(entries.len())));
            for (key, value) in entries {
                map.insert(key, value);
            }
            return map;
        }
        entries.shrink_to_fit();
        SmallMap(Form::Few(entries))
    }
}

/// Where a key stands, or would stand.
fn place<K: Borrow<Q>, V, Q: Ord + ?Sized>(list: &[(K, V)], key: &Q) -> Result<usize, usize> {
    list.binary_search_by(|(here, _)| here.borrow().cmp(key))
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> SmallMap<K, V> {
        SmallMap::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SmallMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SmallMap<K, V> {
    fn eq(&self, other: &SmallMap<K, V>) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for SmallMap<K, V> {}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for SmallMap<K, V> {
    fn partial_cmp(&self, other: &SmallMap<K, V>) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<K: Ord, V: Ord> Ord for SmallMap<K, V> {
    fn cmp(&self, other: &SmallMap<K, V>) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<K: Hash, V: Hash> Hash for SmallMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl<K: Borrow<Q> + Ord, Q: Ord + ?Sized, V> Index<&Q> for SmallMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("BUG: no entry has this key")
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> SmallMap<K, V> {
        let entries = entries.into_iter();
        // A list that grows begins with room for four: most maps are smaller.
        let mut list = Vec::with_capacity(entries.size_hint().1.unwrap_or_default().min(FEW));
        list.extend(entries);
        SmallMap::of(list)
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SmallMap<K, V> {
    fn from(entries: [(K, V); N]) -> SmallMap<K, V> {
        entries.into_iter().collect()
    }
}

impl<K: Ord, V> From<BTreeMap<K, V>> for SmallMap<K, V> {
    fn from(tree: BTreeMap<K, V>) -> SmallMap<K, V> {
        match tree.len() > FEW {
            true => SmallMap(Form::Many(Box::new(tree))),
            false => SmallMap(Form::Few(tree.into_iter().collect())),
        }
    }
}

impl<K: Ord, V> Extend<(K, V)> for SmallMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// The entries of a [`SmallMap`].
#[derive(Debug)]
pub enum Iter<'m, K, V> {
    /// Of a short list.
    Few(slice::Iter<'m, (K, V)>),
    /// Of a tree.
    Many(btree_map::Iter<'m, K, V>),
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        match self {
            Iter::Few(list) => Iter::Few(list.clone()),
            Iter::Many(tree) => Iter::Many(tree.clone()),
        }
    }
}

impl<'m, K, V> Iterator for Iter<'m, K, V> {
    type Item = (&'m K, &'m V);

    fn next(&mut self) -> Option<(&'m K, &'m V)> {
        match self {
            Iter::Few(list) => list.next().map(|(key, value)| (key, value)),
            Iter::Many(tree) => tree.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Iter::Few(list) => list.size_hint(),
            Iter::Many(tree) => tree.size_hint(),
        }
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Few(list) => list.next_back().map(|(key, value)| (key, value)),
            Iter::Many(tree) => tree.next_back(),
        }
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

/// The entries of a [`SmallMap`], their values to be changed.
#[derive(Debug)]
pub enum IterMut<'m, K, V> {
    /// Of a short list.
    Few(slice::IterMut<'m, (K, V)>),
    /// Of a tree.
    Many(btree_map::IterMut<'m, K, V>),
}

impl<'m, K, V> Iterator for IterMut<'m, K, V> {
    type Item = (&'m K, &'m mut V);

    fn next(&mut self) -> Option<(&'m K, &'m mut V)> {
        match self {
            IterMut::Few(list) => list.next().map(|(key, value)| (&*key, value)),
            IterMut::Many(tree) => tree.next(),
        }
    }
}

/// The entries of a [`SmallMap`] that is used up.
#[derive(Debug)]
pub enum IntoIter<K, V> {
    /// Of a short list.
    Few(vec::IntoIter<(K, V)>),
    /// Of a tree.
    Many(btree_map::IntoIter<K, V>),
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        match self {
            IntoIter::Few(list) => list.next(),
            IntoIter::Many(tree) => tree.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            IntoIter::Few(list) => list.size_hint(),
            IntoIter::Many(tree) => tree.size_hint(),
        }
    }
}

impl<K, V> DoubleEndedIterator for IntoIter<K, V> {
    fn next_back(&mut self) -> Option<(K, V)> {
        match self {
            IntoIter::Few(list) => list.next_back(),
            IntoIter::Many(tree) => tree.next_back(),
        }
    }
}

impl<K, V> ExactSizeIterator for IntoIter<K, V> {}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        match self.0 {
            Form::Few(list) => IntoIter::Few(list.into_iter()),
            Form::Many(tree) => IntoIter::Many(tree.into_iter()),
        }
    }
}

impl<'m, K, V> IntoIterator for &'m SmallMap<K, V> {
    type Item = (&'m K, &'m V);
    type IntoIter = Iter<'m, K, V>;

    fn into_iter(self) -> Iter<'m, K, V> {
        self.iter()
    }
}

impl<'m, K, V> IntoIterator for &'m mut SmallMap<K, V> {
    type Item = (&'m K, &'m mut V);
    type IntoIter = IterMut<'m, K, V>;

    fn into_iter(self) -> IterMut<'m, K, V> {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, SmallMap};
    use std::collections::BTreeMap;

    #[test]
    fn it_is_the_tree_it_stands_for() {
        let mut seed = 7_u32;
        let mut random = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed >> 16
        };
        for keys in [3, FEW as u32, 3 * FEW as u32] {
            let (mut map, mut tree) = (SmallMap::new(), BTreeMap::new());
            for _ in 0..500 {
                let (key, value) = (random() % keys, random());
                match random() % 3 {
                    0 => assert_eq!(map.remove(&key), tree.remove(&key)),
                    _ => assert_eq!(map.insert(key, value), tree.insert(key, value)),
                }
                assert_eq!(map.get(&key), tree.get(&key));
                assert!(map.iter().eq(tree.iter()) && map.iter().rev().eq(tree.iter().rev()));
                assert_eq!(map.len(), tree.len());
                let again: SmallMap<u32, u32> = tree.clone().into_iter().rev().collect();
                assert_eq!(again, map);
                assert_eq!(SmallMap::from(tree.clone()).cmp(&map), std::cmp::Ordering::Equal);
            }
            map.retain(|key, _| key % 2 == 0);
            tree.retain(|key, _| key % 2 == 0);
            assert!(map.into_iter().eq(tree));
        }
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        for length in [4, 4 * FEW] {
            let map: SmallMap<usize, usize> = (0..length).map(|at| (at % 2, at)).collect();
            assert!(map.into_iter().eq([(0, length - 2), (1, length - 1)]));
        }
    }

    #[test]
    fn order_is_that_of_trees() {
        let lists: [&[(u8, u8)]; 5] = [&[], &[(1, 1)], &[(1, 2)], &[(1, 1), (2, 0)], &[(2, 0)]];
        for a in lists {
            for b in lists {
                let map = |list: &[(u8, u8)]| list.iter().copied().collect::<SmallMap<_, _>>();
                let tree = |list: &[(u8, u8)]| list.iter().copied().collect::<BTreeMap<_, _>>();
                assert_eq!(map(a).cmp(&map(b)), tree(a).cmp(&tree(b)));
            }
        }
    }
}
