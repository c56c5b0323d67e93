//! The store: a connection to the state, opened so that what it says can be relied on.

use crate::{
    error::{ErrorKind, StoreError},
    key::Keyring,
    migration::{self, Found},
    permission,
    restored::{self, Restored},
    seal::{KEY, fill},
    verify,
    witness::{self, Witnesses},
};
use firma_model::diagnostic::Diagnostic;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration as Wait, Instant},
};

/// Older libraries can lose a WAL that is reset while it is read (<https://www.sqlite.org/wal.html>).
const OLDEST_LIBRARY: i32 = 3_051_003;
/// How long another process may hold the write lock before we give up: every transaction here is short.
const LOCK_WAIT: Wait = Wait::from_secs(5);
/// The pause between two tries where SQLite itself does not wait.
const LOCK_PAUSE: Wait = Wait::from_millis(5);
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
    /// Where it is remembered how far this state has come.
    pub(crate) witnesses: Witnesses,
    /// No mark was found anywhere.
    pub(crate) unwitnessed: bool,
    /// Why it is for reading only.
    pub(crate) restored: Option<Restored>,
    /// The file, and which one it was when it was opened.
    file: Option<(PathBuf, Option<(u64, u64)>)>,
}

impl Store {
    /// Opens the state of a file; the tail of its journal is verified, and compared with the mark beside it.
    pub fn open(path: &Path, mode: Mode) -> Result<Store, StoreError> {
        Store::open_witnessed(path, mode, &[])
    }

    /// Opens it with more witnesses: folders where marks of many states are kept, each under its lineage. They notice
    /// what the mark beside the state cannot, that the whole folder was brought back together.
    pub fn open_witnessed(path: &Path, mode: Mode, folders: &[PathBuf]) -> Result<Store, StoreError> {
        let shown = path.display().to_string();
        open(path, mode, folders).map_err(|e| e.in_file(&shown))
    }

    /// An empty state in memory, always with the same lineage and key: nothing of it is ever at rest.
    pub fn in_memory() -> Result<Store, StoreError> {
        check_library(rusqlite::version_number())?;
        let mut connection = Connection::open_in_memory()?;
        prepare(&connection)?;
        make_durable(&connection)?;
        migration::migrate(&mut connection, || Ok(MEMORY_LINEAGE.to_owned()))?;
        let keys = Keyring::in_memory(MEMORY_LINEAGE.to_owned());
        Ok(Store {
            connection,
            keys,
            path: "in memory".to_owned(),
            notices: Vec::new(),
            witnesses: Witnesses::default(),
            unwitnessed: false,
            restored: None,
            file: None,
        })
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
            // Nothing is kept of a look at a state that may only be read.
            None if self.restored.is_some() => Ok(()),
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

    /// Refuses an account that is not the pinned one, where one is pinned already; pins nothing. `key` stands for it where
    /// nobody might ask for the account.
    pub fn check_account(&self, key: &str, account: &str) -> Result<(), StoreError> {
        match self.account()? {
            Some(pinned) if pinned != account && pinned != key => {
                let kind = ErrorKind::OtherAccount { pinned, given: account.to_owned() };
                Err(StoreError::from(kind).in_file(&self.path))
            }
            _ => Ok(()),
        }
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
            None if self.restored.is_some() => Ok(()),
            None => self.write(|t| {
                t.execute("UPDATE meta SET project = ?1 WHERE project IS NULL", [project])?;
                Ok(())
            }),
        }
    }

    /// The key for keyed hashes of values that are not kept (write-only attributes, secrets in a plan's id).
    /// Makes the data key when there is none: see [`Store::take_notices`].
    pub fn hash_key(&mut self) -> Result<[u8; KEY], StoreError> {
        let Store { connection, keys, notices, path, restored, .. } = self;
        if restored.is_some() && keys.open(connection).map_err(|e| e.clone().in_file(path))?.is_none() {
            // For one look at what may only be read; nothing it hashes is kept.
            let mut key = [0; KEY];
            fill(&mut key)?;
            return Ok(key);
        }
        keys.make(connection, notices).map(|sealer| sealer.hash_key()).map_err(|e| e.in_file(path))
    }

