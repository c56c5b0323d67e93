//! The availability group service: groups of instances that are kept apart, and what scales them. Everything is synchronous.
//!
//! Groups that scale make no instances here: what a group would grow to is kept and shown, and nothing comes of it.

mod alarms;
mod crons;
mod groups;
mod operations;
mod rules;
mod scaling;
mod times;

pub(crate) use groups::{find, let_go, take_in};
pub(crate) use operations::OPERATIONS;
