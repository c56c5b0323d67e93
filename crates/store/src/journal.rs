//! The journal: events appended with their hashes, and what they do to the tables, in one transaction.

use crate::{
    error::{ErrorKind, StoreError},
    intent,
    key::Keyring,
    lease::{self, Lease},
    row::{billing_text, decode_event, dependencies_text, encode_event},
    seal::{Sealer, is_sealed, needs_sealing, text_needs_sealing},
    snapshot::{place, unseal},
    store::Store,
};
use firma_model::{
    document::Document,
    event::{Change, Event, EventBody},
    fault::Fault,
    record::Record,
    time::Timestamp,
};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

/// Bytes of an event's hash.
pub(crate) const HASH: usize = 32;

impl Store {
    /// Appends events of a run and applies them, all or nothing; durable when it returns. Gives their serials.
    /// Refused with `Fenced` when the lease was lost. Costs the same whatever the size of the state.
    pub fn commit(&mut self, lease: &Lease, run: u64, events: &[Event]) -> Result<Vec<u64>, StoreError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let bodies = self.sealed(events)?;
        let bodies: Vec<(Timestamp, &EventBody)> =
            events.iter().zip(&bodies).map(|(event, body)| (event.at, &**body)).collect();
        let serials = self.write(|t| {
            lease::fence(t, lease)?;
            append_bodies(t, run, lease.epoch, &bodies)
        })?;
        if let (Some(last), Some(event)) = (serials.last(), events.last())
            && self.witnesses.is_due(*last)
        {
            self.remember(event.at);
        }
        Ok(serials)
    }

    /// The events of a run, in order, with their serials. Records carry the version they had then.
    pub fn events(&self, run: u64) -> Result<Vec<(u64, Event)>, StoreError> {
        self.read(|t| {
            let mut statement =
                t.prepare_cached("SELECT serial, at, body FROM event WHERE run = ?1 ORDER BY serial")?;
            let mut rows = statement.query([run])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                let (serial, text): (u64, String) = (row.get(0)?, row.get(2)?);
                let mut body = decode_event(&text, serial)?;
                unseal_event(t, &self.keys, &mut body)?;
                events.push((serial, Event { at: Timestamp(row.get(1)?), body }));
            }
            Ok(events)
        })
    }

    /// The events with every sensitive value sealed; those without any are borrowed.
    fn sealed<'e>(&mut self, events: &'e [Event]) -> Result<Vec<Cow<'e, EventBody>>, StoreError> {
        if !events.iter().any(|event| has_sensitive(&event.body)) {
            return Ok(events.iter().map(|event| Cow::Borrowed(&event.body)).collect());
        }
        let Store { connection, keys, notices, path, .. } = self;
        let mut seal = || {
            let sealer = keys.make(connection, notices)?;
            events.iter().map(|event| sealed_body(sealer, &event.body)).collect::<Result<Vec<_>, StoreError>>()
        };
        seal().map_err(|e| e.in_file(path))
    }
}

/// Appends events that hold nothing sensitive.
pub(crate) fn append(connection: &Connection, run: u64, epoch: u64, events: &[Event]) -> Result<Vec<u64>, StoreError> {
    let bodies: Vec<(Timestamp, &EventBody)> = events.iter().map(|event| (event.at, &event.body)).collect();
    append_bodies(connection, run, epoch, &bodies)
}

