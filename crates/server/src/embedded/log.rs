//! The tables of the file: changes, the snapshot, calls, faults.

use super::{cloud::Options, error::EmbeddedError};
use firma_emulator::{Armed, CallRecord, Change, Faults, Moment};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Result, params};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// One step a version: a file is brought to the newest from its own.
const STEPS: [&str; 2] = [
    include_str!("../../../../state/emulator/0001_initial.sql"),
    include_str!("../../../../state/emulator/0002_faults.sql"),
];
const VERSION: i64 = STEPS.len() as i64;
/// `FEMU`: tells an emulator's file from any other.
const APPLICATION_ID: i64 = 0x4645_4D55;
/// How long another process may hold the lock. Its transactions last milliseconds; a stopped process frees the lock.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pause between two tries where SQLite itself does not wait.
const PAUSE: Duration = Duration::from_millis(5);

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// The open file.
pub(super) struct Log {
    connection: Connection,
    fsync: bool,
}

impl Log {
    /// Opens the file, makes the tables in a new one; returns the seed too.
    pub(super) fn open(options: &Options) -> std::result::Result<(Log, u64), EmbeddedError> {
        let path = options.path.as_path();
        if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory).map_err(|e| file(path, &e))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| file(path, &e))?;
        connection.busy_timeout(PATIENCE).map_err(|e| file(path, &e))?;
        let mut log = Log { connection, fsync: true };
        log.prepare(path, options.seed).map(|seed| (log, seed))
    }

    fn prepare(&mut self, path: &Path, seed: u64) -> std::result::Result<u64, EmbeddedError> {
        let lost = |e: rusqlite::Error| match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => EmbeddedError::Foreign(path.to_owned()),
            _ => file(path, &e),
        };
        let (application, version, tables) = self.identity().map_err(lost)?;
        if tables > 0 && application != APPLICATION_ID {
            return Err(EmbeddedError::Foreign(path.to_owned()));
        }
        if version > VERSION {
            return Err(EmbeddedError::Newer { path: path.to_owned(), version });
        }
        keep_private(path).map_err(|e| file(path, &e))?;
        self.keep_ahead().map_err(lost)?;
        self.begin().map_err(lost)?;
        // Another process may have made the tables since they were looked for.
        let version = self.identity().map_err(lost)?.1;
        for step in STEPS.iter().skip(usize::try_from(version).unwrap_or_default()) {
            self.connection.execute_batch(step).map_err(lost)?;
        }
        if version == 0 {
            let seed = i64::from_ne_bytes(seed.to_ne_bytes());
            self.connection.execute("INSERT INTO origin (one, seed) VALUES (1, ?1)", [seed]).map_err(lost)?;
            self.connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(lost)?;
        }
        if version < VERSION {
            self.connection.pragma_update(None, "user_version", VERSION).map_err(lost)?;
        }
        let seed: i64 = self.connection.query_row("SELECT seed FROM origin", [], |r| r.get(0)).map_err(lost)?;
        self.commit().map_err(lost)?;
        Ok(u64::from_ne_bytes(seed.to_ne_bytes()))
    }

    /// Writes ahead into a log beside the file. In a new file SQLite does not wait for another process that does the same:
    /// it says at once that the file is locked.
    fn keep_ahead(&self) -> Result<()> {
        let since = Instant::now();
        loop {
            match self.connection.pragma_update(None, "journal_mode", "WAL") {
                Err(e) if is_busy(&e) && since.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                changed => return changed,
            }
        }
    }

    /// Application id, version, number of tables.
    fn identity(&self) -> Result<(i64, i64, i64)> {
        let pragma = |name: &str| self.connection.pragma_query_value(None, name, |r| r.get::<_, i64>(0));
        let tables = self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
        Ok((pragma("application_id")?, pragma("user_version")?, tables))
    }

    /// Whether commits reach the disk before they return. Changes must; a batch of reads only adds to the log of calls,
    /// which a power cut may shorten.
    pub(super) fn set_fsync(&mut self, fsync: bool) -> Result<()> {
        if self.fsync != fsync {
            self.connection.pragma_update(None, "synchronous", if fsync { "FULL" } else { "NORMAL" })?;
            self.fsync = fsync;
        }
        Ok(())
    }

    pub(super) fn begin(&self) -> Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")
    }

    pub(super) fn commit(&self) -> Result<()> {
        self.connection.execute_batch("COMMIT")
    }

    /// Gives everything since `begin` up.
    pub(super) fn roll_back(&self) {
        // Where there is no transaction any more SQLite has rolled it back already.
        if !self.connection.is_autocommit() {
            drop(self.connection.execute_batch("ROLLBACK"));
        }
    }

    /// The newest snapshot and the number of its last change.
    pub(super) fn snapshot(&self) -> Result<Option<(i64, Vec<u8>)>> {
        let newest = "SELECT seq, world FROM snapshot ORDER BY seq DESC LIMIT 1";
        self.connection.query_row(newest, [], |r| Ok((r.get(0)?, r.get(1)?))).optional()
    }

    pub(super) fn set_snapshot(&self, seq: i64, world: &[u8]) -> Result<()> {
        self.connection.execute("DELETE FROM snapshot", [])?;
        self.connection.execute("INSERT INTO snapshot (seq, world) VALUES (?1, ?2)", params![seq, world]).map(drop)
    }

    /// Changes after this number, in order.
    pub(super) fn changes_after(&self, seq: i64) -> Result<Vec<(i64, Change)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq, at, service, operation, parameters, account, fate FROM change WHERE seq > ?1 ORDER BY seq",
        )?;
        let rows = select.query_map([seq], |r| {
            let fate: Option<String> = Some(r.get(6)?).filter(|text: &String| !text.is_empty());
            let change = Change {
                at: Moment(r.get(1)?),
                service: r.get(2)?,
                operation: r.get(3)?,
                parameters: json(r, 4)?,
                account: r.get(5)?,
                fate: fate.map(|_| json(r, 6)).transpose()?,
            };
            Ok((r.get(0)?, change))
        })?;
        rows.collect()
    }

    pub(super) fn add_change(&self, seq: i64, change: &Change) -> Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO change (seq, at, service, operation, parameters, account, fate)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let fate = change.fate.as_ref().map(text).unwrap_or_default();
        let parameters = text(&change.parameters);
        insert
            .execute(params![seq, change.at.0, change.service, change.operation, parameters, change.account, fate])
            .map(drop)
    }

    /// Keeps a call. One that arrives late does so for every process that looks at the cloud: it is kept once.
    pub(super) fn add_call(&self, call: &CallRecord) -> Result<()> {
        if call.injected.as_deref() == Some("late") {
            let known = "SELECT count(*) FROM call WHERE request_id = ?1 AND at = ?2 AND code = ?3";
            let count: i64 =
                self.connection.query_row(known, params![call.request_id, call.at.0, call.code], |r| r.get(0))?;
            if count > 0 {
                return Ok(());
            }
        }
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO call (at, service, operation, region, code, status, request_id, mutating, injected, changed,
                               made, unmade)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        let row = params![
            call.at.0,
            call.service,
            call.operation,
            call.region,
            call.code,
            call.status,
            call.request_id,
            call.mutating,
            call.injected.as_deref().unwrap_or_default(),
            call.changed,
            text(&call.made),
            text(&call.unmade)
        ];
        insert.execute(row).map(drop)
    }

    /// Every call as the log shows it.
    pub(super) fn calls(&self) -> Result<Vec<Value>> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq, at, service, operation, region, code, status, request_id, mutating, injected, changed, made,
                    unmade
             FROM call ORDER BY seq",
        )?;
        let rows = select.query_map([], |r| {
            let call = CallRecord {
                at: Moment(r.get(1)?),
                service: r.get(2)?,
                operation: r.get(3)?,
                region: r.get(4)?,
                code: r.get(5)?,
                status: r.get(6)?,
                request_id: r.get(7)?,
                mutating: r.get(8)?,
                injected: Some(r.get(9)?).filter(|word: &String| !word.is_empty()),
                changed: r.get(10)?,
                parameters: serde_json::Map::new(),
                made: json(r, 11)?,
                unmade: json(r, 12)?,
            };
            Ok(call.view(r.get::<_, i64>(0)?.unsigned_abs()))
        })?;
        rows.collect()
    }

    /// The faults in force, with what every process counted.
    pub(super) fn faults(&self) -> Result<Faults> {
        let mut select =
            self.connection.prepare_cached("SELECT id, since, injection, seen, hits FROM fault ORDER BY id")?;
        let rows = select.query_map([], |r| {
            Ok(Armed {
                id: r.get::<_, i64>(0)?.unsigned_abs(),
                since: Moment(r.get(1)?),
                injection: json(r, 2)?,
                seen: r.get::<_, i64>(3)?.unsigned_abs(),
                hits: r.get::<_, i64>(4)?.unsigned_abs(),
            })
        })?;
        rows.collect::<Result<Vec<Armed>>>().map(Faults)
    }

    pub(super) fn set_faults(&self, faults: &Faults) -> Result<()> {
        self.connection.execute("DELETE FROM fault", [])?;
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO fault (id, since, injection, seen, hits) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for armed in &faults.0 {
            let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            insert.execute(params![
                number(armed.id),
                armed.since.0,
                text(&armed.injection),
                number(armed.seen),
                number(armed.hits)
            ])?;
        }
        Ok(())
    }

    pub(super) fn forget_calls(&self) -> Result<()> {
        self.connection.execute("DELETE FROM call", []).map(drop)
    }
}

/// A value as JSON text.
fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("BUG: the emulator's values have text keys and finite numbers")
}

/// A column of JSON text.
fn json<T: DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// Kept calls hold passwords of instances: the file is its owner's alone. By path, because opening and closing the file a
/// second time would drop SQLite's locks.
#[cfg(unix)]
fn keep_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A failure of the file.
pub(super) fn file(path: &Path, error: &dyn std::error::Error) -> EmbeddedError {
    EmbeddedError::File { path: path.to_owned(), message: error.to_string() }
}
