//! Points at which a test makes the program die, stop or fail; see `armed`. Without the feature `failpoints` every one of
//! these functions is empty and hands back what it was given.
//!
//! | variable | what it says |
//! |---|---|
//! | `FIRMA_FAILPOINT` | `NAME[:N][=ACTION]`, several with commas: what happens when the point is passed the Nth time |
//! | `FIRMA_FAILPOINT_LOG` | a file: every point that is passed adds a line, `NAME:N` and what it is about |
//! | `FIRMA_FAILPOINT_CLOCK` | a file that holds `EPOCH PACE AHEAD`: since EPOCH (ms) time passes PACE times as fast, AHEAD ms are added; what a recovery waits for is as short |
//!
//! Actions: `kill` (the default), `stop` (SIGSTOP), `sigint`, `sigterm`, `sighup`, `sigquit`; `error:full` and `error:io`
//! at `before-commit` and `after-commit`; `lost` at `after-send`: the answer never came.

#[cfg(feature = "failpoints")]
mod armed;
#[cfg(feature = "failpoints")]
mod pace;
#[cfg(not(feature = "failpoints"))]
mod unarmed;

#[cfg(feature = "failpoints")]
pub(crate) use armed::{arm, at, commit, transport};
#[cfg(feature = "failpoints")]
pub(crate) use pace::{clock, real, settling};
#[cfg(not(feature = "failpoints"))]
pub(crate) use unarmed::{arm, at, clock, commit, real, settling, transport};
