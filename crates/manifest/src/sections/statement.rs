//! `[[moved]]`, `[[removed]]` and `[[import]]`: what manifests say about objects that exist already.

use crate::{
    codes,
    project::{ImportBlock, MovedBlock, RemovedBlock},
    source::Reader,
};
use firma_model::{diagnostic::Diagnostic, expr::Expr, span::Span};
use std::collections::BTreeMap;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

const MOVED_KEYS: &[&str] = &["from", "to"];
const REMOVED_KEYS: &[&str] = &["from", "on_remove"];
const IMPORT_KEYS: &[&str] = &["for_each", "force", "id", "region", "to"];

/// Reads `[[moved]]`.
pub(crate) fn read_moved<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>) -> Vec<MovedBlock> {
    blocks(reader, "moved", value, |reader, table, span| {
        let mut keys = known(reader, "moved", MOVED_KEYS, table);
        let from = needed(reader, &mut keys, "moved", "from", span);
        let to = needed(reader, &mut keys, "moved", "to", span);
        Some(MovedBlock { from: from?, to: to?, span })
    })
}

/// Reads `[[removed]]`.
pub(crate) fn read_removed<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>) -> Vec<RemovedBlock> {
    blocks(reader, "removed", value, |reader, table, span| {
        let mut keys = known(reader, "removed", REMOVED_KEYS, table);
        let from = needed(reader, &mut keys, "removed", "from", span)?;
        Some(RemovedBlock { from, on_remove: keys.remove("on_remove"), span })
    })
}

/// Reads `[[import]]`.
pub(crate) fn read_import<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>) -> Vec<ImportBlock> {
    blocks(reader, "import", value, |reader, table, span| {
        let mut keys = known(reader, "import", IMPORT_KEYS, table);
        let to = needed(reader, &mut keys, "import", "to", span);
        let id = needed(reader, &mut keys, "import", "id", span);
        let (for_each, force, region) = (keys.remove("for_each"), keys.remove("force"), keys.remove("region"));
        Some(ImportBlock { to: to?, id: id?, for_each, force, region, span })
    })
}

/// The statements of a section, which is a list of tables.
fn blocks<'t, T>(
    reader: &mut Reader<'t>,
    name: &str,
    value: &Spanned<DeValue<'t>>,
    mut read: impl FnMut(&mut Reader<'t>, &DeTable<'t>, Span) -> Option<T>,
) -> Vec<T> {
    let Some(items) = value.get_ref().as_array() else {
        let span = reader.span(&value.span());
        reader.diagnostics.push(
            Diagnostic::error(codes::WRONG_NESTING, format!("`{name}` is a list of statements"))
                .at(span)
                .hint(format!("write each as `[[{name}]]`, with two brackets")),
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        let span = reader.span(&item.span());
        if let Some(table) = reader.table(&format!("each `[[{name}]]`"), item) {
            found.extend(read(reader, table, span));
        }
    }
    found
}

/// The keys that a statement may have.
fn known<'t>(
    reader: &mut Reader<'t>,
    name: &str,
    names: &'static [&'static str],
    table: &DeTable<'t>,
) -> BTreeMap<&'static str, Expr> {
    let mut found = BTreeMap::new();
    for (key, value) in table {
        match names.iter().find(|known| **known == key.get_ref().as_ref()) {
            Some(known) => {
                let value = reader.expr(value);
                found.insert(*known, value);
            }
            None => {
                reader.unknown_key(key, &format!("`[[{name}]]`"), names);
                // Terraform says it this way.
                if (name, key.get_ref().as_ref()) == ("removed", "destroy")
                    && let Some(diagnostic) = reader.diagnostics.list.last_mut()
                {
                    diagnostic.hints = vec![
                        "`on_remove = \"retain\"` leaves the object in the cloud, `on_remove = \"destroy\"` deletes it"
                            .into(),
                    ];
                }
            }
        }
    }
    found
}

fn needed(
    reader: &mut Reader<'_>,
    keys: &mut BTreeMap<&'static str, Expr>,
    name: &str,
    key: &'static str,
    span: Span,
) -> Option<Expr> {
    let found = keys.remove(key);
    if found.is_none() {
        let message = format!("`[[{name}]]` needs `{key}`");
        reader.diagnostics.push(Diagnostic::error(codes::MISSING_SETTING, message).at(span));
    }
    found
}
