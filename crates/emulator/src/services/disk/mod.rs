//! The disk service: cloud disks, asynchronous in everything but names.

mod attachment;
mod capacity;
mod disks;
mod operations;
mod policies;
mod relations;
mod snapshots;
mod spec;

pub(crate) use attachment::{attach, attached, detach, detached, release, tie, tie_failed};
pub(crate) use disks::{count, find, gone, insert, not_gone, not_ready, ready, view};
pub(crate) use operations::OPERATIONS;
pub(crate) use snapshots::{begin as begin_snapshot, check_source, gone as snapshot_gone, ready as snapshot_ready};
pub(crate) use spec::{Order, check_origin};
