//! A part of a project: which addresses a plan is about when it is not about all of them.
//!
//! [`pattern`] reads what people write (`vpc.subnet.web["a"]`, `module.net`, `*.*.web*`), `closure` adds what belongs to
//! it (dependencies of what is made, dependants of what is deleted), [`selection`] is the result, and `partial` makes the
//! worlds smaller by what is left out and tells of it. Whatever is left out is as if it were not there: it is not looked
//! at, not compared and not touched.

pub mod pattern;
mod closure;
pub mod selection;
pub(crate) mod partial;

pub use pattern::{Pattern, PatternError};
pub use selection::{Patterns, Selection, requested, select};
