//! Certificates of listeners: the default ones, and those for single domains, each bound under an id of its own.

use super::listener::idle;
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::state::{BoundCertificate, Listener};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Most default certificates, each of an algorithm of its own.
const DEFAULTS: usize = 2;

fn check<'a>(world: &World, id: &'a str) -> Result<&'a str, Fault> {
    match world.certificates.contains_key(id) {
        true => Ok(id),
        false => Err(Fault::not_found("certificate", id)),
    }
}

/// Reads the default certificates of a listener; one that speaks TLS needs one.
pub(super) fn read_default(world: &World, secure: bool, specs: &[Args<'_>]) -> Result<Vec<String>, Fault> {
    if !secure {
        return Err(Fault::invalid("only listeners to Https and Tls have certificates"));
    }
    if specs.is_empty() || specs.len() > DEFAULTS {
        return Err(Fault::invalid(format!("certificateSpecs holds one certificate, or {DEFAULTS}")));
    }
    let mut certificates = Vec::new();
    let mut algorithms = BTreeSet::new();
    for spec in specs {
        let id = check(world, spec.text("certificateId")?)?;
        if !algorithms.insert(world.certificates.get(id).map(|c| &c.algorithm)) {
            return Err(Fault::invalid("two default certificates must differ in their algorithm"));
        }
        certificates.push(id.to_owned());
    }
    Ok(certificates)
}

/// The listener of the call, which must speak TLS.
fn secure<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w Listener), Fault> {
    let (id, listener) = idle(world, call)?;
    match listener.protocol.as_str() {
        "Https" | "Tls" => Ok((id, listener)),
        other => Err(Fault::invalid(format!("listener {id} listens to {other} and has no certificates"))),
    }
}

/// `www.example.com`, `*.example.com`; letter case means nothing.
fn read_domain(text: &str) -> Result<String, Fault> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    let edges = |c: char| matches!(c, '-' | '.');
    let doubled = ["..", ".-", "-."].iter().any(|pair| name.contains(pair));
    let ends = name.starts_with(edges) || name.ends_with(edges);
    if !allowed || ends || doubled || !text.contains('.') || name.is_empty() || text.chars().count() > 110 {
        return Err(Fault::invalid(format!("domain `{text}` is no domain name")));
    }
    Ok(text.to_ascii_lowercase())
}

fn check_unique(certificates: &[BoundCertificate]) -> Result<(), Fault> {
    let mut domains = BTreeSet::new();
    match certificates.iter().find(|certificate| !domains.insert(&certificate.domain)) {
        Some(second) => Err(Fault::exists(format!("domain {} has a certificate", second.domain))),
        None => Ok(()),
    }
}

fn put(world: &mut World, listener: &str, certificates: Vec<BoundCertificate>) {
    if let Some(listener) = world.listeners.get_mut(listener) {
        listener.extension_certificates = certificates;
    }
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, listener) = secure(world, call)?;
    let mut certificates = listener.extension_certificates.clone();
    let specs = call.args.children("certificates");
    if specs.is_empty() {
        return Err(Fault::invalid("certificates must not be empty"));
    }
    for spec in specs {
        certificates.push(BoundCertificate {
            id: String::new(),
            certificate: check(world, spec.text("certificateId")?)?.to_owned(),
            domain: read_domain(spec.text("domain")?)?,
        });
    }
    check_unique(&certificates)?;
    quota::check(&world.settings.quotas, "extensionCertificate", certificates.len(), 0)?;
    for certificate in certificates.iter_mut().filter(|certificate| certificate.id.is_empty()) {
        certificate.id = world.ids.id("certbind");
    }
    put(world, &id, certificates);
    Ok(Value::Null)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, listener) = secure(world, call)?;
    let mut certificates = listener.extension_certificates.clone();
    for spec in call.args.children("certificates") {
        let bound = spec.text("certificateBindId")?;
        let at = certificates.iter().position(|certificate| certificate.id == bound);
        let at = at.ok_or_else(|| Fault::not_found("certificateBind", bound))?;
        if let Some(certificate) = spec.opt_text("certificateId") {
            certificates[at].certificate = check(world, certificate)?.to_owned();
        }
        if let Some(domain) = spec.opt_text("domain") {
            certificates[at].domain = read_domain(domain)?;
        }
    }
    check_unique(&certificates)?;
    put(world, &id, certificates);
    Ok(Value::Null)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, listener) = secure(world, call)?;
    let gone: BTreeSet<&str> = call.args.texts("certificateBindIds").into_iter().collect();
    let known = |bound: &&&str| !listener.extension_certificates.iter().any(|certificate| certificate.id == **bound);
    if let Some(unknown) = gone.iter().find(known) {
        return Err(Fault::not_found("certificateBind", unknown));
    }
    let mut certificates = listener.extension_certificates.clone();
    certificates.retain(|certificate| !gone.contains(certificate.id.as_str()));
    put(world, &id, certificates);
    Ok(Value::Null)
}

/// As reads of the listener show them.
pub(super) fn view(listener: &Listener) -> Vec<Value> {
    let bound = listener.extension_certificates.iter();
    bound.map(|c| json!({"certificateId": c.certificate, "certificateBindId": c.id, "domain": c.domain})).collect()
}

/// Listeners that use a certificate: id, and where they are.
pub(crate) fn users_of<'w>(world: &'w World, certificate: &str) -> Vec<(&'w str, &'w str)> {
    let uses = |listener: &Listener| {
        listener.certificates.iter().any(|id| id == certificate)
            || listener.extension_certificates.iter().any(|bound| bound.certificate == certificate)
    };
    let listeners = world.listeners.iter().filter(|(_, listener)| uses(listener));
    listeners.map(|(id, listener)| (id.as_str(), listener.region.as_str())).collect()
}
