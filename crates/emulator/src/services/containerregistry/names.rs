//! Names of registries and repositories.

/// Names: lower-case letters, digits and `-`, a letter at the beginning.
pub(super) fn is_plain(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(legal)
}
