//! The operations of the rds service.

use super::{accounts, databases, instances, parameter_groups, readonly, whitelists};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("createAccount", Write(accounts::create)),
    ("createDatabase", Write(databases::create)),
    ("createInstance", Write(instances::create)),
    ("createParameterGroup", Write(parameter_groups::create)),
    ("createROInstance", Write(readonly::create)),
    ("createWhiteListGroup", Write(whitelists::create)),
    ("deleteAccount", Write(accounts::delete)),
    ("deleteDatabase", Write(databases::delete)),
    ("deleteInstance", Write(instances::delete)),
    ("deleteParameterGroup", Write(parameter_groups::delete)),
    ("deleteWhiteListGroup", Write(whitelists::delete)),
    ("describeAccounts", Read(accounts::list)),
    ("describeAzs", Read(instances::zones)),
    ("describeDatabases", Read(databases::list)),
    ("describeInstanceAttributes", Read(instances::describe)),
    ("describeInstances", Read(instances::list)),
    ("describeParameterGroupAttachedInstances", Read(parameter_groups::users)),
    ("describeParameterGroupParameters", Read(parameter_groups::parameters)),
    ("describeParameterGroups", Read(parameter_groups::list)),
    ("describeWhiteList", Read(whitelists::list)),
    ("grantPrivilege", Write(accounts::grant)),
    ("modifyDatabaseComment", Write(databases::comment)),
    ("modifyInstanceAz", Write(instances::move_zones)),
    ("modifyInstanceName", Write(instances::rename)),
    ("modifyInstanceSpec", Write(instances::resize)),
    ("modifyParameterGroup", Write(parameter_groups::assign)),
    ("modifyParameterGroupAttribute", Write(parameter_groups::modify)),
    ("modifyParameterGroupParameters", Write(parameter_groups::set)),
    ("modifyWhiteList", Write(whitelists::modify)),
    ("rebootInstance", Write(instances::reboot)),
    ("resetPassword", Write(accounts::reset_password)),
    ("revokePrivilege", Write(accounts::revoke)),
];
