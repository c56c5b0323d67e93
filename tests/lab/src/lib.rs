//! A laboratory for the engine: the emulated cloud, a state and a clock, all in memory and under virtual time.
//!
//! [`stack`] writes desired worlds and [`wire`] lets things go wrong on the way to the cloud; [`lab`] runs the flows of a
//! command as one process on a perfect machine. Where the machine is to fail too, [`process`] runs them as the command does,
//! lease and all, with a [`clock`] that may be wrong, a [`line`](mod@line) that writes down whatever reaches the cloud, and
//! a [`heart`] that may stop. [`frozen`] keeps a laboratory as it stands, to begin from there any number of times. Tests of the engine and the simulation stand on it; nothing that ships does.

#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

pub mod clock;
pub mod frozen;
pub mod heart;
pub mod lab;
pub mod line;
pub mod process;
pub mod stack;
pub mod wire;

pub use clock::VirtualClock;
pub use frozen::Frozen;
pub use heart::{Beat, Blow, Heart};
pub use lab::Lab;
pub use line::{Delivery, Line, Net, Object, SOMEBODY};
pub use process::{Planned, Process, Refusal, Written};
pub use wire::{Fate, Wire};
