//! Text of diagnostics, settings and the desired world, for comparison.

use firma_manifest::{Evaluated, Settings};
use firma_model::{
    desired::{DesiredResource, IgnoreChanges, Lifecycle, OnRemove},
    diagnostic::{Diagnostics, Severity},
    document::to_json,
    expr::{Expr, ExprKind, UnaryOp},
    span::{Source, Span},
    statement::{Condition, Move},
};
use std::fmt::Write;

/// `E0104 firma.toml:3:1 message`, and below it what else is said.
pub(crate) fn diagnostics(out: &mut String, diagnostics: &Diagnostics, sources: &[Source]) {
    for d in &diagnostics.list {
        let place = d.span.map_or_else(|| "-".to_owned(), |span| place(span, sources));
        let severity = if d.severity == Severity::Warning { " warning" } else { "" };
        let _ = writeln!(out, "{}{severity} {place} {}", d.code, d.message);
        if let Some(label) = &d.label {
            let _ = writeln!(out, "  label: {label}");
        }
        for related in &d.related {
            let _ = writeln!(out, "  {}: {}", self::place(related.span, sources), related.text);
        }
        for hint in &d.hints {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
}

/// `firma.toml:3:1` and the text meant, when it is short.
fn place(span: Span, sources: &[Source]) -> String {
    let source = &sources[span.source.0 as usize];
    let (start, end) = (span.start as usize, span.end as usize);
    let before = &source.text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let text = &source.text[start..end];
    let shown = if text.len() <= 40 && !text.contains('\n') { format!(" `{text}`") } else { String::new() };
    format!("{}:{line}:{column}{shown}", source.name)
}

/// Settings that differ from the usual ones.
pub(crate) fn settings(out: &mut String, settings: &Settings) {
    let usual = Settings::default();
    if *settings == (Settings { project: settings.project.clone(), ..usual }) {
        return;
    }
    let _ = writeln!(out, "{settings:?}");
}

/// The desired world.
pub(crate) fn evaluated(out: &mut String, evaluated: &Evaluated) {
    for lookup in &evaluated.lookups {
        let parameters = to_json(&firma_model::value::Value::Map(lookup.parameters.clone()));
        let _ = writeln!(out, "look up {} in {} {parameters}", lookup.address, lookup.region.as_deref().unwrap_or("-"));
    }
    for inquiry in &evaluated.inquiries {
        let nodes: Vec<String> = inquiry.uses.iter().map(ToString::to_string).collect();
        let (subject, asks, uses) = (&inquiry.subject, inquiry.asks.as_str(), nodes.join(", "));
        let _ = writeln!(out, "ask {asks} of {subject} = {} (uses {uses})", expr(&inquiry.expr));
    }
    for (subject, deferred) in &evaluated.desired.deferred {
        let nodes: Vec<String> = deferred.dependencies.iter().map(ToString::to_string).collect();
        let (asks, needs) = (deferred.asks.as_str(), nodes.join(", "));
        let _ = writeln!(out, "later {asks} of {subject} = {} (needs {needs})", expr(&deferred.expr));
    }
    for (address, resource) in &evaluated.desired.resources {
        let _ = writeln!(out, "{address}{}", where_and_how(resource));
        for (name, value) in &resource.attributes {
            let _ = writeln!(out, "  {name} = {}", expr(value));
        }
        if !resource.dependencies.is_empty() {
            let nodes: Vec<String> = resource.dependencies.iter().map(ToString::to_string).collect();
            let _ = writeln!(out, "  needs {}", nodes.join(", "));
        }
        lifecycle(out, &resource.lifecycle);
        if let Some(timeouts) = evaluated.timeouts.get(address) {
            let _ = writeln!(out, "  {timeouts:?}");
        }
    }
    for (block, repetition) in &evaluated.desired.blocks {
        if !evaluated.desired.resources.keys().any(|address| address.block == *block) {
            let _ = writeln!(out, "{block} has no instances ({repetition:?})");
        }
    }
    for (name, output) in &evaluated.desired.outputs {
        let sensitive = if output.sensitive { " (sensitive)" } else { "" };
        let _ = writeln!(out, "output {name}{sensitive} = {}", expr(&output.value));
        conditions(out, "precondition", &output.preconditions);
    }
    for Move { from, to, .. } in &evaluated.desired.moves {
        let _ = writeln!(out, "moved {from} to {to}");
    }
    for removal in &evaluated.desired.removals {
        let how = removal.on_remove.map_or("as written down", OnRemove::as_str);
        let _ = writeln!(out, "removed {}: {how}", removal.from);
    }
    for (to, import) in &evaluated.desired.imports {
        let region = import.region.as_deref().unwrap_or("-");
        let _ =
            writeln!(out, "import {} to {to} in {region}{}", import.id, if import.force { " by force" } else { "" });
    }
    for (address, lookup) in &evaluated.desired.lookups {
        let _ = writeln!(out, "look-up {address}");
        conditions(out, "precondition", &lookup.preconditions);
        conditions(out, "postcondition", &lookup.postconditions);
    }
    for (name, asserts) in &evaluated.desired.checks {
        let _ = writeln!(out, "check {name}");
        conditions(out, "assert", asserts);
    }
}

fn conditions(out: &mut String, what: &str, conditions: &[Condition]) {
    for condition in conditions {
        let operands: Vec<String> =
            condition.operands.iter().map(|(name, value)| format!("{name}: {}", expr(value))).collect();
        let (holds, message) = (expr(&condition.condition), expr(&condition.message));
        let _ = writeln!(out, "  {what} {holds} else {message} of {}", operands.join(", "));
    }
}

fn where_and_how(resource: &DesiredResource) -> String {
    let mut out = String::new();
    if let Some(region) = &resource.region {
        let _ = write!(out, " in {region}");
    }
    if let Some(zone) = &resource.zone {
        let _ = write!(out, " zone {zone}");
    }
    if let Some(billing) = &resource.billing {
        let _ = write!(out, " by {billing}");
    }
    out
}

fn lifecycle(out: &mut String, lifecycle: &Lifecycle) {
    if lifecycle.create_before_destroy {
        out.push_str("  create_before_destroy\n");
    }
    if lifecycle.prevent_destroy {
        out.push_str("  prevent_destroy\n");
    }
    if lifecycle.on_remove == OnRemove::Retain {
        out.push_str("  on_remove retain\n");
    }
    for trigger in &lifecycle.replace_triggered_by {
        let _ = writeln!(out, "  replaced with {} {}", trigger.node, trigger.path);
    }
    conditions(out, "precondition", &lifecycle.preconditions);
    conditions(out, "postcondition", &lifecycle.postconditions);
    match &lifecycle.ignore_changes {
        IgnoreChanges::All => out.push_str("  ignore_changes all\n"),
        IgnoreChanges::Paths(paths) => {
            for path in paths {
                let _ = writeln!(out, "  ignore_changes {path}");
            }
        }
    }
}

/// An expression, spelled.
fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Literal(value) => to_json(value).to_string(),
        _ => format!("${{{}}}", inner(e)),
    }
}

