//! The redis service: cache instances and who may reach them.

mod event;
mod instances;
mod operations;
mod sizes;
mod whitelists;

pub(crate) use event::RedisEvent;
pub(crate) use operations::OPERATIONS;
pub(crate) use sizes::memory_mb;
