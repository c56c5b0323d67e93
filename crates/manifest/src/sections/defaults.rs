//! `[defaults]` and `[defaults.regions.NAME]`.

use crate::{
    project::{Defaults, RegionDefaults},
    source::Reader,
};
use toml::de::DeTable;

const KEYS: &[&str] = &["billing", "region", "regions", "tags", "zone"];
const REGION_KEYS: &[&str] = &["billing", "tags", "zone"];

/// Reads `[defaults]`.
pub(crate) fn read_defaults<'t>(reader: &mut Reader<'t>, table: &DeTable<'t>) -> Defaults {
    let mut defaults = Defaults::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "region" => defaults.region = Some(reader.expr(value)),
            "zone" => defaults.zone = Some(reader.expr(value)),
            "billing" => defaults.billing = Some(reader.expr(value)),
            "tags" => defaults.tags = Some(reader.expr(value)),
            "regions" => {
                let Some(regions) = reader.table("`defaults.regions`", value) else { continue };
                for (name, value) in regions {
                    if let Some(table) = reader.table(&format!("`defaults.regions.{}`", name.get_ref()), value) {
                        let mut region = read_region(reader, table);
                        region.name_span = reader.span(&name.span());
                        defaults.regions.insert(name.get_ref().clone().into_owned(), region);
                    }
                }
            }
            _ => reader.unknown_key(key, "`[defaults]`", KEYS),
        }
    }
    defaults
}

fn read_region<'t>(reader: &mut Reader<'t>, table: &DeTable<'t>) -> RegionDefaults {
    let mut region = RegionDefaults::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "zone" => region.zone = Some(reader.expr(value)),
            "billing" => region.billing = Some(reader.expr(value)),
            "tags" => region.tags = Some(reader.expr(value)),
            _ => reader.unknown_key(key, "`[defaults.regions.NAME]`", REGION_KEYS),
        }
    }
    region
}
