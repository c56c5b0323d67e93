//! Attributes that are the same in every instance of a block: they are evaluated once, however many instances there are.

use super::{instance::LIFTED, scope::InstanceScope, world::World};
use crate::project::Written;
use firma_catalog::Procedure;
use firma_expr::{Trace, each_reference};
use firma_model::{diagnostic::Diagnostics, expr::Expr};

/// What an attribute is in every instance, and what it used.
pub(super) struct Same {
    pub(super) value: Option<Expr>,
    pub(super) trace: Trace,
}

impl<'p> World<'p> {
    /// For every attribute of a block what it is in all instances. `None` where they differ, and where something is to be said
    /// of it: that belongs to the instance.
    pub(super) fn same(&self, module: usize, written: &[&'p Written], procedure: &Procedure) -> Vec<Option<Same>> {
        let one = |written: &&Written| {
            if LIFTED.contains(&&*written.name) || is_of_an_instance(&written.value) {
                return None;
            }
            let (mut trace, mut found) = (Trace::new(), Diagnostics::new());
            let scope = InstanceScope::plain(self, module);
            let value = self.attribute(written, procedure, &scope, &mut trace, &mut found).ok()?;
            found.is_empty().then_some(Same { value, trace })
        };
        written.iter().map(one).collect()
    }
}

/// Whether an expression says what only one instance has.
fn is_of_an_instance(expr: &Expr) -> bool {
    let mut found = false;
    each_reference(expr, &mut |reference| found |= matches!(reference.root(), "each" | "count" | "self"));
    found
}
