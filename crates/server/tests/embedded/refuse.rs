//! Files that are not the emulator's, or not this program's.

use crate::{open, options};
use firma_server::{Embedded, EmbeddedError, WallClock};
use std::sync::Arc;

#[test]
fn files_of_others_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text.db");
    std::fs::write(&text, "not a database, and long enough not to look like an empty one\n".repeat(20)).unwrap();
    let other = directory.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    for path in [text, other] {
        let error = Embedded::open(&options(&path), Arc::new(WallClock)).err().unwrap();
        assert_eq!(error, EmbeddedError::Foreign(path));
    }
}

#[test]
fn a_newer_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    drop(open(&path));
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Embedded::open(&options(&path), Arc::new(WallClock)).err().unwrap();
    assert_eq!(error, EmbeddedError::Newer { path, version: 99 });
}

#[test]
fn a_log_that_does_not_fit_is_refused_with_the_way_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    drop(open(&path));
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute("INSERT INTO change (seq, at, service, operation, parameters) VALUES (99, 0, 'vpc', 'deleteVpc', '{\"vpcId\": \"vpc-none\"}')", []).unwrap();
    drop(file);
    let error = Embedded::open(&options(&path), Arc::new(WallClock)).err().unwrap().to_string();
    assert!(error.contains("change 99") && error.contains("delete it"), "{error}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.db");
    drop(open(&path));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
