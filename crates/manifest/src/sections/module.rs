//! `[module.NAME]`: a call of a module, whose other keys are the module's inputs.

use super::{Head, read_defaults, repeat::Repeats, resource::written};
use crate::{
    codes,
    project::{Call, Repeat},
    source::Reader,
};
use firma_model::diagnostic::Diagnostic;
use toml::de::DeTable;

/// Keys of a call that are no inputs.
pub(crate) const CALL_KEYS: &[&str] = &["count", "defaults", "depends_on", "enabled", "for_each", "source"];

/// Reads a call.
pub(crate) fn read_call<'t>(reader: &mut Reader<'t>, head: &Head, table: &DeTable<'t>) -> Call {
    let mut call = Call {
        name: head.name.clone(),
        span: head.span,
        source: None,
        repeat: Repeat::Single,
        depends_on: Vec::new(),
        defaults: None,
        inputs: Vec::with_capacity(table.len()),
        target: None,
    };
    let mut repeats = Repeats::default();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if repeats.take(reader, name, &key.span(), value) {
            continue;
        }
        match name {
            "source" => call.source = Some(reader.expr(value)),
            "depends_on" => call.depends_on = reader.plain_texts("`depends_on`", value),
            "defaults" => {
                if let Some(table) = reader.table(&format!("`defaults` of module `{}`", head.name), value) {
                    call.defaults = Some(read_defaults(reader, table));
                }
            }
            _ => call.inputs.push(written(reader, key, value)),
        }
    }
    call.repeat = repeats.finish(reader, &format!("module.{}", head.name));
    if call.source.is_none() {
        reader.diagnostics.push(
            Diagnostic::error(codes::MISSING_SETTING, format!("module `{}` needs a `source`", head.name))
                .at(head.span)
                .hint("write `source = \"./DIRECTORY\"` or `source = \"git+https://HOST/REPOSITORY.git?ref=v1\"`"),
        );
    }
    call
}
