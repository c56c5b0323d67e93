//! Edges between steps: what must be over before a step starts.
//!
//! Let B depend on A; C is the step that creates or updates, D the one that deletes. *Set aside* is the old object of a
//! replacement that creates first: it is deleted under its own key. The rules:
//!
//! - R1 C(B) after C(A), from the references just traced.
//! - R2 D(A) after D(B), from the dependencies stored with B, through objects that stay (R8).
//! - R3 in a replacement C(x) after D(x).
//! - R4 where x is created before it is destroyed, D(old x) after C(x).
//! - R5 where A is: D(old A) after C(B); a deleted B that is not goes before C(A), one that is before D(old A).
//! - R7 A updated, B deleted: C(A) after D(B).
//! - D1 an orphan is deleted only after its former dependants were updated away from it. A preference: where it would close
//!   a circle it gives way.
//! - D2 C(Y) after D(X) where both hold the same unique key.
//! - D3 in a replacement that deletes first, D(x) after C(y) where an open precondition of x is about y. A preference too; where
//!   it gives way, that is told.
//!
//! A dependency on a whole block goes through a gate, so that edges stay linear in what is written. [`legs`](self) tell which steps
//! an address has, `edges` gathers, `making`, `removing`, `keys` and `holding` are the rules, `circle` lets preferences give way and says what
//! is wrong where that is not enough, `chains` gives priorities.

mod legs;
mod edges;
mod making;
mod removing;
mod keys;
mod holding;
mod circle;
mod chains;
mod plan;

pub use chains::chains;
pub use plan::order;
