//! The operations of the redis service.

use super::{instances, whitelists};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("addWhiteListGroup", Write(whitelists::create)),
    ("checkDeletable", Read(instances::check_deletable)),
    ("createCacheInstance", Write(instances::create)),
    ("deleteCacheInstance", Write(instances::delete)),
    ("deleteWhiteListGroup", Write(whitelists::delete)),
    ("describeCacheInstance", Read(instances::describe)),
    ("describeCacheInstances", Read(instances::list)),
    ("describeUserQuota", Read(instances::quota)),
    ("describeWhiteListGroup", Read(whitelists::list)),
    ("modifyCacheInstanceAttribute", Write(instances::modify)),
    ("modifyCacheInstanceClass", Write(instances::resize)),
    ("modifyWhiteListGroup", Write(whitelists::modify)),
    ("resetCacheInstancePassword", Write(instances::reset_password)),
];
