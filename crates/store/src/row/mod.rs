//! Rows: how records and events are written into the tables, apart from the types the rest of the program uses.
//!
//! `record` is one object, `event` one entry of the journal. An event's text begins with the version of its form.

mod record;
mod event;

pub(crate) use event::{decode_event, encode_event};
pub(crate) use record::{COLUMNS, RecordReader, billing_text, dependencies_text};
