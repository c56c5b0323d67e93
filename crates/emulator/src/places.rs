//! Regions and zones the emulator has, written from JD Cloud's own pages.

use crate::fault::Fault;

/// Regions with their zones: those of the introduction and those that other sources name. cn-east-2 has two spellings of each zone: the introduction prints `cn-north-2a`, every other
/// page `cn-east-2a`.
const PLACES: [(&str, &[&str]); 4] = [
    ("cn-north-1", &["cn-north-1a", "cn-north-1b", "cn-north-1c"]),
    ("cn-east-1", &["cn-east-1a", "cn-east-1b"]),
    ("cn-east-2", &["cn-east-2a", "cn-east-2b", "cn-east-2c", "cn-north-2a", "cn-north-2b"]),
    ("cn-south-1", &["cn-south-1a", "cn-south-1b", "cn-south-1c"]),
];

/// Whether the region exists.
pub(crate) fn is_region(region: &str) -> bool {
    PLACES.iter().any(|(name, _)| *name == region)
}

/// Zones of a region as lists print them: one spelling each.
pub(crate) fn zones(region: &str) -> impl Iterator<Item = &'static str> {
    PLACES
        .iter()
        .filter(move |(name, _)| *name == region)
        .flat_map(|(_, zones)| zones.iter().copied())
        .filter(|zone| canonical(zone) == *zone)
}

/// One spelling per zone.
pub(crate) fn canonical(zone: &str) -> &str {
    match zone {
        "cn-north-2a" => "cn-east-2a",
        "cn-north-2b" => "cn-east-2b",
        other => other,
    }
}

/// Whether two spellings name one zone.
pub(crate) fn same_zone(a: &str, b: &str) -> bool {
    canonical(a) == canonical(b)
}

/// Refuses a zone that is not of the region.
pub(crate) fn check_zone(region: &str, zone: &str) -> Result<(), Fault> {
    let known = PLACES.iter().any(|(name, zones)| *name == region && zones.contains(&zone));
    if known { Ok(()) } else { Err(Fault::invalid(format!("az {zone} is not a zone of {region}"))) }
}
