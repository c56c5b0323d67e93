//! A run while it happens, or as it happened: what its events add up to, and the ways to show them.
//!
//! [`Tally`] is the sum of the events so far; [`frame`] draws it for a terminal, [`Lines`] tells it line by line, and
//! [`events`] is its form for programs. [`replay`](mod@replay) turns a recorded journal back into events, so that all of
//! these show a run of last week as they showed it then.

mod words;
mod tally;
mod live;
mod lines;
pub mod events;
pub mod replay;

pub use lines::Lines;
pub use live::{Size, frame};
pub use replay::{Recorded, replay};
pub use tally::{Running, StepState, Tally};
pub use words::{settled, span};
