//! From the text of a TOML string to a tree.

mod plain;

use crate::{
    codes,
    lower::{self, Problem},
    text,
};
use firma_model::{diagnostic::Diagnostic, expr::Expr, span::Span, value::Value};
use hcl_edit::{
    expr::Expression,
    parser::{self, Error},
};

/// Bytes one template may have.
pub const MAX_TEXT: usize = 64 * 1024;

/// Marks that nest. A text with more of them may need more stack than a caller's thread is sure to have: 64 levels take
/// up to two megabytes without optimisation.
const SHALLOW: usize = 20;

/// Stack for parsing the deepest text that is allowed.
const STACK: usize = 16 * 1024 * 1024;

/// Reads template text that TOML has unescaped.
///
/// Text without `${` and `%{` is a literal; `"${x}"` alone is the expression `x` with its own type; other text is a
/// template. `span` says where a byte range of the text stands in its source.
///
/// # Errors
/// The text is not a template, is longer than [`MAX_TEXT`] or nests too deeply.
pub fn parse(text: &str, span: &dyn Fn(usize, usize) -> Span) -> Result<Expr, Diagnostic> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expr::literal_at(text::compose(Value::from(text)), span(0, text.len())));
    }
    if text.len() > MAX_TEXT {
        let message = format!("a text with expressions may have {MAX_TEXT} bytes, and this has {}", text.len());
        return Err(Diagnostic::error(codes::SOURCE_LIMIT, message).at(span(0, text.len())));
    }
    if let Some(mut tree) = plain::parse(text) {
        lower::place(&mut tree, span);
        return Ok(tree);
    }
    let lowered = with_stack(text, || match parser::parse_template(text) {
        Ok(template) => lower::template(&template, text.len()),
        Err(error) => Err(template_error(text, &error)),
    });
    match lowered {
        Ok(mut tree) => {
            lower::place(&mut tree, span);
            Ok(tree)
        }
        Err(problem) => Err(problem.at(span)),
    }
}

/// Parses a bare expression and hands it to `read` (types are written as expressions).
pub(crate) fn with_expression<T: Send>(
    text: &str,
    read: impl FnOnce(&Expression) -> Result<T, Problem> + Send,
) -> Result<T, Problem> {
    if text.len() > MAX_TEXT {
        return Err(Problem::new(codes::SOURCE_LIMIT, format!("this is longer than {MAX_TEXT} bytes"), 0..text.len()));
    }
    with_stack(text, || match parser::parse_expr(text) {
        Ok(expression) => read(&expression),
        Err(error) => Err(syntax_error(text, &error)),
    })
}

/// Runs a parser with enough stack for the text.
fn with_stack<T: Send>(text: &str, parse: impl FnOnce() -> Result<T, Problem> + Send) -> Result<T, Problem> {
    let nesting = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{' | b'?' | b'!' | b'-')).count();
    if nesting <= SHALLOW {
        return parse();
    }
    let no_stack = |_| Problem::new(codes::SOURCE_LIMIT, "there is no memory to read this".to_owned(), 0..text.len());
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse).map_err(no_stack)?;
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn template_error(text: &str, error: &Error) -> Problem {
    let at = place(text, error);
    let rest = &text[at..];
    if rest.starts_with("%{") {
        return Problem::new(codes::DIRECTIVE, "this `%{` does not begin a directive that has an end".to_owned(), at..at + 2)
            .hint("write `%{ if c }...%{ else }...%{ endif }`, `%{ for x in list }...%{ endfor }`, or `%%{` for the two characters");
    }
    if rest.starts_with("${") {
        // The parser backs out of an interpolation that has no end.
        return Problem::new(codes::SYNTAX, "this `${` has no closing `}`".to_owned(), at..at + 2)
            .hint("write `$${` for the two characters `${` themselves");
    }
    syntax_error(text, error)
}

/// The byte where the parser stopped. It never gives an offset past the last byte: at the end of the text only its column
/// lies beyond.
fn place(text: &str, error: &Error) -> usize {
    let location = error.location();
    let mut at = location.offset().min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let column = text[line..at].chars().count() + 1;
    if location.column() > column { text.len() } else { at }
}

fn syntax_error(text: &str, error: &Error) -> Problem {
    let at = place(text, error);
    // A word is shown as a whole: `endfor`, not `e`.
    let word = text[at..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8).max(word);
    let said = error.message();
    if said.contains("nesting depth") {
        return Problem::new(codes::SOURCE_LIMIT, "this nests more than 64 levels".to_owned(), at..end)
            .hint("give names to its parts in [local]");
    }
    if said.contains("at most 128 chained") {
        return Problem::new(codes::SOURCE_LIMIT, "this has more than 128 operators on one path".to_owned(), at..end)
            .hint("give names to its parts in [local]");
    }
    let found = match text[at..].chars().next() {
        None => "the end of the text".to_owned(),
        Some('\n') => "the end of the line".to_owned(),
        Some(_) => format!("`{}`", &text[at..end]),
    };
    // The parser repeats the same expectation when alternatives share it, and lists every way to begin an expression.
    let said = match said {
        s if s.starts_with("invalid expression") => "an expression was expected",
        "unexpected token" => "this is not an expression",
        other => other,
    };
    Problem::new(codes::SYNTAX, format!("{said}, found {found}"), at..end)
}
