//! Rules by host and path: forwarding, redirecting, and what is done to a request and to its answer on the way.

use super::backend;
use super::url_map::idle;
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::state::{UrlMap, UrlRule};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a redirection may change.
const REDIRECTS: [&str; 5] = ["protocol", "port", "host", "path", "query"];
const STATUS_CODES: [&str; 4] = ["http_301", "http_302", "http_307", "http_308"];
/// Numbers of what is done on the way.
const REWRITE: i64 = 1;
const MIRROR: i64 = 2;
const INSERT_HEADER: i64 = 3;
const DELETE_HEADER: i64 = 4;

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, map) = idle(world, call)?;
    let specs = call.args.children("ruleSpecs");
    if specs.is_empty() {
        return Err(Fault::invalid("ruleSpecs must not be empty"));
    }
    let mut rules = map.rules.clone();
    for spec in specs {
        if !spec.has("host") && !spec.has("path") {
            return Err(Fault::invalid("a rule gives a host, a path, or both"));
        }
        let blank = UrlRule {
            id: String::new(),
            host: String::new(),
            path: "/*".to_owned(),
            action: "Forward".to_owned(),
            backend: None,
            redirect: None,
            before: Vec::new(),
            after: Vec::new(),
        };
        rules.push(read(world, call, map, spec, blank)?);
    }
    check_unique(&rules)?;
    quota::check(&world.settings.quotas, "rules", rules.len(), 0)?;
    for rule in rules.iter_mut().filter(|rule| rule.id.is_empty()) {
        rule.id = world.ids.id("rule");
    }
    put(world, &id, rules);
    Ok(Value::Null)
}

fn put(world: &mut World, map: &str, rules: Vec<UrlRule>) {
    if let Some(map) = world.url_maps.get_mut(map) {
        map.rules = rules;
    }
}

/// A request meets one rule of a host and path.
fn check_unique(rules: &[UrlRule]) -> Result<(), Fault> {
    let mut places = BTreeSet::new();
    match rules.iter().find(|rule| !places.insert((&rule.host, &rule.path))) {
        Some(second) => Err(Fault::exists(format!("there is a rule for `{}{}`", second.host, second.path))),
        None => Ok(()),
    }
}

/// Takes over what is given of a rule, and checks what comes of it.
fn read(world: &World, call: &Call<'_>, map: &UrlMap, spec: Args<'_>, mut rule: UrlRule) -> Result<UrlRule, Fault> {
    if let Some(host) = spec.opt_text("host") {
        check_host(host)?;
        rule.host = host.to_ascii_lowercase();
    }
    if let Some(path) = spec.opt_text("path") {
        check_path(path)?;
        rule.path = path.to_owned();
    }
    if let Some(action) = spec.opt_text("action").filter(|action| !action.is_empty()) {
        if !matches!(action, "Forward" | "Redirect") {
            return Err(Fault::invalid(format!("action `{action}` is neither Forward nor Redirect")));
        }
        if action != rule.action {
            (rule.before, rule.after, rule.backend, rule.redirect) = (Vec::new(), Vec::new(), None, None);
        }
        rule.action = action.to_owned();
    }
    if let Some(backend) = spec.opt_text("backendId").filter(|backend| !backend.is_empty()) {
        rule.backend = Some(backend.to_owned());
    }
    if let Some(redirect) = spec.child("redirectActionSpec") {
        rule.redirect = Some(Value::Object(redirect.0.clone()));
    }
    if spec.has("preActions") {
        rule.before = actions(world, call, map, &rule, &spec.children("preActions"))?;
    }
    if spec.has("postActions") {
        rule.after = actions_after(&spec.children("postActions"))?;
    }
    match rule.action.as_str() {
        "Forward" => {
            let backend =
                rule.backend.as_deref().ok_or_else(|| Fault::invalid("a rule that forwards needs backendId"))?;
            backend::find_for(world, call.region(), (&map.balancer, "Http"), backend)?;
            if rule.redirect.is_some() {
                return Err(Fault::invalid("a rule that forwards has no redirectActionSpec"));
            }
        }
        _ => {
            if rule.backend.is_some() || !rule.before.is_empty() {
                return Err(Fault::invalid("a rule that redirects has neither backendId nor preActions"));
            }
            check_redirect(rule.redirect.as_ref())?;
        }
    }
    Ok(rule)
}

