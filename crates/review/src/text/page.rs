//! The parts of the text, from top to bottom.

use super::{postponed, section, summary::summary, tail};
use crate::{style::Style, view::View};

/// The whole plan.
pub fn plan(view: &View, style: Style) -> String {
    let mut out = summary(view, style);
    section::all(view, style, &mut out);
    postponed::all(view, style, &mut out);
    tail::drift(view, style, &mut out);
    tail::conditions(view, style, &mut out);
    tail::outputs(view, style, &mut out);
    out
}
