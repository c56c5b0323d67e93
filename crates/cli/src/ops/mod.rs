//! What commands do, from top to bottom; each file is one flow.

pub mod project;
pub mod cloud;
pub mod state;
pub mod files;
pub mod planning;
pub mod carrying;
pub mod telling;
pub mod recovering;
pub mod signals;
