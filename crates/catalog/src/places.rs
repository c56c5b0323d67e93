//! Regions and zones, as data.

use crate::{
    codes,
    procedure::{Procedure, ZoneRule},
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::Span,
    suggest::closest,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::OnceLock};

/// A region.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// `cn-north-1`.
    pub id: String,
    /// City.
    pub city: String,
    /// Zones of JD Cloud's introduction, in the usual spelling.
    pub zones: Vec<String>,
    /// Zones that other sources know.
    #[serde(default)]
    pub further: Vec<String>,
    /// Spelling that the introduction prints -> usual spelling.
    #[serde(default)]
    pub printed: BTreeMap<String, String>,
}

/// A zone as somebody spelled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The usual spelling, `cn-east-2a`.
    pub canonical: &'static str,
    /// It was spelled as the introduction prints it, `cn-north-2a`: worth one warning.
    pub printed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    region: Vec<Region>,
}

/// Every region, in the order of the introduction.
pub fn regions() -> &'static [Region] {
    static PLACES: OnceLock<Places> = OnceLock::new();
    let places = PLACES.get_or_init(|| {
        toml::from_str(include_str!("../data/places.toml")).expect("BUG: data/places.toml, which tests read")
    });
    &places.region
}

/// A region by id.
pub fn region(id: &str) -> Option<&'static Region> {
    regions().iter().find(|region| region.id == id)
}

/// Zones by region that a cloud reported, beyond those of the data.
static REPORTED: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();

/// Extends the table by zones that a cloud reported, by region. Once in a process, before anybody asks for zones; what is known
/// already, and what lies in no region of the data, is left out.
pub fn extend(reported: BTreeMap<String, Vec<String>>) {
    REPORTED.get_or_init(|| beyond(reported));
}

/// What a report has beyond the data: by region, in order, each zone once.
fn beyond(reported: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let mut beyond = BTreeMap::new();
    for (id, mut zones) in reported {
        let Some(region) = region(&id) else { continue };
        zones.retain(|zone| !known(region).any(|known| known == zone) && !region.printed.contains_key(zone));
        zones.sort();
        zones.dedup();
        beyond.insert(id, zones);
    }
    beyond
}

/// Zones of the data.
fn known(region: &'static Region) -> impl Iterator<Item = &'static str> {
    region.zones.iter().chain(&region.further).map(String::as_str)
}

/// Zones of the data, then those that a cloud reported.
fn all(region: &'static Region) -> impl Iterator<Item = &'static str> {
    let reported = REPORTED.get().and_then(|reported| reported.get(&region.id));
    known(region).chain(reported.into_iter().flatten().map(String::as_str))
}

/// The zones of a region in the usual spelling: those of the introduction, then further ones, then those that a cloud reported.
pub fn zones(region_id: &str) -> Vec<&'static str> {
    region(region_id).map(|region| all(region).collect()).unwrap_or_default()
}

/// The zone of a region that a spelling means.
pub fn zone(region_id: &str, name: &str) -> Option<Zone> {
    let region = region(region_id)?;
    if let Some(canonical) = region.printed.get(name) {
        return Some(Zone { canonical, printed: true });
    }
    let canonical = all(region).find(|zone| *zone == name)?;
    Some(Zone { canonical, printed: false })
}

/// Whether a zone, in either spelling, lies in a region.
pub fn is_zone_of(region_id: &str, name: &str) -> bool {
    zone(region_id, name).is_some()
}

/// Checks a region.
pub fn check_region(id: &str, span: Span) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if region(id).is_none() {
        let names = || regions().iter().map(|region| region.id.as_str());
        let all: Vec<&str> = names().collect();
        diagnostics.push(
            Diagnostic::error(codes::UNKNOWN_REGION, format!("`{id}` is not a region"))
                .at(span)
                .did_you_mean(closest(id, names()))
                .hint(format!("regions are {}", all.join(", "))),
        );
    }
    diagnostics
}

/// Checks the zone of a resource against its kind and region. The warning on the printed spelling comes each time:
/// whoever gathers diagnostics keeps one of each spelling.
pub fn check_zone(procedure: &Procedure, region_id: &str, name: Option<&str>, span: Span) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let known = || format!("zones of {region_id} are {}", zones(region_id).join(", "));
    let Some(name) = name else {
        if procedure.zone == ZoneRule::Required {
            let message = format!("{} needs a zone", procedure.kind);
            diagnostics.push(Diagnostic::error(codes::MISSING_ZONE, message).at(span).hint(known()));
        }
        return diagnostics;
    };
    match zone(region_id, name) {
        None => {
            let message = format!("`{name}` is not a zone of {region_id}");
            let mut error = Diagnostic::error(codes::WRONG_ZONE, message).at(span);
            if let Some(other) = regions().iter().find(|region| is_zone_of(&region.id, name)) {
                error = error.label(format!("it lies in {}", other.id));
            }
            diagnostics.push(error.did_you_mean(closest(name, zones(region_id))).hint(known()));
        }
        Some(Zone { canonical, printed: true }) => {
            let message = format!("zone `{name}` is usually spelled `{canonical}`");
            diagnostics.push(
                Diagnostic::warning(codes::PRINTED_ZONE, message)
                    .at(span)
                    .hint("it is sent as written; if the cloud refuses it, write the usual spelling"),
            );
        }
        Some(_) => {}
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::{beyond, extend, is_zone_of, zones};
    use std::collections::BTreeMap;

    fn report(region: &str, zones: &[&str]) -> BTreeMap<String, Vec<String>> {
        BTreeMap::from([(region.to_owned(), zones.iter().map(|zone| (*zone).to_owned()).collect())])
    }

    #[test]
    fn a_report_adds_what_is_new() {
        let added = beyond(report("cn-east-2", &["cn-east-2d", "cn-east-2a", "cn-north-2a", "cn-east-2d"]));
        assert_eq!(added, report("cn-east-2", &["cn-east-2d"]));
        assert_eq!(beyond(report("cn-west-1", &["cn-west-1a"])), BTreeMap::new(), "a region nobody knows");
    }

    #[test]
    fn what_was_reported_is_a_zone() {
        assert!(!is_zone_of("cn-south-1", "cn-south-1x"));
        extend(report("cn-south-1", &["cn-south-1x"]));
        assert!(is_zone_of("cn-south-1", "cn-south-1x"));
        assert_eq!(zones("cn-south-1").last(), Some(&"cn-south-1x"));
        assert!(!is_zone_of("cn-north-1", "cn-south-1x"));
    }
}
