//! Examining a state, for `firma doctor`: every question with its answer, of any file, also one that cannot be opened.
//!
//! Nothing is written and nothing is repaired, so that what is wrong stays as it is.

use crate::{
    error::{ErrorKind, StoreError},
    key::Keyring,
    lease,
    migration::{self, Found, NEWEST},
    permission, restored, run, snapshot,
    store::prepare,
    verify,
    witness::{self, Witnesses},
};
use firma_model::{diagnostic::Diagnostic, event::EventBody, time::Timestamp};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::path::{Path, PathBuf};

/// One question, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What was asked, in a word: `file`, `schema`, `integrity`, `journal`, `records`, `calls`, `key`, `permissions`, `lease`,
    /// `mark`.
    pub name: &'static str,
    /// What is so, in a few words; empty when that could not be found out.
    pub says: String,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Diagnostic>,
}

/// What a question came to: what is so, and what is wrong.
type Answer = Result<(String, Vec<Diagnostic>), StoreError>;

/// Asks everything about the state of this path; `folders` are those of [`Store::open_witnessed`](crate::Store::open_witnessed).
/// Questions that cannot be asked of a file in this condition are left out; why is a finding of another one.
pub fn examine(path: &Path, folders: &[PathBuf], now: Timestamp) -> Vec<Checked> {
    let shown = path.display().to_string();
    let checked = |name: &'static str, answer: Answer| match answer {
        Ok((says, findings)) => Checked { name, says, findings },
        Err(error) => Checked { name, says: String::new(), findings: vec![error.in_file(&shown).diagnostic()] },
    };
    let (connection, format) = match open(path) {
        Ok(opened) => opened,
        Err(error) => return vec![checked("file", Err(error)), checked("permissions", permissions(path))],
    };
    let about = |kind: fn(String) -> ErrorKind, findings: Vec<String>| -> Vec<Diagnostic> {
        findings.into_iter().map(|what| StoreError::from(kind(what)).in_file(&shown).diagnostic()).collect()
    };
    // One moment of it, while others may go on writing.
    let snapshot = match connection.unchecked_transaction() {
        Ok(snapshot) => snapshot,
        Err(error) => return vec![checked("file", Err(error.into())), checked("permissions", permissions(path))],
    };
    let mut all = vec![
        checked("file", file(&snapshot)),
        checked(
            "schema",
            migration::differences(&snapshot).map(|found| (format_says(format), about(ErrorKind::Corrupt, found))),
        ),
        checked(
            "integrity",
            verify::integrity(&snapshot).map(|found| ("whole".to_owned(), about(ErrorKind::Corrupt, found))),
        ),
        checked("journal", journal(&snapshot)),
    ];
    if format == NEWEST {
        all.push(checked("records", records(&snapshot).map(|(says, found)| (says, about(ErrorKind::Chain, found)))));
        all.push(checked("calls", calls(&snapshot)));
    }
    all.push(checked("key", key(&snapshot, path)));
    all.push(checked("permissions", permissions(path)));
    all.push(checked("lease", held(&snapshot, now)));
    // Marks are read before what they are compared with.
    drop(snapshot);
    if format == NEWEST {
        all.push(checked("mark", mark(&connection, path, folders)));
    }
    all
}

/// For reading only: also its write-ahead log stays where it is.
fn open(path: &Path) -> Result<(Connection, u32), StoreError> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::NotAState("it is a folder".to_owned()).into()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(ErrorKind::Missing.into()),
        Err(error) => return Err(permission::denied(path, &error)),
    }
    // Opened as if to write, to learn whether that could be done; then told to write nothing.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    match migration::look(&connection)? {
        Found::Nothing => Err(ErrorKind::Empty.into()),
        Found::Foreign => Err(ErrorKind::NotAState("it holds the tables of another program".to_owned()).into()),
        Found::Format(found) if found > NEWEST => Err(ErrorKind::Newer { found, known: NEWEST }.into()),
        Found::Format(found) => Ok((connection, found)),
    }
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn file(connection: &Connection) -> Answer {
    if connection.is_readonly("main")? {
        return Err(ErrorKind::Denied("it is read-only".to_owned()).into());
    }
    let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes: u64 = connection.query_row(size, [], |row| row.get(0))?;
    Ok((format!("{} KiB", bytes.div_ceil(1024)), Vec::new()))
}

