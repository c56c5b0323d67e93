//! A look-up block: its parameters, and what it found when it was answered.

use super::{
    ephemeral,
    looked::{Answer, EvaluatedLookup},
    misfit,
    place::Site,
    repeat::Repeated,
    resource::SHOWN_INSTANCES,
    scope::InstanceScope,
    world::World,
};
use crate::{
    codes,
    project::{DataBlock, Repeat},
    sections::DATA_KEYS,
    spot::spot_in_attribute,
};
use firma_catalog::{LookupProcedure, codes as catalog_codes, shape};
use firma_expr::Trace;
use firma_model::{
    address::{Address, Key, Node},
    deferral::{Asks, Deferred, Inquiry, Outlook, Subject},
    desired::{Lookup, Read},
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    path::Path,
    span::Span,
    suggest::closest,
    value::{Map, Value},
};
use std::collections::{BTreeMap, BTreeSet};

/// Candidates that a message shows.
const SHOWN_ITEMS: usize = 5;

/// Parameters as far as configuration reaches, and what they used.
struct Parameters {
    values: Vec<(String, Expr)>,
    trace: Trace,
}

/// What came of one instance.
struct Asked {
    address: Address,
    subject: Subject,
    values: Vec<(String, Expr)>,
    trace: Trace,
    region: Option<String>,
    /// What of the region is open, as it is asked.
    open: BTreeMap<String, Expr>,
    /// What the region uses.
    placed: Trace,
    depends_on: BTreeSet<Node>,
}

