//! The disk service: cloud disks, asynchronous in everything but names.

mod attachment;
mod capacity;
mod disks;
mod operations;
mod spec;

pub(crate) use attachment::{attach, attached, detach, detached, release, tie};
pub(crate) use disks::{find, gone, insert, ready, view};
pub(crate) use operations::OPERATIONS;
pub(crate) use spec::Order;
