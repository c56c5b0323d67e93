//! What others only learn during apply: checks of the planned whole, before anything is changed.
//!
//! [`offline`] needs the three worlds alone. The rest asks the cloud once, after a plan is made and before it is shown:
//! [`inquiry`] says which questions, each only once however many steps need its answer, and hands the answers to
//! `quotas`, `holders`, `names` and `ranges`. Nothing here reserves anything: somebody else may be quicker, and
//! then the apply says what the cloud said.

pub mod offline;
pub mod inquiry;
mod quotas;
mod holders;
mod names;
mod ranges;

pub use inquiry::{Asked, Inquiry};
