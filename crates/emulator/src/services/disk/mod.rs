//! The disk service: cloud disks, asynchronous in everything but names.

mod attachment;
mod capacity;
mod disks;
mod spec;

use crate::services::{Behaviour, Operations};
use Behaviour::{Read, Write};

pub(crate) use attachment::{attach, attached, detach, detached, release, tie};
pub(crate) use disks::{find, gone, insert, ready, view};
pub(crate) use spec::Order;

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
