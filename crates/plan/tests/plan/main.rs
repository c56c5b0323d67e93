//! What planning decides, and the order it puts steps in, on hand-built worlds.

mod support;

mod deciding;
mod ordering;