fn append_bodies(
    connection: &Connection,
    run: u64,
    epoch: u64,
    bodies: &[(Timestamp, &EventBody)],
) -> Result<Vec<u64>, StoreError> {
    let (mut serial, mut head): (u64, [u8; HASH]) = connection
        .prepare_cached("SELECT serial, head FROM meta WHERE one = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut serials = Vec::with_capacity(bodies.len());
    let mut insert = connection
        .prepare_cached("INSERT INTO event (serial, run, epoch, at, body, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (at, body) in bodies {
        serial += 1;
        let text = encode_event(body)?;
        head = chain(&head, serial, run, epoch, *at, &text);
        insert.execute((serial, run, epoch, at.0, &text, &head[..]))?;
        apply(connection, serial, run, body)?;
        serials.push(serial);
    }
    connection.prepare_cached("UPDATE meta SET serial = ?1, head = ?2 WHERE one = 1")?.execute((serial, &head[..]))?;
    Ok(serials)
}

/// The hash of an event: over the one before it and everything its row says.
pub(crate) fn chain(before: &[u8; HASH], serial: u64, run: u64, epoch: u64, at: Timestamp, text: &str) -> [u8; HASH] {
    let mut hash = Sha256::new();
    hash.update(before);
    for number in [serial.to_be_bytes(), run.to_be_bytes(), epoch.to_be_bytes(), at.0.to_be_bytes()] {
        hash.update(number);
    }
    hash.update(text.as_bytes());
    hash.finalize().into()
}

/// What an event does to the tables of objects, outputs and intents.
fn apply(connection: &Connection, serial: u64, run: u64, body: &EventBody) -> Result<(), StoreError> {
    match body.change() {
        Some(Change::Put(record)) => put(connection, serial, record)?,
        Some(Change::Remove(address, deposed)) => {
            connection
                .prepare_cached("DELETE FROM object WHERE address = ?1 AND deposed = ?2")?
                .execute((address.to_string(), deposed))?;
        }
        Some(Change::SetAside(address, deposed)) => {
            connection
                .prepare_cached(
                    "UPDATE object SET deposed = ?2, status = 'deposed', version = ?3 WHERE address = ?1 AND deposed = ''",
                )?
                .execute((address.to_string(), deposed, serial))?;
        }
        None => {}
    }
    if let EventBody::Outputs(outputs) = body {
        connection.prepare_cached("DELETE FROM output")?.execute([])?;
        let mut insert =
            connection.prepare_cached("INSERT INTO output (name, value, sealed, sensitive) VALUES (?1, ?2, ?3, ?4)")?;
        for (name, value, sensitive) in outputs {
            insert.execute((name, value.as_str(), is_sealed(value.as_str()), sensitive))?;
        }
    }
    if let EventBody::Restored { .. } = body {
        connection.prepare_cached("UPDATE meta SET restored = ?1 WHERE one = 1")?.execute([serial])?;
    }
    intent::apply(connection, serial, run, body)
}

fn put(connection: &Connection, serial: u64, record: &Record) -> Result<(), StoreError> {
    let sealed = is_sealed(record.inputs.as_str()) || is_sealed(record.observed.as_str());
    let address = record.address.to_string();
    let written = connection
        .prepare_cached(
            "INSERT INTO object (address, deposed, kind, schema_version, cloud_id, region, zone, billing, status, inputs,
                 observed, sealed, fingerprint, dependencies, create_before_destroy, prevent_destroy, on_remove, version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
             ON CONFLICT (address, deposed) DO UPDATE SET kind = excluded.kind, schema_version = excluded.schema_version,
                 cloud_id = excluded.cloud_id, region = excluded.region, zone = excluded.zone, billing = excluded.billing,
                 status = excluded.status, inputs = excluded.inputs, observed = excluded.observed, sealed = excluded.sealed,
                 fingerprint = excluded.fingerprint, dependencies = excluded.dependencies,
                 create_before_destroy = excluded.create_before_destroy, prevent_destroy = excluded.prevent_destroy,
                 on_remove = excluded.on_remove, version = excluded.version",
        )?
        .execute(rusqlite::params![
            address,
            record.deposed,
            record.kind.as_str(),
            record.schema_version,
            record.cloud_id,
            record.region,
            record.zone,
            billing_text(record)?,
            record.status.as_str(),
            record.inputs.as_str(),
            record.observed.as_str(),
            sealed,
            record.fingerprint,
            dependencies_text(record)?,
            record.create_before_destroy,
            record.prevent_destroy,
            record.on_remove.as_str(),
            serial,
        ]);
    match written.map_err(StoreError::from) {
        Err(StoreError { kind: ErrorKind::Conflict(what), .. }) => {
            Err(ErrorKind::Conflict(format!("{} {} for {address}: {what}", record.kind, record.cloud_id)).into())
        }
        other => other.map(|_| ()),
    }
}

fn has_sensitive(body: &EventBody) -> bool {
    let record = |record: &Option<Record>| record.as_ref().is_some_and(marked);
    if fault(body).is_some_and(|(_, fault)| text_needs_sealing(&fault.message)) {
        return true;
    }
    match body {
        EventBody::Begin(intent) => needs_sealing(&intent.parameters),
        EventBody::Accepted { record: r, .. }
        | EventBody::Failed { record: r, .. }
        | EventBody::Settled { record: r, .. } => record(r),
        EventBody::Done { record, .. } => marked(record),
        // What the cloud shows of things that are not managed here: nobody has said what of it is secret.
        EventBody::Found { .. } => true,
        EventBody::Outputs(outputs) => outputs.iter().any(|(_, value, sensitive)| *sensitive || needs_sealing(value)),
        EventBody::Refused { .. }
        | EventBody::Unresolved { .. }
        | EventBody::Removed { .. }
        | EventBody::Deposed { .. }
        | EventBody::Skipped { .. }
        | EventBody::Restored { .. } => false,
    }
}

/// The fault of an event, with its step. What the cloud says in it is the only text of an event that is no document.
fn fault(body: &EventBody) -> Option<(u32, &Fault)> {
    match body {
        EventBody::Refused { step, fault, .. }
        | EventBody::Unresolved { step, fault, .. }
        | EventBody::Failed { step, fault, .. } => Some((*step, fault)),
        _ => None,
    }
}

fn fault_mut(body: &mut EventBody) -> Option<(u32, &mut Fault)> {
    match body {
        EventBody::Refused { step, fault, .. }
        | EventBody::Unresolved { step, fault, .. }
        | EventBody::Failed { step, fault, .. } => Some((*step, fault)),
        _ => None,
    }
}

fn marked(record: &Record) -> bool {
    needs_sealing(&record.inputs) || needs_sealing(&record.observed)
}

/// Every document of an event, with the place it is bound to and whether all of it is sensitive.
fn documents(
    body: &mut EventBody,
    each: &mut dyn FnMut(&str, &mut Document, bool) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match body {
        EventBody::Begin(intent) => each(&place::parameters(&intent.address), &mut intent.parameters, false),
        EventBody::Accepted { record: Some(record), .. }
        | EventBody::Failed { record: Some(record), .. }
        | EventBody::Settled { record: Some(record), .. }
        | EventBody::Done { record, .. } => {
            each(&place::inputs(&record.address), &mut record.inputs, false)?;
            each(&place::observed(&record.address), &mut record.observed, false)
        }
        EventBody::Found { step, answer } => each(&place::found(*step), answer, true),
        EventBody::Outputs(outputs) => {
            outputs.iter_mut().try_for_each(|(name, value, sensitive)| each(&place::output(name), value, *sensitive))
        }
        _ => Ok(()),
    }
}

fn sealed_body<'e>(sealer: &Sealer, body: &'e EventBody) -> Result<Cow<'e, EventBody>, StoreError> {
    if !has_sensitive(body) {
        return Ok(Cow::Borrowed(body));
    }
    let mut sealed = body.clone();
    documents(&mut sealed, &mut |place, document, whole| {
        *document = sealer.seal(place, document, whole)?;
        Ok(())
    })?;
    if let Some((step, fault)) = fault_mut(&mut sealed)
        && text_needs_sealing(&fault.message)
    {
        fault.message = sealer.seal_whole(&place::fault(step), &fault.message)?;
    }
    Ok(Cow::Owned(sealed))
}

/// Opens what is sealed in an event.
pub(crate) fn unseal_event(connection: &Connection, keys: &Keyring, body: &mut EventBody) -> Result<(), StoreError> {
    documents(body, &mut |place, document, _| {
        if is_sealed(document.as_str()) {
            *document = unseal(connection, keys, place, document)?;
        }
        Ok(())
    })?;
    if let Some((step, fault)) = fault_mut(body)
        && is_sealed(&fault.message)
    {
        let message = Document::from_text(fault.message.as_str());
        fault.message = unseal(connection, keys, &place::fault(step), &message)?.as_str().to_owned();
    }
    Ok(())
}
