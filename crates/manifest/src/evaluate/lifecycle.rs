//! `lifecycle`, `timeouts` and `depends_on` of an instance.

use super::{Timeouts, condition::truth, looked::Answer, scope::InstanceScope, world::World};
use crate::{
    codes,
    project::{LifecycleBlock, ResourceBlock, TimeoutOf, find},
    source::Spelled,
};
use firma_catalog::Procedure;
use firma_expr::Trace;
use firma_model::{
    address::{Address, ModulePath, Node},
    desired::{DesiredResource, IgnoreChanges, Lifecycle, OnRemove, Repetition},
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    path::Path,
    span::Span,
    suggest::closest,
    value::Value,
};
use std::collections::BTreeSet;

impl<'p> World<'p> {
    pub(super) fn lifecycle(
        &self,
        block: &LifecycleBlock,
        procedure: &Procedure,
        scope: &InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) -> Lifecycle {
        let mut lifecycle = Lifecycle::default();
        let value = |expr: &Option<Expr>, what: &str, diagnostics: &mut Diagnostics| {
            let expr = expr.as_ref()?;
            let value = self.known(expr, scope, &mut Trace::new(), what, diagnostics)?;
            (!value.is_null()).then(|| (value.reveal_deep(), expr.span))
        };
        let flag = |expr: &Option<Expr>, name: &str, diagnostics: &mut Diagnostics| {
            let Some((value, span)) = value(expr, name, diagnostics) else { return false };
            truth(&value).unwrap_or_else(|| {
                diagnostics.push(wrong(&format!("{name} must be true or false"), &value, span));
                false
            })
        };
        lifecycle.create_before_destroy = flag(&block.create_before_destroy, "`create_before_destroy`", diagnostics);
        lifecycle.prevent_destroy = flag(&block.prevent_destroy, "`prevent_destroy`", diagnostics);
        if let Some((value, span)) = value(&block.on_remove, "`on_remove`", diagnostics) {
            match value.as_str().and_then(OnRemove::parse) {
                Some(on_remove) => lifecycle.on_remove = on_remove,
                None => diagnostics.push(
                    wrong("`on_remove` must be \"destroy\" or \"retain\"", &value, span)
                        .did_you_mean(value.as_str().and_then(|text| closest(text, ["destroy", "retain"]))),
                ),
            }
        }
        if let Some((value, span)) = value(&block.ignore_changes, "`ignore_changes`", diagnostics) {
            lifecycle.ignore_changes = ignore_changes(&value, span, procedure, diagnostics);
        }
        lifecycle
    }

    /// What must hold of an instance, and whose changes replace it. Whatever that refers to, the instance depends on.
    pub(super) fn expectations(
        &self,
        block: &LifecycleBlock,
        resource: &mut DesiredResource,
        scope: InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) {
        let address = &resource.address;
        let lifecycle = &mut resource.lifecycle;
        let nodes = &mut resource.dependencies;
        lifecycle.replace_triggered_by = self.triggers(&block.replace_triggered_by, address, &scope, diagnostics);
        lifecycle.preconditions = self.conditions(&block.preconditions, &scope, nodes, diagnostics);
        if !block.postconditions.is_empty() {
            let scope = scope.of(address.clone());
            lifecycle.postconditions = self.conditions(&block.postconditions, &scope, nodes, diagnostics);
            nodes.remove(&Node::Instance(address.clone()));
        }
    }

    pub(super) fn timeouts(
        &self,
        block: &ResourceBlock,
        scope: &InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) -> Timeouts {
        let mut timeouts = Timeouts::default();
        for (of, expr) in &block.timeouts {
            let Some(value) = self.known(expr, scope, &mut Trace::new(), "a timeout", diagnostics) else {
                continue;
            };
            let seconds = seconds(value.reveal());
            if seconds.is_none() && !value.is_null() {
                diagnostics.push(wrong(
                    "a timeout must be a number of seconds from 1 to 604800, or text such as \"10m\"",
                    &value,
                    expr.span,
                ));
            }
            match of {
                TimeoutOf::Create => timeouts.create = seconds,
                TimeoutOf::Update => timeouts.update = seconds,
                TimeoutOf::Delete => timeouts.delete = seconds,
            }
        }
        timeouts
    }

    /// What `depends_on` names. Depending on a look-up is depending on what it depends on.
    pub(super) fn depends_on(
        &self,
        module: usize,
        dependencies: &[Spelled],
        diagnostics: &mut Diagnostics,
    ) -> BTreeSet<Node> {
        let mut nodes = BTreeSet::new();
        for dependency in dependencies {
            let found = match dependency.text.parse::<ModulePath>() {
                Ok(path) => self.depended_modules(module, &path, dependency.span, &mut nodes),
                Err(_) => self.dependency(module, dependency).map(|node| nodes.extend(node)),
            };
            if let Err(diagnostic) = found {
                diagnostics.push(*diagnostic);
            }
        }
        nodes
    }

