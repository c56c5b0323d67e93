//! The ssl service: certificates that were made elsewhere and are kept here for whoever serves with them. It has no regions.

mod cert;

pub(crate) use cert::OPERATIONS;
