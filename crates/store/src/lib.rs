//! The state store: what Firma wrote down, and what happened, on SQLite.
//!
//! [`Store`] is synchronous and takes times and holders as arguments. The journal of events is the truth: the tables of
//! objects, outputs and open intents are a cache that equals its fold, kept in the same transaction. One process at a time
//! writes, fenced by the epoch of its [`Lease`]; reading waits for nobody. Sensitive values are sealed before they reach
//! the file. The tables are described in `state/README.md`.

mod error;
mod permission;
mod witness;
mod migration;
mod mark;
mod seal;
mod key;
mod row;
mod store;
mod snapshot;
mod run;
mod count;
mod lease;
mod journal;
mod intent;
mod minted;
mod plan;
mod past;
mod duration;
mod verify;
mod restored;
mod library;
mod examine;
mod writer;

pub use count::RunCounts;
pub use duration::Duration;
pub use error::{ErrorKind, StoreError};
pub use examine::{Checked, examine};
pub use intent::OpenIntent;
pub use lease::Lease;
pub use library::library;
pub use minted::Minted;
pub use past::Moment;
pub use plan::{PlanFile, StoredPlan, Verification, read_plan_file};
pub use restored::{Difference, Restored};
pub use run::{RunInfo, RunSummary};
pub use store::{Mode, Store};
pub use witness::{Mark, Position};
pub use writer::{Reply, Writer, WriterHandle, inline};
