//! Observing, carrying out and recovering: drivers without rules of their own.
//!
//! What to ask, what an answer means and what may start is `firma-plan`'s to say; this crate does it, in order, against
//! the cloud and the journal. It knows no manifest, no catalogue and no output.
//!
//! Reading order: [`observe`] looks at everything recorded and answers look-ups; [`apply`](mod@apply) owns a run and
//! starts its steps, each of which is one of the drivers `make`, `change` and `unmake` (or `local`, without calls), all
//! over the protocol in `run`; `watch` looks at objects together, `journal` makes events durable, [`event`] tells whoever
//! watches; [`basis`] says whether a plan is still true; [`recover`](mod@recover) settles what a run left open.

#![expect(clippy::result_large_err, reason = "a fault travels once per failed call, which took a network round trip")]

mod ask;

pub mod observe;

pub mod event;
pub mod journal;
mod watch;
mod run;
mod make;
mod change;
mod unmake;
mod local;
pub mod outcome;
pub mod apply;

pub mod basis;
pub mod recover;

pub use apply::{ApplyContext, CancelLevel, apply};
pub use basis::{Moved, moved};
pub use event::{Observers, RunEvent};
pub use journal::{Commit, inline, queued};
pub use observe::{look_up, refresh};
pub use outcome::{FailedStep, Outcome};
pub use recover::{OpenWork, RecoverContext, Settled, Settlement, open_work, recover};
pub use run::{Entropy, LeaseGuard};
