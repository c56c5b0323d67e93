//! Templates: text, interpolations, and the directives `%{ if }` and `%{ for }`.
//!
//! Directives need no forms of their own in the tree: an `if` is a conditional between two texts, a `for` the texts of its
//! elements joined.

use super::{Lowered, Problem, expression, literal, make, too_deep};
use crate::{codes, text};
use firma_model::{
    expr::{Expr, ExprKind, For},
    value::Value,
};
use hcl_edit::{
    Span as _,
    template::{Directive, Element, ForDirective, IfDirective, Strip, Template},
};
use std::{borrow::Cow, ops::Range, sync::Arc};

/// Levels of templates in templates.
const MAX_DEPTH: usize = 128;

/// How the text between the directives of a template is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As it is meant: TOML, or a file.
    Plain,
    /// Inside of quotes. The parser undoes escapes around directives, but not within them.
    Quoted,
}

/// A template that stands alone: one interpolation by itself is that expression, with its own type.
pub(super) fn whole(template: &Template, written: Written, range: Range<usize>, depth: usize) -> Lowered {
    let elements: Vec<&Element> = template.iter().collect();
    if let [Element::Interpolation(only)] = elements[..] {
        return expression(&only.expr, &only.span().unwrap_or(range), depth);
    }
    text_of(&elements, Form { start: false, end: false, inner: written, here: Written::Plain }, range, depth)
}

/// How a text is taken: which of its ends lose their white space, and what is written in it.
#[derive(Clone, Copy)]
struct Form {
    start: bool,
    end: bool,
    here: Written,
    /// Within directives of this text.
    inner: Written,
}

/// Elements as text, whatever they are.
fn text_of(elements: &[&Element], form: Form, range: Range<usize>, depth: usize) -> Lowered {
    if depth > MAX_DEPTH {
        return Err(too_deep(range));
    }
    let mut out: Vec<Expr> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let here = element.span().unwrap_or_else(|| range.clone());
        match element {
            Element::Literal(text) => {
                let text = match form.here {
                    Written::Plain => Cow::Borrowed(text.as_str()),
                    Written::Quoted => Cow::Owned(unescaped(text.as_str(), &here)?),
                };
                let mut text: &str = &text;
                let before = index.checked_sub(1).map(|before| edges(elements[before]).1.strip_end());
                if before.unwrap_or(form.start) {
                    text = text.trim_start();
                }
                let after = elements.get(index + 1).map(|after| edges(after).0.strip_start());
                if after.unwrap_or(form.end) {
                    text = text.trim_end();
                }
                if !text.is_empty() {
                    out.push(literal(text::compose(Value::from(text)), &here));
                }
            }
            Element::Interpolation(interpolation) => out.push(expression(&interpolation.expr, &here, depth + 1)?),
            Element::Directive(directive) => out.push(match &**directive {
                Directive::If(directive) => conditional(directive, form.inner, &here, depth + 1)?,
                Directive::For(directive) => walk(directive, form.inner, &here, depth + 1)?,
            }),
        }
    }
    match &out[..] {
        [] => Ok(literal(Value::from(""), &range)),
        [Expr { kind: ExprKind::Literal(Value::String(text)), .. }] => Ok(literal(Value::String(text.clone()), &range)),
        _ => Ok(make(ExprKind::Template(out), &range)),
    }
}

/// What an element takes away around it: its first and its last marker.
fn edges(element: &Element) -> (Strip, Strip) {
    match element {
        Element::Literal(_) => (Strip::None, Strip::None),
        Element::Interpolation(interpolation) => (interpolation.strip, interpolation.strip),
        Element::Directive(directive) => match &**directive {
            Directive::If(directive) => (directive.if_expr.strip, directive.endif_expr.strip),
            Directive::For(directive) => (directive.for_expr.strip, directive.endfor_expr.strip),
        },
    }
}

/// The text between two markers.
fn between(
    template: &Template,
    (open, close): (Strip, Strip),
    written: Written,
    range: &Range<usize>,
    depth: usize,
) -> Lowered {
    let elements: Vec<&Element> = template.iter().collect();
    let form = Form { start: open.strip_end(), end: close.strip_start(), here: written, inner: written };
    text_of(&elements, form, template.span().unwrap_or_else(|| range.clone()), depth)
}

fn conditional(directive: &IfDirective, written: Written, range: &Range<usize>, depth: usize) -> Result<Expr, Problem> {
    let (open, end) = (&directive.if_expr, directive.endif_expr.strip);
    let condition = expression(&open.cond_expr, range, depth)?;
    let close = directive.else_expr.as_ref().map_or(end, |otherwise| otherwise.strip);
    let yes = between(&open.template, (open.strip, close), written, range, depth)?;
    let no = match &directive.else_expr {
        Some(otherwise) => between(&otherwise.template, (otherwise.strip, end), written, range, depth)?,
        None => literal(Value::from(""), range),
    };
    Ok(make(ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), range))
}

fn walk(directive: &ForDirective, written: Written, range: &Range<usize>, depth: usize) -> Result<Expr, Problem> {
    let open = &directive.for_expr;
    let texts = For {
        key_name: open.key_var.as_ref().map(|name| Arc::from(name.as_str())),
        value_name: Arc::from(open.value_var.as_str()),
        collection: expression(&open.collection_expr, range, depth)?,
        key: None,
        value: between(&open.template, (open.strip, directive.endfor_expr.strip), written, range, depth)?,
        grouping: false,
        condition: None,
    };
    let texts = make(ExprKind::For(Box::new(texts)), range);
    Ok(make(ExprKind::Call(Arc::from("join"), vec![literal(Value::from(""), range), texts], false), range))
}

/// Text whose escapes are undone.
fn unescaped(text: &str, range: &Range<usize>) -> Result<String, Problem> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let code = |digits: usize| {
            let code = escape.get(1..=digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            code.and_then(char::from_u32).map(|c| (c, 1 + digits))
        };
        let found = match escape.chars().next() {
            Some('n') => Some(('\n', 1)),
            Some('r') => Some(('\r', 1)),
            Some('t') => Some(('\t', 1)),
            Some(c @ ('"' | '\\')) => Some((c, 1)),
            Some('u') => code(4),
            Some('U') => code(8),
            _ => None,
        };
        let Some((c, length)) = found else {
            return Err(Problem::new(codes::SYNTAX, "a backslash here begins no escape".to_owned(), range.clone()));
        };
        out.push(c);
        rest = &escape[length..];
    }
    out.push_str(rest);
    Ok(out)
}