fn inner(e: &Expr) -> String {
    let all = |items: &[Expr]| items.iter().map(inner).collect::<Vec<_>>().join(", ");
    match &e.kind {
        ExprKind::Literal(value) => to_json(value).to_string(),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Node(node) => node.to_string(),
        ExprKind::Attribute(of, name) => format!("{}.{name}", inner(of)),
        ExprKind::Index(of, key) => format!("{}[{}]", inner(of), inner(key)),
        ExprKind::Splat(of, each) => format!("{}[*]({})", inner(of), inner(each)),
        ExprKind::Template(parts) => format!("template({})", all(parts)),
        ExprKind::List(items) => format!("[{}]", all(items)),
        ExprKind::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(k, v)| format!("{} = {}", inner(k), inner(v))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        ExprKind::Call(name, arguments, expand) => {
            format!("{name}({}{})", all(arguments), if *expand { "..." } else { "" })
        }
        ExprKind::Unary(UnaryOp::Not, of) => format!("!{}", inner(of)),
        ExprKind::Unary(UnaryOp::Negate, of) => format!("-{}", inner(of)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", inner(a), op.sign(), inner(b)),
        ExprKind::Conditional(a, b, c) => format!("({} ? {} : {})", inner(a), inner(b), inner(c)),
        ExprKind::For(f) => format!("for({}, {})", inner(&f.collection), inner(&f.value)),
        ExprKind::Sensitive(of) => format!("sensitive({})", inner(of)),
    }
}
