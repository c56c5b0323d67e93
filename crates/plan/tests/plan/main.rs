//! What planning decides, and the order it puts steps in, on hand-built worlds.

mod support;

mod auditing;
mod creating_first;
mod deciding;
mod moving;
mod differing;
mod deferring;
mod deleting;
mod inquiring;
mod ordering;
mod owing;
mod reading;
mod resuming;
mod selecting;
