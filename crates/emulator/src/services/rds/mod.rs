//! The rds service: database instances and what is in them. What is not there is answered with 400, not 404.

mod accounts;
mod databases;
mod event;
mod habits;
mod instances;
mod operations;
mod parameter_groups;
mod readonly;
mod sizes;
mod whitelists;

pub(crate) use event::RdsEvent;
use habits::{PARTS, TENS, absent, key, time};
pub(crate) use operations::OPERATIONS;
pub(crate) use whitelists::{addresses, printed};
