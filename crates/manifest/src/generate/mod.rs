//! Manifests for objects that exist already, from what the cloud shows of them.
//!
//! [`manifest`] writes one block for each object, or for several that are its instances, with every attribute that a manifest can set and the cloud shows, in the
//! conventional form. What nobody can read back, passwords above all, is named in a comment. Ids of objects that the project has are
//! written as references.

mod block;
mod repeated;
mod text;

pub use block::{Found, Object, Referred, manifest};
