//! Finding a service: the generated table, and decoding on first use.

use super::{Model, Operation, Service, read};
use std::sync::OnceLock;

/// What can be said of a service without inflating its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Service id.
    pub service: &'static str,
    /// Public host; none for a package of models.
    pub endpoint: Option<&'static str>,
    /// Revision of the API description.
    pub revision: Option<&'static str>,
    /// First segment of every path; none for a package of models.
    pub version: Option<&'static str>,
    /// Number of operations.
    pub operations: usize,
    /// Number of models.
    pub models: usize,
}

/// One service in the binary.
struct Entry {
    outline: Outline,
    facts: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// Every service and package of models, by id; nothing is decoded.
pub fn services() -> impl ExactSizeIterator<Item = &'static Outline> + Clone {
    INDEX.iter().map(|entry| &entry.outline)
}

/// The facts of a service (or package of models), inflated and decoded the first time.
pub fn service(id: &str) -> Option<&'static Service> {
    let at = INDEX.binary_search_by(|entry| entry.outline.service.cmp(id)).ok()?;
    let (entry, cell) = (INDEX.get(at)?, DECODED.get(at)?);
    Some(cell.get_or_init(|| decode(entry)))
}

/// One operation of a service.
pub fn operation(service_id: &str, name: &str) -> Option<&'static Operation> {
    service(service_id)?.operation(name)
}

/// A model by its full name: `common.Filter`.
pub fn model(full_name: &str) -> Option<&'static Model> {
    let (package, name) = full_name.split_once('.')?;
    service(package)?.model(name)
}

/// Bytes that the compressed facts add to the binary.
pub fn compressed_size() -> usize {
    INDEX.iter().map(|entry| entry.facts.len()).sum()
}

fn decode(entry: &Entry) -> Service {
    // The build script compressed these bytes, and a test decodes every one of them.
    let text = miniz_oxide::inflate::decompress_to_vec(entry.facts).expect("BUG: facts do not inflate");
    read::service(&text).expect("BUG: facts do not parse")
}
