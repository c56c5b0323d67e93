//! Operations of the privatezone service.

use super::{records, zones};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does. Packages are bought elsewhere: every region has one.
pub(crate) const OPERATIONS: Operations = &[
    ("bindVpc", Write(zones::bind)),
    ("createResourceRecord", Write(records::create)),
    ("createZone", Write(zones::create)),
    ("deleteResourceRecords", Write(records::delete)),
    ("deleteZone", Write(zones::delete)),
    ("describeInstances", Read(zones::packages)),
    ("describeResourceRecords", Read(records::list)),
    ("describeZones", Read(zones::list)),
    ("modifyResourceRecord", Write(records::modify)),
    ("retryRecurse", Write(zones::recurse)),
    ("setResourceRecordsStatus", Write(records::set_status)),
];
