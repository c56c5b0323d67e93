//! The vocabulary of Firma.
//!
//! Addresses and kinds name things; values, types, paths and expressions describe them; places say where they live and how
//! they are paid for. The three worlds are `desired` (what the manifests say), `record` (what Firma wrote down) and
//! `observed` (what the cloud says). Events are the journal, faults are what the world did to a call, diagnostics are what
//! a user can fix; each of their codes has a page. Everything here is plain data: no I/O, no clock, no policy.

pub mod small_map;
pub mod number;
pub mod types;
pub mod value;
pub mod path;
pub mod trail;
pub mod address;
pub mod span;
pub mod diagnostic;
pub mod codes;
pub mod suggest;
pub mod expr;
pub mod place;
pub mod document;
pub mod time;
pub mod fault;
pub mod extent;
pub mod statement;
pub mod deferral;
pub mod desired;
pub mod record;
pub mod records;
pub mod observed;
pub mod event;
