//! What things cost, by list prices.

mod prices;
mod quote;

use super::{Behaviour::Read, Operations};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[("calculateTotalPrice", Read(quote::total))];
