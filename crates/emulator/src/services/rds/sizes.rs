//! What database instances are sold as: engines, versions, classes with their storage, zones, names.

use crate::call::Args;
use crate::fault::Fault;
use crate::state::RdsSize;
use crate::{names, places};

/// Engines with the beginning of their ids, their usual port and, where the pages list them all, their versions.
const ENGINES: [(&str, &str, i64, &[&str]); 5] = [
    ("MySQL", "mysql", 3306, &["5.6", "5.7", "8.0"]),
    ("MariaDB", "mariadb", 3306, &[]),
    ("Percona", "percona", 3306, &[]),
    ("PostgreSQL", "pg", 5432, &[]),
    (
        "SQL Server",
        "sqlserver",
        1433,
        &[
            "2008R2 EE",
            "2012 EE",
            "2012 SE",
            "2012 Web",
            "2014 EE",
            "2014 SE",
            "2014 Web",
            "2016 EE",
            "2016 SE",
            "2016 Web",
        ],
    ),
];

/// Classes with the storage sold on local disks.
const CLASSES: [(&str, &[i64]); 15] = [
    ("db.mysql.s1.micro", &[20, 40, 60, 80, 100]),
    ("db.mysql.s1.small", &[60, 80, 100, 120, 150]),
    ("db.mysql.s1.medium", &[100, 120, 150, 200, 300]),
    ("db.mysql.s1.large", &[200, 250, 300, 400, 500]),
    ("db.mysql.s1.xlarge", &[400, 500, 600, 800, 1000]),
    ("db.mysql.s1.2xlarge", &[600, 800, 1000, 1200, 1600]),
    ("db.mysql.s1.4xlarge", &[1000, 1200, 1600, 2000]),
    ("db.mysql.m1.xlarge", &[200]),
    ("db.mysql.m1.2xlarge", &[400]),
    ("db.mysql.m1.4xlarge", &[600, 800]),
    ("db.mysql.m1.8xlarge", &[1000, 1500, 2000]),
    ("db.sqlsvr.s1.large", &[200, 300, 400, 500]),
    ("db.sqlsvr.s1.xlarge", &[400, 500, 600, 800]),
    ("db.sqlsvr.s1.2xlarge", &[600, 800, 1000, 1200]),
    ("db.sqlsvr.s1.4xlarge", &[1000, 1200]),
];

/// Storage that counts as local.
const LOCAL: [&str; 2] = ["LOCAL_SSD", "LOCAL_NVMe"];

/// The beginning of ids and the usual port of an engine that is sold in this version.
pub(super) fn engine(engine: &str, version: &str) -> Result<(&'static str, i64), Fault> {
    let known = ENGINES.iter().find(|(name, ..)| *name == engine);
    let Some((_, prefix, port, versions)) = known else {
        return Err(Fault::invalid(format!("engine `{engine}` is unknown")));
    };
    // Of some engines no page lists the versions: any number is taken.
    let listed = versions.is_empty() && version.starts_with(|c: char| c.is_ascii_digit());
    match listed || versions.contains(&version) {
        true => Ok((prefix, *port)),
        false => Err(Fault::invalid(format!("engineVersion `{version}` of {engine} is unknown"))),
    }
}

/// Refuses sizes that are not sold for the engine.
pub(super) fn check(region: &str, engine: &str, size: &RdsSize) -> Result<(), Fault> {
    let family = match engine {
        "SQL Server" => "db.sqlsvr.",
        "MySQL" => "db.mysql.",
        // The pages list the classes of the two others only.
        _ => "db.",
    };
    let class = size.class.as_str();
    let local = LOCAL.contains(&size.storage_type.as_str());
    if !class.starts_with(family) {
        return Err(Fault::invalid(format!("instanceClass `{class}` is not sold for {engine}")));
    }
    match CLASSES.iter().find(|(name, _)| *name == class) {
        Some((_, sizes)) if local && !sizes.contains(&size.storage_gb) => {
            return Err(Fault::invalid(format!("instanceStorageGB of {class} is one of {sizes:?}")));
        }
        None if family != "db." => return Err(Fault::invalid(format!("instanceClass `{class}` does not exist"))),
        _ => {}
    }
    if !local && (size.storage_gb < 20 || size.storage_gb % 10 != 0) {
        return Err(Fault::invalid("instanceStorageGB on cloud disks is 20 or more in steps of 10"));
    }
    if !local && !size.storage_type.starts_with("EBS_") {
        return Err(Fault::invalid(format!("instanceStorageType `{}` is unknown", size.storage_type)));
    }
    if !matches!(size.azs.len(), 1 | 2) {
        return Err(Fault::invalid("azId names one zone, or those of the primary and the standby node"));
    }
    size.azs.iter().try_for_each(|az| places::check_zone(region, az))
}

/// Memory and processors of a class, as its name says.
pub(super) fn power(class: &str) -> (i64, i64) {
    let (cpus, memory_gb) = match class.rsplit('.').next().unwrap_or_default() {
        "micro" => (1, 1),
        "small" => (1, 2),
        "medium" => (1, 4),
        "large" => (2, 8),
        "xlarge" => (4, 16),
        "2xlarge" => (8, 32),
        _ => (16, 64),
    };
    (cpus, memory_gb * 1024)
}

/// Names of instances and parameter groups.
pub(super) fn check_name(field: &str, name: &str) -> Result<(), Fault> {
    names::counted(field, name, 2, 32, "_")?;
    match name.chars().any(|c| c.is_ascii_uppercase()) {
        true => Err(Fault::invalid(format!("{field} has no upper-case letters"))),
        false => Ok(()),
    }
}

/// The storage type asked for.
pub(super) fn storage_type<'a>(args: Args<'a>, name: &str) -> Option<&'a str> {
    args.opt_text(name).filter(|text| !text.is_empty())
}
