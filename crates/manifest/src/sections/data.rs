//! `[data.service.kind.name]`: a look-up, whose keys are the parameters of the operation asked.

use super::{Head, read_conditions, repeat::Repeats, resource::written};
use crate::{
    project::{DataBlock, Repeat},
    source::Reader,
};
use firma_model::address::{BlockName, KindId, ModulePath};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Keys that every look-up has beside its parameters.
pub(crate) const DATA_KEYS: &[&str] = &["count", "depends_on", "enabled", "for_each", "lifecycle", "region"];

const LIFECYCLE_KEYS: &[&str] = &["postcondition", "precondition"];

/// Reads a look-up block.
pub(crate) fn read_data<'t>(reader: &mut Reader<'t>, kind: &KindId, head: &Head, table: &DeTable<'t>) -> DataBlock {
    let mut data = DataBlock {
        block: BlockName { module: ModulePath::ROOT, data: true, kind: kind.clone(), name: head.name.clone() }.into(),
        span: head.span,
        repeat: Repeat::Single,
        region: None,
        depends_on: Vec::new(),
        parameters: Vec::with_capacity(table.len()),
        preconditions: Vec::new(),
        postconditions: Vec::new(),
        check: None,
    };
    let mut repeats = Repeats::default();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if repeats.take(reader, name, &key.span(), value) {
            continue;
        }
        match name {
            "region" => data.region = Some(reader.expr(value)),
            "depends_on" => data.depends_on = reader.plain_texts("`depends_on`", value),
            "lifecycle" => read_lifecycle(reader, value, &mut data),
            _ => data.parameters.push(written(reader, key, value)),
        }
    }
    data.repeat = repeats.finish(reader, &data.block);
    data
}

/// Of an object that exists anyway there is nothing to say but what must hold of it.
fn read_lifecycle<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>, data: &mut DataBlock) {
    let Some(table) = reader.table("`lifecycle`", value) else { return };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "precondition" => data.preconditions = read_conditions(reader, "a precondition", value),
            "postcondition" => data.postconditions = read_conditions(reader, "a postcondition", value),
            _ => reader.unknown_key(key, "`lifecycle` of a look-up", LIFECYCLE_KEYS),
        }
    }
}
