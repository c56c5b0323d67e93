//! What the planner is given.

use crate::{
    due::Due,
    secret::HashKey,
    select::Selection,
    step::{Identity, Mode},
};
use firma_catalog::procedure::{LookupProcedure, Procedure};
use firma_model::{desired::Desired, observed::Observed, record::Recorded, time::Timestamp, value::Map};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The three worlds, and the kinds they are made of.
#[derive(Clone, Copy, Debug)]
pub struct Worlds<'a> {
    /// What the manifests say.
    pub desired: &'a Desired,
    /// What was written down.
    pub recorded: &'a Recorded,
    /// What the cloud says.
    pub observed: &'a Observed,
    /// Procedures of every kind in the desired and recorded worlds that the catalogue knows.
    pub procedures: &'a BTreeMap<String, Arc<Procedure>>,
}

/// How long the steps of an address may take, in seconds, where the manifest says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Create.
    pub create: Option<u32>,
    /// Update.
    pub update: Option<u32>,
    /// Delete.
    pub delete: Option<u32>,
}

/// How to plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What for.
    pub mode: Mode,
    /// Plan even if much of the project vanished from the cloud.
    pub accept_loss: bool,
    /// The cloud's time, for expiry of prepaid objects.
    pub now: Timestamp,
    /// Key for hashes of write-only values.
    pub hash_key: HashKey,
    /// Where the plan belongs.
    pub identity: Identity,
    /// Names of blocks that the manifests declare, whatever their repetition: tells a wrong key from a missing block.
    pub declared: BTreeSet<firma_model::address::Block>,
    /// Addresses with a call that was begun and not settled.
    pub open: BTreeSet<firma_model::address::Address>,
    /// Replacements that earlier runs left undone.
    pub due: Due,
    /// Procedures of the look-ups that an apply is to ask.
    pub lookups: BTreeMap<String, Arc<LookupProcedure>>,
    /// Timeouts of the addresses that set any.
    pub timeouts: BTreeMap<firma_model::address::Address, Timeouts>,
    /// The part of the project it is about.
    pub selection: Selection,
    /// Files that were read while planning, with their hashes.
    pub files: BTreeMap<String, String>,
    /// Values of ephemeral inputs by name. A plan holds their hashes only.
    pub ephemeral: Map,
    /// How much is checked before anything is changed.
    pub preflight: Preflight,
}

/// How much of a plan is checked before anything is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preflight {
    /// Only whether the plan is sound.
    Off,
    /// What the manifests and the state show.
    Offline,
    /// Also what the cloud says of quotas, names and ranges, and of what is deleted.
    #[default]
    Cloud,
}
