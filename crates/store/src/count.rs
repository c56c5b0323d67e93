//! What runs came to, in numbers: for lists of many runs, without reading their events one by one.

use crate::{error::StoreError, store::Store};
use std::collections::BTreeMap;

/// Numbers of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Steps done.
    pub done: u64,
    /// Steps failed, those among them of which nobody knows what became of their call.
    pub failed: u64,
    /// Steps that were not begun.
    pub skipped: u64,
    /// Open calls of earlier runs that it settled.
    pub settled: u64,
}

impl Store {
    /// The numbers of every run that has any.
    pub fn run_counts(&self) -> Result<BTreeMap<u64, RunCounts>, StoreError> {
        self.read(|t| {
            // A record that moves leaves its old address and ends no step.
            let mut statement = t.prepare_cached(
                "SELECT run, kind, count(*) FROM
                   (SELECT event.run AS run, part.key AS kind FROM event, json_each(event.body, '$.body') AS part
                    WHERE part.key IN ('done', 'removed', 'found', 'failed', 'unresolved', 'skipped', 'settled')
                      AND ifnull(json_extract(part.value, '$.how'), '') <> 'moved')
                 GROUP BY run, kind",
            )?;
            let mut rows = statement.query([])?;
            let mut counts: BTreeMap<u64, RunCounts> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let of = counts.entry(row.get(0)?).or_default();
                let (kind, count): (String, u64) = (row.get(1)?, row.get(2)?);
                match kind.as_str() {
                    "done" | "removed" | "found" => of.done += count,
                    "failed" | "unresolved" => of.failed += count,
                    "skipped" => of.skipped += count,
                    _ => of.settled += count,
                }
            }
            Ok(counts)
        })
    }
}