impl World<'_> {
    /// Evaluates a look-up: which instances it has, and what each of them found.
    pub(super) fn lookup(&mut self, module: usize, index: usize, diagnostics: &mut Diagnostics) {
        let block = &self.modules[module].project.lookups[index];
        let Some(procedure) = self.inputs.catalog.lookup(&block.block.kind) else {
            diagnostics.push(self.inputs.catalog.unknown_lookup(block.block.kind.as_str(), block.span));
            return;
        };
        let within = format!("data.{}", procedure.kind);
        let name = self.name(module, &block.block);
        let subject = Subject::Block(name.clone());
        let repeats = !matches!(block.repeat, Repeat::Single);
        let depends_on = self.depends_on(module, &block.depends_on, diagnostics);
        let instances = match self.repeat(module, &subject, &block.repeat, diagnostics) {
            None => return,
            Some(Repeated::Instances(instances)) => instances,
            Some(Repeated::Ask(inquiry)) => {
                // Only to find what is wrong in it, before anybody is asked.
                let scope = InstanceScope::of_any(self, module, inquiry.asks.repetition());
                self.parameters(&scope, block, &procedure, &within, diagnostics);
                self.inquiries.push(inquiry);
                return;
            }
            // A check is about what there is: one that waits is told by a later plan.
            Some(Repeated::Later(..)) if block.check.is_some() => return,
            Some(Repeated::Later(repetition, mut deferred)) => {
                let scope = InstanceScope::of_any(self, module, repetition);
                let parameters = self.parameters(&scope, block, &procedure, &within, diagnostics);
                deferred.dependencies.extend(depends_on);
                deferred.dependencies.extend(self.modules[module].dependencies.iter().cloned());
                let used = parameters.iter().flat_map(|parameters| parameters.trace.nodes());
                deferred.dependencies.extend(used.cloned());
                self.deferred.insert(subject, deferred);
                self.modules[module].lookups[index] = Some(EvaluatedLookup::later(name, repetition));
                return;
            }
        };
        let mut found = Vec::with_capacity(instances.keys.len());
        let mut wrong = 0;
        for (key, each) in instances.keys {
            let address = name.at(key.clone());
            let subject = if repeats { Subject::Instance(address.clone()) } else { subject.clone() };
            let mut told = Diagnostics::new();
            let asked = {
                let scope = match (&key, each) {
                    (Some(Key::Name(name)), Some(value)) => InstanceScope::each(self, module, name.clone(), value),
                    (Some(Key::Index(index)), _) => InstanceScope::index(self, module, *index),
                    _ => InstanceScope::plain(self, module),
                };
                let parameters = self.parameters(&scope, block, &procedure, &within, &mut told);
                // Where to ask is asked together with what for.
                let scope = scope.asking(&subject);
                let site = Site { kind: &within, header: block.span, scope: &scope };
                let mut placed = Trace::new();
                let region = self.region(&site, procedure.regional, block.region.as_ref(), &mut placed, &mut told);
                let open = scope.settings.as_ref().map(|settings| settings.open.take()).unwrap_or_default();
                let region = if open.is_empty() { region.ok() } else { Some(None) };
                region.zip(parameters).map(|(region, Parameters { values, trace })| {
                    let mut trace = trace;
                    let outer = [&instances.dependencies, &depends_on, &*self.modules[module].dependencies];
                    outer.into_iter().flatten().for_each(|node| trace.node(node));
                    Asked { address, subject, values, trace, region, open, placed, depends_on: depends_on.clone() }
                })
            };
            let answer = asked.and_then(|asked| self.ask(module, index, &procedure, asked, &mut told));
            wrong += usize::from(told.has_errors());
            if wrong <= SHOWN_INSTANCES {
                diagnostics.extend(told);
            }
            found.push((key, answer));
        }
        self.modules[module].lookups[index] = Some(EvaluatedLookup::new(name, instances.repetition, found));
    }

    /// Asks one instance: it is answered, or waits for an answer, for the planner or for an apply, or cannot be asked.
    fn ask(
        &mut self,
        module: usize,
        index: usize,
        procedure: &LookupProcedure,
        asked: Asked,
        diagnostics: &mut Diagnostics,
    ) -> Option<Answer> {
        let block = &self.modules[module].project.lookups[index];
        let Asked { address, subject, mut values, mut trace, region, open, placed, depends_on } = asked;
        open.values().for_each(|expr| expr.each_node(&mut |node| trace.node(node)));
        let uses: BTreeSet<Node> = trace.nodes().cloned().collect();
        // Whoever uses the answer depends on where it was asked.
        trace.extend(&placed);
        let nowhere = !open.is_empty();
        let unknown = nowhere || values.iter().any(|(_, value)| value.as_value().is_none_or(Value::has_unknown));
        let mut known: Map =
            values.iter().filter_map(|(name, value)| Some((name.clone(), value.as_value()?.clone()))).collect();
        // Nothing that it depends on can change where it depends on nothing.
        if unknown || !uses.is_empty() {
            values.extend(open);
            let outlook = match self.inputs.outlooks.get(&subject) {
                // An apply asks only what it knows the place of.
                Some(Outlook::Read) if nowhere => Some(&Outlook::Later),
                // That was said of the parameters alone.
                Some(Outlook::Known(_)) if nowhere => None,
                outlook => outlook,
            };
            match outlook {
                None => {
                    let expr = map_of(values, block.span);
                    let (asks, span) = (Asks::Parameters, block.span);
                    self.inquiries.push(Inquiry { subject, asks, expr, uses, depends_on, span });
                    return None;
                }
                // A check is about what there is: one that waits is told by a later plan.
                Some(Outlook::Later) if block.check.is_some() => return None,
                Some(Outlook::Later) => {
                    let node = Node::Instance(address.clone());
                    let mut trace = Trace::new();
                    trace.node(&node);
                    let value = Expr { kind: ExprKind::Node(node), span: block.span };
                    let expr = map_of(values, block.span);
                    let deferred = Deferred { asks: Asks::Parameters, expr, dependencies: uses, span: block.span };
                    self.deferred.insert(Subject::look_up(address), deferred);
                    return Some(Answer { value, count: None, trace });
                }
                Some(Outlook::Read) => {
                    let node = Node::Instance(address.clone());
                    // Whoever uses the answer depends on what was used to ask as well.
                    trace.node(&node);
                    let value = Expr { kind: ExprKind::Node(node), span: block.span };
                    let (parameters, span) = (values.into_iter().collect(), block.span);
                    let read = Read {
                        address: address.clone(),
                        region,
                        parameters,
                        dependencies: uses.into_iter().collect(),
                        span,
                    };
                    self.reads.insert(address, read);
                    return Some(Answer { value, count: None, trace });
                }
                Some(Outlook::Known(Value::Map(settled))) => {
                    let parameter = |name: &&str| procedure.parameters.contains_key(*name);
                    let settled = settled.iter().filter(|(name, value)| parameter(&name.as_str()) && !value.is_null());
                    known = settled.map(|(name, value)| (name.clone(), value.clone())).collect();
                    if !self.fit(block, procedure, &format!("data.{}", procedure.kind), &known, diagnostics) {
                        return None;
                    }
                }
                Some(Outlook::Known(_)) => {}
            }
        }
        match self.inputs.answers.get(&address) {
            None => {
                self.pending.push(Lookup { address, region, parameters: known, span: block.span });
                None
            }
            Some(Ok(items)) => Some(answer(procedure, items, trace, block.span)),
            Some(Err(why)) if block.check.is_some() => {
                let check = block.check.as_deref().unwrap_or_default();
                let name = address.block.name.strip_prefix(check).unwrap_or_default();
                let key = address.key.as_ref().map(ToString::to_string).unwrap_or_default();
                let asked = format!("data.{}{name}{key}", address.kind());
                let message = format!("check {check} cannot be told: `{asked}` could not be looked up: {why}");
                diagnostics.push(Diagnostic::warning(codes::CHECK, message).at(block.span));
                None
            }
            Some(Err(why)) => {
                diagnostics.push(
                    Diagnostic::error(codes::LOOKUP_FAILED, format!("`{address}` could not be looked up: {why}"))
                        .at(block.span)
                        .hint("nothing is planned without it; plan again when the cause is mended (`firma doctor` checks the access)"),
                );
                None
            }
        }
    }

    /// The parameters, checked as far as they are known; `None` when some are wrong, which was said.
    fn parameters(
        &self,
        scope: &InstanceScope<'_, '_>,
        block: &DataBlock,
        procedure: &LookupProcedure,
        within: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Parameters> {
        let mut parameters = Parameters { values: Vec::new(), trace: Trace::new() };
        let mut complete = true;
        for written in &block.parameters {
            if !procedure.parameters.contains_key(&*written.name) {
                let message = format!("{within} has no parameter `{}`", written.name);
                let names = || procedure.parameters.keys().map(String::as_str).chain(DATA_KEYS.iter().copied());
                let mut diagnostic = Diagnostic::error(catalog_codes::UNKNOWN_ATTRIBUTE, message).at(written.name_span);
                diagnostic = match closest(&written.name, names()) {
                    Some(near) => diagnostic.did_you_mean(Some(near)),
                    None => diagnostic.hint(format!(
                        "it takes {}",
                        crate::source::list(&procedure.parameters.keys().map(String::as_str).collect::<Vec<_>>())
                    )),
                };
                diagnostics.push(diagnostic);
                complete = false;
                continue;
            }
            match self.reduce(&written.value, scope, &mut parameters.trace, diagnostics) {
                None => complete = false,
                Some(value) if value.as_value().is_some_and(Value::is_null) => {}
                Some(value) if value.has_input() => {
                    let what = format!("`{}`, which a plan shows,", written.name);
                    diagnostics.push(ephemeral::kept(&what, &value).at(written.value.span));
                    complete = false;
                }
                Some(value) => {
                    let shape = procedure.parameters.get(&*written.name).map(|field| &field.shape);
                    if let Some(found) = shape.and_then(|shape| misfit::of(shape, &value, self)) {
                        diagnostics.push(found.said_of(written, within));
                        complete = false;
                    }
                    parameters.values.push((written.name.to_string(), value));
                }
            }
        }
        for (name, field) in &procedure.parameters {
            let given = block.parameters.iter().any(|written| *written.name == **name);
            if field.required && !given {
                let message = format!("{within} needs `{name}`");
                diagnostics.push(Diagnostic::error(catalog_codes::MISSING_ATTRIBUTE, message).at(block.span));
                complete = false;
            }
        }
        let known: Map = parameters
            .values
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_value()?.clone())))
            .collect();
        complete &= self.fit(block, procedure, within, &known, diagnostics);
        complete.then_some(parameters)
    }

    /// Whether these parameters have the form that the operation takes; says what does not.
    fn fit(
        &self,
        block: &DataBlock,
        procedure: &LookupProcedure,
        within: &str,
        parameters: &Map,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let mut fits = true;
        for written in &block.parameters {
            let (Some(value), Some(field)) = (parameters.get(&*written.name), procedure.parameters.get(&*written.name))
            else {
                continue;
            };
            let place = |path: &Path, part| spot_in_attribute(&written.value, path, part);
            let found = shape::check_parameter_at(within, &written.name, &field.shape, value, &place);
            fits &= !found.has_errors();
            diagnostics.extend(found);
        }
        fits
    }
}

