//! `[project]`, `[cloud]` and `[state]`.

use crate::{
    project::Table,
    source::{Reader, Spelled},
};
use toml::de::DeTable;

/// Keys of `[project]`.
const PROJECT_KEYS: &[&str] = &["ignore", "name", "requires"];
/// Keys of `[cloud]`.
pub(crate) const CLOUD_KEYS: &[&str] = &["endpoint", "parallelism", "profile", "region", "scheme", "speed"];
/// Keys of `[state]`.
pub(crate) const STATE_KEYS: &[&str] = &["backend", "path"];

/// `[project]`, as written.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProjectTable {
    pub(crate) name: Option<Spelled>,
    pub(crate) requires: Option<Spelled>,
    pub(crate) ignore: Vec<Spelled>,
}

/// Reads `[project]`, whose values are plain: they are needed before anything can be evaluated.
pub(crate) fn read_project<'t>(reader: &mut Reader<'t>, table: &DeTable<'t>) -> ProjectTable {
    let mut project = ProjectTable::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => project.name = reader.plain_text("`project.name`", value),
            "requires" => project.requires = reader.plain_text("`project.requires`", value),
            "ignore" => project.ignore = reader.plain_texts("`project.ignore`", value),
            _ => reader.unknown_key(key, "`[project]`", PROJECT_KEYS),
        }
    }
    project
}

/// Reads a table of settings that may use `env`.
pub(crate) fn read_table<'t>(
    reader: &mut Reader<'t>,
    table: &DeTable<'t>,
    place: &str,
    keys: &'static [&'static str],
) -> Table {
    let mut settings = Table::default();
    for (key, value) in table {
        match keys.iter().find(|known| **known == key.get_ref().as_ref()) {
            Some(known) => {
                let value = reader.expr(value);
                settings.entries.insert(known, value);
            }
            None => reader.unknown_key(key, place, keys),
        }
    }
    settings
}
