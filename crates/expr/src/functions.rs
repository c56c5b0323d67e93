//! The functions: what they are called, what they take, what they give.
//!
//! Names and results are Terraform's. A function is a pure function of its arguments (and of files, which the caller
//! supplies); what it must see of an argument, and what becomes of unknown and sensitive ones, is declared beside it.

mod arguments;
mod charsets;
mod cidr;
mod collections;
mod conversion;
mod csv;
mod dates;
mod encoding;
mod files;
mod fileset;
mod format;
mod hashes;
mod json;
mod lists;
mod maps;
mod numeric;
mod paths;
mod regexes;
mod rsa;
mod sets;
mod signature;
mod strings;
mod table;
mod types;
mod yaml;

pub(crate) use arguments::{Arguments, Failure};
pub use signature::{Function, Kind, Parameter};
pub(crate) use signature::{Gives, Sees};
pub use table::FUNCTIONS;

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok().map(|at| &FUNCTIONS[at])
}
