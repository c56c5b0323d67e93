//! From TOML values to expressions.
//!
//! Strings with `${` are parsed as templates; everything else is a literal. Tables and arrays stay maps and lists of
//! expressions even when all of it is literal, so that each part keeps its place.

use super::{escape::Offsets, reader::Reader};
use crate::codes;
use firma_model::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    number::Number,
    span::Span,
    value::Value,
};
use toml::{
    Spanned,
    de::{DeFloat, DeInteger, DeValue},
};

/// The name that stands for an expression that could not be read. No reference can spell it; scopes answer it in silence,
/// because what is wrong was said.
pub(crate) const UNREADABLE: &str = "(unreadable)";

/// Whether a text has anything to evaluate.
pub(super) fn has_template(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

/// Makes an expression of a value; what is wrong with it goes to the reader, and [`UNREADABLE`]
/// stands in its place.
pub(super) fn lower(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Expr {
    let range = value.span();
    let span = reader.span(&range);
    let kind = match value.get_ref() {
        DeValue::String(text) if has_template(text) => return template(reader, text, value),
        DeValue::String(text) => ExprKind::Literal(Value::string(text)),
        DeValue::Boolean(value) => ExprKind::Literal(Value::Bool(*value)),
        DeValue::Datetime(datetime) => ExprKind::Literal(Value::string(datetime.to_string())),
        DeValue::Integer(integer) => number(reader, integer_text(integer).as_deref(), span),
        DeValue::Float(float) => number(reader, float_text(float), span),
        DeValue::Array(items) => ExprKind::List(items.iter().map(|item| lower(reader, item)).collect()),
        DeValue::Table(entries) => ExprKind::Map(
            entries
                .iter()
                .map(|(key, value)| {
                    let name = Expr::literal_at(Value::string(key.get_ref()), reader.span(&key.span()));
                    (name, lower(reader, value))
                })
                .collect(),
        ),
    };
    Expr { kind, span }
}

fn template(reader: &mut Reader<'_>, text: &str, value: &Spanned<DeValue<'_>>) -> Expr {
    let range = value.span();
    let offsets = Offsets::scan(reader.text.get(range.clone()).unwrap_or(""));
    let source = reader.source;
    let place = |start: usize, end: usize| {
        let from = range.start + offsets.start(start);
        let to = if end > start { range.start + offsets.end(end) } else { from };
        Span::new(source, from, to)
    };
    match firma_expr::parse(text, &place) {
        Ok(expr) => expr,
        Err(diagnostic) => {
            reader.diagnostics.push(diagnostic);
            Expr { kind: ExprKind::Name(UNREADABLE.into()), span: reader.span(&range) }
        }
    }
}

/// Decimal text; hexadecimal, octal and binary literals are converted.
fn integer_text(integer: &DeInteger<'_>) -> Option<String> {
    i128::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole.to_string())
}

/// The text as written, which may have more digits than a float keeps.
fn float_text<'f>(float: &'f DeFloat<'_>) -> Option<&'f str> {
    let text = float.as_str();
    (!text.contains("nan") && !text.contains("inf")).then_some(text)
}

fn number(reader: &mut Reader<'_>, text: Option<&str>, span: Span) -> ExprKind {
    match text.and_then(Number::parse) {
        Some(number) => ExprKind::Literal(Value::Number(number)),
        None => {
            reader.diagnostics.push(
                Diagnostic::error(codes::NUMBER, "this number cannot be used")
                    .at(span)
                    .hint("numbers are finite, and integers have at most 38 digits"),
            );
            ExprKind::Name(UNREADABLE.into())
        }
    }
}
