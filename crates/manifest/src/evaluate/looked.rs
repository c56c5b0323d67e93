//! A look-up as others see it: its instances, what each found, and `data.vm.image.ubuntu["a"].items`.

use super::{
    blocks::node,
    keyed::{Chosen, Keyed, composite, spelled_keys, together},
    scope::{Answered, InstanceScope},
    unknown::{incomplete, near_block, of_provider},
};
use crate::{
    codes,
    project::{find, in_check},
};
use firma_expr::{Reference, Resolution, Segment, Trace};
use firma_model::{
    address::{Address, Block, Key, Node},
    desired::Repetition,
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use std::sync::OnceLock;

/// What one instance of a look-up found.
pub(super) struct Answer {
    /// `{ items = [...] }`, and `one` when there is exactly one. Of a look-up that waits for an apply, its node.
    pub(super) value: Expr,
    /// How many items there are; `None` while nobody knows.
    pub(super) count: Option<usize>,
    /// What was used to ask: whoever uses the answer depends on it too.
    pub(super) trace: Trace,
}

/// A look-up, evaluated.
pub(super) struct EvaluatedLookup {
    /// Its name, the module instance with it.
    pub(super) block: Block,
    pub(super) repetition: Repetition,
    /// In the order of their keys; an instance that has no answer yet, or is wrong, has none here.
    pub(super) instances: Vec<(Option<Key>, Option<Answer>)>,
    /// Nobody can say yet which instances there are.
    pub(super) deferred: bool,
    /// All instances as one expression: made when it is first referred to.
    whole: OnceLock<Option<Expr>>,
}

impl EvaluatedLookup {
    pub(super) fn new(
        block: Block,
        repetition: Repetition,
        instances: Vec<(Option<Key>, Option<Answer>)>,
    ) -> EvaluatedLookup {
        EvaluatedLookup { block, repetition, instances, deferred: false, whole: OnceLock::new() }
    }

    /// One whose instances nobody can name yet.
    pub(super) fn later(block: Block, repetition: Repetition) -> EvaluatedLookup {
        EvaluatedLookup { block, repetition, instances: Vec::new(), deferred: true, whole: OnceLock::new() }
    }

    /// The instance with a key.
    pub(super) fn instance(&self, key: Option<&Key>) -> Option<&Option<Answer>> {
        let at = self.instances.binary_search_by(|(known, _)| known.as_ref().cmp(&key)).ok()?;
        Some(&self.instances[at].1)
    }

    /// Which keys there are, for hints.
    pub(super) fn keys(&self) -> String {
        spelled_keys(self.instances.len(), self.instances.iter().filter_map(|(key, _)| key.as_ref()))
    }

    /// All that was found, by key; `None` while one instance has no answer.
    fn whole(&self) -> Option<&Expr> {
        let whole = self.whole.get_or_init(|| {
            let found = self.instances.iter();
            let found = found.map(|(key, answer)| (key.as_ref(), answer.as_ref().map(|answer| answer.value.clone())));
            Some(composite(together(self.repetition, found)?))
        });
        whole.as_ref()
    }
}

impl InstanceScope<'_, '_> {
    /// A reference to a look-up.
    pub(super) fn lookup(&self, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let project = self.here().project;
        let (Some(service), Some(kind), Some(name)) = (reference.name(1), reference.name(2), reference.name(3)) else {
            let diagnostic = of_provider(reference, 1, &project.lookup_names);
            return Err(diagnostic.unwrap_or_else(|| incomplete(reference, "data.SERVICE.KIND.NAME")));
        };
        let own =
            self.check.as_ref().and_then(|check| find(&project.lookup_names, service, kind, &in_check(check, name)));
        let Some(index) = own.or_else(|| find(&project.lookup_names, service, kind, name)) else {
            let near = near_block(&project.lookup_names, service, kind, name).map(|n| format!("data.{n}"));
            let message = format!("there is no look-up `data.{service}.{kind}.{name}`");
            let diagnostic = of_provider(reference, 1, &project.lookup_names).unwrap_or_else(|| {
                Diagnostic::error(codes::UNKNOWN_REFERENCE, message).at(reference.span).did_you_mean(near.as_deref())
            });
            return self.missing(diagnostic, 4);
        };
        let Some(lookup) = &self.here().lookups[index] else { return Ok(self.taint(4)) };
        let header = project.lookups[index].span;
        let shown = &lookup.block;
        let segment = reference.segments.get(4);
        let first = |most: usize| lookup.instances.iter().take(most).filter_map(|(key, _)| key.as_ref()).collect();
        let (name, repetition) = (shown, lookup.repetition);
        let keyed = Keyed { name, repetition, count: lookup.instances.len(), keys: &first, walk: ("found", "items") };
        let part = |segment: &Segment| {
            lookup.deferred || lookup.instances.is_empty() || matches!(segment.text(), Some("items" | "one"))
        };
        match keyed.choose(reference, segment, part)? {
            Chosen::Only if lookup.deferred => Ok(Resolution::owned(node(shown, None), 4)),
            Chosen::Only => match lookup.instances.first() {
                Some((_, answer)) => self.found(&shown.at(None), answer.as_ref(), header, reference, 4, trace),
                None if segment.is_none() => Ok(Resolution::value(Value::Null, 4)),
                None => Err(keyed.disabled(reference, "it has found nothing")),
            },
            Chosen::All if lookup.deferred => {
                let kind = ExprKind::Node(Node::Block(shown.clone()));
                Ok(Resolution::owned(Expr { kind, span: Span::default() }, 4))
            }
            Chosen::All => {
                let answers = lookup.instances.iter().filter_map(|(_, answer)| answer.as_ref());
                answers.for_each(|answer| trace.extend(&answer.trace));
                match lookup.whole() {
                    Some(whole) => Ok(Resolution::borrowed(whole, 4)),
                    None => Ok(self.taint(4)),
                }
            }
            Chosen::One(key) if lookup.deferred => Ok(Resolution::owned(node(shown, Some(key)), 5)),
            Chosen::One(key) => match lookup.instance(Some(&key)) {
                Some(answer) => self.found(&shown.at(Some(key)), answer.as_ref(), header, reference, 5, trace),
                None => Err(keyed.none(reference, &key)),
            },
        }
    }

    /// What the look-up found that `self` is.
    pub(super) fn looked_up(&self, this: &Address, reference: &Reference<'_>, trace: &mut Trace) -> Answered<'_> {
        let here = self.here();
        let names = this.kind().as_str().split_once('.');
        let index = names.and_then(|(service, kind)| find(&here.project.lookup_names, service, kind, &this.block.name));
        let lookup = index.and_then(|index| Some((here.lookups[index].as_ref()?, here.project.lookups[index].span)));
        let Some((lookup, header)) = lookup else { return Ok(self.taint(1)) };
        let answer = lookup.instance(this.key.as_ref()).and_then(Option::as_ref);
        self.found(this, answer, header, reference, 1, trace)
    }

    /// What an instance found, which the first `consumed` segments name.
    fn found<'s>(
        &'s self,
        address: &Address,
        answer: Option<&'s Answer>,
        header: Span,
        reference: &Reference<'_>,
        consumed: usize,
        trace: &mut Trace,
    ) -> Answered<'s> {
        let Some(answer) = answer else { return Ok(self.taint(consumed)) };
        trace.extend(&answer.trace);
        match reference.name(consumed) {
            None | Some("items") => Ok(Resolution::borrowed(&answer.value, consumed)),
            Some("one") if answer.count.is_none_or(|count| count == 1) => {
                Ok(Resolution::borrowed(&answer.value, consumed))
            }
            Some("one") => Err(answer.not_one(address).at(reference.span).related(header, "looked up here")),
            Some(other) => Err(Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                format!("a look-up has `items` and `one`, not `{other}`"),
            )
            .at(reference.span)
            .hint(format!("what was found is in `{address}.items`"))),
        }
    }
}
