//! The operations of the disk service.

use super::{capacity, disks, policies, relations, snapshots};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("applySnapshotPolicies", Write(relations::apply)),
    ("createDisks", Write(disks::create)),
    ("createSnapshot", Write(snapshots::create)),
    ("createSnapshotPolicy", Write(policies::create)),
    ("deleteDisk", Write(disks::delete)),
    ("deleteSnapshot", Write(snapshots::delete)),
    ("deleteSnapshotPolicy", Write(policies::delete)),
    ("describeDisk", Read(disks::describe)),
    ("describeDisks", Read(disks::list)),
    ("describeQuota", Read(capacity::quota)),
    ("describeSnapshot", Read(snapshots::describe)),
    ("describeSnapshotPolicies", Read(policies::list)),
    ("describeSnapshotPolicyDiskRelations", Read(relations::list)),
    ("describeSnapshots", Read(snapshots::list)),
    ("describeSoldout", Read(capacity::sold_out)),
    ("extendDisk", Write(disks::extend)),
    ("modifyDiskAttribute", Write(disks::modify)),
    ("modifySnapshotAttribute", Write(snapshots::modify)),
    ("recoverDisk", Write(disks::recover)),
    ("updateSnapshotPolicy", Write(policies::update)),
];
