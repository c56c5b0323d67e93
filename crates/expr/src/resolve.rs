//! Finishing a residual when its nodes are known: what `plan` does in dependency order.

use crate::{evaluate::Evaluator, limits::Limits, part::Part};
use firma_model::{address::Node, diagnostic::Diagnostics, expr::Expr, value::Value};
use std::borrow::Cow;

/// What nodes are by now.
pub trait Nodes {
    /// All attributes of a node as a map, unknown ones included (`Node::Block`: the instances by key, or a list). A node
    /// of which nothing is known is [`Value::unknown`].
    fn node(&self, node: &Node) -> Cow<'_, Value>;

    /// One attribute, for suppliers that can answer this without building the whole map. `None` falls back to
    /// [`Nodes::node`], which also finds out whether there is such an attribute.
    fn attribute(&self, node: &Node, name: &str) -> Option<Cow<'_, Value>> {
        let _ = (node, name);
        None
    }
}

/// The value of a residual, given its nodes. Unknown attributes make it, or parts of it, unknown. A literal is returned
/// borrowed, at once; so is what stands in `nodes` as it is.
///
/// # Errors
/// What evaluation finds wrong: a missing attribute, an operand of a wrong type, a limit.
pub fn resolve<'e>(expr: &'e Expr, nodes: &'e dyn Nodes, limits: &Limits) -> Result<Cow<'e, Value>, Diagnostics> {
    if let Some(value) = expr.as_value() {
        return Ok(Cow::Borrowed(value));
    }
    let evaluator = Evaluator::over_nodes(nodes, limits);
    let value = match evaluator.reduce(expr, None)? {
        Part::Value(value) => value,
        Part::Residual(_) => unreachable!("BUG: a residual is left although every node has a value"),
    };
    if matches!(value, Cow::Owned(_)) {
        evaluator.budget.copy_value(&value, expr.span)?;
    }
    Ok(value)
}
