//! Chains of attributes and indexes over a name or any other expression.

use super::{Env, Evaluator, Reduced, Source, env::Binding, fail};
use crate::{
    codes,
    part::Part,
    reference::{Reference, Segment, key_segment},
};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::borrow::Cow;

/// One link of a chain, its key reduced.
pub(super) enum Link<'x> {
    Attribute(&'x SmolStr, Span),
    /// Boxed: few links are, and a chain is to fit where it stands.
    Index(Box<Part<'x>>, Span),
}

/// Links of a chain in order. Most are `service.kind.name.attribute`.
type Links<'x> = SmallVec<[Link<'x>; 4]>;

impl<'a> Evaluator<'a> {
    /// A name, `of.name` or `of[key]`. The whole chain is looked at once, so that the scope sees `vpc.subnet.web["a"]`.
    pub(super) fn reference<'x>(&self, expr: &'x Expr, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let (root, links) = self.chain(expr, env)?;
        self.budget.charge(links.len(), expr.span)?;
        let (part, consumed) = self.start(root, &links, env)?;
        self.follow(part, links, consumed)
    }

    fn follow<'x>(&self, part: Part<'x>, links: Links<'x>, consumed: usize) -> Reduced<'x>
    where
        'a: 'x,
    {
        let mut part = part;
        for link in links.into_iter().skip(consumed) {
            part = match link {
                Link::Attribute(name, span) => self.attribute(part, name, span)?,
                Link::Index(key, span) => self.index(part, *key, span)?,
            };
        }
        Ok(part)
    }

    /// What a chain begins with, and its links in order, their keys reduced.
    fn chain<'x>(&self, expr: &'x Expr, env: Option<&'x Env<'x>>) -> Result<(&'x Expr, Links<'x>), Diagnostics>
    where
        'a: 'x,
    {
        let mut links = Links::new();
        let mut here = expr;
        loop {
            match &here.kind {
                ExprKind::Attribute(of, name) => {
                    links.push(Link::Attribute(name, here.span));
                    here = of;
                }
                ExprKind::Index(of, key) => {
                    links.push(Link::Index(Box::new(self.reduce(key, env)?), here.span));
                    here = of;
                }
                _ => break,
            }
        }
        links.reverse();
        Ok((here, links))
    }

    /// The value that a chain begins with, and how many links it stands for.
    fn start<'x>(
        &self,
        root: &'x Expr,
        links: &[Link<'x>],
        env: Option<&'x Env<'x>>,
    ) -> Result<(Part<'x>, usize), Diagnostics>
    where
        'a: 'x,
    {
        match &root.kind {
            ExprKind::Name(name) => match Env::find(env, name) {
                Some(Binding::Part(part)) => Ok((part.by_ref(), 0)),
                Some(Binding::Abstract(spelling)) => {
                    Ok((Part::residual(ExprKind::Name(SmolStr::from(spelling.clone())), root.span), 0))
                }
                None => self.free_name(name, root.span, links),
            },
            _ => match links.first() {
                Some(Link::Attribute(name, _)) => match self.known_attribute(root, name) {
                    Some(part) => Ok((part, 1)),
                    None => match self.reduce(root, env)? {
                        // Nothing is known of the node; that it has the attribute was seen to while planning.
                        Part::Value(value)
                            if matches!(&root.kind, ExprKind::Node(_)) && matches!(&*value, Value::Unknown(_)) =>
                        {
                            Ok((Part::unknown(), 1))
                        }
                        part => Ok((part, 0)),
                    },
                },
                _ => Ok((self.reduce(root, env)?, 0)),
            },
        }
    }

    /// A reference to the scope, and how many links its answer stands for.
    fn free_name<'x>(&self, name: &SmolStr, root: Span, links: &[Link<'x>]) -> Result<(Part<'x>, usize), Diagnostics>
    where
        'a: 'x,
    {
        let Source::Scope(scope) = self.source else {
            return fail(
                Diagnostic::error(codes::UNKNOWN_NAME, format!("`{name}` has no meaning after planning")).at(root),
            );
        };
        let mut segments: SmallVec<[Segment; 4]> = SmallVec::with_capacity(links.len() + 1);
        segments.push(Segment::Name(name.clone()));
        let mut span = root;
        for link in links {
            let (segment, end) = match link {
                Link::Attribute(name, end) => (Some(Segment::Name((*name).clone())), *end),
                Link::Index(key, end) => (key.as_value().and_then(key_segment), *end),
            };
            let Some(segment) = segment else { break };
            segments.push(segment);
            span = end;
        }
        let reference = Reference { segments: &segments, span };
        let mut resolution = scope.root(&reference, &mut self.trace.borrow_mut())?;
        if let Cow::Owned(Expr { span, .. }) = &mut resolution.expr
            && *span == Span::default()
        {
            // What is found wrong with it later is found here.
            *span = reference.span;
        }
        Ok((Part::of(resolution.expr), resolution.consumed.saturating_sub(1)))
    }

    /// A node by itself.
    pub(super) fn node<'x>(&self, node: &Node, expr: &'x Expr) -> Part<'x>
    where
        'a: 'x,
    {
        match self.source {
            Source::Scope(_) => Part::Residual(Cow::Borrowed(expr)),
            Source::Nodes(nodes) => Part::Value(nodes.node(node)),
        }
    }

    /// An attribute of a node while configuration is reduced; `None` when it stays for later.
    pub(super) fn node_attribute<'x>(&self, node: &Node, name: &str, span: Span) -> Result<Option<Part<'x>>, Diagnostic>
    where
        'a: 'x,
    {
        let Source::Scope(scope) = self.source else { return Ok(None) };
        self.trace.borrow_mut().node(node);
        Ok(scope.attribute(node, name, span)?.map(Part::of))
    }

    /// An attribute of a node when nodes have values, if the supplier answers for single attributes.
    pub(super) fn known_attribute<'x>(&self, root: &Expr, name: &str) -> Option<Part<'x>>
    where
        'a: 'x,
    {
        match (self.source, &root.kind) {
            (Source::Nodes(nodes), ExprKind::Node(node)) => nodes.attribute(node, name).map(Part::Value),
            _ => None,
        }
    }
}
