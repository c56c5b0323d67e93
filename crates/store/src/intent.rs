//! Open intents: calls that may have reached the cloud and whose outcome is not known.

use crate::{
    error::{ErrorKind, StoreError},
    journal::unseal_event,
    row::decode_event,
    store::Store,
};
use firma_model::{
    event::{EventBody, Intent},
    fault::Fault,
    time::Timestamp,
};
use rusqlite::Connection;

/// One call whose outcome is open: nothing after its `Begin`, or `Unresolved` only.
///
/// A step whose call was accepted and which has not ended is not here: its record (status `creating`) says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIntent {
    /// The run that began it.
    pub run: u64,
    /// Serial of its `Begin`.
    pub serial: u64,
    /// When it was begun: nothing was sent before.
    pub at: Timestamp,
    /// The call.
    pub intent: Intent,
    /// What was seen last, when an answer was unclear.
    pub fault: Option<Fault>,
}

impl Store {
    /// Every open intent, oldest first. Empty in a healthy state at rest.
    pub fn open_intents(&self) -> Result<Vec<OpenIntent>, StoreError> {
        self.read(|t| {
            let mut statement = t.prepare_cached(
                "SELECT intent.run, intent.begun, began.at, began.body, intent.unresolved, seen.body
                 FROM intent JOIN event began ON began.serial = intent.begun
                 LEFT JOIN event seen ON seen.serial = intent.unresolved
                 ORDER BY intent.begun",
            )?;
            let mut rows = statement.query([])?;
            let mut open = Vec::new();
            while let Some(row) = rows.next()? {
                let (serial, text): (u64, String) = (row.get(1)?, row.get(3)?);
                let mut body = decode_event(&text, serial)?;
                unseal_event(t, &self.keys, &mut body)?;
                let EventBody::Begin(intent) = body else {
                    return Err(ErrorKind::Corrupt(format!("event {serial} does not begin a call")).into());
                };
                let fault = match (row.get::<_, Option<u64>>(4)?, row.get::<_, Option<String>>(5)?) {
                    (Some(serial), Some(text)) => {
                        let mut seen = decode_event(&text, serial)?;
                        unseal_event(t, &self.keys, &mut seen)?;
                        match seen {
                            EventBody::Unresolved { fault, .. } => Some(fault),
                            _ => None,
                        }
                    }
                    _ => None,
                };
                open.push(OpenIntent { run: row.get(0)?, serial, at: Timestamp(row.get(2)?), intent, fault });
            }
            Ok(open)
        })
    }
}

/// The events that began the calls still open, with their runs; nothing in them is unsealed.
pub(crate) fn open(connection: &Connection) -> Result<Vec<(u64, EventBody)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT intent.run, intent.begun, event.body FROM intent JOIN event ON event.serial = intent.begun
         ORDER BY intent.begun",
    )?;
    let mut rows = statement.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(2)?;
        open.push((row.get(0)?, decode_event(&text, row.get(1)?)?));
    }
    Ok(open)
}

/// What an event does to the open intents: at most two statements, whatever the size of the state.
pub(crate) fn apply(connection: &Connection, serial: u64, run: u64, body: &EventBody) -> Result<(), StoreError> {
    match body {
        EventBody::Begin(intent) => {
            connection
                .prepare_cached("INSERT INTO intent (run, step, call, begun) VALUES (?1, ?2, ?3, ?4)")?
                .execute((run, intent.step, intent.call, serial))?;
        }
        EventBody::Unresolved { step, call, .. } => {
            connection
                .prepare_cached("UPDATE intent SET unresolved = ?4 WHERE run = ?1 AND step = ?2 AND call = ?3")?
                .execute((run, step, call, serial))?;
        }
        EventBody::Accepted { step, call, .. } | EventBody::Refused { step, call, .. } => {
            close(connection, run, *step, *call)?;
        }
        EventBody::Settled { run, step, call, .. } => close(connection, *run, *step, *call)?,
        EventBody::Done { step, .. } | EventBody::Removed { step, .. } => {
            connection.prepare_cached("DELETE FROM intent WHERE run = ?1 AND step = ?2")?.execute((run, step))?;
        }
        EventBody::Found { .. }
        | EventBody::Deposed { .. }
        | EventBody::Failed { .. }
        | EventBody::Skipped { .. }
        | EventBody::Outputs(_)
        | EventBody::Restored { .. } => {}
    }
    Ok(())
}

fn close(connection: &Connection, run: u64, step: u32, call: u32) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM intent WHERE run = ?1 AND step = ?2 AND call = ?3")?
        .execute((run, step, call))?;
    Ok(())
}
