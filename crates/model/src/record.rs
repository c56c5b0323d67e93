//! The recorded world: what Firma last wrote down about each object it made.

use crate::{
    address::{Address, KindId, NodeSet},
    desired::OnRemove,
    document::Document,
    place::Billing,
    records::Records,
};
use std::collections::BTreeMap;

/// How far an object has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Made, and all calls of its making are done.
    Ready,
    /// The create call was accepted; what follows it is not done yet.
    Creating,
    /// A call after the accepted create failed: the next plan finishes it in place.
    Incomplete,
    /// The cloud reports a terminal error of the object itself: the next plan replaces it.
    Tainted,
    /// The old half of a replacement, waiting to be deleted.
    Deposed,
}

impl Status {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ready => "ready",
            Status::Creating => "creating",
            Status::Incomplete => "incomplete",
            Status::Tainted => "tainted",
            Status::Deposed => "deposed",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Status> {
        Some(match text {
            "ready" => Status::Ready,
            "creating" => Status::Creating,
            "incomplete" => Status::Incomplete,
            "tainted" => Status::Tainted,
            "deposed" => Status::Deposed,
            _ => return None,
        })
    }
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Address it was made under.
    pub address: Address,
    /// Empty for the current object; a short id for each deposed one under the same address.
    pub deposed: String,
    /// Kind.
    pub kind: KindId,
    /// Version of the kind's attribute schema it was written with.
    pub schema_version: u32,
    /// The cloud's id.
    pub cloud_id: String,
    /// Region.
    pub region: Option<String>,
    /// Zone.
    pub zone: Option<String>,
    /// Billing.
    pub billing: Option<Billing>,
    /// How far it has come.
    pub status: Status,
    /// Attributes last applied, in normal form (a map); write-only values as keyed hashes.
    pub inputs: Document,
    /// What the cloud last said (a map of attributes, read-only ones included).
    pub observed: Document,
    /// Identity beyond the id: parent and creation time as the cloud prints them; empty where a kind has none.
    pub fingerprint: String,
    /// What it depended on at its last apply.
    pub dependencies: NodeSet,
    /// Effective create-before-destroy.
    pub create_before_destroy: bool,
    /// Deleting it is an error.
    pub prevent_destroy: bool,
    /// What its removal means.
    pub on_remove: OnRemove,
    /// Grows with each write of this record; what a plan's basis compares.
    pub version: u64,
}

/// The recorded world: a snapshot of the state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Current objects.
    pub records: Records,
    /// Deposed objects, any number an address.
    pub deposed: Vec<Record>,
    /// Output values of the last apply.
    pub outputs: BTreeMap<String, RecordedOutput>,
}

/// A stored output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedOutput {
    /// Its value.
    pub value: Document,
    /// Hidden unless asked for by name.
    pub sensitive: bool,
}
