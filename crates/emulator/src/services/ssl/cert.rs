//! Certificates: uploaded, renewed, renamed, deleted once nobody serves with them.

use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::services::{
    Behaviour::{Read, Write},
    Operations, lb,
};
use crate::state::Certificate;
use crate::world::World;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What the service does. A download would need the private key, which is not kept.
pub(crate) const OPERATIONS: Operations = &[
    ("deleteCerts", Write(delete)),
    ("describeCert", Read(describe)),
    ("describeCerts", Read(list)),
    ("updateCert", Write(update)),
    ("updateCertName", Write(rename)),
    ("uploadCert", Write(upload)),
];

/// Largest page; the pages give no number.
const PAGE: i64 = 100;

fn check_name(name: &str) -> Result<(), Fault> {
    match name.chars().count() {
        1..=255 => Ok(()),
        _ => Err(Fault::invalid("certName must have 1 to 255 characters")),
    }
}

/// Reads both files: the digest of the key, and its algorithm as far as its first line tells it.
fn files(args: Args<'_>) -> Result<(String, String), Fault> {
    let (key, certificate) = (args.text("keyFile")?, args.text("certFile")?);
    if !certificate.trim_start().starts_with("-----BEGIN CERTIFICATE-----") {
        return Err(Fault::invalid("certFile is not a certificate in PEM"));
    }
    let first = key.trim_start().lines().next().unwrap_or_default();
    if !first.starts_with("-----BEGIN ") || !first.ends_with("PRIVATE KEY-----") {
        return Err(Fault::invalid("keyFile is not a private key in PEM"));
    }
    let algorithm = if first.contains(" EC ") { "EC" } else { "RSA" };
    Ok((hex::encode(Sha256::digest(key.as_bytes())), algorithm.to_owned()))
}

pub(crate) fn upload(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("certName")?;
    check_name(name)?;
    let (digest, algorithm) = files(call.args)?;
    let id = world.ids.id("cert");
    let certificate = Certificate {
        region: String::new(),
        name: name.to_owned(),
        alias: call.args.opt_text("aliasName").unwrap_or_default().to_owned(),
        digest: digest.clone(),
        algorithm,
        created: call.now,
    };
    world.certificates.insert(id.clone(), certificate);
    Ok(json!({"certId": id, "digest": digest}))
}

fn find<'w>(world: &'w World, id: &str) -> Result<&'w Certificate, Fault> {
    world.certificates.get(id).ok_or_else(|| Fault::not_found("certificate", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("certId")?;
    let certificate = find(world, id)?;
    let mut view = view(world, id, certificate);
    let users: Vec<Value> = lb::users_of(world, id)
        .into_iter()
        .map(|(listener, region)| json!({"bindFrom": "lb", "bindId": listener, "bindRegion": region}))
        .collect();
    view["totalCount"] = json!(users.len());
    view["usedBy"] = json!(users);
    for only_listed in ["aliasName", "deletable", "downloadable", "updateable"] {
        if let Some(members) = view.as_object_mut() {
            members.remove(only_listed);
        }
    }
    Ok(view)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args;
    // One text: an id, an alias, or several with commas between them.
    let wanted: Vec<&str> =
        args.opt_text("certIds").unwrap_or_default().split(',').filter(|id| !id.is_empty()).collect();
    if args.opt_text("domainName").is_some_and(|domain| !domain.is_empty()) {
        return Err(Fault::not_implemented("ssl", "describeCerts with domainName"));
    }
    let (number, size) = (args.opt_int("pageNumber").unwrap_or(1), args.opt_int("pageSize").unwrap_or(10));
    if number < 1 || !(1..=PAGE).contains(&size) {
        return Err(Fault::out_of_range(format!("pageNumber begins with 1, and pageSize is 1 to {PAGE}")));
    }
    let meant = |(id, certificate): &(&String, &Certificate)| {
        wanted.is_empty() || wanted.contains(&id.as_str()) || wanted.contains(&certificate.alias.as_str())
    };
    let found: Vec<(&String, &Certificate)> = world.certificates.iter().filter(meant).collect();
    let from = usize::try_from((number - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let rows = found.iter().skip(from).take(size as usize).map(|(id, certificate)| view(world, id, certificate));
    Ok(json!({"certListDetails": rows.collect::<Vec<Value>>(), "totalCount": found.len()}))
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("certId")?.to_owned();
    find(world, &id)?;
    let (digest, algorithm) = files(call.args)?;
    if let Some(certificate) = world.certificates.get_mut(&id) {
        certificate.digest.clone_from(&digest);
        certificate.algorithm = algorithm;
    }
    Ok(json!({"certId": id, "digest": digest}))
}

pub(crate) fn rename(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, name) = (call.args.text("certId")?, call.args.text("certName")?);
    check_name(name)?;
    find(world, id)?;
    if let Some(certificate) = world.certificates.get_mut(id) {
        certificate.name = name.to_owned();
    }
    Ok(json!({"code": 200, "message": "success"}))
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("certId")?;
    find(world, id)?;
    if let Some((listener, _)) = lb::users_of(world, id).first() {
        return Err(Fault::precondition(format!("certificate {id} is in use by listener {listener}")));
    }
    world.certificates.remove(id);
    Ok(json!({"code": 200, "message": "success"}))
}

fn view(world: &World, id: &str, certificate: &Certificate) -> Value {
    let free = lb::users_of(world, id).is_empty();
    json!({
        "certId": id,
        "certName": certificate.name,
        "aliasName": certificate.alias,
        "certType": certificate.algorithm,
        "digest": certificate.digest,
        "deletable": i64::from(free),
        "downloadable": 0,
        "updateable": 1,
    })
}
