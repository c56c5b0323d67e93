//! One source file: from text to TOML, from TOML to expressions, every span back in the file.

mod escape;
mod duplicate;
mod document;
mod lower;
mod reader;

pub(crate) use document::parse_document;
pub(crate) use lower::UNREADABLE;
pub(crate) use reader::{Reader, Spelled, list};
