//! A record: as columns of the table of objects, and as JSON inside an event.

use crate::error::{ErrorKind, StoreError};
use firma_model::{
    address::{Address, Block, BlockName, Key, KindId, Node, NodeSet},
    desired::OnRemove,
    document::Document,
    path::is_plain_name,
    place::Billing,
    record::{Record, Status},
};
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::HashMap};

/// The columns [`RecordReader::read`] expects, in order.
pub(crate) const COLUMNS: &str = "address, deposed, kind, schema_version, cloud_id, region, zone, billing, status, inputs, \
     observed, fingerprint, dependencies, create_before_destroy, prevent_destroy, on_remove, version, sealed";

/// How a resource is billed.
#[derive(Serialize, Deserialize)]
struct BillingRow<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    unit: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    auto_renew: Option<bool>,
}

impl BillingRow<'_> {
    fn of(billing: &Billing) -> BillingRow<'_> {
        BillingRow {
            method: Cow::Borrowed(&billing.method),
            unit: billing.unit.as_deref().map(Cow::Borrowed),
            duration: billing.duration,
            auto_renew: billing.auto_renew,
        }
    }

    fn billing(self) -> Billing {
        Billing {
            method: self.method.into_owned(),
            unit: self.unit.map(Cow::into_owned),
            duration: self.duration,
            auto_renew: self.auto_renew,
        }
    }
}

/// A record inside an event. Its version is the event's serial, so it is not written.
#[derive(Serialize, Deserialize)]
pub(super) struct RecordRow<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow)]
    deposed: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    schema_version: u32,
    #[serde(borrow)]
    cloud_id: Cow<'a, str>,
    #[serde(borrow)]
    region: Option<Cow<'a, str>>,
    #[serde(borrow)]
    zone: Option<Cow<'a, str>>,
    #[serde(borrow)]
    billing: Option<BillingRow<'a>>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    inputs: &'a RawValue,
    #[serde(borrow)]
    observed: &'a RawValue,
    #[serde(borrow)]
    fingerprint: Cow<'a, str>,
    dependencies: Vec<String>,
    create_before_destroy: bool,
    prevent_destroy: bool,
    #[serde(borrow)]
    on_remove: Cow<'a, str>,
}

impl RecordRow<'_> {
    pub(super) fn of(record: &Record) -> Result<RecordRow<'_>, StoreError> {
        Ok(RecordRow {
            address: Cow::Owned(record.address.to_string()),
            deposed: Cow::Borrowed(&record.deposed),
            kind: Cow::Borrowed(record.kind.as_str()),
            schema_version: record.schema_version,
            cloud_id: Cow::Borrowed(&record.cloud_id),
            region: record.region.as_deref().map(Cow::Borrowed),
            zone: record.zone.as_deref().map(Cow::Borrowed),
            billing: record.billing.as_ref().map(BillingRow::of),
            status: Cow::Borrowed(record.status.as_str()),
            inputs: raw(&record.inputs)?,
            observed: raw(&record.observed)?,
            fingerprint: Cow::Borrowed(&record.fingerprint),
            dependencies: record.dependencies.iter().map(Node::to_string).collect(),
            create_before_destroy: record.create_before_destroy,
            prevent_destroy: record.prevent_destroy,
            on_remove: Cow::Borrowed(record.on_remove.as_str()),
        })
    }

    pub(super) fn record(self, version: u64) -> Result<Record, StoreError> {
        let dependencies = self.dependencies.iter().map(|text| text.parse().map_err(undecodable));
        Ok(Record {
            address: self.address.parse().map_err(undecodable)?,
            deposed: self.deposed.into_owned(),
            kind: KindId::new(&self.kind),
            schema_version: self.schema_version,
            cloud_id: self.cloud_id.into_owned(),
            region: self.region.map(Cow::into_owned),
            zone: self.zone.map(Cow::into_owned),
            billing: self.billing.map(BillingRow::billing),
            status: status(&self.status)?,
            inputs: Document::from_text(self.inputs.get()),
            observed: Document::from_text(self.observed.get()),
            fingerprint: self.fingerprint.into_owned(),
            dependencies: dependencies.collect::<Result<_, _>>()?,
            create_before_destroy: self.create_before_destroy,
            prevent_destroy: self.prevent_destroy,
            on_remove: on_remove(&self.on_remove)?,
            version,
        })
    }
}

/// A document as JSON inside other JSON, byte for byte.
pub(super) fn raw(document: &Document) -> Result<&RawValue, StoreError> {
    serde_json::from_str(document.as_str())
        .map_err(|e| ErrorKind::Unexpected(format!("BUG: a document that is not JSON was to be written: {e}")).into())
}

/// Something stored that this program cannot read.
pub(super) fn undecodable(error: impl std::fmt::Display) -> StoreError {
    ErrorKind::Corrupt(error.to_string()).into()
}

/// The column `billing`.
pub(crate) fn billing_text(record: &Record) -> Result<Option<String>, StoreError> {
    record.billing.as_ref().map(|b| serde_json::to_string(&BillingRow::of(b)).map_err(undecodable)).transpose()
}

/// The column `dependencies`: an array of addresses, empty text for none.
pub(crate) fn dependencies_text(record: &Record) -> Result<String, StoreError> {
    if record.dependencies.is_empty() {
        return Ok(String::new());
    }
    let texts: Vec<String> = record.dependencies.iter().map(Node::to_string).collect();
    serde_json::to_string(&texts).map_err(undecodable)
}

fn status(text: &str) -> Result<Status, StoreError> {
    Status::parse(text).ok_or_else(|| undecodable(format!("unknown status `{text}`")))
}

