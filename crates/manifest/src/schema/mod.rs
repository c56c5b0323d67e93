//! A JSON Schema (2020-12) of manifests, for editors: what can stand where, with what each thing means.
//!
//! Wherever the language takes an expression the schema takes a text with `${` or `%{` in it; what such a text comes to is
//! for `firma validate` to say. Kinds are read from the catalogue, so the schema knows every one of them. It is looser
//! than the program in what only evaluation can tell: that names are distinct, that references lead somewhere, that keys
//! which exclude each other are not used together.
//!
//! `document` has the sections of a manifest, `kinds` the resources and look-ups, `limited` the values with what the
//! rules of their kinds say of them, `part` the pieces both are made of.

mod part;
mod limited;
mod kinds;
mod document;
#[cfg(test)]
mod tests;

pub use document::schema;
