//! The SQLite library this program carries.

/// Its version, such as `3.54.1`.
pub fn library() -> &'static str {
    rusqlite::version()
}
