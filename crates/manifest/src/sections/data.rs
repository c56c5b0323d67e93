//! `[data.service.kind.name]`: a look-up, whose keys are the parameters of the operation asked.

use super::{Head, resource::written};
use crate::{project::DataBlock, source::Reader};
use firma_model::address::{BlockName, KindId, ModulePath};
use toml::de::DeTable;

/// Keys that every look-up has beside its parameters.
pub(crate) const DATA_KEYS: &[&str] = &["depends_on", "region"];

/// Reads a look-up block.
pub(crate) fn read_data<'t>(reader: &mut Reader<'t>, kind: &KindId, head: &Head, table: &DeTable<'t>) -> DataBlock {
    let mut data = DataBlock {
        block: BlockName { module: ModulePath::ROOT, data: true, kind: kind.clone(), name: head.name.clone() }.into(),
        span: head.span,
        region: None,
        depends_on: Vec::new(),
        parameters: Vec::with_capacity(table.len()),
    };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match name {
            "region" => data.region = Some(reader.expr(value)),
            "depends_on" => data.depends_on = reader.plain_texts("`depends_on`", value),
            "for_each" | "count" | "enabled" | "lifecycle" => {
                reader.not_yet(&format!("`{name}` on a look-up"), &key.span());
            }
            _ => data.parameters.push(written(reader, key, value)),
        }
    }
    data
}
