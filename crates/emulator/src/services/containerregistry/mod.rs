//! The containerregistry service: registries and repositories, synchronous, called by their names. Images come from
//! elsewhere.

mod operations;
mod registries;
mod repositories;

pub(crate) use operations::OPERATIONS;

/// Names: lower-case letters, digits and `-`, a letter at the beginning.
fn is_plain(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(legal)
}
