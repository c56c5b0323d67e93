//! A proxy between the command and a served emulator that spoils what passes, as its rules say.
//!
//! Rules are data: which of the mutating requests, counted from 1 in the order of their arrival, meets which [`Fault`].
//! Everything else passes byte for byte, so that signatures stay valid.

pub mod message;
pub mod fault;
pub mod spoil;

pub use fault::{Fault, Rule};
pub use message::{Message, exchange, post};
pub use spoil::{Proxy, Seen};
