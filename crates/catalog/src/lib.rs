//! Resource kinds as data over the API, compiled into procedures.
//!
//! A kind (`kinds/<service>/<kind>.toml`) says which calls make a resource live, find it, change it and end it. Its
//! attributes come from the API facts of the create call; the kind lists only what differs. Read in this order:
//!
//! - [`procedure`]: what a kind compiles into: all that `plan` needs, embedded in every plan.
//! - [`limits`]: what may stand in the way of making or deleting an object.
//! - [`rules`]: what the cloud takes as a value, beyond types.
//! - [`text`]: the TOML form of a kind and of a look-up; [`builtin`] holds the texts of this catalogue.
//! - [`compile`]: text and facts become a procedure, or a list of [`problem`]s; [`lint`] checks what compiling cannot;
//!   [`position`] finds the line.
//! - [`shape`]: values by shape: to and from the wire, normal forms, projection of read objects, checks of manifests.
//! - [`places`] and [`billing`]: regions, zones and billing methods.
//! - [`catalog`]: the door; compiles a kind when it is first asked for.
//! - [`view`]: a kind as people read it; [`operations`]: what it calls.

pub mod limits;
pub mod rules;
pub mod procedure;

pub mod text;
pub mod builtin;

pub mod problem;
pub mod compile;
pub mod lint;
pub mod position;

pub mod shape;

pub mod places;
pub mod billing;
pub mod codes;

pub mod catalog;
pub mod view;
pub mod docs;
pub mod operations;

pub use catalog::Catalog;
pub use compile::listing;
pub use procedure::{LookupProcedure, Procedure};
pub use view::KindView;
