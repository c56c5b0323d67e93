//! The rds service: database instances and what is in them. What is not there is answered with 400, not 404.

mod accounts;
mod databases;
mod event;
mod instances;
mod operations;
mod parameter_groups;
mod readonly;
mod sizes;
mod whitelists;

pub(crate) use event::RdsEvent;
pub(crate) use operations::OPERATIONS;
pub(crate) use whitelists::{addresses, printed};

use crate::clock::Moment;
use crate::fault::Fault;
use crate::listing::Pages;

/// Lists of instances and parameter groups.
const TENS: Pages = Pages { usual: 10, tens: true, all: true };
/// Lists of what is in an instance.
const PARTS: Pages = Pages { usual: 100, tens: false, all: true };

/// What this service says of something that is not there.
fn absent(kind: &str, id: &str) -> Fault {
    Fault::invalid(format!("{kind} {id} does not exist"))
}

/// Key of something in an instance.
fn key(instance: &str, name: &str) -> String {
    format!("{instance}/{name}")
}

/// A time as this service prints it.
fn time(moment: Moment) -> String {
    moment.to_string().chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}