fn check_host(host: &str) -> Result<(), Fault> {
    let name = host.strip_prefix("*.").or_else(|| host.strip_suffix(".*")).unwrap_or(host);
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    let edges = |c: char| matches!(c, '-' | '.');
    let wrong = !allowed || !host.contains('.') || name.starts_with(edges) || name.ends_with(edges);
    if !host.is_empty() && (wrong || host.chars().count() > 110) {
        return Err(Fault::invalid(format!("host `{host}` is neither an address nor a domain name")));
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), Fault> {
    let plain = path.strip_suffix('*').unwrap_or(path);
    let allowed = plain.chars().all(|c| c.is_ascii_alphanumeric() || "$-_.+!'()%:@&=/".contains(c));
    if !plain.starts_with('/') || !allowed || path.chars().count() > 128 {
        return Err(Fault::invalid(format!("path `{path}` does not follow the rules of paths")));
    }
    Ok(())
}

fn check_redirect(redirect: Option<&Value>) -> Result<(), Fault> {
    let members = redirect.and_then(Value::as_object);
    let members = Args(members.ok_or_else(|| Fault::invalid("a rule that redirects needs redirectActionSpec"))?);
    if !STATUS_CODES.contains(&members.text("statusCode")?) {
        return Err(Fault::invalid(format!("statusCode must be one of {}", STATUS_CODES.join(", "))));
    }
    if !REDIRECTS.iter().any(|name| members.has(name)) {
        return Err(Fault::invalid(format!("a redirection changes one of {}", REDIRECTS.join(", "))));
    }
    match members.opt_text("protocol") {
        None | Some("Http" | "Https") => Ok(()),
        Some(other) => Err(Fault::invalid(format!("protocol `{other}` is neither Http nor Https"))),
    }
}

/// What is done to a request: at most one rewriting and one mirror.
fn actions(
    world: &World,
    call: &Call<'_>,
    map: &UrlMap,
    rule: &UrlRule,
    specs: &[Args<'_>],
) -> Result<Vec<Value>, Fault> {
    let mut seen = BTreeSet::new();
    let mut shown = Vec::new();
    for spec in specs {
        let number = spec.int("extendActionType")?;
        match number {
            REWRITE => {
                let rewrite = spec.need("rewriteSpec")?;
                shown.push(json!({"extendActionType": number, "rewrite": rewrite.0}));
            }
            MIRROR => {
                let mirror = spec.text("mirrorBackendId")?;
                backend::find_for(world, call.region(), (&map.balancer, "Http"), mirror)?;
                if rule.backend.as_deref() == Some(mirror) {
                    return Err(Fault::invalid("a request is not mirrored to where it is forwarded"));
                }
                shown.push(json!({"extendActionType": number, "mirrorBackendId": mirror}));
            }
            _ => {
                shown.push(header(number, *spec)?);
                continue;
            }
        }
        if !seen.insert(number) {
            return Err(Fault::invalid(format!("a rule has at most one action of type {number}")));
        }
    }
    Ok(shown)
}

/// What is done to an answer: headers come and go.
fn actions_after(specs: &[Args<'_>]) -> Result<Vec<Value>, Fault> {
    specs.iter().map(|spec| header(spec.int("extendActionType")?, *spec)).collect()
}

fn header(number: i64, spec: Args<'_>) -> Result<Value, Fault> {
    match number {
        INSERT_HEADER => {
            let insert = spec.need("insertHeaderSpec")?;
            if !matches!(insert.int("valueType")?, 1 | 2) {
                return Err(Fault::invalid("valueType must be 1 or 2"));
            }
            insert.text("key")?;
            insert.text("value")?;
            Ok(json!({"extendActionType": number, "insertHeader": insert.0}))
        }
        DELETE_HEADER => {
            let delete = spec.need("deleteHeaderSpec")?;
            delete.text("key")?;
            Ok(json!({"extendActionType": number, "deleteHeader": delete.0}))
        }
        other => Err(Fault::invalid(format!("extendActionType {other} is not one of those that can stand here"))),
    }
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, map) = idle(world, call)?;
    let mut rules = map.rules.clone();
    for spec in call.args.children("ruleUpdateSpecs") {
        let rule_id = spec.text("ruleId")?;
        let at = rules.iter().position(|rule| rule.id == rule_id);
        let at = at.ok_or_else(|| Fault::not_found("rule", rule_id))?;
        rules[at] = read(world, call, map, spec, rules[at].clone())?;
    }
    // Only the outcome counts: two rules may trade places in one call.
    check_unique(&rules)?;
    put(world, &id, rules);
    Ok(Value::Null)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, map) = idle(world, call)?;
    let gone: BTreeSet<&str> = call.args.texts("ruleIds").into_iter().collect();
    if let Some(unknown) = gone.iter().find(|rule| !map.rules.iter().any(|known| known.id == **rule)) {
        return Err(Fault::not_found("rule", unknown));
    }
    let rules = map.rules.iter().filter(|rule| !gone.contains(rule.id.as_str())).cloned().collect();
    put(world, &id, rules);
    Ok(Value::Null)
}

/// As reads show it.
pub(super) fn view(rule: &UrlRule) -> Value {
    let mut view = json!({
        "ruleId": rule.id,
        "host": rule.host,
        "path": rule.path,
        "action": rule.action,
        "preActions": rule.before,
        "postActions": rule.after,
    });
    if let Some(backend) = &rule.backend {
        view["backendId"] = json!(backend);
    }
    if let Some(redirect) = &rule.redirect {
        view["redirectAction"] = redirect.clone();
    }
    view
}
