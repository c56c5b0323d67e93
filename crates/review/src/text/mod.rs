//! The plan for a tired reviewer: what matters first, everything once, nothing that is not so.
//!
//! `summary` says in a few lines what a plan comes to; then changes follow by risk, deletions before anything else
//! (`section`, `change`); then drift, outputs and findings.

mod summary;
mod section;
mod change;
mod attribute;
mod tail;

pub use summary::{headline, summary};

use crate::{style::Style, view::View};

/// The whole plan.
pub fn plan(view: &View, style: Style) -> String {
    let mut out = summary(view, style);
    section::all(view, style, &mut out);
    tail::drift(view, style, &mut out);
    tail::outputs(view, style, &mut out);
    out
}
