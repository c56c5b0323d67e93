//! The store: a connection to the state, opened so that what it says can be relied on.

use crate::{
    error::{ErrorKind, StoreError},
    key::Keyring,
    migration::{self, Found},
    permission,
    seal::{KEY, fill},
    verify,
};
use firma_model::diagnostic::Diagnostic;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration as Wait,
};

/// Older libraries can lose a WAL that is reset while it is read (<https://www.sqlite.org/wal.html>).
const OLDEST_LIBRARY: i32 = 3_051_003;
/// How long another process may hold the write lock before we give up: every transaction here is short.
const LOCK_WAIT: Wait = Wait::from_secs(5);
/// Statements kept prepared; there are about thirty.
const STATEMENTS: usize = 64;
/// Events checked when a state is opened: enough to notice a file that was edited or cut short, cheap at any size.
const TAIL: u64 = 100;
/// The lineage of every state in memory: it never meets another one.
const MEMORY_LINEAGE: &str = "00000000-0000-4000-8000-000000000000";

/// What to do when there is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is an error: what was made before would be made again.
    Existing,
    /// Make an empty one.
    CreateIfMissing,
}

/// The state of one project.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) keys: Keyring,
    pub(crate) path: String,
    pub(crate) notices: Vec<Diagnostic>,
}

impl Store {
    /// Opens the state of a file; the tail of its journal is verified.
    pub fn open(path: &Path, mode: Mode) -> Result<Store, StoreError> {
        let shown = path.display().to_string();
        open(path, mode).map_err(|e| e.in_file(&shown))
    }

    /// An empty state in memory, always with the same lineage and key: nothing of it is ever at rest.
    pub fn in_memory() -> Result<Store, StoreError> {
        check_library(rusqlite::version_number())?;
        let mut connection = Connection::open_in_memory()?;
        configure(&connection)?;
        migration::migrate(&mut connection, || Ok(MEMORY_LINEAGE.to_owned()))?;
        let keys = Keyring::in_memory(MEMORY_LINEAGE.to_owned());
        Ok(Store { connection, keys, path: "in memory".to_owned(), notices: Vec::new() })
    }

    /// What the user should be told, once: a key file was made, for example.
    pub fn take_notices(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.notices)
    }

    /// The name this state was given when it was made; sealed values and plans are bound to it.
    pub fn lineage(&self) -> &str {
        self.keys.lineage()
    }

    /// The file, as the caller named it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The high-water mark: the serial of the last event.
    pub fn serial(&self) -> Result<u64, StoreError> {
        self.read(|t| Ok(t.query_row("SELECT serial FROM meta", [], |row| row.get(0))?))
    }

    /// The account these objects belong to, once it is known.
    pub fn account(&self) -> Result<Option<String>, StoreError> {
        self.read(|t| Ok(t.query_row("SELECT account FROM meta", [], |row| row.get(0))?))
    }

    /// Pins the account at first use; later only checks that it is the same.
    pub fn pin_account(&mut self, account: &str) -> Result<(), StoreError> {
        match self.account()? {
            Some(pinned) if pinned == account => Ok(()),
            Some(pinned) => {
                let kind = ErrorKind::OtherAccount { pinned, given: account.to_owned() };
                Err(StoreError::from(kind).in_file(&self.path))
            }
            None => self.write(|t| {
                t.execute("UPDATE meta SET account = ?1 WHERE account IS NULL", [account])?;
                Ok(())
            }),
        }
    }

    /// Pins the account where so far only its access key was pinned, because nobody might ask for the account then. With
    /// anything else pinned this is [`Store::pin_account`].
    pub fn pin_account_of_key(&mut self, key: &str, account: &str) -> Result<(), StoreError> {
        let renamed =
            self.write(|t| Ok(t.execute("UPDATE meta SET account = ?2 WHERE account = ?1", [key, account])?))?;
        if renamed == 0 { self.pin_account(account) } else { Ok(()) }
    }

    /// The project this state is of, once it is known.
    pub fn project(&self) -> Result<Option<String>, StoreError> {
        self.read(|t| Ok(t.query_row("SELECT project FROM meta", [], |row| row.get(0))?))
    }

    /// Pins the project's name at first use; later only checks that it is the same.
    pub fn pin_project(&mut self, project: &str) -> Result<(), StoreError> {
        match self.project()? {
            Some(pinned) if pinned == project => Ok(()),
            Some(pinned) => {
                let kind = ErrorKind::OtherProject { pinned, given: project.to_owned() };
                Err(StoreError::from(kind).in_file(&self.path))
            }
            None => self.write(|t| {
                t.execute("UPDATE meta SET project = ?1 WHERE project IS NULL", [project])?;
                Ok(())
            }),
        }
    }

    /// The key for keyed hashes of values that are not kept (write-only attributes, secrets in a plan's id).
    /// Makes the data key when there is none: see [`Store::take_notices`].
    pub fn hash_key(&mut self) -> Result<[u8; KEY], StoreError> {
        let Store { connection, keys, notices, path } = self;
        keys.make(connection, notices).map(|sealer| sealer.hash_key()).map_err(|e| e.in_file(path))
    }

    /// Waits this many milliseconds for another process's lock instead of five seconds.
    pub fn wait_for_lock(&self, millis: u64) -> Result<(), StoreError> {
        Ok(self.connection.busy_timeout(Wait::from_millis(millis))?)
    }

    /// Refuses to grow the file beyond this many pages of 4096 bytes (at least what it has): how a full disk is tested.
    /// `None` lifts the limit.
    pub fn limit_pages(&self, pages: Option<u32>) -> Result<(), StoreError> {
        self.connection.pragma_update(None, "max_page_count", pages.unwrap_or(u32::MAX - 1))?;
        Ok(())
    }

    /// Reads: one consistent snapshot, which waits for no writer.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let all = || {
            let transaction = self.connection.unchecked_transaction()?;
            read(&transaction)
        };
        all().map_err(|e: StoreError| e.in_file(&self.path))
    }

    /// Writes: one transaction that takes the write lock first, so that nothing it read can change before it commits.
    pub(crate) fn write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let all = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = write(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        all().map_err(|e: StoreError| e.in_file(&self.path))
    }
}

