//! The plan for a tired reviewer: what matters first, everything once, nothing that is not so.
//!
//! `summary` says in a few lines what a plan comes to; then changes follow by risk, deletions before anything else
//! (`section`, `change`); then what is left for later
//! (`postponed`), drift, outputs and findings.

mod page;
mod summary;
mod section;
mod change;
mod attribute;
mod parts;
mod postponed;
mod tail;

pub use page::plan;
pub use summary::{headline, summary, unverified};
