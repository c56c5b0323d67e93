//! References to resources: `vpc.vpc.main`, `vpc.subnet.web["a"].id`, all of a block.

use super::{
    keyed::{Chosen, Keyed, together},
    scope::{Answered, InstanceScope},
    unknown::{incomplete, near_block, unknown_root},
    world::EvaluatedBlock,
};
use crate::{codes, project::find};
use firma_expr::{Reference, Resolution, Segment, Trace};
use firma_model::{
    address::{Block, Key, Node},
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    small_map::SmallMap,
    span::Span,
    value::Value,
};

impl<'w> InstanceScope<'w, '_> {
    /// `service.kind.name`, an instance of it, or all of them.
    pub(super) fn resource(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let project = self.here().project;
        let service = reference.root();
        let (Some(kind), Some(name)) = (reference.name(1), reference.name(2)) else {
            if project.resource_names.contains_key(service) {
                return Err(incomplete(reference, "service.kind.name"));
            }
            return self.missing(unknown_root(reference, &project.resource_names), 1);
        };
        let Some(index) = find(&project.resource_names, service, kind, name) else {
            let known_service = project.resource_names.contains_key(service);
            if !known_service && !self.is_service(service) {
                return self.missing(unknown_root(reference, &project.resource_names), 1);
            }
            let near = near_block(&project.resource_names, service, kind, name);
            let message = format!("there is no resource `{service}.{kind}.{name}`");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_REFERENCE, message)
                .at(reference.span)
                .did_you_mean(near.as_deref())
                .hint(format!("declare it with `[{service}.{kind}.{name}]`"));
            return self.missing(diagnostic, 3);
        };
        let Some(block) = &self.here().blocks[index] else { return Ok(self.taint(3)) };
        self.block(reference, block, trace)
    }

    fn is_service(&self, name: &str) -> bool {
        let catalog = self.world.inputs.catalog;
        catalog.kind_names().any(|kind| kind.split_once('.').is_some_and(|(service, _)| service == name))
    }

    fn block(&self, reference: &Reference<'_>, block: &'w EvaluatedBlock<'_>, trace: &mut Trace) -> Answered<'_> {
        let name = &block.block;
        let segment = reference.segments.get(3);
        let key_of = |at: usize| block.instances.get(at)?.resource.address.key.as_ref();
        let first = |most: usize| (0..block.instances.len().min(most)).filter_map(key_of).collect();
        let keyed = Keyed {
            name,
            repetition: block.repetition,
            count: block.instances.len(),
            keys: &first,
            walk: ("instance", "ATTRIBUTE"),
        };
        let part = |segment: &Segment| match block.instances.first() {
            Some(instance) => has_attribute(&instance.resource.attributes, segment),
            None => true,
        };
        let deferred = block.deferred.is_some();
        match keyed.choose(reference, segment, part)? {
            Chosen::Only if deferred || !block.instances.is_empty() => Ok(Resolution::owned(node(name, None), 3)),
            Chosen::Only if segment.is_none() => Ok(Resolution::value(Value::Null, 3)),
            Chosen::Only => Err(keyed.disabled(reference, "it has no attributes")),
            Chosen::All if deferred => {
                let kind = ExprKind::Node(Node::Block(name.clone()));
                Ok(Resolution::owned(Expr { kind, span: Span::default() }, 3))
            }
            Chosen::All => {
                trace.whole(name);
                Ok(Resolution::borrowed(whole(name, block), 3))
            }
            Chosen::One(key) if deferred || block.instance(Some(&key)).is_some() => {
                Ok(Resolution::owned(node(name, Some(key)), 4))
            }
            Chosen::One(key) => Err(keyed.none(reference, &key)),
        }
    }
}

fn has_attribute(attributes: &SmallMap<String, Expr>, segment: &Segment) -> bool {
    segment.text().is_some_and(|name| attributes.contains_key(name))
}

/// An instance of a block.
pub(super) fn node(block: &Block, key: Option<Key>) -> Expr {
    Expr { kind: ExprKind::Node(Node::Instance(block.at(key))), span: Span::default() }
}

/// All instances of a block: a map or a list of nodes.
fn whole<'w>(name: &Block, block: &'w EvaluatedBlock<'_>) -> &'w Expr {
    block.whole.get_or_init(|| {
        let keys = block.instances.iter().map(|instance| instance.resource.address.key.as_ref());
        let nodes = keys.map(|key| (key, Some(node(name, key.cloned()))));
        let kind = together(block.repetition, nodes).expect("BUG: every instance has a node");
        Box::new(Expr { kind, span: Span::default() })
    })
}
