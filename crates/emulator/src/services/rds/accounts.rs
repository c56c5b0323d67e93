//! Accounts of a database instance, and what they may do with its databases.

use super::{PARTS, RdsEvent, absent, databases, instances, key};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing;
use crate::names;
use crate::schedule::{Event, usual};
use crate::state::{RdsAccount, RdsPartStatus};
use crate::world::World;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Whether what is in an instance of this engine has a status, and takes time.
pub(super) fn shows_status(engine: &str) -> bool {
    engine == "SQL Server"
}

fn digest(password: &str) -> String {
    hex::encode(Sha256::digest(password.as_bytes()))
}

fn check_password(password: &str) -> Result<(), Fault> {
    let has = |wanted: fn(&char) -> bool| password.chars().any(|c| wanted(&c));
    let sorts = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    match sorts && (8..=32).contains(&password.chars().count()) {
        true => Ok(()),
        false => Err(Fault::invalid(
            "accountPassword must have 8 to 32 characters with upper-case and lower-case letters and digits",
        )),
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("accountName")?;
    names::counted("accountName", name, 2, 16, "_")?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.is_ascii() {
        return Err(Fault::invalid("accountName begins with a letter and has letters, digits and `_`"));
    }
    let password = call.args.text("accountPassword")?;
    check_password(password)?;
    let (id, instance) = instances::running(world, call)?;
    let key = key(&id, name);
    if world.rds_accounts.contains_key(&key) {
        return Err(Fault::exists(format!("account {name} exists already in {id}")));
    }
    let slow = shows_status(&instance.engine);
    let account = RdsAccount {
        region: instance.region.clone(),
        status: if slow { RdsPartStatus::Building } else { RdsPartStatus::Running },
        password_digest: digest(password),
        notes: call.args.opt_text("notes").unwrap_or_default().to_owned(),
        privileges: BTreeMap::new(),
        created: call.now,
    };
    world.rds_accounts.insert(key.clone(), account);
    if slow {
        let at = call.now.plus(world.latency(usual::RDS_PART, &key));
        world.plan(at, Event::Rds(RdsEvent::AccountReady { account: key }));
    }
    Ok(Value::Null)
}

/// An account shows another state.
pub(crate) fn is(world: &mut World, key: &str, status: RdsPartStatus) {
    if let Some(account) = world.rds_accounts.get_mut(key) {
        account.status = status;
    }
}

/// A deleted account is gone.
pub(crate) fn gone(world: &mut World, key: &str) {
    world.rds_accounts.remove(key);
}

/// The account of the call, whatever its state; its instance must be running.
fn find<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w RdsAccount), Fault> {
    instances::running(world, call)?;
    let key = instances::part_key(call, "accountName")?;
    let account = world.rds_accounts.get(&key).ok_or_else(|| absent("account", &key))?;
    Ok((key, account))
}

/// The same, ready to be used.
fn ready<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w RdsAccount), Fault> {
    let (key, account) = find(world, call)?;
    match account.status {
        RdsPartStatus::Running => Ok((key, account)),
        status => Err(Fault::precondition(format!("account {key} is {}, it must be RUNNING", status.as_str()))),
    }
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = instances::find(world, call.region(), id)?;
    let inside = format!("{id}/");
    let found: Vec<(&String, &RdsAccount)> =
        world.rds_accounts.range(inside.clone()..).take_while(|(key, _)| key.starts_with(&inside)).collect();
    let shown = shows_status(&instance.engine);
    listing::page_as(&PARTS, call.args, "accounts", &found, |(key, account)| {
        let privileges = account.privileges.iter();
        let privileges: Vec<Value> = privileges.map(|(db, may)| json!({"dbName": db, "privilege": may})).collect();
        let mut view = json!({"accountName": &key[inside.len()..], "accountPrivileges": privileges});
        if shown {
            view["accountStatus"] = json!(account.status.as_str());
            view["accountType"] = json!("normal");
        }
        if instance.engine == "PostgreSQL" {
            view["notes"] = json!(account.notes);
        }
        view
    })
}

pub(crate) fn reset_password(world: &mut World, call: &Call<'_>) -> Answer {
    let password = call.args.text("accountPassword")?;
    check_password(password)?;
    let (key, _) = ready(world, call)?;
    if let Some(account) = world.rds_accounts.get_mut(&key) {
        account.password_digest = digest(password);
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (key, account) = find(world, call)?;
    if matches!(account.status, RdsPartStatus::Building | RdsPartStatus::Deleting) {
        return Err(Fault::busy(&format!("account {key}"), account.status.as_str()));
    }
    let slow = shows_status(&instances::running(world, call)?.1.engine);
    if !slow {
        gone(world, &key);
        return Ok(Value::Null);
    }
    is(world, &key, RdsPartStatus::Deleting);
    world.rds_accounts.going(&key);
    let at = call.now.plus(world.latency(usual::RDS_PART, &key));
    world.plan(at, Event::Rds(RdsEvent::AccountGone { account: key }));
    Ok(Value::Null)
}

/// A grant on a database takes the place of the one before.
pub(crate) fn grant(world: &mut World, call: &Call<'_>) -> Answer {
    let (key, _) = ready(world, call)?;
    let mut granted = BTreeMap::new();
    for privilege in call.args.children("accountPrivileges") {
        let (db, may) = (privilege.text("dbName")?, privilege.text("privilege")?);
        if !matches!(may, "ro" | "rw") {
            return Err(Fault::invalid(format!("privilege `{may}` is neither ro nor rw")));
        }
        databases::check_ready(world, call, db)?;
        granted.insert(db.to_owned(), may.to_owned());
    }
    if granted.is_empty() {
        return Err(Fault::invalid("accountPrivileges must not be empty"));
    }
    if let Some(account) = world.rds_accounts.get_mut(&key) {
        account.privileges.extend(granted);
    }
    Ok(Value::Null)
}

pub(crate) fn revoke(world: &mut World, call: &Call<'_>) -> Answer {
    let (key, account) = ready(world, call)?;
    let names = call.args.texts("dbNames");
    if let Some(strange) = names.iter().find(|name| !account.privileges.contains_key(**name)) {
        return Err(Fault::invalid(format!("account {key} has no privilege on {strange}")));
    }
    if let Some(account) = world.rds_accounts.get_mut(&key) {
        account.privileges.retain(|db, _| !names.contains(&db.as_str()));
    }
    Ok(Value::Null)
}
