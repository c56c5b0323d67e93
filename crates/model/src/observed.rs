//! The observed world: what the cloud says now.

use crate::{address::Address, fault::Fault, record::Record, value::Map};
use std::collections::BTreeMap;

/// What was seen of one recorded object.
#[derive(Clone, Debug, PartialEq)]
pub enum Sighting {
    /// It is there.
    Present {
        /// Attributes by manifest name, read-only ones included.
        attributes: Map,
        /// Parent and creation time, see `Record::fingerprint`.
        fingerprint: String,
        /// The kind's status field, where it has one.
        status: Option<String>,
    },
    /// Confirmed gone: asked by id, and the cloud says there is no such object.
    Gone,
    /// Nobody could say (no permission, throttled, unreadable): not gone.
    Blocked(Fault),
}

/// The observed world. An address that is missing here was not asked about: its record stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Current objects.
    pub objects: BTreeMap<Address, Sighting>,
    /// Objects that imports name, by the address they are for.
    pub found: BTreeMap<Address, Sighting>,
    /// Objects set aside, by address and key.
    pub deposed: BTreeMap<(Address, String), Sighting>,
    /// Calls that were made to find out.
    pub calls: u64,
}

impl Observed {
    /// What was seen of a record's object.
    pub fn of(&self, record: &Record) -> Option<&Sighting> {
        match record.deposed.is_empty() {
            true => self.objects.get(&record.address),
            false => self.deposed.get(&(record.address.clone(), record.deposed.clone())),
        }
    }
}
