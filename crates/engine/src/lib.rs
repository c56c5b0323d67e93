//! Observing, carrying out and recovering: drivers without rules of their own.
//!
//! What to ask, what an answer means and what may start is `firma-plan`'s to say; this crate does it, in order, against
//! the cloud and the journal. It knows no manifest, no catalogue and no output.
//!
//! Reading order: [`observe`] looks at everything recorded and answers look-ups; [`apply`](mod@apply) owns a run and
//! starts its steps, each of which is one of the drivers `make`, `change` and `unmake` (or `local`, without calls), all
//! over the protocol in `run`; `turns`, `queue` and `durable` say whose turn it is; `watch` looks at objects together, `journal` makes events durable, [`event`] tells whoever
//! watches; [`lease`] keeps others out meanwhile; [`recover`](mod@recover)
//! settles what a run left open; [`orphans`](mod@orphans) looks for objects in nobody's record; [`report`] says what people must know of an ending.

#![expect(clippy::result_large_err, reason = "a fault travels once per failed call, which took a network round trip")]

mod ask;
mod young;

pub mod observe;

pub mod event;
pub mod journal;
mod watch;
mod run;
mod newcomer;
mod make;
mod change;
mod unmake;
mod local;
mod looking;
mod conditions;
pub mod outcome;
mod leaving;
mod queue;
mod turns;
mod durable;
pub mod apply;

pub mod lease;
pub mod recover;
mod owing;
pub mod orphans;
pub mod report;

pub use apply::{ApplyContext, CancelLevel, apply};
pub use event::Observers;
pub use firma_plan::basis::{Moved, moved};
pub use firma_plan::event::{RunEvent, Settled, Settlement};
pub use journal::{Commit, inline, queued};
pub use lease::Tenure;
pub use observe::{find, inquire, look_up, refresh};
pub use orphans::{Orphan, orphans};
pub use outcome::{FailedStep, Outcome};
pub use owing::owing;
pub use recover::{OpenWork, RecoverContext, open_work, recover};
pub use report::{stale, stuck};
pub use run::{Entropy, LeaseGuard};
