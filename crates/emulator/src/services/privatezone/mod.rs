//! The privatezone service: names that only VPCs can look up. A package that was bought holds the zones; what makes
//! something answers nothing.

mod operations;
mod pages;
mod records;
mod zones;

pub(crate) use operations::OPERATIONS;
