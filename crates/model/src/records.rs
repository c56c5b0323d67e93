//! Records by address. Each stands behind a box: a record is large, and a hundred thousand of them are put in order, carried
//! to where they are wanted and taken apart without being moved themselves.

use crate::{address::Address, record::Record};
use std::{
    collections::{BTreeMap, btree_map},
    ops::{Index, RangeBounds},
};

/// Current records in the order of their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(BTreeMap<Address, Box<Record>>);

/// The records of a [`Records`] with their addresses, in order.
#[derive(Clone)]
pub struct Iter<'a>(btree_map::Iter<'a, Address, Box<Record>>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Address, &'a Record);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(address, record)| (address, &**record))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl Records {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The record of an address.
    pub fn get(&self, address: &Address) -> Option<&Record> {
        self.0.get(address).map(|record| &**record)
    }

    /// The record of an address, and the address as it stands here.
    pub fn get_key_value(&self, address: &Address) -> Option<(&Address, &Record)> {
        self.0.get_key_value(address).map(|(address, record)| (address, &**record))
    }

    /// The record of an address, to be changed.
    pub fn get_mut(&mut self, address: &Address) -> Option<&mut Record> {
        self.0.get_mut(address).map(|record| &mut **record)
    }

    /// Whether there is a record of an address.
    pub fn contains_key(&self, address: &Address) -> bool {
        self.0.contains_key(address)
    }

    /// Puts a record in, and returns the one it takes the place of.
    pub fn insert(&mut self, address: Address, record: Record) -> Option<Record> {
        self.0.insert(address, Box::new(record)).map(|record| *record)
    }

    /// Takes a record out.
    pub fn remove(&mut self, address: &Address) -> Option<Record> {
        self.0.remove(address).map(|record| *record)
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All with their addresses.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// Those of some addresses.
    pub fn range(&self, range: impl RangeBounds<Address>) -> impl DoubleEndedIterator<Item = (&Address, &Record)> {
        self.0.range(range).map(|(address, record)| (address, &**record))
    }

    /// The addresses.
    pub fn keys(&self) -> btree_map::Keys<'_, Address, Box<Record>> {
        self.0.keys()
    }

    /// The records.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator + Clone {
        self.0.values().map(|record| &**record)
    }

    /// The records, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.0.values_mut().map(|record| &mut **record)
    }

    /// The addresses alone.
    pub fn into_keys(self) -> impl Iterator<Item = Address> {
        self.0.into_keys()
    }

    /// The records alone.
    pub fn into_values(self) -> impl Iterator<Item = Record> {
        self.0.into_values().map(|record| *record)
    }
}

impl Index<&Address> for Records {
    type Output = Record;

    fn index(&self, address: &Address) -> &Record {
        &self.0[address]
    }
}

impl<'a> IntoIterator for &'a Records {
    type Item = (&'a Address, &'a Record);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl FromIterator<(Address, Box<Record>)> for Records {
    fn from_iter<I: IntoIterator<Item = (Address, Box<Record>)>>(records: I) -> Records {
        Records(records.into_iter().collect())
    }
}

impl FromIterator<(Address, Record)> for Records {
    fn from_iter<I: IntoIterator<Item = (Address, Record)>>(records: I) -> Records {
        records.into_iter().map(|(address, record)| (address, Box::new(record))).collect()
    }
}

impl<const N: usize> From<[(Address, Record); N]> for Records {
    fn from(records: [(Address, Record); N]) -> Records {
        records.into_iter().collect()
    }
}
