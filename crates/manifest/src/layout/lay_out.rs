//! The whole way, and the proof that nothing changed its meaning.

use super::{document::Document, print::print};
use crate::source::{Reader, parse_document};
use firma_model::{diagnostic::Diagnostics, span::Source, span::SourceId};
use toml::de::{DeTable, DeValue};

/// The text in its conventional form; for text that is no TOML, what is wrong with it.
///
/// Spans of the diagnostics point into source 0.
///
/// # Panics
///
/// When the form would mean something else than the text: a defect, and better told than written to a file.
pub fn lay_out(source: &Source) -> Result<String, Diagnostics> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut reader = Reader::new(SourceId(0), text);
    let Some(before) = parse_document(&mut reader) else { return Err(reader.diagnostics) };
    let printed = print(&Document::read(text));
    let after = DeTable::parse(&printed).ok();
    assert!(
        after.is_some_and(|after| means_the_same(after.get_ref(), before.get_ref())),
        "BUG: laid out anew, {} would mean something else",
        source.name
    );
    Ok(printed)
}

/// Whether two tables hold the same: values, not how they are written. Numbers and dates are never rewritten.
pub(super) fn means_the_same(a: &DeTable<'_>, b: &DeTable<'_>) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b.iter())
            .all(|((key, a), (other, b))| key.get_ref() == other.get_ref() && is_the_same(a.get_ref(), b.get_ref()))
}

fn is_the_same(a: &DeValue<'_>, b: &DeValue<'_>) -> bool {
    match (a, b) {
        (DeValue::String(a), DeValue::String(b)) => a == b,
        (DeValue::Integer(a), DeValue::Integer(b)) => (a.radix(), a.as_str()) == (b.radix(), b.as_str()),
        (DeValue::Float(a), DeValue::Float(b)) => a.as_str() == b.as_str(),
        (DeValue::Boolean(a), DeValue::Boolean(b)) => a == b,
        (DeValue::Datetime(a), DeValue::Datetime(b)) => a == b,
        (DeValue::Array(a), DeValue::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_the_same(a.get_ref(), b.get_ref()))
        }
        (DeValue::Table(a), DeValue::Table(b)) => means_the_same(a, b),
        _ => false,
    }
}
