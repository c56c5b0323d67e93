//! What the tests of the whole share. Nothing here is part of the program.
//!
//! - [`binary`]: builds the `firma` command once and says where it is; [`sandbox`] runs it in a directory of its own.
//! - [`proxy`]: stands between the command and a served emulator, and spoils what passes.
//! - [`scenario`]: scripts that drive the command, with recorded transcripts (`tests/scenarios`).
//! - [`pages`]: the examples of the pages of diagnostic codes.
//! - [`makespan`]: how long a run takes beside how long it must take, under virtual time.
//! - [`cases`]: what each kind is made, changed and replaced with; the sweep's and the simulation's.
//! - [`simulation`]: lives of projects under faults, each from one seed; its binary is `simulate`.
//! - [`tidy`]: rules of the source tree that no compiler checks.

pub mod binary;
pub mod makespan;
pub mod sandbox;
pub mod proxy;
pub mod scenario;
pub mod pages;
pub mod cases;
pub mod simulation;
pub mod tidy;
