//! The containerregistry service: registries and repositories, synchronous, called by their names. Images come from
//! elsewhere.

mod names;
mod operations;
mod registries;
mod repositories;

use names::is_plain;
pub(crate) use operations::OPERATIONS;
