//! One file a verb: arguments in, one flow called, an exit code out.

pub(crate) mod fmt;
pub(crate) mod init;
pub(crate) mod validate;
pub(crate) mod plan;
pub(crate) mod apply;
pub(crate) mod converge;
pub(crate) mod show;
pub(crate) mod output;
pub(crate) mod state;
pub(crate) mod history;
pub(crate) mod recover;
pub(crate) mod doctor;
pub(crate) mod emulator;
pub(crate) mod catalog;
pub(crate) mod api;
pub(crate) mod docs;
pub(crate) mod schema;
pub(crate) mod graph;
pub(crate) mod explain;
