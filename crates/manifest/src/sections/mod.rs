//! One module for each section of a manifest: which keys it has and how each is written.

mod head;
mod settings;
mod defaults;
mod variable;
mod output;
mod repeat;
mod resource;
mod data;
mod condition;
mod statement;
mod module;

pub(crate) use condition::{read_check, read_conditions};
pub(crate) use data::{DATA_KEYS, read_data};
pub(crate) use defaults::read_defaults;
pub(crate) use head::Head;
pub(crate) use module::{CALL_KEYS, read_call};
pub(crate) use output::read_output;
pub(crate) use resource::{RESOURCE_KEYS, read_resource};
pub(crate) use settings::{CLOUD_KEYS, ProjectTable, STATE_KEYS, read_project, read_table};
pub(crate) use statement::{read_import, read_moved, read_removed};
pub(crate) use variable::read_variable;
