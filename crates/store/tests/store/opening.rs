//! Opening: what is made, what is refused, and in which words.

use crate::world::{begin, create, done, existing, folder, record};
use firma_store::{Mode, Store};
use std::{fs, path::Path};

/// Opening this path is refused with this code and message (`{path}` is the path).
fn refused(path: &Path, mode: Mode, code: &str, message: &str) {
    let error = Store::open(path, mode).expect_err("refused");
    let diagnostic = error.diagnostic();
    assert_eq!(
        (diagnostic.code, diagnostic.message),
        (code_of(code), message.replace("{path}", &path.display().to_string()))
    );
}

fn code_of(code: &str) -> &'static str {
    firma_model::codes::page(code).expect("explained").code
}

#[test]
fn a_missing_state_is_an_error_unless_it_may_be_made() {
    let (_folder, path) = folder();
    refused(&path, Mode::Existing, "E0601", "the state `{path}` does not exist");
    assert!(!path.exists());
    let store = create(&path);
    assert_eq!(store.serial(), Ok(0));
    let lineage = store.lineage().to_owned();
    drop(store);
    assert_eq!(existing(&path).lineage(), lineage);
    assert_eq!(create(&path).lineage(), lineage);
}

#[test]
fn an_empty_file_is_no_state() {
    let (folder, _) = folder();
    let path = folder.path().join("state.db");
    fs::write(&path, "").expect("written");
    refused(&path, Mode::Existing, "E0601", "the state `{path}` is empty");
    create(&path);
    existing(&path);
}

#[test]
fn what_is_not_a_state_is_left_alone() {
    let (folder, _) = folder();
    let path = folder.path().join("notes.db");
    let text = "Dear diary, this is certainly no database. ".repeat(50);
    fs::write(&path, &text).expect("written");
    for mode in [Mode::Existing, Mode::CreateIfMissing] {
        refused(&path, mode, "E0602", "`{path}` is not a state of Firma: it is not an SQLite database");
    }
    assert_eq!(fs::read_to_string(&path).expect("read"), text);

    refused(folder.path(), Mode::CreateIfMissing, "E0602", "`{path}` is not a state of Firma: it is a folder");

    let other = folder.path().join("other.db");
    let connection = rusqlite::Connection::open(&other).expect("opened");
    connection.execute_batch("CREATE TABLE meta (name TEXT); CREATE TABLE song (title TEXT)").expect("made");
    drop(connection);
    for mode in [Mode::Existing, Mode::CreateIfMissing] {
        refused(&other, mode, "E0602", "`{path}` is not a state of Firma: it holds the tables of another program");
    }
}

#[test]
fn a_newer_format_is_refused() {
    let (_folder, path) = folder();
    create(&path);
    rusqlite::Connection::open(&path).expect("opened").execute("UPDATE meta SET format = 99", []).expect("set");
    for mode in [Mode::Existing, Mode::CreateIfMissing] {
        refused(&path, mode, "E0603", "the state `{path}` has format 99, this firma knows formats up to 2");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (folder, _) = folder();
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("written");
    let error = Store::open(&file.join("state.db"), Mode::CreateIfMissing).expect_err("refused");
    assert_eq!(error.code(), "E0607", "{error}");
    assert!(error.to_string().starts_with("no permission for the state"), "{error}");
}

#[test]
fn damaged_pages_are_reported() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    for index in 0..200 {
        store
            .commit(&lease, run, &[done(index, record(&format!("vpc.subnet.s{index}"), &format!("s-{index}")))])
            .expect("commit");
    }
    drop(store);
    let mut bytes = fs::read(&path).expect("read");
    let length = bytes.len();
    bytes[4096..length - 4096].fill(0xa5);
    fs::write(&path, bytes).expect("written");
    let error = Store::open(&path, Mode::Existing).expect_err("damaged");
    assert_eq!(error.code(), "E0605", "{error}");
    assert!(error.to_string().contains("is damaged"), "{error}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).expect("exists").permissions().mode() & 0o777;
    let (_folder, path) = folder();
    let mut store = create(&path);
    let (lease, run) = begin(&mut store);
    store.commit(&lease, run, &[done(0, record("vpc.vpc.main", "vpc-1"))]).expect("commit");
    store.hash_key().expect("key");
    assert_eq!(mode(path.parent().expect("folder")), 0o700);
    for name in ["state.db", "state.db-wal", "state.db-shm", "state.key"] {
        assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
    }
    drop(store);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("widened");
    existing(&path);
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn account_and_project_are_pinned_once() {
    let (_folder, path) = folder();
    let mut store = create(&path);
    assert_eq!((store.account(), store.project()), (Ok(None), Ok(None)));
    store.pin_account("a-1").expect("pinned");
    store.pin_account("a-1").expect("the same");
    store.pin_project("shop").expect("pinned");
    drop(store);
    let mut store = existing(&path);
    let error = store.pin_account("a-2").expect_err("another");
    let shown = path.display();
    assert_eq!(error.to_string(), format!("the state `{shown}` belongs to a-1, the credentials are of a-2"));
    assert!(error.is_refusal());
    // A key that may be asked for its account by now gives its place up to it, and to nothing else.
    store.pin_account_of_key("a-1", "a-3").expect("renamed");
    assert_eq!(store.account(), Ok(Some("a-3".to_owned())));
    store.pin_account_of_key("a-1", "a-3").expect("the same");
    store.pin_account_of_key("a-1", "a-4").expect_err("another");
    store.check_account("key", "a-3").expect("the same");
    store.check_account("a-3", "a-4").expect("its key was pinned, and nothing was asked");
    store.check_account("key", "a-4").expect_err("another");
    assert_eq!(store.account(), Ok(Some("a-3".to_owned())));
    let error = store.pin_project("blog").expect_err("another");
    assert_eq!(error.to_string(), format!("the state `{shown}` belongs to project `shop`, not to `blog`"));
}

#[test]
fn many_may_create_it_at_once() {
    let (_folder, path) = folder();
    let lineages: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| create(&path).lineage().to_owned())).collect();
        threads.into_iter().map(|thread| thread.join().expect("created")).collect()
    });
    assert!(lineages.iter().all(|lineage| *lineage == lineages[0]));
}
