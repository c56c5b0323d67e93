//! Structural checks of a finished plan: one finding per way it could be unsound. Run on every plan before anyone sees it.
//!
//! Nothing here is shared with the rules that make plans: what must hold is said again, from the plan and the records alone,
//! and looked for in the graph as an apply will see it. [`Finding`] says what can be wrong, `shape` looks at each step by
//! itself, `sources` at the holes, `order`, `away` and `written` at who waits for whom, by way of `reach`.

mod finding;
mod reach;
mod shape;
mod sources;
mod order;
mod away;
mod written;
mod whole;

pub use finding::Finding;
pub use whole::audit;
