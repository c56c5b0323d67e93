//! How long steps usually take, learned from runs: waiting asks the cloud at a fitting pace.

use crate::{error::StoreError, store::Store};
use firma_model::address::KindId;
use std::collections::BTreeMap;

/// What was learned of one kind and action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// How many were measured.
    pub count: u64,
    /// Milliseconds, a running average: a shorter one weighs a half, a longer one a quarter, and one that took more than
    /// twice as long counts as twice as long. So one object that was stuck moves it little, and what it moved is soon undone.
    pub usual_ms: i64,
    /// The longest, in milliseconds.
    pub longest_ms: i64,
}

impl Store {
    /// Learns from one step.
    pub fn record_duration(&mut self, kind: &KindId, action: &str, millis: i64) -> Result<(), StoreError> {
        self.record_durations(&[(kind.clone(), action.to_owned(), millis)])
    }

    /// Learns from many steps in one transaction.
    pub fn record_durations(&mut self, measured: &[(KindId, String, i64)]) -> Result<(), StoreError> {
        if measured.is_empty() {
            return Ok(());
        }
        self.write(|t| {
            let mut learn = t.prepare_cached(
                "INSERT INTO duration (kind, action, count, usual_ms, longest_ms) VALUES (?1, ?2, 1, ?3, ?3)
                 ON CONFLICT (kind, action) DO UPDATE SET count = count + 1,
                     usual_ms = CASE WHEN excluded.usual_ms < usual_ms THEN (usual_ms + excluded.usual_ms) / 2
                         ELSE (usual_ms * 3 + min(excluded.usual_ms, max(usual_ms * 2, 1000))) / 4 END,
                     longest_ms = max(longest_ms, excluded.longest_ms)",
            )?;
            for (kind, action, millis) in measured {
                learn.execute((kind.as_str(), action, millis))?;
            }
            Ok(())
        })
    }

    /// Everything learned, by kind and action.
    pub fn durations(&self) -> Result<BTreeMap<(KindId, String), Duration>, StoreError> {
        self.read(|t| {
            let mut statement = t.prepare_cached("SELECT kind, action, count, usual_ms, longest_ms FROM duration")?;
            let mut rows = statement.query([])?;
            let mut durations = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let kind: String = row.get(0)?;
                let duration = Duration { count: row.get(2)?, usual_ms: row.get(3)?, longest_ms: row.get(4)? };
                durations.insert((KindId::new(kind), row.get(1)?), duration);
            }
            Ok(durations)
        })
    }
}
