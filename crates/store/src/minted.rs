//! The markers this project ever put on objects: by them its objects are known in the cloud, recorded or not.

use crate::{
    error::{ErrorKind, StoreError},
    row::decode_event,
    store::Store,
};
use firma_model::{address::Address, event::EventBody};
use std::collections::BTreeMap;

/// What a marker was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minted {
    /// Address of the create.
    pub address: Address,
    /// Its region.
    pub region: Option<String>,
}

impl Store {
    /// Every marker of the journal's creates. Reads the whole journal.
    pub fn markers(&self) -> Result<BTreeMap<String, Minted>, StoreError> {
        self.read(|t| {
            // A glance at the text first: most events begin no create.
            let mut statement =
                t.prepare("SELECT serial, body FROM event WHERE body LIKE '%\"marker\":\"%' ORDER BY serial")?;
            let mut rows = statement.query([])?;
            let mut markers = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let serial: u64 = row.get(0)?;
                let text = row.get_ref(1)?.as_str().map_err(|e| ErrorKind::Corrupt(format!("event {serial}: {e}")))?;
                if let EventBody::Begin(intent) = decode_event(text, serial)?
                    && let Some(marker) = intent.marker
                {
                    markers.insert(marker, Minted { address: intent.address, region: intent.region });
                }
            }
            Ok(markers)
        })
    }
}
