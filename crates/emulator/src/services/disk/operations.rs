//! The operations of the disk service.

use super::{capacity, disks};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("createDisks", Write(disks::create)),
    ("deleteDisk", Write(disks::delete)),
    ("describeDisk", Read(disks::describe)),
    ("describeDisks", Read(disks::list)),
    ("describeQuota", Read(capacity::quota)),
    ("describeSoldout", Read(capacity::sold_out)),
    ("extendDisk", Write(disks::extend)),
    ("modifyDiskAttribute", Write(disks::modify)),
    ("recoverDisk", Write(disks::recover)),
];
