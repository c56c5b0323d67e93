//! `[variable.NAME]`.

use super::Head;
use crate::{
    codes,
    project::{Validation, Variable},
    source::Reader,
};
use firma_model::{span::Span, types::Type};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

const KEYS: &[&str] = &["default", "description", "ephemeral", "nullable", "sensitive", "type", "validation"];
const VALIDATION_KEYS: &[&str] = &["condition", "message"];

/// Reads a variable's declaration.
pub(crate) fn read_variable<'t>(reader: &mut Reader<'t>, head: Head, table: &DeTable<'t>) -> Variable {
    let mut variable = Variable {
        name: head.name,
        span: head.span,
        ty: Type::Any,
        typed: false,
        default: None,
        description: None,
        nullable: true,
        sensitive: false,
        ephemeral: false,
        validations: Vec::new(),
    };
    let place = format!("variable `{}`", variable.name);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "type" => {
                if let Some(text) = reader.plain_text("a variable's type", value) {
                    variable.ty = read_type(reader, &text.text, value);
                    variable.typed = true;
                }
            }
            "default" => variable.default = Some(reader.expr(value)),
            "description" => {
                variable.description = reader.plain_text("a description", value).map(|text| text.text);
            }
            "nullable" => variable.nullable = reader.plain_bool("`nullable`", value).unwrap_or(true),
            "sensitive" => variable.sensitive = reader.plain_bool("`sensitive`", value).unwrap_or(false),
            "ephemeral" => variable.ephemeral = reader.plain_bool("`ephemeral`", value).unwrap_or(false),
            "validation" => variable.validations = read_validations(reader, value),
            _ => reader.unknown_key(key, &place, KEYS),
        }
    }
    variable
}

fn read_validations<'t>(reader: &mut Reader<'t>, value: &Spanned<DeValue<'t>>) -> Vec<Validation> {
    let Some(items) = value.get_ref().as_array() else {
        reader.wrong_type("`validation`", "blocks written `[[variable.NAME.validation]]`", value);
        return Vec::new();
    };
    let mut validations = Vec::new();
    for item in items {
        let Some(table) = reader.table("a validation", item) else { continue };
        let (mut condition, mut message) = (None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "condition" => condition = Some(reader.expr(value)),
                "message" => message = Some(reader.expr(value)),
                _ => reader.unknown_key(key, "a validation", VALIDATION_KEYS),
            }
        }
        match (condition, message) {
            (Some(condition), Some(message)) => validations.push(Validation { condition, message }),
            (condition, _) => {
                let missing = if condition.is_none() { "condition" } else { "message" };
                let message = format!("a validation needs a `{missing}`");
                reader.error(codes::MISSING_SETTING, message, &item.span());
            }
        }
    }
    validations
}

fn read_type<'t>(reader: &mut Reader<'t>, text: &str, value: &Spanned<DeValue<'t>>) -> Type {
    let range = value.span();
    let whole = reader.span(&range);
    // A type is plain text; where TOML escapes hide in it, the whole token is shown.
    let plain = range.len() == text.len() + 2;
    let place = |start: usize, end: usize| match plain {
        true => Span::new(whole.source, range.start + 1 + start, range.start + 1 + end),
        false => whole,
    };
    firma_expr::parse_type(text, &place).unwrap_or_else(|diagnostic| {
        reader.diagnostics.push(diagnostic);
        Type::Any
    })
}
