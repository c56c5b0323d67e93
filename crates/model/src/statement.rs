//! What manifests say about objects beside how they should be: where they went, that they left, where they come from, and
//! what must hold of them.

use crate::{address::Node, desired::OnRemove, expr::Expr, extent::Extent, path::Path, span::Span};

/// `[[moved]]`: the objects of one part of the project are those of another now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where they were.
    pub from: Extent,
    /// Where they are wanted.
    pub to: Extent,
    /// The statement.
    pub span: Span,
}

/// `[[removed]]`: a part of the project is gone from the manifests on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The part.
    pub from: Extent,
    /// What happens to its objects; otherwise what was written down with each.
    pub on_remove: Option<OnRemove>,
    /// The statement.
    pub span: Span,
}

/// `[[import]]`: an object that exists already becomes that of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The cloud's id.
    pub id: String,
    /// Region, where it is not that of the resource.
    pub region: Option<String>,
    /// Take it although Firma made it, for another project or in another state.
    pub force: bool,
    /// The statement.
    pub span: Span,
}

/// A condition with what to say when it is false.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What must be true.
    pub condition: Expr,
    /// What to say otherwise.
    pub message: Expr,
    /// The values it is made of, as written: `var.env`, `self.status`.
    pub operands: Vec<(String, Expr)>,
    /// The condition's place.
    pub span: Span,
}

impl Condition {
    /// Calls `visit` for every node that it refers to.
    pub fn each_node<'c>(&'c self, visit: &mut dyn FnMut(&'c Node)) {
        let operands = self.operands.iter().map(|(_, value)| value);
        for expr in [&self.condition, &self.message].into_iter().chain(operands) {
            expr.each_node(visit);
        }
    }
}

/// One entry of `replace_triggered_by`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Whose change it is.
    pub node: Node,
    /// Which attribute, or part of one; empty for any change at all.
    pub path: Path,
}
