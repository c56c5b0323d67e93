//! What all of the service has in common: how it counts pages, says that something is absent, and prints times.

use crate::clock::Moment;
use crate::fault::Fault;
use crate::listing::Pages;

/// Lists of instances and parameter groups.
pub(super) const TENS: Pages = Pages { usual: 10, tens: true, all: true };
/// Lists of what is in an instance.
pub(super) const PARTS: Pages = Pages { usual: 100, tens: false, all: true };

/// What this service says of something that is not there.
pub(super) fn absent(kind: &str, id: &str) -> Fault {
    Fault::invalid(format!("{kind} {id} does not exist"))
}

/// Key of something in an instance.
pub(super) fn key(instance: &str, name: &str) -> String {
    format!("{instance}/{name}")
}

/// A time as this service prints it.
pub(super) fn time(moment: Moment) -> String {
    moment.to_string().chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}
