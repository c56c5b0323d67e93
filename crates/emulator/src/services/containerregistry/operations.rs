//! The operations of the containerregistry service.

use super::{registries, repositories};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("checkRegistryName", Read(registries::check_name)),
    ("createRegistry", Write(registries::create)),
    ("createRepository", Write(repositories::create)),
    ("deleteRegistry", Write(registries::delete)),
    ("deleteRepository", Write(repositories::delete)),
    ("describeQuotas", Read(registries::quotas)),
    ("describeRegistries", Read(registries::list)),
    ("describeRegistry", Read(registries::describe)),
    ("describeRepositories", Read(repositories::list)),
];
