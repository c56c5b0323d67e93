//! What the journal says of a record as it was: to tell how it moved since a plan was made.

use crate::{error::StoreError, journal::unseal_event, row::decode_event, store::Store};
use firma_model::{
    address::Address,
    event::{Change, EventBody},
    record::Record,
};
use rusqlite::OptionalExtension as _;

/// A moment of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The run that wrote it.
    pub run: u64,
    /// The record it left; `None` where it took it away.
    pub record: Option<Record>,
}

impl Store {
    /// What the event of this serial wrote about a record; `None` for an event that is about none.
    pub fn written_at(&self, serial: u64) -> Result<Option<Moment>, StoreError> {
        self.read(|t| {
            let row: Option<(u64, String)> = t
                .prepare_cached("SELECT run, body FROM event WHERE serial = ?1")?
                .query_row([serial], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((run, text)) = row else { return Ok(None) };
            let mut body = decode_event(&text, serial)?;
            unseal_event(t, &self.keys, &mut body)?;
            Ok(match body.change() {
                Some(Change::Put(record)) => Some(Moment { run, record: Some(record.clone()) }),
                // What is set aside is no longer the current object.
                Some(Change::Remove(..) | Change::SetAside(..)) => Some(Moment { run, record: None }),
                None => None,
            })
        })
    }

    /// The run that took a record away after the event of this serial.
    pub fn removed_since(&self, serial: u64, address: &Address, deposed: &str) -> Result<Option<u64>, StoreError> {
        self.read(|t| {
            // The text is looked through by SQLite; only what may be it is read.
            let name = serde_json::Value::from(address.to_string()).to_string();
            let mut statement = t.prepare_cached(
                "SELECT serial, run, body FROM event WHERE serial > ?1 AND instr(body, ?2) > 0 ORDER BY serial DESC",
            )?;
            let mut rows = statement.query((serial, name))?;
            while let Some(row) = rows.next()? {
                let text: String = row.get(2)?;
                let EventBody::Removed { address: of, deposed: half, .. } = decode_event(&text, row.get(0)?)? else {
                    continue;
                };
                if of == *address && half == deposed {
                    return Ok(Some(row.get(1)?));
                }
            }
            Ok(None)
        })
    }
}
