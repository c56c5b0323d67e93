//! One module for each section of a manifest: which keys it has and how each is written.

mod head;
mod settings;
mod defaults;
mod variable;
mod output;
mod resource;
mod data;

pub(crate) use data::{DATA_KEYS, read_data};
pub(crate) use defaults::read_defaults;
pub(crate) use head::Head;
pub(crate) use output::read_output;
pub(crate) use resource::{RESOURCE_KEYS, read_resource};
pub(crate) use settings::{CLOUD_KEYS, ProjectTable, STATE_KEYS, read_project, read_table};
pub(crate) use variable::read_variable;
