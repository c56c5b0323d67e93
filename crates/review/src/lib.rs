//! What people and programs get to see of plans, runs and findings.
//!
//! One view model, [`View`], is made of a plan; it holds no secret, so no printer can show one. [`text`], [`markdown`] and
//! [`json`] print it, [`calls`] lists the API calls behind it, [`stale`] says how a record moved since. [`progress`] shows a run while it
//! happens and again later, [`run`] says how it ended and what to do next, and [`diagnostic`] shows what a user can fix,
//! with the place; [`explain`] prints the page of a code, [`graph`] draws. [`escape`] keeps text from the outside from steering a
//! terminal; [`style`] is the only place that knows colours. Nothing here prints: everything returns text.

pub mod style;
pub mod escape;
pub mod view;
mod of_plan;
mod written;
mod mask;
pub mod delta;
mod awaits;
pub mod reason;
mod value;
pub mod diagnostic;
pub mod explain;
pub mod graph;
pub mod text;
pub mod calls;
pub mod stale;
pub mod markdown;
pub mod json;
pub mod next;
pub mod progress;
pub mod run;

pub use next::Next;
pub use style::Style;
pub use view::View;
