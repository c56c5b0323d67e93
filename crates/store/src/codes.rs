//! The diagnostics of the store, explained.

/// Code, title, explanation in Markdown.
pub const CODES: &[(&str, &str, &str)] = &[];
