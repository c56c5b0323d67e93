//! What Redis instances are sold as.

use crate::fault::Fault;
use crate::state::CacheSize;

/// Classes of whole instances with their memory in GB; those of clusters begin with `redis.c1`.
const CLASSES: [(&str, i64); 13] = [
    ("redis.m1.micro.basic", 1),
    ("redis.m1.small.basic", 2),
    ("redis.m1.medium.basic", 4),
    ("redis.m1.large.basic", 8),
    ("redis.m1.xlarge.basic", 16),
    ("redis.m1.2xlarge.basic", 32),
    ("redis.m1.4xlarge.basic", 64),
    ("redis.c1.small.basic", 16),
    ("redis.c1.medium.basic", 32),
    ("redis.c1.large.basic", 64),
    ("redis.c1.xlarge.basic", 128),
    ("redis.c1.2xlarge.basic", 256),
    ("redis.c1.4xlarge.basic", 512),
];

/// Whether a class is that of one shard of several.
pub(super) fn is_shard(class: &str) -> bool {
    ["redis.m.", "redis.s."].iter().any(|family| class.starts_with(family)) && class.ends_with(".basic")
}

/// Refuses sizes that are not sold for the version.
pub(super) fn check(version: &str, size: &CacheSize) -> Result<(), Fault> {
    let class = size.class.as_str();
    let known = CLASSES.iter().any(|(name, _)| *name == class);
    if !known && !is_shard(class) {
        return Err(Fault::invalid(format!("cacheInstanceClass `{class}` does not exist")));
    }
    if is_shard(class) && version == "2.8" {
        return Err(Fault::invalid(format!("cacheInstanceClass `{class}` is sold for newer versions than 2.8")));
    }
    if !is_shard(class) && size.shards > 1 {
        return Err(Fault::invalid(format!("cacheInstanceClass `{class}` has no shards of one's own")));
    }
    if size.shards < 1 || size.replicas < 1 {
        return Err(Fault::out_of_range("shardNumber and replicaNumber begin at 1"));
    }
    Ok(())
}

/// Memory of an instance in MB.
pub(crate) fn memory_mb(size: &CacheSize) -> i64 {
    let per_shard = CLASSES.iter().find(|(name, _)| *name == size.class).map_or(1, |(_, gb)| *gb);
    per_shard * 1024 * size.shards
}

/// What kind of instance a size makes, where none is asked for.
pub(super) fn usual_kind(size: &CacheSize) -> &'static str {
    match size.class.starts_with("redis.c1.") || size.shards > 1 {
        true => "cluster",
        false => "master-slave",
    }
}
