//! The versions of the tables: forward only, each one transaction.

use crate::error::{ErrorKind, StoreError};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use std::collections::BTreeMap;

/// Every version's step, oldest first; the number is the format after it.
const STEPS: &[(u32, &str)] = &[
    (1, include_str!("../../../state/sqlite/0001_initial.sql")),
    (2, include_str!("../../../state/sqlite/0002_restored.sql")),
];

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

/// How the tables, indices and triggers of a state differ from those its format says; a dropped trigger, for example, by
/// which the journal refuses changes.
pub(crate) fn differences(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let Found::Format(format) = look(connection)? else {
        return Ok(vec!["its tables are not those of a state".to_owned()]);
    };
    let reference = Connection::open_in_memory()?;
    for (_, sql) in STEPS.iter().filter(|(step, _)| *step <= format) {
        reference.execute_batch(sql)?;
    }
    let (mut expected, found) = (schema(&reference)?, schema(connection)?);
    let mut findings = Vec::new();
    for (name, sql) in found {
        match expected.remove(&name) {
            Some(known) if known == sql => {}
            Some(_) => findings.push(format!("the {name} is not as firma made it")),
            None => findings.push(format!("the {name} was not made by firma")),
        }
    }
    findings.extend(expected.into_keys().map(|name| format!("the {name} is missing")));
    Ok(findings)
}

/// What a database consists of: `table meta` and so on, with the SQL that made it.
fn schema(connection: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let mut statement =
        connection.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