fn on_remove(text: &str) -> Result<OnRemove, StoreError> {
    OnRemove::parse(text).ok_or_else(|| undecodable(format!("unknown on_remove `{text}`")))
}

/// Reads rows of the table of objects. Texts that repeat from row to row are decoded once.
#[derive(Default)]
pub(crate) struct RecordReader {
    kinds: HashMap<String, KindId>,
    /// Blocks whose instances have keys, by all before the key.
    blocks: HashMap<String, Block>,
    /// Any block, by all before its name: the others differ in the name only.
    siblings: HashMap<String, Block>,
    dependencies: HashMap<String, NodeSet>,
}

impl RecordReader {
    /// One row, documents as they are stored, and whether any of them has sealed values.
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Result<(Record, bool), StoreError> {
        let text = |index: usize| -> Result<&str, StoreError> {
            row.get_ref(index)?.as_str().map_err(|e| undecodable(format!("column {index}: {e}")))
        };
        let address = self.address(text(0)?)?;
        let kind = self.kind(text(2)?);
        let billing: Option<String> = row.get(7)?;
        let billing = billing
            .map(|text| serde_json::from_str::<BillingRow<'_>>(&text).map(BillingRow::billing).map_err(undecodable))
            .transpose()?;
        let record = Record {
            address,
            deposed: row.get(1)?,
            kind,
            schema_version: row.get(3)?,
            cloud_id: row.get(4)?,
            region: row.get(5)?,
            zone: row.get(6)?,
            billing,
            status: status(text(8)?)?,
            inputs: Document::from_text(text(9)?),
            observed: Document::from_text(text(10)?),
            fingerprint: row.get(11)?,
            dependencies: self.nodes(text(12)?)?,
            create_before_destroy: row.get(13)?,
            prevent_destroy: row.get(14)?,
            on_remove: on_remove(text(15)?)?,
            version: row.get(16)?,
        };
        Ok((record, row.get(17)?))
    }

    /// Instances of one block share its decoded name, and the blocks of a kind what is before it.
    fn address(&mut self, text: &str) -> Result<Address, StoreError> {
        // Keys of modules stand in the middle, where a bracket says nothing.
        if text.starts_with("module.") {
            return text.parse().map_err(undecodable);
        }
        let Some((head, _)) = text.split_once('[') else { return self.single(text) };
        // The first bracket may belong to a module.
        if text.starts_with("module.") {
            return text.parse().map_err(undecodable);
        }
        let Some(block) = self.blocks.get(head) else {
            let address: Address = text.parse().map_err(undecodable)?;
            self.blocks.insert(head.to_owned(), address.block.clone());
            return Ok(address);
        };
        let key = match text[head.len()..].strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(inner) => match inner.parse() {
                Ok(index) => Some(Key::Index(index)),
                Err(_) => Some(Key::Name(serde_json::from_str::<String>(inner).map_err(undecodable)?.into())),
            },
            None => return Err(undecodable(format!("`{text}` is not an address"))),
        };
        Ok(block.at(key))
    }

    fn single(&mut self, text: &str) -> Result<Address, StoreError> {
        let (before, name) = text.rsplit_once('.').unwrap_or(("", text));
        match self.siblings.get(before) {
            Some(sibling) if is_plain_name(name) => {
                let name = BlockName { name: name.into(), ..BlockName::clone(sibling) };
                Ok(Block::from(name).at(None))
            }
            _ => {
                let address: Address = text.parse().map_err(undecodable)?;
                self.siblings.insert(before.to_owned(), address.block.clone());
                Ok(address)
            }
        }
    }

    fn kind(&mut self, text: &str) -> KindId {
        if let Some(kind) = self.kinds.get(text) {
            return kind.clone();
        }
        let kind = KindId::new(text);
        self.kinds.insert(text.to_owned(), kind.clone());
        kind
    }

    fn nodes(&mut self, text: &str) -> Result<NodeSet, StoreError> {
        if text.is_empty() {
            return Ok(NodeSet::new());
        }
        if let Some(nodes) = self.dependencies.get(text) {
            return Ok(nodes.clone());
        }
        let texts: Vec<String> = serde_json::from_str(text).map_err(undecodable)?;
        let nodes: NodeSet = texts.iter().map(|t| t.parse().map_err(undecodable)).collect::<Result<_, _>>()?;
        self.dependencies.insert(text.to_owned(), nodes.clone());
        Ok(nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::RecordReader;
    use firma_model::address::Address;

    #[test]
    fn names_decoded_once_are_those_decoded_each_time() {
        let mut reader = RecordReader::default();
        for text in [
            "vpc.vpc.a",
            "vpc.vpc.b",
            "vpc.subnet.a",
            "vpc.vpc.a",
            "vpc.subnet.web[0]",
            "vpc.subnet.web[1]",
            "vpc.subnet.each[\"a\"]",
            "vpc.subnet.each[\"a]. [b\"]",
            "module.net.vpc.vpc.a",
            "module.net.vpc.vpc.b",
            "module.net.vpc.subnet.web[0]",
            "module.net.vpc.subnet.web[1]",
        ] {
            let address = reader.address(text).unwrap();
            assert_eq!(address, text.parse::<Address>().unwrap());
            assert_eq!(address.to_string(), text);
        }
        for text in
            ["", "vpc", "vpc.vpc", "vpc.vpc.", "vpc.vpc.a b", "vpc.vpc.a]", "vpc.subnet.web[0", "vpc.subnet.web[x]"]
        {
            assert!(reader.address(text).is_err(), "{text}");
        }
    }
}
