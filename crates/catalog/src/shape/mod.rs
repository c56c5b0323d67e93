//! Values by shape: what plan, engine and manifest do with a procedure's attributes.
//!
//! - [`to_wire`], [`from_wire`]: manifest values to the API's JSON and back.
//! - [`select`], [`project()`]: from a read object to attributes.
//! - [`normalise`]: the one form of values that mean the same, so that equal is equal.
//! - [`check()`], [`required`]: what a manifest says, against the kind.
//!
//! In normal form lists and sets are both `Value::List` (a stored document cannot tell them apart); a set's is sorted and
//! without duplicates.

mod check;
mod normal;
mod project;
mod spelling;
mod wire;

pub use check::{Part, Place, check, check_at, check_parameter, check_parameter_at, required, type_of};
pub use normal::{normalise, normalise_shape};
pub use project::{SERVER_ID, SERVER_MADE, expires, fingerprint, project, read_id, read_path, select, status};
pub use wire::{from_wire, modification, put_parameter, to_wire};