    /// How a commit reaches the disk: the journal mode and the level of `synchronous` of the connection that writes. It must
    /// be `wal` and 2 (FULL): every commit is one fsync of the write-ahead log.
    pub fn durability(&self) -> Result<(String, u32), StoreError> {
        let pragma = "SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous";
        Ok(self.connection.query_row(pragma, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
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
        self.refuse_restored()?;
        self.refuse_replaced()?;
        let all = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = write(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        all().map_err(|e: StoreError| e.in_file(&self.path))
    }

    /// Refuses to write into a file that no longer has its name: what is written there is lost.
    ///
    /// The interleaving: an apply waits for approval; somebody moves the state away, or copies a backup over it with a
    /// tool that makes a new file; the apply writes its journal into a file that nobody will ever open.
    fn refuse_replaced(&self) -> Result<(), StoreError> {
        match &self.file {
            Some((path, opened)) if permission::identity(path) != *opened => {
                Err(StoreError::from(ErrorKind::Replaced).in_file(&self.path))
            }
            _ => Ok(()),
        }
    }
}

fn open(path: &Path, mode: Mode, folders: &[PathBuf]) -> Result<Store, StoreError> {
    check_library(rusqlite::version_number())?;
    let mut flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    // Looking at a file's metadata opens no descriptor, so it drops no lock.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::NotAState("it is a folder".to_owned()).into()),
        // Before SQLite opens it: the files it makes beside the database get the database's mode, and would keep it when the
        // database may be written again.
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(ErrorKind::Denied("it is read-only".to_owned()).into());
        }
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
    prepare(&connection)?;
    // What is refused below is left as it is, to the byte: also its write-ahead log is not moved into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let found = migration::look(&connection)?;
    match found {
        // An empty file is what a creation that died leaves, and what `touch` makes: no state in either case.
        Found::Nothing if mode == Mode::Existing => return Err(ErrorKind::Empty.into()),
        Found::Foreign => return Err(ErrorKind::NotAState("it holds the tables of another program".to_owned()).into()),
        Found::Format(found) if found > migration::NEWEST => {
            return Err(ErrorKind::Newer { found, known: migration::NEWEST }.into());
        }
        Found::Nothing => {
            // Before the first write: the files beside the database are made with its mode.
            permission::narrow(path, 0o600)?;
            witness::clear(path)?;
        }
        Found::Format(_) => {
            // In one snapshot: between reading the high-water mark and the events another process may commit.
            let snapshot = connection.unchecked_transaction()?;
            verify::check_chain(&snapshot, Some(TAIL))?;
            drop(snapshot);
            permission::narrow(path, 0o600)?;
        }
    }
    if connection.is_readonly("main")? {
        return Err(ErrorKind::Denied("it is read-only".to_owned()).into());
    }
    make_durable(&connection)?;
    migration::migrate(&mut connection, new_lineage)?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        if beside.exists() {
            permission::narrow(&beside, 0o600)?;
        }
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    let lineage: String = connection.query_row("SELECT lineage FROM meta", [], |row| row.get(0))?;
    let witnesses = Witnesses::of(path, folders, &lineage);
    let looked = restored::look(&connection, &witnesses, &lineage)?;
    let mut store = Store {
        connection,
        keys: Keyring::beside(path, lineage),
        path: path.display().to_string(),
        notices: looked.unreadable.iter().map(|(path, why)| restored::unreadable(path, why)).collect(),
        witnesses,
        unwitnessed: looked.found == 0,
        restored: None,
        file: Some((path.to_owned(), permission::identity(path))),
    };
    store.reading_only(looked.restored)?;
    Ok(store)
}

/// Everything that a connection needs and that writes nothing.
pub(crate) fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// A commit is on the disk when it returns.
fn make_durable(connection: &Connection) -> Result<(), StoreError> {
    let since = Instant::now();
    // Changing the mode of a new file makes a write lock of a read lock. Where another process is doing the same SQLite
    // does not wait (each of the two might wait for the other), but says at once that the file is busy.
    while let Err(error) = connection.pragma_update(None, "journal_mode", "wal") {
        let error = StoreError::from(error);
        if error.kind != ErrorKind::Locked || since.elapsed() > LOCK_WAIT {
            return Err(error);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    // Mutant: commits that return before the disk has them.
    let synchronous = if cfg!(feature = "mutant-no-fsync") { "off" } else { "full" };
    connection.pragma_update(None, "synchronous", synchronous)?;
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
