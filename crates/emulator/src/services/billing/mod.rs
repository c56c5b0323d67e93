//! What things cost, by list prices.

mod prices;
mod quote;
mod operations;

pub(crate) use operations::OPERATIONS;
