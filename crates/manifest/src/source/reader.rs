//! Reading the values of one file: what is expected, and what to say when something else stands there.

use super::lower;
use crate::{codes, foreign};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    path::is_plain_name,
    span::{SourceId, Span},
    suggest::closest,
};
use smol_str::SmolStr;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// One file being read.
pub(crate) struct Reader<'t> {
    /// Which file.
    pub(crate) source: SourceId,
    /// Its text.
    pub(crate) text: &'t str,
    /// What was found wrong so far.
    pub(crate) diagnostics: Diagnostics,
}

/// A plain text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spelled {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(source: SourceId, text: &'t str) -> Reader<'t> {
        Reader { source, text, diagnostics: Diagnostics::new() }
    }

    pub(crate) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }

    pub(crate) fn error(&mut self, code: &'static str, message: impl Into<String>, at: &Range<usize>) {
        let span = self.span(at);
        self.diagnostics.push(Diagnostic::error(code, message).at(span));
    }

    /// A key that `place` does not have.
    pub(crate) fn unknown_key(&mut self, key: &Spanned<DeString<'_>>, place: &str, known: &[&str]) {
        let name = key.get_ref();
        let span = self.span(&key.span());
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, format!("{place} has no key `{name}`")).at(span);
        diagnostic = match (closest(name, known.iter().copied()), foreign::key(name)) {
            (_, Some(instead)) => diagnostic.hint(instead),
            (Some(name), None) => diagnostic.did_you_mean(Some(name)),
            (None, None) => diagnostic.hint(format!("it has {}", list(known))),
        };
        self.diagnostics.push(diagnostic);
    }

    /// Something of another type than expected.
    pub(crate) fn wrong_type(&mut self, what: &str, expected: &str, value: &Spanned<DeValue<'_>>) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a bool",
            DeValue::Datetime(_) => "a date-time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.error(codes::WRONG_SETTING, format!("{what} must be {expected}, not {found}"), &value.span());
    }

    /// A table.
    pub(crate) fn table<'v>(&mut self, what: &str, value: &'v Spanned<DeValue<'t>>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(what, "a table", value);
        }
        table
    }

    /// Plain text, without expressions.
    pub(crate) fn plain_text(&mut self, what: &str, value: &Spanned<DeValue<'t>>) -> Option<Spelled> {
        match value.get_ref().as_str() {
            None => {
                self.wrong_type(what, "text", value);
                None
            }
            Some(text) if lower::has_template(text) => {
                self.error(
                    codes::WRONG_SETTING,
                    format!("{what} must be plain text, not an expression"),
                    &value.span(),
                );
                None
            }
            Some(text) => Some(Spelled { text: text.to_owned(), span: self.span(&value.span()) }),
        }
    }

    /// `true` or `false`, without expressions.
    pub(crate) fn plain_bool(&mut self, what: &str, value: &Spanned<DeValue<'t>>) -> Option<bool> {
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong_type(what, "true or false", value);
        }
        found
    }

    /// A list of plain texts.
    pub(crate) fn plain_texts(&mut self, what: &str, value: &Spanned<DeValue<'t>>) -> Vec<Spelled> {
        match value.get_ref().as_array() {
            None => {
                self.wrong_type(what, "a list of texts", value);
                Vec::new()
            }
            Some(items) => {
                items.iter().filter_map(|item| self.plain_text(&format!("each element of {what}"), item)).collect()
            }
        }
    }

    /// Any value, as an expression.
    pub(crate) fn expr(&mut self, value: &Spanned<DeValue<'t>>) -> Expr {
        lower::lower(self, value)
    }

    /// A name that the user chose: checked, the key's span with it.
    pub(crate) fn name(&mut self, what: &str, key: &Spanned<DeString<'_>>) -> Option<SmolStr> {
        let name = key.get_ref();
        if is_plain_name(name) {
            return Some(SmolStr::from(&**name));
        }
        let span = self.span(&key.span());
        self.diagnostics.push(
            Diagnostic::error(codes::BAD_NAME, format!("`{name}` is no name for {what}"))
                .at(span)
                .hint("names begin with a letter or `_` and go on with letters, digits, `_` and `-`"),
        );
        None
    }
}

/// `a`, `b` and `c`, for sentences.
pub(crate) fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