fn open(path: &Path, mode: Mode) -> Result<Store, StoreError> {
    check_library(rusqlite::version_number())?;
    let mut flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    // Looking at a file's metadata opens no descriptor, so it drops no lock.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::NotAState("it is a folder".to_owned()).into()),
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => match mode {
            Mode::Existing => return Err(ErrorKind::Missing.into()),
            Mode::CreateIfMissing => {
                if let Some(folder) = path.parent() {
                    permission::make_folder(folder)?;
                }
                flags |= OpenFlags::SQLITE_OPEN_CREATE;
            }
        },
        Err(e) => return Err(permission::denied(path, &e)),
    }
    let mut connection = Connection::open_with_flags(path, flags)?;
    // Before the first write: the files beside the database are made with its mode.
    permission::narrow(path, 0o600)?;
    let found = migration::look(&connection)?;
    match found {
        // An empty file is what a creation that died leaves, and what `touch` makes: no state in either case.
        Found::Nothing if mode == Mode::Existing => return Err(ErrorKind::Empty.into()),
        Found::Foreign => return Err(ErrorKind::NotAState("it holds the tables of another program".to_owned()).into()),
        Found::Format(found) if found > migration::NEWEST => {
            return Err(ErrorKind::Newer { found, known: migration::NEWEST }.into());
        }
        Found::Nothing | Found::Format(_) => {}
    }
    if connection.is_readonly("main")? {
        return Err(ErrorKind::Denied("it is read-only".to_owned()).into());
    }
    configure(&connection)?;
    migration::migrate(&mut connection, new_lineage)?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        if beside.exists() {
            permission::narrow(&beside, 0o600)?;
        }
    }
    let lineage: String = connection.query_row("SELECT lineage FROM meta", [], |row| row.get(0))?;
    verify::check_chain(&connection, Some(TAIL))?;
    let keys = Keyring::beside(path, lineage);
    Ok(Store { connection, keys, path: path.display().to_string(), notices: Vec::new() })
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn check_library(version: i32) -> Result<(), StoreError> {
    if version < OLDEST_LIBRARY {
        let shown = format!("{}.{}.{}", version / 1_000_000, version / 1000 % 1000, version % 1000);
        return Err(ErrorKind::Library(shown).into());
    }
    Ok(())
}

/// A random UUID (version 4).
fn new_lineage() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    Ok(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_library_is_refused() {
        assert!(check_library(3_051_003).is_ok());
        let error = check_library(3_051_002).expect_err("too old");
        assert_eq!(error.code(), "E0621");
        assert_eq!(error.diagnostic().message, "SQLite 3.51.2 can damage a state and is not used");
    }

    #[test]
    fn a_lineage_is_a_uuid() {
        let lineage = new_lineage().expect("random");
        assert_eq!(lineage.len(), 36);
        assert_eq!(&lineage[14..15], "4");
    }
}
