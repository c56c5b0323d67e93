//! The API calls of a plan: what will be sent, in an order in which it may be sent, and how each call recovers if its
//! answer is lost.

use crate::{
    escape::line,
    style::{Role, Style},
};
use firma_plan::listing::ListedCall;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// What each recovery class means.
const CLASSES: [(&str, &str); 7] = [
    ("named", "the manifest chooses the id; whether it is there can be looked up"),
    ("tokened", "sent again with the same client token, which makes at most one object"),
    ("markable", "the object carries a mark by which it is found again"),
    ("bare", "nothing identifies the object; apply stops and asks which one it is"),
    ("repeatable", "sets or deletes; may simply be sent again"),
    ("asked", "changes nothing; is asked again"),
    ("additive", "adds to what is there; that is read before it is sent again"),
];

/// Depth of a body.
const INDENT: &str = "      ";

/// Every call, in order.
pub fn list(calls: &[ListedCall], style: Style) -> String {
    if calls.is_empty() {
        return "No calls are made.\n".into();
    }
    let mut out = headline(calls, style);
    for (at, call) in calls.iter().enumerate() {
        out.push('\n');
        one(at + 1, call, style, &mut out);
    }
    let used: BTreeSet<&str> = calls.iter().map(|call| call.class.as_str()).collect();
    out.push_str("\nIf the answer to a call is lost:\n");
    for (class, meaning) in CLASSES.iter().filter(|(class, _)| used.contains(class)) {
        out.push_str(&format!("  {class:<10}  {meaning}\n"));
    }
    out
}

fn headline(calls: &[ListedCall], style: Style) -> String {
    let sure = calls.iter().filter(|call| call.request.is_some()).count();
    let unsure = calls.len() - sure;
    let mut title = match sure {
        0 => "No call is sure to be made".to_owned(),
        1 => "1 call will be made".to_owned(),
        n => format!("{n} calls will be made, in this order or side by side where none needs another"),
    };
    if unsure > 0 {
        let verb = if unsure == 1 { "is" } else { "are" };
        title.push_str(&format!("; {unsure} more {verb} made only if it turns out to be needed"));
    }
    let mut out = format!("{}.\n", style.paint(Role::Strong, &title));
    let braces = |call: &ListedCall| {
        let request = call.request.as_ref();
        request.is_some_and(|request| request.path.contains('{') || request.body.as_ref().is_some_and(has_braces))
    };
    if calls.iter().any(braces) {
        out.push_str("What stands in {braces} is known when the call is sent.\n");
    }
    out
}

/// Whether a text inside has a brace.
fn has_braces(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains('{'),
        Json::Array(items) => items.iter().any(has_braces),
        Json::Object(map) => map.values().any(has_braces),
        _ => false,
    }
}

fn one(number: usize, call: &ListedCall, style: Style, out: &mut String) {
    let address = style.paint(Role::Strong, &line(&call.address.to_string()));
    let deposed = match call.deposed.as_str() {
        "" => String::new(),
        id => format!(" (deposed {})", line(id)),
    };
    let class = line(&call.class).into_owned();
    let class = if call.class == "bare" { style.paint(Role::Alert, &class) } else { class };
    let (service, operation) = (line(&call.service), line(&call.operation));
    let leg = call.leg.as_str();
    out.push_str(&format!("{number:>4}  {leg} {address}{deposed}: {service}.{operation}  [{class}]\n"));
    let Some(request) = &call.request else {
        out.push_str(&format!("{INDENT}only if it turns out to be needed\n"));
        return;
    };
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={}", scalar(value))).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    out.push_str(&format!("{INDENT}{} {}\n", request.method.as_str(), line(&format!("{}{query}", request.path))));
    if let Some(body) = &request.body {
        let text = serde_json::to_string_pretty(body).unwrap_or_default();
        for row in text.lines() {
            out.push_str(&format!("{INDENT}{}\n", line(row)));
        }
    }
}

fn scalar(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Every call, for programs: described in `state/formats/review.md`.
pub fn json(calls: &[ListedCall]) -> Json {
    calls.iter().map(one_json).collect()
}

fn one_json(call: &ListedCall) -> Json {
    let request = call.request.as_ref();
    json!({
        "step": call.step,
        "address": call.address.to_string(),
        "deposed": call.deposed,
        "leg": call.leg.as_str(),
        "service": call.service,
        "operation": call.operation,
        "class": call.class,
        "region": call.region,
        "expected": request.is_some(),
        "method": request.map(|request| request.method.as_str()),
        "path": request.map(|request| &request.path),
        "query": request.map_or_else(Map::new, |request| request.query.clone()),
        "body": request.and_then(|request| request.body.clone()),
    })
}
