//! What must be known of an instance before it is planned: where it lives, how it is paid for, how it is treated.
//!
//! Where that refers to something that only the cloud decides, the planner is asked: of what stays as it is it knows the
//! attributes. What nobody can say before an apply defers the block.

use super::world::World;
use firma_model::{
    deferral::{Asks, Deferred, Inquiry, Outlook, Subject},
    expr::{Expr, ExprKind},
    span::Span,
    value::{Map, Value},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// What is open, by what it is: "the region".
pub(super) type Open = Rc<RefCell<BTreeMap<String, Expr>>>;

/// The settings of one instance that expressions leave open.
pub(super) struct Settings<'w> {
    /// What the planner said of them.
    settled: Option<&'w Map>,
    pub(super) open: Open,
}

/// What is done about settings that are open.
pub(super) enum Unsettled {
    Ask(Inquiry),
    Later(Deferred),
}

impl<'w> Settings<'w> {
    pub(super) fn of(world: &'w World<'_>, subject: &Subject) -> Settings<'w> {
        let settled = match world.inputs.outlooks.get(subject) {
            Some(Outlook::Known(Value::Map(settled))) => Some(settled),
            _ => None,
        };
        Settings { settled, open: Open::default() }
    }

    /// The value that the planner gave, or nothing: then it is to be asked.
    pub(super) fn settle(&self, what: &str, reduced: Expr) -> Option<Value> {
        // There may be several triggers and timeouts.
        let name = format!("{what} at {}", reduced.span.start);
        let known = self.settled.and_then(|settled| settled.get(&name)).cloned();
        if known.is_none() {
            self.open.borrow_mut().insert(name, reduced);
        }
        known
    }
}

impl World<'_> {
    /// What is done about open settings: nobody was asked yet, or only an apply will show them.
    pub(super) fn unsettled(&self, subject: Subject, open: BTreeMap<String, Expr>, span: Span) -> Unsettled {
        let entries = open.into_iter().map(|(name, expr)| (Expr::literal(Value::from(name)), expr)).collect();
        let expr = Expr { kind: ExprKind::Map(entries), span };
        let mut uses = BTreeSet::new();
        expr.each_node(&mut |node| _ = uses.insert(node.clone()));
        let asks = Asks::Settings;
        match self.inputs.outlooks.contains_key(&subject) {
            true => Unsettled::Later(Deferred { asks, expr, dependencies: uses, span }),
            false => Unsettled::Ask(Inquiry { subject, asks, expr, uses, depends_on: BTreeSet::new(), span }),
        }
    }
}
