//! A laboratory for the engine: the emulated cloud, a state and a clock, all in memory and under virtual time.
//!
//! [`stack`] writes desired worlds, [`wire`] lets things go wrong on the way to the cloud, [`lab`] runs the flows that a command
//! would run, and [`frozen`] keeps a laboratory as it stands, to begin from there any number of times. Tests of the engine and the simulation stand on it; nothing that ships does.

#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

pub mod frozen;
pub mod lab;
pub mod stack;
pub mod wire;

pub use frozen::Frozen;
pub use lab::{Lab, VirtualClock};
pub use wire::{Fate, Wire};
