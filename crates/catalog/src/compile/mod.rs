//! From a kind's text and the API's facts to a procedure.
//!
//! Compiling finds what is wrong with a kind as it goes: every operation, path and name is resolved here, so a kind that
//! compiles without findings cannot name something that does not exist. The kinds of this catalogue are compiled by the
//! tests; at run time each is compiled when it is first used.

mod kind;
mod members;
mod once;
mod attributes;
mod shapes;
mod calls;
mod limits;
mod lookup;
mod derived;
mod paths;

pub use attributes::RESERVED;
pub use derived::listing;
pub(crate) use derived::{derive, names as derived_names, title as derived_title};
pub use kind::compile;
pub(crate) use lookup::lookup;
