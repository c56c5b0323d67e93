//! What an attribute takes from every instance of a block, `vpc.subnet.web[*].id`, as one expression.
//!
//! A splat is reduced to its elements, so that whoever uses it sees how many there are and which of them are known. Where it
//! becomes an attribute and nothing of it is known it is kept as one again: N resources that use N others would otherwise
//! carry N times N elements through plan, file and apply. Whoever refers to the attribute finds the elements as before.

use super::{
    blocks::node,
    world::{EvaluatedBlock, World},
};
use firma_expr::Trace;
use firma_model::{
    address::{Address, Node},
    desired::Repetition,
    expr::{ELEMENT, Expr, ExprKind},
};
use smol_str::SmolStr;
use std::borrow::Cow;

impl World<'_> {
    /// A list of one attribute of every instance of a block, as a splat over the block; anything else as it is. The block
    /// must have been used as a whole: what depends on single instances depends on no others.
    pub(super) fn gathered(&self, value: Expr, trace: &Trace) -> Expr {
        let Some((block, name)) = self.one_of_all(&value, trace) else { return value };
        let of = Expr { kind: ExprKind::Node(Node::Block(block.block.clone())), span: value.span };
        let element = Expr { kind: ExprKind::Name(SmolStr::new_static(ELEMENT)), span: value.span };
        let each = Expr { kind: ExprKind::Attribute(Box::new(element), name.clone()), span: value.span };
        Expr { kind: ExprKind::Splat(Box::new(of), Box::new(each)), span: value.span }
    }

    /// The block and the attribute that such a list is of.
    fn one_of_all<'a>(&'a self, value: &'a Expr, trace: &Trace) -> Option<(&'a EvaluatedBlock<'a>, &'a SmolStr)> {
        let ExprKind::List(items) = &value.kind else { return None };
        let (first, name) = attribute_of_instance(items.first()?)?;
        if !trace.has(&Node::Block(first.block.clone())) {
            return None;
        }
        let block = self.evaluated(&first.block)?;
        let whole = block.repetition != Repetition::Single
            && block.instances.len() == items.len()
            && block.instances.iter().zip(items).all(|(instance, item)| {
                instance.later.is_none() && attribute_of_instance(item) == Some((&instance.resource.address, name))
            });
        whole.then_some((block, name))
    }

    /// The elements of what [`World::gathered`] made one of.
    pub(super) fn spread<'e>(&self, value: &'e Expr) -> Cow<'e, Expr> {
        let Some((Node::Block(block), name)) = value.as_attribute_of_all() else { return Cow::Borrowed(value) };
        match self.evaluated(block) {
            Some(block) if block.deferred.is_none() => {
                let items = block.instances.iter().map(|instance| {
                    let of = node(&block.block, instance.resource.address.key.clone());
                    Expr { kind: ExprKind::Attribute(Box::new(of), name.clone()), span: value.span }
                });
                Cow::Owned(Expr { kind: ExprKind::List(items.collect()), span: value.span })
            }
            _ => Cow::Borrowed(value),
        }
    }
}

fn attribute_of_instance(expr: &Expr) -> Option<(&Address, &SmolStr)> {
    match &expr.kind {
        ExprKind::Attribute(of, name) => match &of.kind {
            ExprKind::Node(Node::Instance(address)) => Some((address, name)),
            _ => None,
        },
        _ => None,
    }
}
