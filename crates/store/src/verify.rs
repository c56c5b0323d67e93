//! Verifying: that the journal is whole, and that the tables equal its fold.

use crate::{
    error::{ErrorKind, StoreError},
    journal::{HASH, chain},
    lease, migration,
    row::decode_event,
    snapshot,
    store::Store,
};
use firma_model::{
    address::Address,
    event::{Change, EventBody},
    record::{Record, RecordedOutput, Status},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, types::ValueRef};
use std::collections::{BTreeMap, BTreeSet};

/// Findings are cut off here: the first few say what is wrong.
const MOST: usize = 20;

impl Store {
    /// Checks the last `count` events against their hashes and the high-water mark.
    pub fn verify_tail(&self, count: u64) -> Result<(), StoreError> {
        self.read(|t| check_chain(t, Some(count)))
    }

    /// Every value of every table as it stands, sealed ones sealed: for looking whether a secret is among them.
    pub fn at_rest(&self) -> Result<Vec<u8>, StoreError> {
        self.read(|t| {
            let mut bytes = Vec::new();
            let mut tables = t.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
            let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for name in names {
                let mut statement = t.prepare(&format!("SELECT * FROM \"{name}\""))?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    for column in 0..columns {
                        if let ValueRef::Text(value) | ValueRef::Blob(value) = row.get_ref(column)? {
                            bytes.extend_from_slice(value);
                            bytes.push(b'\n');
                        }
                    }
                }
            }
            Ok(bytes)
        })
    }

    /// Checks everything: the database itself, the whole journal, and that objects, outputs and open intents equal its
    /// fold. Gives what is wrong, in sentences; empty when all is well.
    pub fn verify_all(&self) -> Result<Vec<String>, StoreError> {
        self.read(|t| {
            let mut findings = integrity(t)?;
            findings.extend(migration::differences(t)?);
            match check_chain(t, None) {
                Ok(()) => {}
                Err(StoreError { kind: ErrorKind::Chain(what), .. }) => findings.push(what),
                Err(other) => return Err(other),
            }
            findings.extend(check_fold(t)?);
            findings.truncate(MOST);
            Ok(findings)
        })
    }
}

