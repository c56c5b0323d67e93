//! Where a part of a value was written.

use firma_catalog::shape::Part;
use firma_model::{
    expr::{Expr, ExprKind},
    path::{Path, Step},
    span::Span,
    value::Value,
};

/// The place of the part of `written` that `path` leads to, as near as it was written out.
pub(crate) fn spot(written: &Expr, path: &[Step], part: Part) -> Span {
    let mut here = written.span;
    let mut expr = written;
    for (at, step) in path.iter().enumerate() {
        let found = match (step, &expr.kind) {
            (Step::Key(key), ExprKind::Map(entries)) => {
                entries.iter().find(|(name, _)| name.as_value().and_then(Value::as_str) == Some(key))
            }
            (Step::Index(index), ExprKind::List(items)) => {
                let Some(item) = items.get(*index) else { return here };
                (here, expr) = (item.span, item);
                continue;
            }
            _ => None,
        };
        let Some((name, value)) = found else { return here };
        here = if part == Part::Name && at + 1 == path.len() { name.span } else { value.span };
        expr = value;
    }
    here
}

/// [`spot`] for paths that begin with the attribute's own name.
pub(crate) fn spot_in_attribute(written: &Expr, path: &Path, part: Part) -> Span {
    spot(written, path.0.get(1..).unwrap_or(&[]), part)
}
