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
    /// Peerings it takes part in, from either side.
    #[serde(default)]
    pub(crate) peerings: BTreeSet<String>,
    /// Private zones that it sees.
    #[serde(default)]
    pub(crate) zones: BTreeSet<String>,
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
    /// Empty for none.
    pub(crate) acl: String,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
    /// Address to what uses it: a network interface, a NAT gateway.
    pub(crate) used: BTreeMap<Ipv4Addr, String>,
}

/// A rule of a route table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) id: String,
    pub(crate) hop_type: String,
    pub(crate) hop_id: String,
    #[serde(default = "cidr")]
    pub(crate) prefix_type: String,
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

fn cidr() -> String {
    "CIDR".to_owned()
}

/// A rule of a network ACL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AclRule {
    pub(crate) id: String,
    pub(crate) direction: String,
    pub(crate) action: String,
    pub(crate) priority: i64,
    pub(crate) protocol: String,
    pub(crate) prefix_type: String,
    pub(crate) prefix: String,
    pub(crate) from_port: i64,
    pub(crate) to_port: i64,
    pub(crate) description: String,
    /// Made by the service with the VPC.
    pub(crate) default: bool,
    pub(crate) created: Moment,
}

/// A network ACL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NetworkAcl {
    pub(crate) region: String,
    pub(crate) vpc: String,
    pub(crate) name: String,
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) default: bool,
    #[serde(default)]
    pub(crate) rules: Vec<AclRule>,
    pub(crate) subnets: BTreeSet<String>,
    pub(crate) created: Moment,
    /// Known to the tag service only: reads of the ACL do not show them.
    #[serde(default)]
    pub(crate) tags: Tags,
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
    /// Load balancers that let in what the rules allow.
    #[serde(default)]
    pub(crate) load_balancers: BTreeSet<String>,
    pub(crate) created: Moment,
    /// Known to the tag service only: reads of the group do not show them.
    pub(crate) tags: Tags,
}

/// A secondary address of a network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SecondaryIp {
    pub(crate) address: Ipv4Addr,
    pub(crate) subnet: String,
    pub(crate) elastic_ip: Option<String>,
}

/// A network interface; primary ones come and go with their instance, secondary ones are made and deleted by themselves.
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
    /// On the primary address.
    pub(crate) elastic_ip: Option<String>,
    #[serde(default)]
    pub(crate) secondary_ips: Vec<SecondaryIp>,
    /// Slot in its instance: 0 for none, 1 for the primary interface.
    #[serde(default)]
    pub(crate) device_index: i64,
    /// Whether a secondary interface goes with its instance.
    #[serde(default)]
    pub(crate) auto_delete: bool,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// What an elastic IP is associated with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holder {
    /// An address of a network interface.
    Interface { id: String, address: Ipv4Addr },
    /// A NAT gateway.
    NatGateway(String),
    /// A load balancer.
    LoadBalancer(String),
}

impl Holder {
    /// The holder's id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Holder::Interface { id, .. } | Holder::NatGateway(id) | Holder::LoadBalancer(id) => id,
        }
    }
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
    pub(crate) holder: Option<Holder>,
    /// The bandwidth package it is in.
    #[serde(default)]
    pub(crate) package: Option<String>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// A peering of two VPCs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VpcPeering {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) vpc: String,
    pub(crate) remote_vpc: String,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// States of a NAT gateway. The pages name the two in which it rests; the words for the others are made up here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GatewayStatus {
    Creating,
    Starting,
    Running,
    Stopping,
    Stopped,
    Deleting,
}

impl GatewayStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            GatewayStatus::Creating => "CREATING",
            GatewayStatus::Starting => "STARTING",
            GatewayStatus::Running => "RUNNING",
            GatewayStatus::Stopping => "STOPPING",
            GatewayStatus::Stopped => "STOPPED",
            GatewayStatus::Deleting => "DELETING",
        }
    }

    /// Whether nothing moves it on but another call.
    pub(crate) fn is_stable(self) -> bool {
        matches!(self, GatewayStatus::Running | GatewayStatus::Stopped)
    }
}

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NatGateway {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) spec: String,
    pub(crate) network_type: String,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) azs: Vec<String>,
    pub(crate) address: Ipv4Addr,
    pub(crate) elastic_ips: BTreeSet<String>,
    pub(crate) charge: Charge,
    pub(crate) status: GatewayStatus,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// An elastic IP in a bandwidth package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// Its part of the bandwidth: -1 for no limit, 0 for none.
    pub(crate) bandwidth: i64,
    pub(crate) added: Moment,
}

/// A bandwidth package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BandwidthPackage {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) bandwidth: i64,
    pub(crate) charge_type: i64,
    pub(crate) provider: String,
    pub(crate) package_type: String,
    pub(crate) charge: Charge,
    /// By elastic IP.
    pub(crate) members: BTreeMap<String, Member>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}
