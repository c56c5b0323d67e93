//! The engine against the emulator, in one process and under virtual time.

#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

mod applying;
mod arriving;
mod keeping;
mod killing;
mod listing;
mod losing;
mod refreshing;
mod scheduling;
mod stopping;
