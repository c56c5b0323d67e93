//! Quotas: JD Cloud's defaults, and the settings that raise them.

use crate::fault::Fault;
use std::collections::BTreeMap;

/// Default limits per region, or per parent where the comment says so.
const DEFAULTS: &[(&str, u64)] = &[
    ("vpc", 10),
    ("subnet", 10),      // per VPC
    ("routeTable", 10),  // per VPC
    ("staticRoute", 50), // per route table
    ("acl", 20),         // per VPC
    ("aclRule", 100),    // per ACL
    ("vpcpeering", 10),  // per VPC
    ("natGateway", 5),
    ("bandwidthPackageIp", 20), // per package
    ("secondaryIp", 50),        // per interface; the pages give no number
    ("security_group", 50),     // per VPC
    ("securityGroupRule", 100), // per group
    ("network_interface", 100), // secondary ones; the pages give no number
    ("elastic_ip", 10),
    ("kubernetes", 2),
    ("instance", 20),
    ("keypair", 20),
    ("image", 5),
    ("instanceTemplate", 20),
    ("ag", 20),   // the pages give no number
    ("disk", 40), // an older page says 15
    ("snapshot", 15),
    ("snapshot_policy", 15),          // the pages give no number
    ("instance_disk", 8),             // disks of one instance
    ("privateZone", 50),              // a package says how many; the emulator's has this
    ("privateZoneRecord", 1000),      // per zone
    ("loadbalancer", 5),              // of one type
    ("loadbalancerSecurityGroup", 4), // per load balancer, as the next four
    ("listener", 20),
    ("backend", 20),
    ("target_group", 20),
    ("urlMap", 50),
    ("rules", 50),                // per urlMap
    ("target", 100),              // per target group
    ("extensionCertificate", 20), // per listener
    ("disk", 40),                 // an older page says 15
    ("instance_disk", 8),         // disks of one instance
    ("rds", 5),
    ("rds_database", 50), // per instance
    ("redis", 20),        // the pages give no number
    ("registry", 10),     // the pages give no number
    ("repository", 100),  // the pages give no number
];

/// Limits set by hand, by quota name; `*` is for every name without its own.
pub(crate) type Overrides = BTreeMap<String, u64>;

/// The limit of a quota; none for names that have none.
pub(crate) fn limit(overrides: &Overrides, name: &str) -> Option<u64> {
    let default = DEFAULTS.iter().find(|(n, _)| *n == name).map(|(_, limit)| *limit)?;
    Some(overrides.get(name).or_else(|| overrides.get("*")).copied().unwrap_or(default))
}

/// Refuses when `adding` more than the `used` ones would go over the limit.
pub(crate) fn check(overrides: &Overrides, name: &str, used: usize, adding: usize) -> Result<(), Fault> {
    match limit(overrides, name) {
        Some(limit) if (used as u64).saturating_add(adding as u64) > limit => Err(Fault::quota(name, limit)),
        _ => Ok(()),
    }
}
