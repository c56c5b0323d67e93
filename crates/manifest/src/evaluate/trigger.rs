//! `replace_triggered_by`: whose changes replace an instance.

use super::{scope::InstanceScope, world::World};
use crate::{codes, order::is_reference, project::find, source::UNREADABLE};
use firma_expr::{Segment, Trace, each_reference};
use firma_model::{
    address::{Address, Key, Node},
    desired::{Desired, Repetition},
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    path::{Path, Step},
    span::Span,
    statement::Trigger,
    suggest::closest,
};

impl<'p> World<'p> {
    /// What the entries of the list are about. A resource that repeats and one that does not are told apart at the end.
    pub(super) fn triggers(
        &self,
        entries: &[Expr],
        of: &Address,
        scope: &InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Trigger> {
        let mut triggers = Vec::new();
        for entry in entries {
            let named = match is_reference(entry) {
                true => Some(entry.clone()),
                false => self.named(entry, scope, diagnostics),
            };
            let Some(named) = named else { continue };
            let mut segments: Option<Vec<Segment>> = None;
            each_reference(&named, &mut |reference| {
                segments.get_or_insert_with(|| reference.segments.to_vec());
            });
            match segments.as_deref() {
                Some([Segment::Name(name), ..]) if &**name == UNREADABLE => {}
                Some(segments) => match self.trigger(segments, of, scope, entry.span) {
                    Ok(trigger) => triggers.extend(trigger),
                    Err(diagnostic) => diagnostics.push(*diagnostic),
                },
                None => diagnostics.push(unclear(entry.span)),
            }
        }
        triggers
    }

    /// The reference that an entry's text is.
    fn named(&self, entry: &Expr, scope: &InstanceScope<'_, 'p>, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let what = "an entry of `replace_triggered_by`";
        let value = self.known(entry, scope, &mut Trace::new(), what, diagnostics)?;
        if value.is_null() {
            return None;
        }
        let parsed =
            value.as_str().and_then(|text| firma_expr::parse(&format!("${{{text}}}"), &|_, _| entry.span).ok());
        if parsed.is_none() {
            diagnostics.push(unclear(entry.span));
        }
        parsed
    }

    fn trigger(
        &self,
        segments: &[Segment],
        of: &Address,
        scope: &InstanceScope<'_, 'p>,
        span: Span,
    ) -> Result<Option<Trigger>, Box<Diagnostic>> {
        let [Segment::Name(service), Segment::Name(kind), Segment::Name(name), rest @ ..] = segments else {
            return Err(Box::new(unclear(span)));
        };
        let project = scope.here().project;
        let Some(index) = find(&project.resource_names, service, kind, name) else {
            if project.incomplete {
                return Ok(None);
            }
            let names = project.resource_names.get(&**service).and_then(|kinds| kinds.get(&**kind));
            let near = names.and_then(|names| closest(name, names.keys().take(2000).map(|name| &**name)));
            let message = format!("there is no resource `{service}.{kind}.{name}`");
            return Err(Box::new(
                Diagnostic::error(codes::BAD_TRIGGER, message)
                    .at(span)
                    .did_you_mean(near.map(|near| format!("{service}.{kind}.{near}")).as_deref()),
            ));
        };
        let block = self.name(scope.module, &project.resources[index].block);
        let (key, rest) = match rest {
            [Segment::Key(key), rest @ ..] => (Some(Key::Name(key.clone())), rest),
            [Segment::Index(index), rest @ ..] => (Some(Key::Index(*index)), rest),
            rest => (None, rest),
        };
        let path = Path(
            rest.iter()
                .map(|segment| match segment {
                    Segment::Name(name) => Step::Key(name.to_string()),
                    Segment::Key(name) => Step::Key(name.to_string()),
                    Segment::Index(index) => Step::Index(usize::try_from(*index).unwrap_or(usize::MAX)),
                })
                .collect(),
        );
        if let (Some(head), Some(procedure)) = (path.head(), self.inputs.catalog.kind(&block.kind)) {
            let known =
                head == "id" || procedure.attributes.contains_key(head) || procedure.computed.contains_key(head);
            if !known {
                let names = procedure.attributes.keys().chain(procedure.computed.keys());
                return Err(Box::new(
                    Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, format!("{} has no attribute `{head}`", block.kind))
                        .at(span)
                        .did_you_mean(closest(head, names.map(String::as_str))),
                ));
            }
        }
        let node = match key {
            Some(key) => Node::Instance(block.at(Some(key))),
            None => Node::Block(block),
        };
        if node == Node::Instance(of.clone()) || node == Node::Block(of.block.clone()) {
            let message = format!("`{of}` cannot be replaced because of itself");
            return Err(Box::new(Diagnostic::error(codes::BAD_TRIGGER, message).at(span)));
        }
        Ok(Some(Trigger { node, path }))
    }
}

fn unclear(span: Span) -> Diagnostic {
    Diagnostic::error(codes::BAD_TRIGGER, "an entry of `replace_triggered_by` names a resource or one of its attributes")
        .at(span)
        .hint("write it as \"vpc.vpc.main\" or \"vpc.vpc.main.address_prefix\"; a key may be computed: 'vpc.subnet.web[\"${each.key}\"].id'")
}

/// Now that every block is evaluated: a trigger that names no key is an instance where its block does not repeat, one with a
/// key is there, and whoever has triggers depends on them.
pub(super) fn settle(desired: &mut Desired, diagnostics: &mut Diagnostics) {
    let mut missing = Vec::new();
    let mut settled: Vec<(Address, Vec<Trigger>)> = Vec::new();
    for resource in desired.resources.values() {
        if resource.lifecycle.replace_triggered_by.is_empty() {
            continue;
        }
        let mut triggers = resource.lifecycle.replace_triggered_by.clone();
        triggers.retain_mut(|trigger| match &trigger.node {
            Node::Block(block) if desired.blocks.get(block) == Some(&Repetition::Single) => {
                let instance = block.at(None);
                // What is disabled changes nothing.
                let there = desired.resources.contains_key(&instance);
                trigger.node = Node::Instance(instance);
                there
            }
            Node::Block(_) => true,
            Node::Instance(instance) => {
                // Of a block that is not evaluated yet, or deferred, nobody can say what is missing.
                let evaluated = desired.blocks.contains_key(&instance.block) && desired.deferral_of(instance).is_none();
                let there = !evaluated || desired.resources.contains_key(instance);
                if !there {
                    missing.push((
                        resource.span,
                        format!("{} is replaced with `{instance}`, which there is not", resource.address),
                    ));
                }
                there
            }
        });
        settled.push((resource.address.clone(), triggers));
    }
    for (address, triggers) in settled {
        if let Some(resource) = desired.resources.get_mut(&address) {
            resource.dependencies.extend(triggers.iter().map(|trigger| trigger.node.clone()));
            resource.lifecycle.replace_triggered_by = triggers;
        }
    }
    for (span, message) in missing {
        diagnostics.push(Diagnostic::error(codes::BAD_TRIGGER, message).at(span));
    }
}
