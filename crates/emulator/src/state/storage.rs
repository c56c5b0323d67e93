//! Objects of the disk service beside the disks: snapshots and the policies that make them.

use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// States of a snapshot. A deleted one is simply not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SnapshotStatus {
    Creating,
    Available,
    Deleting,
    ErrorCreate,
    ErrorDelete,
}

impl SnapshotStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            SnapshotStatus::Creating => "creating",
            SnapshotStatus::Available => "available",
            SnapshotStatus::Deleting => "deleting",
            SnapshotStatus::ErrorCreate => "error_create",
            SnapshotStatus::ErrorDelete => "error_delete",
        }
    }

    /// What is being done to the snapshot.
    pub(crate) fn task(self) -> Option<&'static str> {
        match self {
            SnapshotStatus::Creating => Some("createSnapshot"),
            SnapshotStatus::Deleting => Some("deleteSnapshot"),
            SnapshotStatus::Available | SnapshotStatus::ErrorCreate | SnapshotStatus::ErrorDelete => None,
        }
    }
}

/// A snapshot of a disk. It outlives the disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) disk: String,
    pub(crate) size_gb: i64,
    pub(crate) encrypted: bool,
    pub(crate) status: SnapshotStatus,
    /// When it goes by itself, as the caller wrote it.
    pub(crate) expires: Option<String>,
    /// Images that consist of it.
    pub(crate) images: BTreeSet<String>,
    pub(crate) created: Moment,
}

/// A disk under a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Covered {
    pub(crate) region: String,
    pub(crate) since: Moment,
}

/// A policy by which snapshots of disks are made. None are made here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SnapshotPolicy {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) interval: i64,
    pub(crate) effective: Moment,
    /// Seconds that a snapshot is kept; 0 for ever.
    pub(crate) lifecycle: i64,
    pub(crate) contact: Option<serde_json::Value>,
    /// 1 for on, 2 for off.
    pub(crate) status: i64,
    /// By disk.
    pub(crate) disks: BTreeMap<String, Covered>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}
