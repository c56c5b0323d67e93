//! How a run ended: what was done, what was not and why, and what to do about it.
//!
//! A [`Report`] is made of a [`Tally`](crate::progress::Tally), so a run that is read again from its journal ends in the
//! same words. `group` brings together what has one cause, `advice` knows what to do about each, `summary`
//! says it, `form` is the report for programs.

mod report;
mod group;
mod advice;
mod summary;
mod form;

pub use form::{FaultForm, ReportForm, json};
pub use report::{Ending, Outcome, Report, Trouble};
pub use summary::summary;
