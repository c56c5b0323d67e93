//! Objects of the redis service.

use crate::charge::Charge;
use crate::clock::Moment;
use crate::tags::Tags;
use core::net::Ipv4Addr;
use serde::{Deserialize, Serialize};

/// States of a Redis instance. A deleted one is in the recycle bin, which no ordinary read shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CacheStatus {
    Creating,
    Running,
    Changing,
    Deleting,
    Error,
}

impl CacheStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            CacheStatus::Creating => "creating",
            CacheStatus::Running => "running",
            CacheStatus::Changing => "changing",
            CacheStatus::Deleting => "deleting",
            CacheStatus::Error => "error",
        }
    }
}

/// What another class changes, and what a failed change leaves as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct CacheSize {
    pub(crate) class: String,
    pub(crate) shards: i64,
    pub(crate) replicas: i64,
}

/// A Redis instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CacheInstance {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) size: CacheSize,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) master_az: String,
    pub(crate) slave_az: String,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) port: i64,
    pub(crate) databases: i64,
    pub(crate) ipv6: i64,
    pub(crate) smart_proxy: i64,
    pub(crate) cpu: String,
    pub(crate) max_memory_policy: String,
    pub(crate) slave_appendonly: String,
    /// A digest: enough to tell that it changed. None lets everybody in.
    pub(crate) password_digest: Option<String>,
    pub(crate) status: CacheStatus,
    pub(crate) charge: Charge,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}
