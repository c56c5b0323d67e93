//! Reading the recorded world.

use crate::{
    error::{ErrorKind, StoreError},
    key::Keyring,
    row::{COLUMNS, RecordReader},
    seal::is_sealed,
    store::Store,
};
use firma_model::{
    document::Document,
    record::{Record, Recorded, RecordedOutput},
    records::Records,
    time::Timestamp,
};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Place names that sealed values are bound to.
pub(crate) mod place {
    use firma_model::address::Address;

    pub(crate) fn inputs(address: &Address) -> String {
        format!("{address} inputs")
    }

    pub(crate) fn observed(address: &Address) -> String {
        format!("{address} observed")
    }

    pub(crate) fn parameters(address: &Address) -> String {
        format!("{address} parameters")
    }

    pub(crate) fn fault(step: u32) -> String {
        format!("step {step} fault")
    }

    pub(crate) fn found(step: u32) -> String {
        format!("step {step} found")
    }

    pub(crate) fn output(name: &str) -> String {
        format!("output.{name}")
    }

    pub(crate) fn plan(id: &str) -> String {
        format!("plan {id}")
    }
}

impl Store {
    /// Serial of the first event of the unbroken rest of the journal that was written at `at` or later: records of that
    /// version or a newer one are as young. `u64::MAX` where there is none.
    pub fn first_since(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.read(|t| {
            let mut statement = t.prepare_cached("SELECT serial, at FROM event ORDER BY serial DESC")?;
            let mut rows = statement.query([])?;
            let mut first = u64::MAX;
            while let Some(row) = rows.next()? {
                if row.get::<_, i64>(1)? < at.0 {
                    break;
                }
                first = row.get(0)?;
            }
            Ok(first)
        })
    }

    /// The recorded world as it is now. Documents stay text until somebody decodes them; only those with sealed values are
    /// opened here.
    pub fn snapshot(&self) -> Result<Recorded, StoreError> {
        self.read(|t| {
            let (current, deposed) = objects(t, Some(&self.keys))?;
            Ok(Recorded { records: current, deposed, outputs: outputs(t, Some(&self.keys))? })
        })
    }

    /// One record's version, 0 when there is no such record: what a plan's basis is compared with.
    pub fn version(&self, address: &str, deposed: &str) -> Result<u64, StoreError> {
        self.read(|t| {
            let mut statement = t.prepare_cached("SELECT version FROM object WHERE address = ?1 AND deposed = ?2")?;
            let mut rows = statement.query((address, deposed))?;
            Ok(rows.next()?.map_or(Ok(0), |row| row.get(0))?)
        })
    }
}

/// Current and deposed records; sealed values are opened only with keys.
pub(crate) fn objects(connection: &Connection, keys: Option<&Keyring>) -> Result<(Records, Vec<Record>), StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM object"))?;
    let mut rows = statement.query([])?;
    let mut reader = RecordReader::default();
    let (mut current, mut deposed) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let (mut record, sealed) = reader.read(row)?;
        if sealed && let Some(keys) = keys {
            record.inputs = unseal(connection, keys, &place::inputs(&record.address), &record.inputs)?;
            record.observed = unseal(connection, keys, &place::observed(&record.address), &record.observed)?;
        }
        // Behind a box it stays where it is while many are put in order.
        match record.deposed.is_empty() {
            true => current.push((record.address.clone(), Box::new(record))),
            false => deposed.push(record),
        }
    }
    // Sorting in SQL would read the table in the order of its index, one page at a time.
    deposed.sort_by(|a: &Record, b: &Record| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
    Ok((current.into_iter().collect(), deposed))
}

/// Outputs; sealed values are opened only with keys.
pub(crate) fn outputs(
    connection: &Connection,
    keys: Option<&Keyring>,
) -> Result<BTreeMap<String, RecordedOutput>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT name, value, sensitive FROM output ORDER BY name")?;
    let mut rows = statement.query([])?;
    let mut outputs = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (name, text, sensitive): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut value = Document::from_text(text);
        if let Some(keys) = keys {
            value = unseal(connection, keys, &place::output(&name), &value)?;
        }
        outputs.insert(name, RecordedOutput { value, sensitive });
    }
    Ok(outputs)
}

/// Opens what is sealed in a document; a document without sealed values needs no key.
pub(crate) fn unseal(
    connection: &Connection,
    keys: &Keyring,
    place: &str,
    document: &Document,
) -> Result<Document, StoreError> {
    if !is_sealed(document.as_str()) {
        return Ok(document.clone());
    }
    match keys.open(connection)? {
        Some(sealer) => sealer.unseal(place, document),
        None => Err(ErrorKind::Corrupt(format!("{place} is sealed, but the state has no data key")).into()),
    }
}
