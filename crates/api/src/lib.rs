//! api (being written).
pub mod request;
pub mod transport;
