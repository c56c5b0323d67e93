//! From the text of a TOML string to a tree.

use crate::{codes, lower};
use firma_model::{
    diagnostic::Diagnostic,
    expr::Expr,
    span::Span,
    value::Value,
};
use hcl_edit::{expr::Expression, parser, template::Template};

/// Bytes one template may have.
pub const MAX_TEXT: usize = 64 * 1024;

/// From here on, a text may nest so deeply that parsing it needs more stack than a caller's thread is sure to have:
/// 64 levels take up to two megabytes without optimisation.
const DEEP: usize = 20;

/// Stack for parsing the deepest text that is allowed.
const STACK: usize = 16 * 1024 * 1024;

/// Reads template text that TOML has unescaped.
///
/// Text without `${` and `%{` is a literal; `"${x}"` alone is the expression `x` with its own type; other text is a
/// template. `span` says where a byte range of the text stands in its source.
///
/// # Errors
/// The text is not a template, uses a directive, is longer than [`MAX_TEXT`] or nests too deeply.
pub fn parse(text: &str, span: &dyn Fn(usize, usize) -> Span) -> Result<Expr, Diagnostic> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expr::literal_at(Value::from(text), span(0, text.len())));
    }
    if text.len() > MAX_TEXT {
        let message = format!("a text with expressions may have {MAX_TEXT} bytes, and this has {}", text.len());
        return Err(Diagnostic::error(codes::SOURCE_LIMIT, message).at(span(0, text.len())));
    }
    with_template(text, |template| match template {
        Ok(template) => Ok(lower::template(template, 0..text.len())),
        Err(error) => Err(syntax_error(text, error)),
    })
    .and_then(|lowered| lowered)
    .map(|tree| lower::place(tree, span))
    .map_err(|problem| problem.diagnostic(span))
}
