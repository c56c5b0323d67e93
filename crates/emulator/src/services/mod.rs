//! What the services do: one table of operations per service, one file per kind of object.

mod operations;
pub(crate) mod ag;
pub(crate) mod billing;
pub(crate) mod disk;
pub(crate) mod lb;
pub(crate) mod privatezone;
pub(crate) mod containerregistry;
pub(crate) mod iam;
pub(crate) mod rds;
pub(crate) mod redis;
pub(crate) mod renewal;
pub(crate) mod resourcetag;
pub(crate) mod ssl;
pub(crate) mod kubernetes;
pub(crate) mod sts;
pub(crate) mod user;
pub(crate) mod vm;
pub(crate) mod vpc;

pub(crate) use operations::{Behaviour, Operations, SERVICES, behaviour};
