//! Objects of the privatezone service.

use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A zone that VPCs can look names up in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PrivateZone {
    pub(crate) region: String,
    pub(crate) name: String,
    /// `LOCAL`, `PTR` or `PV`.
    pub(crate) zone_type: String,
    /// Whether names it does not know are looked up elsewhere.
    pub(crate) retry_recurse: bool,
    /// Region and id of each VPC that sees it.
    pub(crate) vpcs: BTreeSet<(String, String)>,
    /// Its records.
    pub(crate) records: BTreeSet<String>,
    pub(crate) created: Moment,
}

/// A record of a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ZoneRecord {
    pub(crate) region: String,
    pub(crate) zone: String,
    /// The number that calls know it by.
    pub(crate) number: u64,
    pub(crate) host: String,
    pub(crate) value: String,
    pub(crate) record_type: String,
    pub(crate) ttl: i64,
    pub(crate) priority: Option<i64>,
    pub(crate) port: Option<i64>,
    pub(crate) weight: Option<i64>,
    pub(crate) stopped: bool,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}
