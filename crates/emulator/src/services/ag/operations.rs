//! The operations of the availability group service.

use super::{alarms, crons, groups, rules, scaling};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("abandonInstances", Write(groups::abandon)),
    ("createAg", Write(groups::create)),
    ("createAsAlarm", Write(alarms::create)),
    ("createAsCron", Write(crons::create)),
    ("createAsRule", Write(rules::create)),
    ("deleteAg", Write(groups::delete)),
    ("deleteAsAlarm", Write(alarms::delete)),
    ("deleteAsCron", Write(crons::delete)),
    ("deleteAsRule", Write(rules::delete)),
    ("describeAg", Read(groups::describe)),
    ("describeAgs", Read(groups::list)),
    ("describeAsAlarms", Read(alarms::list)),
    ("describeAsCrons", Read(crons::list)),
    ("describeAsRules", Read(rules::list)),
    ("describeQuotas", Read(groups::quotas)),
    ("disableAsCron", Write(crons::disable)),
    ("disableAutoScaling", Write(scaling::disable)),
    ("enableAsCron", Write(crons::enable)),
    ("enableAutoScaling", Write(scaling::enable)),
    ("modifyInstancesManaged", Write(groups::manage)),
    ("setInstanceTemplate", Write(groups::set_template)),
    ("updateAg", Write(groups::update)),
    ("updateAsAlarm", Write(alarms::update)),
    ("updateAsCron", Write(crons::update)),
    ("updateAsRule", Write(rules::update)),
    ("updateAutoScaling", Write(scaling::update)),
];
