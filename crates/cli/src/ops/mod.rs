//! What commands do, from top to bottom; each file is one flow.

pub(crate) mod formatting;
pub(crate) mod project;
pub(crate) mod git;
pub(crate) mod checkout;
pub(crate) mod modules;
pub(crate) mod cloud;
pub(crate) mod state;
pub(crate) mod ahead;
pub(crate) mod holder;
pub(crate) mod provenance;
pub(crate) mod held;
pub(crate) mod files;
pub(crate) mod settling;
pub(crate) mod planning;
pub(crate) mod plan_files;
pub(crate) mod staleness;
pub(crate) mod carrying;
pub(crate) mod telling;
pub(crate) mod recounting;
pub(crate) mod recovering;
pub(crate) mod resuming;
pub(crate) mod signals;
pub(crate) mod patience;
pub(crate) mod ephemeral;
pub(crate) mod examining;
pub(crate) mod failpoint;
