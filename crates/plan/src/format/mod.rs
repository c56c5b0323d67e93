//! The durable form of a plan, `firma.plan/1`.
//!
//! A plan that was reviewed is carried out later, perhaps by another version of Firma and certainly without the manifests,
//! so its bytes are a contract: `state/formats/plan.md` describes them. The types a plan is made of know nothing of this;
//! their mirror images live here. Reading order: `forms` (the mirror images), over `adapt` (how they are put together),
//! `value` and `expr` (the two recursive types) and `condition`; `encode` (bytes and back), `sealed` (what can be read
//! without the key) and `digest` (the id).

mod adapt;
mod value;
mod expr;
mod condition;
mod forms;
mod postponed;
mod encode;
mod sealed;
mod digest;
mod error;
#[cfg(test)]
mod tests;

pub use digest::{id, id_of_encoded};
pub use encode::{FORMAT, decode, encode};
pub use error::FormatError;
pub use sealed::decode_closed;
