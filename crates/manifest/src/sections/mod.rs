//! One module for each section of a manifest: which keys it has and how each is written.

mod settings;
mod defaults;
mod variable;
mod output;
mod resource;
mod data;

pub(crate) use data::{DATA_KEYS, read_data};
pub(crate) use defaults::read_defaults;
pub(crate) use output::read_output;
pub(crate) use resource::{RESOURCE_KEYS, read_resource};
pub(crate) use settings::{CLOUD_KEYS, ProjectTable, STATE_KEYS, read_project, read_table};
pub(crate) use variable::read_variable;

use firma_model::span::Span;
use std::sync::Arc;

/// An entry's name and the span that stands for the entry: its header, or its key when it is written inline.
pub(crate) struct Head {
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
}