fn format_says(format: u32) -> String {
    match format {
        NEWEST => format!("format {format}"),
        older => format!("format {older}; the next command brings it to {NEWEST}"),
    }
}

fn journal(connection: &Connection) -> Answer {
    verify::check_chain(connection, None)?;
    let events: u64 = connection.query_row("SELECT serial FROM meta", [], |row| row.get(0))?;
    let runs = run::all(connection)?;
    let runs = counted(runs.len() as u64, "run");
    Ok((format!("{} of {runs}, every hash fits", counted(events, "event")), Vec::new()))
}

fn records(connection: &Connection) -> Result<(String, Vec<String>), StoreError> {
    let found = verify::check_fold(connection)?;
    let records: u64 = connection.query_row("SELECT count(*) FROM object", [], |row| row.get(0))?;
    Ok((format!("{}, as the journal says", counted(records, "record")), found))
}

fn calls(connection: &Connection) -> Answer {
    let open = crate::intent::open(connection)?;
    let findings = open.iter().filter_map(|(run, body)| match body {
        EventBody::Begin(intent) => Some(
            Diagnostic::warning(
                "E0626",
                format!("run {run} left the outcome of a {} of {} open", intent.action, intent.address),
            )
            .hint("firma recover"),
        ),
        _ => None,
    });
    let says = if open.is_empty() { "none is open".to_owned() } else { format!("{} open", open.len()) };
    Ok((says, findings.collect()))
}

/// Opens the key, and everything that is sealed in the records.
fn key(connection: &Connection, path: &Path) -> Answer {
    let lineage: String = connection.query_row("SELECT lineage FROM meta", [], |row| row.get(0))?;
    let keys = Keyring::beside(path, lineage);
    if keys.open(connection)?.is_none() {
        return Ok(("none yet".to_owned(), Vec::new()));
    }
    let (current, deposed) = snapshot::objects(connection, Some(&keys))?;
    snapshot::outputs(connection, Some(&keys))?;
    let sealed: u64 = connection.query_row("SELECT count(*) FROM object WHERE sealed = 1", [], |row| row.get(0))?;
    let all = counted((current.len() + deposed.len()) as u64, "record");
    Ok((format!("opens; sealed values in {sealed} of {all}"), Vec::new()))
}

fn permissions(path: &Path) -> Answer {
    let mut findings = Vec::new();
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let files = [path.to_owned(), beside("-wal"), beside("-shm"), path.with_extension("key"), witness::beside(path)];
    for file in files {
        if permission::is_open_to_others(&file) {
            findings.push(
                Diagnostic::warning("E0607", format!("others than its owner may read `{}`", file.display()))
                    .hint(format!("chmod 600 {}", file.display())),
            );
        }
    }
    Ok(("its owner's alone".to_owned(), findings))
}

fn held(connection: &Connection, now: Timestamp) -> Answer {
    let standing = lease::current(connection)?;
    // The proof of life in brackets is for programs.
    let holder = standing.holder.split(" [").next().unwrap_or_default();
    let says = match (holder, standing.expires > now) {
        ("", _) => "nobody holds it".to_owned(),
        (holder, true) => format!("{holder} holds it until {}", standing.expires),
        (holder, false) => format!("{holder} held it until {}; the next run takes it", standing.expires),
    };
    Ok((says, Vec::new()))
}

fn mark(connection: &Connection, path: &Path, folders: &[PathBuf]) -> Answer {
    let lineage: String = connection.query_row("SELECT lineage FROM meta", [], |row| row.get(0))?;
    let looked = restored::look(connection, &Witnesses::of(path, folders, &lineage), &lineage)?;
    let mut findings: Vec<Diagnostic> =
        looked.unreadable.iter().map(|(path, why)| restored::unreadable(path, why)).collect();
    if let Some(restored) = looked.restored {
        let shown = path.display().to_string();
        findings.push(StoreError::from(ErrorKind::Restored(Box::new(restored))).in_file(&shown).diagnostic());
    }
    let says = match looked.found {
        0 => "not remembered outside the state yet".to_owned(),
        1 => "remembered in 1 place".to_owned(),
        n => format!("remembered in {n} places"),
    };
    Ok((says, findings))
}
