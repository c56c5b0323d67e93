//! What JD Cloud's OpenAPI offers: services, operations, parameters, models, types.
//!
//! The facts were read from the sources of JD Cloud's official SDK. They lie in `data/`, one file per service, one
//! operation or model per line, are compressed by the build script, and inflated per service on first use.

mod index;
mod read;
mod shape;
mod types;

pub use index::{Outline, compressed_size, model, operation, service, services};
pub use shape::{Field, Hints, Model, Operation, Param, Place, Range, Segment, Service};
pub use types::Type;
