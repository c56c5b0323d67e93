//! The deterministic simulation: whole lives of projects under faults, each from one seed.
//!
//! [`script`] is a life as data, [`generate`](mod@generate) makes one of a seed with [`chance`], [`worlds`] and [`troubles`];
//! [`life`] lives it on the engine's own code, with paused time, an emulated cloud and a state in memory. After every
//! command [`promises`] checks what the design promises against the audit of the cloud; [`operator`] is the person who
//! looks when recovery cannot tell. [`tally`] counts what was met, [`shrink`] makes a failing life smaller, [`kept`] are the
//! seeds that failed once.

pub mod chance;
pub mod script;
pub mod copies;
pub mod worlds;
pub mod troubles;
pub mod generate;
pub mod violation;
pub mod tally;
pub mod promises;
pub mod operator;
mod trace;
pub mod life;
mod ending;
pub mod shrink;
pub mod kept;
