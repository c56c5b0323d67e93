//! Objects of the rds service.

use crate::charge::Charge;
use crate::clock::Moment;
use crate::tags::Tags;
use core::net::Ipv4Addr;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// States of a database instance. A deleted one is simply not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RdsStatus {
    Building,
    Running,
    Rebooting,
    Migrating,
    Deleting,
    BuildError,
    MigrateError,
    RebootError,
    DeleteError,
}

impl RdsStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RdsStatus::Building => "BUILDING",
            RdsStatus::Running => "RUNNING",
            RdsStatus::Rebooting => "REBOOTING",
            RdsStatus::Migrating => "MIGRATING",
            RdsStatus::Deleting => "DELETING",
            RdsStatus::BuildError => "BUILD_ERROR",
            RdsStatus::MigrateError => "MIGRATE_ERROR",
            RdsStatus::RebootError => "REBOOT_ERROR",
            RdsStatus::DeleteError => "DELETE_ERROR",
        }
    }

    /// Whether nothing moves it on but another call.
    pub(crate) fn is_stable(self) -> bool {
        !matches!(self, RdsStatus::Building | RdsStatus::Rebooting | RdsStatus::Migrating | RdsStatus::Deleting)
    }
}

/// What a job on an instance changes, and what a failed one leaves as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct RdsSize {
    pub(crate) class: String,
    pub(crate) storage_gb: i64,
    pub(crate) storage_type: String,
    pub(crate) azs: Vec<String>,
}

/// A database instance, or a read-only one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RdsInstance {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) engine: String,
    pub(crate) version: String,
    pub(crate) size: RdsSize,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) port: i64,
    pub(crate) encrypted: bool,
    /// Of SQL Server: how it stays available.
    pub(crate) architecture: Option<String>,
    pub(crate) parameter_group: Option<String>,
    /// The instance that a read-only one is a copy of.
    pub(crate) source: Option<String>,
    pub(crate) status: RdsStatus,
    pub(crate) charge: Charge,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// States of accounts and databases. MySQL shows none, and is done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RdsPartStatus {
    Building,
    Running,
    Deleting,
    Error,
    DeleteError,
}

impl RdsPartStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RdsPartStatus::Building => "BUILDING",
            RdsPartStatus::Running => "RUNNING",
            RdsPartStatus::Deleting => "DELETING",
            RdsPartStatus::Error => "ERROR",
            RdsPartStatus::DeleteError => "DELETE_ERROR",
        }
    }
}

/// An account of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RdsAccount {
    pub(crate) region: String,
    pub(crate) status: RdsPartStatus,
    /// A digest: enough to tell that it changed.
    pub(crate) password_digest: String,
    pub(crate) notes: String,
    /// By database.
    pub(crate) privileges: BTreeMap<String, String>,
    pub(crate) created: Moment,
}

/// A database of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RdsDatabase {
    pub(crate) region: String,
    pub(crate) status: RdsPartStatus,
    pub(crate) charset: String,
    pub(crate) comment: String,
    pub(crate) created: Moment,
}

/// A group of addresses that may reach an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WhiteList {
    pub(crate) region: String,
    pub(crate) ips: BTreeSet<String>,
    pub(crate) created: Moment,
}

/// Parameters that instances share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ParameterGroup {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) engine: String,
    pub(crate) version: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) created: Moment,
}
