//! Text with interpolations.

use super::{Env, Evaluator, Reduced};
use crate::{
    codes,
    part::{Part, peel},
    text,
};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    types::Type,
    value::{Unknown, Value},
};
use std::sync::Arc;

impl<'a> Evaluator<'a> {
    /// Known parts are joined; what is left keeps its place between them.
    pub(super) fn template<'x>(&self, exprs: &'x [Expr], span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let parts = self.all(exprs, env)?;
        self.joined(parts, exprs, span)
    }

    fn joined<'x>(&self, parts: Vec<Part<'_>>, exprs: &[Expr], span: Span) -> Reduced<'x> {
        let mut marked = false;
        let mut left: Vec<Expr> = Vec::new();
        let most = parts.len();
        let mut text = String::new();
        let mut errors = Diagnostics::new();
        // The text before the first part that is known only after apply.
        let mut prefix: Option<String> = None;
        for (part, expr) in parts.into_iter().zip(exprs) {
            let value = match part {
                Part::Value(value) => value,
                residual @ Part::Residual(_) => {
                    if let Some(found) = never_text(&residual, expr.span) {
                        errors.push(found);
                        continue;
                    }
                    if left.is_empty() {
                        left.reserve_exact(most);
                    }
                    if !text.is_empty() {
                        left.push(Expr::literal_at(Value::from(std::mem::take(&mut text)), span));
                    }
                    left.push(self.embed(residual, expr.span)?);
                    continue;
                }
            };
            marked |= value.has_sensitive();
            self.doubts(&value, &[Type::String, Type::Number, Type::Bool]);
            match value.reveal() {
                Value::Unknown(unknown) => {
                    if prefix.is_none() && left.is_empty() {
                        let known = unknown.prefix.as_deref().unwrap_or("");
                        prefix = Some(format!("{text}{known}"));
                    }
                    prefix.get_or_insert_default();
                }
                shown => match text::of(shown) {
                    Some(shown) => {
                        self.budget.text(text.len() + shown.len(), expr.span)?;
                        text.push_str(&shown);
                    }
                    None => errors.push(not_text(shown, expr.span)),
                },
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if let Some(prefix) = prefix {
            // Whatever else is left, the whole is known only after apply.
            let prefix = (!prefix.is_empty()).then_some(prefix);
            let unknown = Unknown { ty: Some(Type::String), not_null: true, prefix };
            return Ok(Part::value(Value::Unknown(Box::new(unknown))).marked(marked));
        }
        if left.is_empty() {
            // A mark may have met its letter only here.
            let text = text::composed(&text).unwrap_or(text);
            return Ok(Part::value(Value::String(Arc::from(text))).marked(marked));
        }
        if !text.is_empty() {
            left.push(Expr::literal_at(Value::from(text), span));
        }
        Ok(Part::residual(ExprKind::Template(left), span).marked(marked))
    }
}

/// Says that what is left can be no text, whatever it turns out to be.
fn never_text(part: &Part<'_>, span: Span) -> Option<Diagnostic> {
    let Part::Residual(expr) = part else { return None };
    let (_, expr) = peel(expr);
    let (message, hint) = match &expr.kind {
        ExprKind::List(_) | ExprKind::Splat(..) => {
            ("a list cannot be put into text".to_owned(), "`join(\", \", ...)` makes text of a list".to_owned())
        }
        ExprKind::Map(_) => {
            ("a map cannot be put into text".to_owned(), "`jsonencode(...)` makes text of any value".to_owned())
        }
        ExprKind::Node(node) if !node.is_output() => (
            format!("`{node}` is more than one value and cannot be put into text"),
            match node {
                Node::Instance(address) if address.block.data => format!("take a part of it, such as `{node}.one.id`"),
                Node::Instance(_) => format!("take an attribute of it, such as `{node}.id`"),
                Node::Block(block) => {
                    format!("take one of its instances by key, or `join(\", \", ...)` of all: `{block}[*].id`")
                }
            },
        ),
        _ => return None,
    };
    Some(Diagnostic::error(codes::NOT_TEXT, message).at(span).hint(hint))
}

fn not_text(value: &Value, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::NOT_TEXT, format!("{} cannot be put into text", value.type_name()));
    match value {
        Value::Null => diagnostic.hint("use `coalesce(...)` or a conditional to say what stands there instead"),
        Value::List(_) | Value::Set(_) => diagnostic.hint("`join(\", \", ...)` makes text of a list"),
        Value::Map(_) => diagnostic.hint("`jsonencode(...)` makes text of any value"),
        _ => diagnostic,
    }
    .at(span)
}
