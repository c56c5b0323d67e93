//! Runs: who did something with the state, when, and how it ended.

use crate::{
    error::{ErrorKind, StoreError},
    store::Store,
};
use firma_model::time::Timestamp;
use rusqlite::{Connection, Row};

/// What is known when a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// When it began.
    pub started: Timestamp,
    /// `apply`, `destroy`, `recover`.
    pub command: String,
    /// The command line, values of variables left out by the caller: they may be secret.
    pub argv: Vec<String>,
    /// `user@host`.
    pub who: String,
    /// Commit of the manifests.
    pub git_commit: Option<String>,
    /// Plan being carried out.
    pub plan_id: Option<String>,
}

/// One run as history shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// Its number, from 1.
    pub id: u64,
    /// How it began.
    pub info: RunInfo,
    /// When it ended; `None` while it runs, and when it was killed.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Events in its journal.
    pub events: u64,
}

const SUMMARY: &str = "SELECT id, started, command, argv, who, git_commit, plan, ended, outcome, \
     (SELECT count(*) FROM event WHERE event.run = run.id) FROM run";

impl Store {
    /// Begins a run. Keys are opened here when there are any: a wrong key stops a run before its first step.
    pub fn begin_run(&mut self, info: &RunInfo) -> Result<u64, StoreError> {
        self.prove_keys()?;
        let run = self.write(|t| insert(t, None, info))?;
        self.remember(info.started);
        Ok(run)
    }

    /// Ends a run.
    pub fn end_run(&mut self, run: u64, outcome: &str, at: Timestamp) -> Result<(), StoreError> {
        self.write(|t| end(t, run, outcome, at))?;
        self.remember(at);
        Ok(())
    }

    /// The number of the last run, 0 before the first.
    pub fn last_run(&self) -> Result<u64, StoreError> {
        self.read(|t| Ok(t.query_row("SELECT coalesce(max(id), 0) FROM run", [], |row| row.get(0))?))
    }

    /// Every run, oldest first.
    pub fn runs(&self) -> Result<Vec<RunSummary>, StoreError> {
        self.read(|t| all(t))
    }

    /// One run.
    pub fn run(&self, run: u64) -> Result<Option<RunSummary>, StoreError> {
        self.read(|t| {
            let mut statement = t.prepare_cached(&format!("{SUMMARY} WHERE id = ?1"))?;
            let mut rows = statement.query([run])?;
            rows.next()?.map(summary).transpose()
        })
    }

    /// Opens the keys and tests them, when this state has any.
    pub(crate) fn prove_keys(&self) -> Result<(), StoreError> {
        self.keys.open(&self.connection).map(|_| ()).map_err(|e| e.in_file(&self.path))
    }
}

/// Every run, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<RunSummary>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SUMMARY} ORDER BY id"))?;
    let mut rows = statement.query([])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(summary(row)?);
    }
    Ok(runs)
}

/// Writes a run down, under this number or the next one.
pub(crate) fn insert(connection: &Connection, run: Option<u64>, info: &RunInfo) -> Result<u64, StoreError> {
    let argv = serde_json::to_string(&info.argv).map_err(|e| ErrorKind::Unexpected(e.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO run (id, started, command, argv, who, git_commit, plan) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((run, info.started.0, &info.command, argv, &info.who, &info.git_commit, &info.plan_id))?;
    Ok(connection.query_row("SELECT max(id) FROM run", [], |row| row.get(0))?)
}

/// Writes down how a run ended.
pub(crate) fn end(connection: &Connection, run: u64, outcome: &str, at: Timestamp) -> Result<(), StoreError> {
    connection.execute("UPDATE run SET outcome = ?2, ended = ?3 WHERE id = ?1", (run, outcome, at.0))?;
    Ok(())
}

fn summary(row: &Row<'_>) -> Result<RunSummary, StoreError> {
    let argv: String = row.get(3)?;
    Ok(RunSummary {
        id: row.get(0)?,
        info: RunInfo {
            started: Timestamp(row.get(1)?),
            command: row.get(2)?,
            argv: serde_json::from_str(&argv).map_err(|e| ErrorKind::Corrupt(format!("a run's argv: {e}")))?,
            who: row.get(4)?,
            git_commit: row.get(5)?,
            plan_id: row.get(6)?,
        },
        ended: row.get::<_, Option<i64>>(7)?.map(Timestamp),
        outcome: row.get(8)?,
        events: row.get(9)?,
    })
}