/// Follows the hashes of the last `count` events, or of all of them, up to the high-water mark.
pub(crate) fn check_chain(connection: &Connection, count: Option<u64>) -> Result<(), StoreError> {
    let broken = |what: String| Err(ErrorKind::Chain(what).into());
    let (mark, expected): (u64, [u8; HASH]) =
        connection
            .query_row("SELECT serial, head FROM meta WHERE one = 1", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let before = count.map_or(0, |count| mark.saturating_sub(count));
    let mut head = [0; HASH];
    if before > 0 {
        let hash: Option<[u8; HASH]> =
            connection.query_row("SELECT hash FROM event WHERE serial = ?1", [before], |row| row.get(0)).optional()?;
        match hash {
            Some(hash) => head = hash,
            None => return broken(format!("event {before} is missing")),
        }
    }
    let mut statement =
        connection.prepare("SELECT serial, run, epoch, at, body, hash FROM event WHERE serial > ?1 ORDER BY serial")?;
    let mut rows = statement.query([before])?;
    let (mut expect, mut epoch) = (before, 0);
    while let Some(row) = rows.next()? {
        expect += 1;
        let serial: u64 = row.get(0)?;
        if serial < expect {
            return broken(format!("event {serial} is there twice"));
        }
        if serial > expect {
            return broken(format!("event {expect} is missing"));
        }
        if epoch > row.get(2)? {
            return broken(format!("event {serial} was written under an older lease than the event before it"));
        }
        epoch = row.get(2)?;
        let text = row.get_ref(4)?.as_str().map_err(|e| ErrorKind::Corrupt(format!("event {serial}: {e}")))?;
        head = chain(&head, serial, row.get(1)?, row.get(2)?, Timestamp(row.get(3)?), text);
        if head != row.get::<_, [u8; HASH]>(5)? {
            return broken(format!("event {serial} is not what was written"));
        }
    }
    if expect != mark {
        return broken(format!("the last event is {expect}, the high-water mark says {mark}"));
    }
    if head != expected {
        return broken(format!("event {mark} is not the last one that was written"));
    }
    // A lease that went back would let two holders write under one epoch.
    let lease = lease::current(connection)?.epoch;
    if epoch > lease {
        return broken(format!("event {mark} was written under epoch {epoch}, the lease says {lease}"));
    }
    Ok(())
}

/// Whether the tables equal the fold of the journal.
pub(crate) fn check_fold(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    Fold::of(connection)?.compare(connection, &mut findings)?;
    Ok(findings)
}

/// What SQLite itself finds.
pub(crate) fn integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        if text != "ok" {
            findings.push(text);
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    if statement.query([])?.next()?.is_some() {
        findings.push("a row refers to another one that does not exist".to_owned());
    }
    Ok(findings)
}

/// What the tables must hold according to the journal.
#[derive(Default)]
struct Fold {
    objects: BTreeMap<(Address, String), Record>,
    outputs: BTreeMap<String, RecordedOutput>,
    intents: BTreeSet<(u64, u32, u32)>,
    restored: Option<u64>,
}

impl Fold {
    fn of(connection: &Connection) -> Result<Fold, StoreError> {
        let mut fold = Fold::default();
        let mut statement = connection.prepare("SELECT serial, run, body FROM event ORDER BY serial")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let serial: u64 = row.get(0)?;
            let text = row.get_ref(2)?.as_str().map_err(|e| ErrorKind::Corrupt(format!("event {serial}: {e}")))?;
            let body = decode_event(text, serial)?;
            if let EventBody::Restored { .. } = body {
                fold.restored = Some(serial);
            }
            fold.apply(serial, row.get(1)?, &body);
        }
        Ok(fold)
    }

    fn apply(&mut self, serial: u64, run: u64, body: &EventBody) {
        match body.change() {
            Some(Change::Put(record)) => {
                self.objects.insert((record.address.clone(), record.deposed.clone()), record.clone());
            }
            Some(Change::Remove(address, deposed)) => {
                self.objects.remove(&(address.clone(), deposed.to_owned()));
            }
            Some(Change::SetAside(address, deposed)) => {
                if let Some(record) = self.objects.remove(&(address.clone(), String::new())) {
                    let record =
                        Record { deposed: deposed.to_owned(), status: Status::Deposed, version: serial, ..record };
                    self.objects.insert((address.clone(), deposed.to_owned()), record);
                }
            }
            None => {}
        }
        match body {
            EventBody::Begin(intent) => {
                self.intents.insert((run, intent.step, intent.call));
            }
            EventBody::Accepted { step, call, .. } | EventBody::Refused { step, call, .. } => {
                self.intents.remove(&(run, *step, *call));
            }
            EventBody::Settled { run, step, call, .. } => {
                self.intents.remove(&(*run, *step, *call));
            }
            EventBody::Done { step, .. } | EventBody::Removed { step, .. } => {
                self.intents.retain(|(r, s, _)| (*r, *s) != (run, *step));
            }
            EventBody::Outputs(outputs) => {
                self.outputs = outputs
                    .iter()
                    .map(|(name, value, sensitive)| {
                        (name.clone(), RecordedOutput { value: value.clone(), sensitive: *sensitive })
                    })
                    .collect();
            }
            EventBody::Found { .. }
            | EventBody::Unresolved { .. }
            | EventBody::Deposed { .. }
            | EventBody::Failed { .. }
            | EventBody::Skipped { .. }
            | EventBody::Restored { .. } => {}
        }
    }

    fn compare(mut self, connection: &Connection, findings: &mut Vec<String>) -> Result<(), StoreError> {
        let (current, deposed) = snapshot::objects(connection, None)?;
        for record in current.into_values().chain(deposed) {
            let name = record.address.to_string();
            match self.objects.remove(&(record.address.clone(), record.deposed.clone())) {
                Some(folded) if folded == record => {}
                Some(_) => findings.push(format!("the record of {name} differs from the journal")),
                None => findings.push(format!("the record of {name} is not in the journal")),
            }
        }
        findings.extend(self.objects.keys().map(|(address, _)| format!("the record of {address} is missing")));
        if snapshot::outputs(connection, None)? != self.outputs {
            findings.push("the outputs differ from the journal".to_owned());
        }
        let mut statement = connection.prepare("SELECT run, step, call FROM intent")?;
        let open: BTreeSet<(u64, u32, u32)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
        if open != self.intents {
            findings.push("the open intents differ from the journal".to_owned());
        }
        let restored: Option<u64> = connection.query_row("SELECT restored FROM meta", [], |row| row.get(0))?;
        if restored != self.restored {
            findings.push("when a restored state was accepted differs from the journal".to_owned());
        }
        Ok(())
    }
}
