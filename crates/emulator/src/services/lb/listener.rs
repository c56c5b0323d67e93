//! Listeners: a protocol and a port of a load balancer, and where what arrives there goes.

use super::belonging::{self, named, number, parent, renamed, type_of};
use super::{backend, certificates, url_map};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{Field, Listed};
use crate::quota;
use crate::state::{BalancerType, Listener};
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<Listener> = Listed { id_filter: "listenerIds", tags: None, shown: None };

/// Three years and one.
const HSTS: (i64, i64) = (94_608_000, 31_536_000);

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let (name, description) = named(args, "listenerName")?;
    let (balancer, parent) = parent(world, call)?;
    let balancer_type = parent.balancer_type;
    let protocol = args.text("protocol")?;
    match (protocol, balancer_type) {
        ("Tcp" | "Udp", _) | ("Tls" | "Http" | "Https", BalancerType::Alb) => {}
        (other, of) => return Err(Fault::invalid(format!("an {} does not listen to `{other}`", of.as_str()))),
    }
    let port = number(args, "port", (1, 65535), 0)?;
    // TCP and UDP have ports of their own.
    let same = |listener: &Listener| listener.port == port && (listener.protocol == "Udp") == (protocol == "Udp");
    let others = parent.listeners.iter().filter_map(|id| world.listeners.get_key_value(id));
    if let Some((other, _)) = others.into_iter().find(|(_, listener)| same(listener)) {
        return Err(Fault::exists(format!("listener {other} has port {port}")));
    }
    quota::check(&world.settings.quotas, "listener", parent.listeners.len(), 1)?;
    let mut listener = Listener {
        region: region.to_owned(),
        balancer: balancer.clone(),
        name,
        description,
        on: true,
        protocol: protocol.to_owned(),
        port,
        backend: args.text("backendId")?.to_owned(),
        url_map: None,
        idle_seconds: match (balancer_type, protocol) {
            (BalancerType::Dnlb, _) => None,
            (_, "Udp") => Some(300),
            (_, "Http" | "Https") => Some(60),
            _ => Some(1800),
        },
        hsts: (protocol == "Https").then_some((false, HSTS.1)),
        limits: (balancer_type == BalancerType::Alb).then_some((-1, -1)),
        certificates: Vec::new(),
        extension_certificates: Vec::new(),
        created: call.now,
    };
    if args.opt_text("action").is_some_and(|action| !matches!(action, "" | "Forward")) {
        return Err(Fault::invalid("action must be Forward"));
    }
    set(world, call, &mut listener)?;
    let id = world.ids.id("listener");
    world.listeners.insert(id.clone(), listener);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.listeners.insert(id.clone());
    }
    Ok(json!({"listenerId": id}))
}

/// Takes over what a create and a change have in common, checked.
fn set(world: &World, call: &Call<'_>, listener: &mut Listener) -> Result<(), Fault> {
    let (args, region) = (call.args, call.region());
    let protocol = listener.protocol.clone();
    let secure = matches!(protocol.as_str(), "Https" | "Tls");
    if let Some(backend) = args.opt_text("backendId") {
        listener.backend = backend.to_owned();
    }
    backend::find_for(world, region, (&listener.balancer, &protocol), &listener.backend)?;
    if let Some(map) = args.opt_text("urlMapId").filter(|map| !map.is_empty()) {
        if !matches!(protocol.as_str(), "Http" | "Https") {
            return Err(Fault::invalid("only listeners to Http and Https have rules"));
        }
        if url_map::find(world, region, map)?.balancer != listener.balancer {
            return Err(Fault::invalid(format!("urlMap {map} belongs to another load balancer")));
        }
        listener.url_map = Some(map.to_owned());
    }
    match listener.idle_seconds {
        Some(usual) => {
            listener.idle_seconds = Some(number(args, "connectionIdleTimeSeconds", (1, 86400), usual)?);
        }
        None if args.has("connectionIdleTimeSeconds") => {
            return Err(Fault::invalid("connectionIdleTimeSeconds is not for a dnlb"));
        }
        None => {}
    }
    match listener.hsts {
        Some((on, age)) => {
            let on = if args.has("hstsEnable") { args.flag("hstsEnable") } else { on };
            listener.hsts = Some((on, number(args, "hstsMaxAge", (1, HSTS.0), age)?));
        }
        None if args.flag("hstsEnable") || args.has("hstsMaxAge") => {
            return Err(Fault::invalid("only listeners to Https have HSTS"));
        }
        None => {}
    }
    if let Some(limitation) = args.child("limitation") {
        let Some(had) = listener.limits else {
            return Err(Fault::invalid("only application load balancers have limits"));
        };
        listener.limits = Some(limits(limitation, &protocol, had)?);
    }
    let certificates = args.children("certificateSpecs");
    if !certificates.is_empty() || (secure && listener.certificates.is_empty()) {
        listener.certificates = certificates::read_default(world, secure, &certificates)?;
    }
    if let Some(policy) = args.opt_text("securityPolicyId").filter(|policy| !policy.is_empty()) {
        return Err(Fault::not_found("securityPolicy", policy));
    }
    Ok(())
}

