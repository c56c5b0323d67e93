//! `[output.NAME]`.

use super::{Head, read_conditions};
use crate::{codes, project::Output, source::Reader};
use firma_model::{diagnostic::Diagnostic, expr::Expr, value::Value};
use toml::de::DeTable;

const KEYS: &[&str] = &["description", "ephemeral", "precondition", "sensitive", "value"];

/// Reads an output.
pub(crate) fn read_output<'t>(reader: &mut Reader<'t>, head: &Head, table: &DeTable<'t>) -> Output {
    let (mut value, mut description, mut sensitive, mut ephemeral) = (None, None, false, None);
    let mut preconditions = Vec::new();
    for (key, item) in table {
        match key.get_ref().as_ref() {
            "value" => value = Some(reader.expr(item)),
            "description" => description = reader.plain_text("a description", item).map(|text| text.text),
            "sensitive" => sensitive = reader.plain_bool("`sensitive`", item).unwrap_or(false),
            "ephemeral" => {
                let span = reader.span(&item.span());
                ephemeral = reader.plain_bool("`ephemeral`", item).filter(|ephemeral| *ephemeral).map(|_| span);
            }
            "precondition" => preconditions = read_conditions(reader, "a precondition", item),
            _ => reader.unknown_key(key, &format!("output `{}`", head.name), KEYS),
        }
    }
    if value.is_none() {
        reader.diagnostics.push(
            Diagnostic::error(codes::MISSING_SETTING, format!("output `{}` needs a `value`", head.name)).at(head.span),
        );
    }
    let value = value.unwrap_or_else(|| Expr::literal_at(Value::Null, head.span));
    Output { span: head.span, value, description, sensitive, ephemeral, preconditions }
}
