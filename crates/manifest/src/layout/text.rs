//! Quotes: which sort a text stands in.

use std::borrow::Cow;
use toml_parser::{Raw, decoder::Encoding};

/// A scalar as it is printed. Only texts on one line have a choice.
pub(super) fn scalar<'t>(raw: Raw<'t>, encoding: Option<Encoding>) -> Cow<'t, str> {
    match encoding {
        Some(Encoding::BasicString) => basic(raw.as_str()),
        Some(Encoding::LiteralString) => literal(raw.as_str()),
        _ => Cow::Borrowed(raw.as_str()),
    }
}

/// One part of a key as it is printed.
pub(super) fn key<'t>(raw: Raw<'t>, encoding: Option<Encoding>) -> Cow<'t, str> {
    if encoding.is_none() {
        return Cow::Borrowed(raw.as_str());
    }
    let mut name = Cow::Borrowed("");
    raw.decode_key(&mut name, &mut ());
    match !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        true => name,
        false => scalar(raw, encoding),
    }
}

/// `"say \"a\""` reads better as `'say "a"'`. Other escapes were written for a reason.
fn basic(raw: &str) -> Cow<'_, str> {
    let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if !inside.contains("\\\"") || inside.contains('\'') {
        return Cow::Borrowed(raw);
    }
    let mut plain = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some(escaped @ ('"' | '\\'))) => plain.push(escaped),
            ('\\', _) => return Cow::Borrowed(raw),
            (c, _) => plain.push(c),
        }
    }
    Cow::Owned(format!("'{plain}'"))
}

/// Single quotes are for text that double quotes would have to escape.
fn literal(raw: &str) -> Cow<'_, str> {
    let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    match inside.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
        true => Cow::Borrowed(raw),
        false => Cow::Owned(format!("\"{inside}\"")),
    }
}