fn limits(spec: Args<'_>, protocol: &str, (qps, connections): (i64, i64)) -> Result<(i64, i64), Fault> {
    let one = |name: &str, most: i64, had: i64| match spec.opt_int(name) {
        Some(-1) => Ok(-1),
        _ => number(spec, name, (100, most), had),
    };
    let udp = protocol == "Udp";
    let http = matches!(protocol, "Http" | "Https");
    if (spec.has("qps") && !http) || (spec.has("activeConnections") && udp) {
        return Err(Fault::invalid(format!("listeners to {protocol} have no such limit")));
    }
    Ok((one("qps", 500_000, qps)?, one("activeConnections", 5_000_000, connections)?))
}

/// The listener of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Listener, Fault> {
    world.listeners.get(id).filter(|l| l.region == region).ok_or_else(|| Fault::not_found("listener", id))
}

/// The listener of the call, which nothing keeps from being changed.
pub(super) fn idle<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w Listener), Fault> {
    let id = call.args.text("listenerId")?;
    let listener = find(world, call.region(), id)?;
    belonging::at_rest(world, call.region(), &listener.balancer)?;
    Ok((id.to_owned(), listener))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("listenerId")?;
    Ok(json!({"listener": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |listener: &Listener, filter: &str| {
        Some(match filter {
            "listenerNames" => Field::One(listener.name.clone()),
            "loadBalancerId" => Field::One(listener.balancer.clone()),
            "urlMapIds" => Field::One(listener.url_map.clone().unwrap_or_default()),
            "securityPolicyIds" => Field::One(String::new()),
            _ => return None,
        })
    };
    let type_of = |listener: &Listener| type_of(world, &listener.balancer);
    let view = |id: &str, listener: &Listener| view(world, id, listener);
    belonging::list(call, &world.listeners, (&LISTED, "listeners"), type_of, field, view)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, listener) = idle(world, call)?;
    let (name, description) = renamed(call.args, "listenerName")?;
    let mut new = listener.clone();
    match call.args.opt_text("status") {
        None | Some("") => {}
        Some("On") => new.on = true,
        Some("Off") => new.on = false,
        Some(other) => return Err(Fault::invalid(format!("status `{other}` is neither On nor Off"))),
    }
    set(world, call, &mut new)?;
    if let Some(name) = name {
        new.name = name.to_owned();
    }
    if let Some(text) = description {
        new.description = text.to_owned();
    }
    if let Some(listener) = world.listeners.get_mut(&id) {
        *listener = new;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, listener) = idle(world, call)?;
    let balancer = listener.balancer.clone();
    world.listeners.remove(&id);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.listeners.remove(&id);
    }
    Ok(Value::Null)
}

fn view(world: &World, id: &str, listener: &Listener) -> Value {
    let certificates: Vec<Value> =
        listener.certificates.iter().map(|id| json!({"certificateId": id, "isDefault": true})).collect();
    let mut view = json!({
        "listenerId": id,
        "listenerName": listener.name,
        "status": if listener.on { "On" } else { "Off" },
        "loadBalancerId": listener.balancer,
        "loadBalancerType": type_of(world, &listener.balancer).as_str(),
        "protocol": listener.protocol,
        "port": listener.port,
        "action": "Forward",
        "backendId": listener.backend,
        "description": listener.description,
        "createdTime": listener.created.to_string(),
        "certificateSpecs": certificates,
        "extensionCertificateSpecs": certificates::view(listener),
    });
    if let Some(map) = &listener.url_map {
        view["urlMapId"] = json!(map);
    }
    if let Some(seconds) = listener.idle_seconds {
        view["connectionIdleTimeSeconds"] = json!(seconds);
    }
    if let Some((on, age)) = listener.hsts {
        view["hstsEnable"] = json!(on);
        view["hstsMaxAge"] = json!(age);
    }
    if let Some((qps, connections)) = listener.limits {
        view["limitation"] = json!({"qps": qps, "activeConnections": connections});
    }
    view
}
