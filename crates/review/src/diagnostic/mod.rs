//! Findings for people: code, sentence, place with the source line, related places, what to do.
//!
//! [`render`] is the long form with source lines, [`Finding`] the same as plain data, of which [`Finding::on_one_line`]
//! makes the short form and [`crate::json`] the one for programs. `place` turns byte spans into lines and columns and
//! mistrusts them: a span may come from a file that has changed, or lie inside a character.

mod place;
mod finding;
mod snippet;
#[cfg(test)]
mod tests;

pub use finding::{Finding, findings};
pub use place::Place;
pub use snippet::{MOST_SHOWN, render};
