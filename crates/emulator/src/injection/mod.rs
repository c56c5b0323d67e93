//! Faults as data: what goes wrong on purpose, with which calls, and when.
//!
//! Faults stand at the door of the cloud and are no part of it: they decide what becomes of a call, and the cloud keeps
//! only what was done. What they make of a call that changes the cloud is written into its [`Change`](crate::Change), so that
//! a replay needs no faults and no counters, and gives the same world byte for byte.
//!
//! - [`Injection`]: the form; [`Injection::read`] says what is wrong with a bad one.
//! - [`Faults`]: those in force, each with the calls it has seen. Of several that are about one call the first one added
//!   happens; all count it.
//! - [`Delivery`]: what the shell around the world, a socket or a transport inside one process, does with an answer.

mod form;
mod reading;

mod faults;

mod answers;

pub use faults::{Armed, Faults};
pub use form::{At, Delivery, Injection, Kind, Match};

pub(crate) use answers::{cut, empty, error, no_cloud, nothing_of_it, rows_lost};
pub(crate) use faults::Seen;
