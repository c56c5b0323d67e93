//! How long a run takes beside how long it must take: five graphs, one cloud, virtual time.
//!
//! - [`shape`]: the graphs. [`rig`]: a cloud at the end of a slow line, and one run against it.
//! - [`bound`](mod@bound): what no correct client can beat. [`table`]: both, side by side.

pub mod bound;
pub mod rig;
pub mod shape;
pub mod table;

pub use bound::{Bound, bound};
pub use rig::{Measured, Rig, Settings, measure};
pub use shape::Shape;
