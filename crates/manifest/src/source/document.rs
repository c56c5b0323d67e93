//! Parsing one TOML document, all its mistakes at once.

use super::{duplicate, reader::Reader};
use crate::codes;
use firma_model::{diagnostic::Diagnostic, span::Span};
use toml::{Spanned, de::DeTable};

/// Largest source file. Spans are 32 bit, and a manifest this size is a mistake.
pub(crate) const MAX_SOURCE: usize = 32 << 20;

/// Syntax errors shown of one file: the hundredth is seldom news.
const MAX_ERRORS: usize = 100;

/// A word on a file that is larger than files may be.
fn too_large(size: usize, span: Span) -> Option<Diagnostic> {
    (size > MAX_SOURCE).then(|| {
        let mebibytes = size.div_ceil(1 << 20);
        Diagnostic::error(codes::SOURCE_TOO_LARGE, format!("this file has {mebibytes} MiB, more than 32 MiB"))
            .at(span)
            .hint("split it: all `*.toml` files of the directory are read together")
    })
}

/// With a word on what is most likely meant, seen by what comes before the mistake: a quote inside an expression ends a
/// basic string.
fn hinted(diagnostic: Diagnostic, before: &str) -> Diagnostic {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let inside = line.rfind("${").is_some_and(|at| !line[at..].contains('}') && line[..at].contains('"'));
    match inside {
        true => diagnostic.hint("an expression with quotes in it goes into a literal string: '${upper(\"a\")}'"),
        false => diagnostic,
    }
}

/// Parses; `None` when the text is no TOML, and then the reader has the diagnostics.
///
/// The parser can recover from errors, but it invents values where it does, so nothing of such a file is used.
pub(crate) fn parse_document<'t>(reader: &mut Reader<'t>) -> Option<Spanned<DeTable<'t>>> {
    let text = reader.text;
    if let Some(diagnostic) = too_large(text.len(), reader.span(&(0..0))) {
        reader.diagnostics.push(diagnostic);
        return None;
    }
    if let Ok(table) = DeTable::parse(text) {
        return Some(table);
    }
    let (_, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(text.len(), |at| at.start));
    let mut keys = None;
    let mut repeated: Option<String> = None;
    let mut shown: Option<usize> = None;
    let mut count = 0;
    for error in errors {
        let at = error.span().unwrap_or(text.len()..text.len());
        let span = reader.span(&at);
        let duplicate = duplicate::is_duplicate(error.message());
        // What follows an error on the same line is mostly the parser finding its feet again.
        let line_goes_on =
            shown.is_some_and(|end| !text.get(end..at.start).is_none_or(|between| between.contains('\n')));
        if line_goes_on && !duplicate {
            continue;
        }
        count += 1;
        if count > MAX_ERRORS {
            continue;
        }
        if duplicate {
            let keys = keys.get_or_insert_with(|| duplicate::Keys::of(text));
            if let Some((first, name)) = keys.first(&at) {
                // The keys below a header that is written twice are twice there too.
                if repeated
                    .as_ref()
                    .is_some_and(|outer| name.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.')))
                {
                    continue;
                }
                repeated = Some(name.clone());
                reader.diagnostics.push(
                    Diagnostic::error(codes::DEFINED_TWICE, format!("`{name}` is defined twice"))
                        .at(span)
                        .label("defined again here")
                        .related(reader.span(&first), "first defined here"),
                );
                continue;
            }
        }
        shown = Some(at.end);
        reader.diagnostics.push(hinted(
            Diagnostic::error(codes::SYNTAX, format!("this is not valid TOML: {}", error.message())).at(span),
            text.get(..at.start).unwrap_or_default(),
        ));
    }
    if count > MAX_ERRORS {
        let left = count - MAX_ERRORS;
        reader.diagnostics.push(
            Diagnostic::error(codes::SYNTAX, format!("{left} more syntax errors in this file are not shown"))
                .at(reader.span(&(0..0))),
        );
    }
    None
}
