//! Databases of a database instance.

use super::{PARTS, RdsEvent, absent, accounts, instances, key, time};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::schedule::{Event, usual};
use crate::state::{RdsDatabase, RdsPartStatus};
use crate::world::World;
use crate::{listing, names, quota};
use serde_json::{Value, json};

/// Names that belong to the engines.
const RESERVED: [&str; 8] =
    ["information_schema", "mysql", "performance_schema", "sys", "master", "tempdb", "model", "postgres"];

/// Character sets, or collations, by engine.
fn charsets(engine: &str) -> &'static [&'static str] {
    match engine {
        "SQL Server" => &[
            "Chinese_PRC_CI_AS",
            "Chinese_PRC_CS_AS",
            "SQL_Latin1_General_CP1_CI_AS",
            "SQL_Latin1_General_CP1_CS_AS",
            "Chinese_PRC_BIN",
        ],
        "PostgreSQL" => &["UTF8", "SQL_ASCII", "LATIN1"],
        _ => &["utf8", "utf8mb4", "gbk", "latin1"],
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("dbName")?;
    names::counted("dbName", name, 2, 32, "_")?;
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(lower) || RESERVED.contains(&name) {
        return Err(Fault::invalid(format!("dbName `{name}` does not follow the rules of names of databases")));
    }
    let (id, instance) = instances::running(world, call)?;
    let charset = call.args.text("characterSetName")?;
    if !charsets(&instance.engine).contains(&charset) {
        return Err(Fault::invalid(format!("characterSetName `{charset}` is unknown to {}", instance.engine)));
    }
    let key = key(&id, name);
    if world.rds_databases.contains_key(&key) {
        return Err(Fault::exists(format!("database {name} exists already in {id}")));
    }
    quota::check(&world.settings.quotas, "rds_database", of(world, &id).count(), 1)?;
    let slow = accounts::shows_status(&instance.engine);
    let database = RdsDatabase {
        region: instance.region.clone(),
        status: if slow { RdsPartStatus::Building } else { RdsPartStatus::Running },
        charset: charset.to_owned(),
        comment: String::new(),
        created: call.now,
    };
    world.rds_databases.insert(key.clone(), database);
    if slow {
        let at = call.now.plus(world.latency(usual::RDS_PART, &key));
        world.plan(at, Event::Rds(RdsEvent::DatabaseReady { database: key }));
    }
    Ok(Value::Null)
}

/// Databases of an instance by name.
fn of<'w>(world: &'w World, id: &str) -> impl Iterator<Item = (&'w str, &'w RdsDatabase)> {
    let inside = format!("{id}/");
    let from = world.rds_databases.range(inside.clone()..);
    from.map_while(move |(key, database)| Some((key.strip_prefix(&inside)?, database)))
}

/// A database shows another state.
pub(crate) fn is(world: &mut World, key: &str, status: RdsPartStatus) {
    if let Some(database) = world.rds_databases.get_mut(key) {
        database.status = status;
    }
}

/// A deleted database is gone, and nobody has any privilege on it.
pub(crate) fn gone(world: &mut World, key: &str) {
    world.rds_databases.remove(key);
    let Some((instance, name)) = key.split_once('/') else { return };
    let inside = format!("{instance}/");
    let accounts: Vec<String> = world.rds_accounts.keys().filter(|key| key.starts_with(&inside)).cloned().collect();
    for account in accounts {
        if let Some(account) = world.rds_accounts.get_mut(&account) {
            account.privileges.remove(name);
        }
    }
}

/// Refuses a database that is not there or not ready, in the instance of the call.
pub(super) fn check_ready(world: &World, call: &Call<'_>, name: &str) -> Result<(), Fault> {
    let key = key(call.args.text("instanceId")?, name);
    let database = world.rds_databases.get(&key).ok_or_else(|| absent("database", &key))?;
    match database.status {
        RdsPartStatus::Running => Ok(()),
        status => Err(Fault::precondition(format!("database {key} is {}, it must be RUNNING", status.as_str()))),
    }
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = instances::find(world, call.region(), id)?;
    // MySQL does not look at the name.
    let wanted = call.args.opt_text("dbName").filter(|_| instance.engine != "MySQL");
    let found: Vec<(&str, &RdsDatabase)> =
        of(world, id).filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)).collect();
    listing::page_as(&PARTS, call.args, "databases", &found, |(name, database)| {
        let mut view = json!({"dbName": name, "characterSetName": database.charset});
        match instance.engine.as_str() {
            "SQL Server" => {
                view["dbStatus"] = json!(database.status.as_str());
                view["createTime"] = json!(time(database.created));
            }
            _ => view["comment"] = json!(database.comment),
        }
        view
    })
}

pub(crate) fn comment(world: &mut World, call: &Call<'_>) -> Answer {
    let text = call.args.text("comment")?;
    if text.chars().count() > 64 {
        return Err(Fault::invalid("comment has at most 64 characters"));
    }
    let (_, instance) = instances::running(world, call)?;
    if instance.engine != "MySQL" {
        return Err(Fault::invalid(format!("databases of {} have no comments here", instance.engine)));
    }
    check_ready(world, call, call.args.text("dbName")?)?;
    if let Some(database) = world.rds_databases.get_mut(&instances::part_key(call, "dbName")?) {
        database.comment = text.to_owned();
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (_, instance) = instances::running(world, call)?;
    let slow = accounts::shows_status(&instance.engine);
    let key = instances::part_key(call, "dbName")?;
    let database = world.rds_databases.get(&key).ok_or_else(|| absent("database", &key))?;
    if matches!(database.status, RdsPartStatus::Building | RdsPartStatus::Deleting) {
        return Err(Fault::busy(&format!("database {key}"), database.status.as_str()));
    }
    if !slow {
        gone(world, &key);
        return Ok(Value::Null);
    }
    is(world, &key, RdsPartStatus::Deleting);
    world.rds_databases.going(&key);
    let at = call.now.plus(world.latency(usual::RDS_PART, &key));
    world.plan(at, Event::Rds(RdsEvent::DatabaseGone { database: key }));
    Ok(Value::Null)
}
