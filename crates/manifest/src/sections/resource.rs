//! `[service.kind.name]`: what every resource shares is taken out, the rest are the kind's attributes.

use super::{Head, read_conditions, repeat::Repeats};
use crate::{
    project::{LifecycleBlock, Repeat, ResourceBlock, TimeoutOf, Written},
    source::Reader,
};
use firma_model::{
    address::{BlockName, KindId, ModulePath},
    expr::Expr,
};
use smol_str::SmolStr;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// Keys that every resource has beside its kind's attributes.
pub(crate) const RESOURCE_KEYS: &[&str] =
    &["count", "depends_on", "enabled", "for_each", "lifecycle", "region", "timeouts"];
const LIFECYCLE_KEYS: &[&str] = &[
    "create_before_destroy",
    "ignore_changes",
    "on_remove",
    "postcondition",
    "precondition",
    "prevent_destroy",
    "replace_triggered_by",
];
const TIMEOUT_KEYS: &[&str] = &["create", "delete", "update"];

/// Reads a resource block.
pub(crate) fn read_resource<'t>(
    reader: &mut Reader<'t>,
    kind: &KindId,
    head: &Head,
    table: &DeTable<'t>,
) -> ResourceBlock {
    let mut resource = ResourceBlock {
        block: BlockName { module: ModulePath::ROOT, data: false, kind: kind.clone(), name: head.name.clone() }.into(),
        span: head.span,
        repeat: Repeat::Single,
        region: None,
        depends_on: Vec::new(),
        timeouts: Vec::new(),
        lifecycle: None,
        attributes: Vec::with_capacity(table.len()),
    };
    let mut repeats = Repeats::default();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if repeats.take(reader, name, &key.span(), value) {
            continue;
        }
        match name {
            "region" => resource.region = Some(Box::new(reader.expr(value))),
            "depends_on" => resource.depends_on = reader.plain_texts("`depends_on`", value),
            "timeouts" => resource.timeouts = read_timeouts(reader, value),
            "lifecycle" => resource.lifecycle = Some(Box::new(read_lifecycle(reader, value))),
            _ => resource.attributes.push(written(reader, key, value)),
        }
    }
    resource.repeat = repeats.finish(reader, &resource.block);
    resource
}

/// A key and its value, kept for the kind to judge.
pub(super) fn written<'t>(
    reader: &mut Reader<'t>,
    key: &Spanned<DeString<'t>>,
    value: &Spanned<DeValue<'t>>,
) -> Written {
    let value = reader.expr(value);
    Written { name: SmolStr::from(key.get_ref().as_ref()), name_span: reader.span(&key.span()), value }
}

fn read_lifecycle<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>) -> LifecycleBlock {
    let mut lifecycle = LifecycleBlock::default();
    let Some(table) = reader.table("`lifecycle`", value) else { return lifecycle };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match name {
            "prevent_destroy" => lifecycle.prevent_destroy = Some(reader.expr(value)),
            "ignore_changes" => lifecycle.ignore_changes = Some(reader.expr(value)),
            "on_remove" => lifecycle.on_remove = Some(reader.expr(value)),
            "precondition" => lifecycle.preconditions = read_conditions(reader, "a precondition", value),
            "postcondition" => lifecycle.postconditions = read_conditions(reader, "a postcondition", value),
            "replace_triggered_by" => match value.get_ref().as_array() {
                Some(items) => {
                    lifecycle.replace_triggered_by = items.iter().map(|item| reader.expr(item)).collect();
                }
                None => reader.wrong_type("`replace_triggered_by`", "a list of resources and attributes", value),
            },
            "create_before_destroy" => lifecycle.create_before_destroy = Some(reader.expr(value)),
            _ => reader.unknown_key(key, "`lifecycle`", LIFECYCLE_KEYS),
        }
    }
    lifecycle
}

fn read_timeouts<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>) -> Vec<(TimeoutOf, Expr)> {
    let Some(table) = reader.table("`timeouts`", value) else { return Vec::new() };
    let mut timeouts = Vec::new();
    for (key, value) in table {
        let of = match key.get_ref().as_ref() {
            "create" => TimeoutOf::Create,
            "update" => TimeoutOf::Update,
            "delete" => TimeoutOf::Delete,
            _ => {
                reader.unknown_key(key, "`timeouts`", TIMEOUT_KEYS);
                continue;
            }
        };
        timeouts.push((of, reader.expr(value)));
    }
    timeouts
}