    fn dependency(&self, module: usize, written: &Spelled) -> Result<Vec<Node>, Box<Diagnostic>> {
        let error = |message: String| Diagnostic::error(codes::BAD_DEPENDENCY, message).at(written.span);
        let address: Address = written.text.parse().map_err(|_| {
            Box::new(
                error(format!("`{}` is no address", written.text))
                    .hint("write it as \"vpc.vpc.main\" or \"vpc.subnet.web[\\\"a\\\"]\", without `${}`"),
            )
        })?;
        let here = &self.modules[module];
        let project = here.project;
        let missing = || match project.incomplete {
            true => Ok(Vec::new()),
            false => Err(Box::new(error(format!("there is no `{}`", address.block)))),
        };
        if !address.block.module.is_root() {
            return Err(Box::new(error(format!("`{address}` stands inside a module")).hint(format!(
                "depend on the whole module, as in `{}`, or use one of its outputs",
                address.block.module
            ))));
        }
        let Some((service, kind)) = address.kind().as_str().split_once('.') else { return missing() };
        let names = if address.block.data { &project.lookup_names } else { &project.resource_names };
        let Some(index) = find(names, service, kind, &address.block.name) else { return missing() };
        if address.block.data {
            let Some(lookup) = &here.lookups[index] else { return Ok(Vec::new()) };
            if lookup.deferred {
                return Ok(vec![Node::Block(lookup.block.clone())]);
            }
            let nodes = |answer: &Answer| answer.trace.nodes().cloned().collect::<Vec<_>>();
            return match &address.key {
                None => Ok(lookup.instances.iter().filter_map(|(_, answer)| answer.as_ref()).flat_map(nodes).collect()),
                key => match lookup.instance(key.as_ref()) {
                    Some(answer) => Ok(answer.as_ref().map(nodes).unwrap_or_default()),
                    None => {
                        let key = key.as_ref().map(ToString::to_string).unwrap_or_default();
                        Err(Box::new(error(format!("`{}` has no instance {key}", address.block)).hint(lookup.keys())))
                    }
                },
            };
        }
        let Some(block) = &here.blocks[index] else { return Ok(Vec::new()) };
        match (&address.key, block.repetition) {
            (None, Repetition::Single) if block.deferred.is_some() => Ok(vec![Node::Instance(block.block.at(None))]),
            (None, Repetition::Single) => {
                Ok(block.instances.first().map(|i| Node::Instance(i.resource.address.clone())).into_iter().collect())
            }
            (None, _) => Ok(vec![Node::Block(block.block.clone())]),
            (Some(key), _) => match block.instance(Some(key)) {
                found if found.is_some() || block.deferred.is_some() => {
                    Ok(vec![Node::Instance(block.block.at(Some(key.clone())))])
                }
                _ => Err(Box::new(error(format!("`{}` has no instance {key}", address.block)))),
            },
        }
    }
}

fn ignore_changes(value: &Value, span: Span, procedure: &Procedure, diagnostics: &mut Diagnostics) -> IgnoreChanges {
    let texts = match value {
        Value::String(text) if &**text == "all" => return IgnoreChanges::All,
        Value::List(items) | Value::Set(items) => items.iter().map(Value::as_str).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    let Some(texts) = texts else {
        diagnostics.push(wrong("`ignore_changes` must be \"all\" or a list of attribute paths", value, span));
        return IgnoreChanges::default();
    };
    if texts == ["all"] {
        return IgnoreChanges::All;
    }
    let mut paths = Vec::new();
    for text in texts {
        let path = Path::parse(text);
        match &path {
            Some(path) if path.head().is_some_and(|head| procedure.attributes.contains_key(head)) => {}
            _ => {
                let head = path.as_ref().and_then(Path::head).unwrap_or(text);
                diagnostics.push(
                    Diagnostic::error(codes::BAD_LIFECYCLE, format!("`{text}` is no attribute of {}", procedure.kind))
                        .at(span)
                        .did_you_mean(closest(head, procedure.attributes.keys().map(String::as_str))),
                );
            }
        }
        paths.extend(path);
    }
    IgnoreChanges::Paths(paths)
}

/// Longest timeout: a week.
const LONGEST: u64 = 7 * 24 * 3600;

/// Seconds, from a number or from text such as `90s`, `10m`, `1h30m`.
fn seconds(value: &Value) -> Option<u32> {
    let total = match value {
        Value::Number(number) => u64::try_from(number.as_i64()?).ok()?,
        Value::String(text) => {
            let mut total = 0_u64;
            let mut rest: &str = text.trim();
            while !rest.is_empty() {
                let unit = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let amount: u64 = rest[..unit].parse().ok()?;
                let factor = match rest[unit..].chars().next() {
                    None | Some('s') => 1,
                    Some('m') => 60,
                    Some('h') => 3600,
                    Some('d') => 24 * 3600,
                    Some(_) => return None,
                };
                total = total.checked_add(amount.checked_mul(factor)?)?;
                rest = rest.get(unit + 1..).unwrap_or("");
            }
            total
        }
        _ => return None,
    };
    (1..=LONGEST).contains(&total).then(|| u32::try_from(total).unwrap_or(u32::MAX))
}

fn wrong(message: &str, value: &Value, span: Span) -> Diagnostic {
    let found = match value.reveal() {
        Value::String(text) if text.len() <= 40 => format!("`{text}`"),
        other => other.type_name().to_owned(),
    };
    Diagnostic::error(codes::BAD_LIFECYCLE, format!("{message}, not {found}")).at(span)
}
