//! The versions of the tables: forward only, each one transaction.

use crate::error::{ErrorKind, StoreError};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

/// Every version's step, oldest first; the number is the format after it.
const STEPS: &[(u32, &str)] = &[(1, include_str!("../../../state/sqlite/0001_initial.sql"))];

/// The newest format.
pub(crate) const NEWEST: u32 = STEPS[STEPS.len() - 1].0;

/// What a file that SQLite can read holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// No table at all.
    Nothing,
    /// A state of this format.
    Format(u32),
    /// Somebody else's tables.
    Foreign,
}

/// Looks. `meta.format` stays where it is in every version, so that an old program can read a new file's.
pub(crate) fn look(connection: &Connection) -> Result<Found, StoreError> {
    let tables: u64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(Found::Nothing);
    }
    let meta: u64 = connection.query_row(
        "SELECT count(*) FROM pragma_table_info('meta') WHERE name IN ('one', 'format', 'lineage')",
        [],
        |row| row.get(0),
    )?;
    if meta != 3 {
        return Ok(Found::Foreign);
    }
    let format = connection.query_row("SELECT format FROM meta WHERE one = 1", [], |row| row.get(0)).optional()?;
    Ok(format.map_or(Found::Foreign, Found::Format))
}

/// Brings the tables to the newest format. Returns whether anything changed.
pub(crate) fn migrate(
    connection: &mut Connection,
    lineage: impl FnOnce() -> Result<String, StoreError>,
) -> Result<bool, StoreError> {
    if look(connection)? == Found::Format(NEWEST) {
        return Ok(false);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Looked at again under the lock: two processes may both have found nothing.
    let from = match look(&transaction)? {
        Found::Nothing => 0,
        Found::Format(found) if found > NEWEST => return Err(ErrorKind::Newer { found, known: NEWEST }.into()),
        Found::Format(found) => found,
        Found::Foreign => {
            return Err(ErrorKind::NotAState("it holds the tables of another program".to_owned()).into());
        }
    };
    for (_, sql) in STEPS.iter().filter(|(format, _)| *format > from) {
        transaction.execute_batch(sql)?;
    }
    if from == 0 {
        transaction.execute(
            "INSERT INTO meta (one, format, lineage, serial, head) VALUES (1, ?1, ?2, 0, zeroblob(32))",
            (NEWEST, lineage()?),
        )?;
    } else {
        transaction.execute("UPDATE meta SET format = ?1", [NEWEST])?;
    }
    transaction.commit()?;
    Ok(from < NEWEST)
}
