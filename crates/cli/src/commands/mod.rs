//! One file a verb: arguments in, one flow called, an exit code out.

pub mod init;
pub mod validate;
pub mod plan;
pub mod apply;
pub mod show;
pub mod output;
pub mod state;
pub mod history;
pub mod recover;
pub mod emulator;
pub mod catalog;
pub mod api;
pub mod explain;
