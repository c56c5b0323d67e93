//! Every failure has a code that is explained, and what SQLite reports becomes the failure it means.

use super::*;
use rusqlite::ffi;

#[test]
fn sqlite_errors_become_what_they_mean() {
    let cases = [
        (ffi::SQLITE_BUSY, "E0604"),
        (ffi::SQLITE_BUSY_SNAPSHOT, "E0604"),
        (ffi::SQLITE_LOCKED, "E0604"),
        (ffi::SQLITE_NOTADB, "E0602"),
        (ffi::SQLITE_CORRUPT, "E0605"),
        (ffi::SQLITE_FULL, "E0606"),
        (ffi::SQLITE_READONLY, "E0607"),
        (ffi::SQLITE_READONLY_DIRECTORY, "E0607"),
        (ffi::SQLITE_CANTOPEN, "E0607"),
        (ffi::SQLITE_PERM, "E0607"),
        (ffi::SQLITE_IOERR, "E0608"),
        (ffi::SQLITE_IOERR_FSYNC, "E0608"),
        (ffi::SQLITE_CONSTRAINT_UNIQUE, "E0618"),
        (ffi::SQLITE_NOMEM, "E0622"),
    ];
    for (code, expected) in cases {
        let error = StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        assert_eq!(error.code(), expected, "SQLite code {code}");
    }
    // Rows that always are there, and are not; values of another type than was written.
    assert_eq!(StoreError::from(rusqlite::Error::QueryReturnedNoRows).code(), "E0605");
    assert_eq!(StoreError::from(rusqlite::Error::IntegralValueOutOfRange(0, -1)).code(), "E0605");
    assert_eq!(StoreError::from(rusqlite::Error::InvalidQuery).code(), "E0622");
}

#[test]
fn every_failure_is_explained_and_names_the_file() {
    let text = || "x".to_owned();
    let kinds = [
        ErrorKind::Missing,
        ErrorKind::Empty,
        ErrorKind::NotAState(text()),
        ErrorKind::Newer { found: 2, known: 1 },
        ErrorKind::Locked,
        ErrorKind::Corrupt(text()),
        ErrorKind::Full,
        ErrorKind::Denied(text()),
        ErrorKind::Io(text()),
        ErrorKind::Chain(text()),
        ErrorKind::KeyMissing(text()),
        ErrorKind::KeyWrong(text()),
        ErrorKind::Conflict(text()),
        ErrorKind::OtherAccount { pinned: text(), given: text() },
        ErrorKind::OtherProject { pinned: text(), given: text() },
        ErrorKind::Unexpected(text()),
    ];
    for kind in kinds {
        let diagnostic = StoreError::from(kind.clone()).in_file("some/state.db").diagnostic();
        assert!(firma_model::codes::page(diagnostic.code).is_some(), "{kind:?}");
        assert!(diagnostic.message.contains("some/state.db"), "{}", diagnostic.message);
        assert!(!diagnostic.message.ends_with('.'), "{}", diagnostic.message);
    }
}
