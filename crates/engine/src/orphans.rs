//! Objects that carry this project's marker and are in nobody's record.
//!
//! The protocol leaves none behind, as far as requests arrive once. Should the network deliver one twice, or a process sleep
//! through the end of its lease between its last check and its send, the second object carries the same marker as the first.

use crate::ask;
use firma_client::{Cloud, Priority};
use firma_model::{
    address::{Address, KindId},
    fault::Fault,
    observed::Sighting,
    value::Value,
};
use firma_plan::{marker::MARKER_FIELD, procedure::Procedure, recover::sightings};
use firma_store::Minted;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An object of this project that nobody has recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The address that a create with this marker was for.
    pub address: Address,
    /// Its region.
    pub region: Option<String>,
    /// Its id.
    pub id: String,
}

/// Looks through everything of the kinds and regions that markers were made for: a list call for every page of them.
///
/// # Errors
/// What the cloud answered instead of a list.
pub async fn orphans(
    cloud: &Cloud,
    markers: &BTreeMap<String, Minted>,
    known: &BTreeSet<String>,
    procedures: &(dyn Fn(&str) -> Option<Arc<Procedure>> + Sync),
) -> Result<Vec<Orphan>, Fault> {
    let places: BTreeSet<(&KindId, Option<&str>)> =
        markers.values().map(|minted| (minted.address.kind(), minted.region.as_deref())).collect();
    let mut found = Vec::new();
    for (kind, region) in places {
        let Some(procedure) = procedures(kind.as_str()) else { continue };
        // A marker does not say whose list its object stands in.
        if procedure.list.as_ref().is_some_and(|list| !list.scope.is_empty()) {
            continue;
        }
        let items = ask::inventory(cloud, &procedure, region, "", Priority::Normal).await?;
        for (id, sighting) in sightings(&procedure, region, "", &items) {
            let Sighting::Present { attributes, .. } = sighting else { continue };
            let marker = attributes.get(MARKER_FIELD).and_then(Value::as_str);
            if let Some(minted) = marker.and_then(|marker| markers.get(marker))
                && !known.contains(&id)
            {
                found.push(Orphan { address: minted.address.clone(), region: region.map(str::to_owned), id });
            }
        }
    }
    Ok(found)
}