impl Answer {
    /// Says that there is not exactly one, and what there is instead.
    pub(super) fn not_one(&self, block: &Address) -> Diagnostic {
        let items = self.items();
        if items.is_empty() {
            return Diagnostic::error(
                codes::NOT_ONE,
                format!("`{block}` found nothing, and `one` is the one item found"),
            )
            .hint("nothing that is there answers to its parameters: correct them, or widen them");
        }
        let diagnostic = Diagnostic::error(codes::NOT_ONE, format!("`{block}` found {} items, not one", items.len()));
        let mut shown: Vec<String> = items.iter().take(SHOWN_ITEMS).map(candidate).collect();
        if items.len() > SHOWN_ITEMS {
            shown.push(format!("{} more", items.len() - SHOWN_ITEMS));
        }
        diagnostic
            .hint(format!("it found {}", shown.join(", ")))
            .hint("narrow its parameters or filters, or pick one of its `items`")
    }

    fn items(&self) -> &[Value] {
        let found = self.value.as_value().and_then(Value::as_map).and_then(|map| map.get("items"));
        found.and_then(Value::as_list).unwrap_or_default()
    }
}

/// An item as people tell it from others: id and name, as far as it has them.
fn candidate(item: &Value) -> String {
    let Some(map) = item.as_map() else { return "an item without a name".to_owned() };
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let id = map.get("id").and_then(text);
    let named = map.iter().filter(|(key, _)| *key == "name" || key.ends_with("_name"));
    let name = named.filter_map(|(_, value)| text(value)).next().filter(|name| Some(name) != id.as_ref());
    match (id, name) {
        (Some(id), Some(name)) => format!("{id} ({name})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "an item without a name".to_owned(),
    }
}

fn map_of(values: Vec<(String, Expr)>, span: Span) -> Expr {
    let entries = values.into_iter().map(|(name, value)| (Expr::literal(Value::string(name)), value)).collect();
    Expr { kind: ExprKind::Map(entries), span }
}

/// `{ items = [...] }`, and `one` when there is exactly one item. Every item answers to `id` too.
fn answer(procedure: &LookupProcedure, items: &Value, trace: Trace, span: Span) -> Answer {
    let mut items: Vec<Value> = items.as_list().map(<[Value]>::to_vec).unwrap_or_default();
    if let Some(id) = &procedure.id {
        for item in &mut items {
            if let Value::Map(map) = item
                && let Some(value) = map.get(id).cloned()
            {
                map.get_or_insert_with("id".to_owned(), || value);
            }
        }
    }
    let count = Some(items.len());
    let mut value = Map::new();
    if let [one] = &items[..] {
        value.insert("one".to_owned(), one.clone());
    }
    value.insert("items".to_owned(), Value::List(items));
    Answer { value: Expr::literal_at(Value::Map(value), span), count, trace }
}
