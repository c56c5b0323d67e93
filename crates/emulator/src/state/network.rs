//! Objects of the vpc service.

use crate::charge::Charge;
use crate::clock::Moment;
use crate::tags::Tags;
use core::net::Ipv4Addr;
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A virtual private cloud. Its children are listed here so that checks need no search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Vpc {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Prefix that subnets must lie in; none means any private range.
    pub(crate) prefix: Option<Ipv4Net>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
    pub(crate) subnets: BTreeSet<String>,
    pub(crate) route_tables: BTreeSet<String>,
    pub(crate) acls: BTreeSet<String>,
    pub(crate) security_groups: BTreeSet<String>,
    pub(crate) default_route_table: String,
    pub(crate) default_acl: String,
    pub(crate) default_security_group: String,
}

/// A subnet, with the addresses in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subnet {
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) prefix: Ipv4Net,
    pub(crate) mask_len: i64,
    pub(crate) route_table: String,
    pub(crate) acl: String,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
    /// Address to network interface.
    pub(crate) used: BTreeMap<Ipv4Addr, String>,
}

/// A rule of a route table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) id: String,
    pub(crate) hop_type: String,
    pub(crate) hop_id: String,
    pub(crate) prefix: String,
    pub(crate) priority: i64,
    pub(crate) description: String,
}

/// A route table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RouteTable {
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) default: bool,
    pub(crate) rules: Vec<Route>,
    pub(crate) subnets: BTreeSet<String>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// A network ACL; only the default one of each VPC exists here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NetworkAcl {
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) subnets: BTreeSet<String>,
    pub(crate) created: Moment,
}

/// A rule of a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) direction: i64,
    pub(crate) action: String,
    pub(crate) priority: i64,
    pub(crate) protocol: i64,
    pub(crate) prefix_type: String,
    pub(crate) prefix: String,
    pub(crate) ip_version: u8,
    pub(crate) from_port: i64,
    pub(crate) to_port: i64,
    pub(crate) description: String,
    /// Made by the service with the group.
    pub(crate) default: bool,
    pub(crate) created: Moment,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SecurityGroup {
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) default: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) interfaces: BTreeSet<String>,
    pub(crate) created: Moment,
    /// Known to the tag service only: reads of the group do not show them.
    pub(crate) tags: Tags,
}

/// A network interface; primary ones come and go with their instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NetworkInterface {
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) az: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) primary: bool,
    pub(crate) address: Ipv4Addr,
    pub(crate) mac: String,
    pub(crate) security_groups: Vec<String>,
    pub(crate) sanity_check: i64,
    pub(crate) instance: Option<String>,
    pub(crate) elastic_ip: Option<String>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// An elastic IP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ElasticIp {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) bandwidth: i64,
    pub(crate) provider: String,
    pub(crate) ip_type: String,
    pub(crate) charge: Charge,
    pub(crate) interface: Option<String>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}
