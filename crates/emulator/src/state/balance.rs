//! Objects of the lb service, and the certificates they show.

use crate::charge::Charge;
use crate::clock::Moment;
use crate::tags::Tags;
use core::net::Ipv4Addr;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Types of load balancers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BalancerType {
    /// For applications: HTTP too.
    Alb,
    /// For networks.
    Nlb,
    /// Distributed, in every zone at once.
    Dnlb,
}

impl BalancerType {
    /// The word calls use.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BalancerType::Alb => "alb",
            BalancerType::Nlb => "nlb",
            BalancerType::Dnlb => "dnlb",
        }
    }
}

/// States of a load balancer; a deleted one is simply not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BalancerStatus {
    Creating,
    Active,
    Stopping,
    Down,
    Starting,
    Deleting,
    CreateFailed,
}

impl BalancerStatus {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BalancerStatus::Creating => "CREATING",
            BalancerStatus::Active => "ACTIVE",
            BalancerStatus::Stopping => "STOPPING",
            BalancerStatus::Down => "DOWN",
            BalancerStatus::Starting => "STARTING",
            BalancerStatus::Deleting => "DELETING",
            BalancerStatus::CreateFailed => "CREATE_FAILED",
        }
    }

    /// Whether nothing moves it on but another call.
    pub(crate) fn is_stable(self) -> bool {
        matches!(self, BalancerStatus::Active | BalancerStatus::Down | BalancerStatus::CreateFailed)
    }
}

/// A load balancer. What belongs to it is listed here so that checks need no search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) balancer_type: BalancerType,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) azs: Vec<String>,
    pub(crate) address: Ipv4Addr,
    pub(crate) elastic_ip: Option<String>,
    pub(crate) security_groups: BTreeSet<String>,
    pub(crate) delete_protection: bool,
    pub(crate) status: BalancerStatus,
    pub(crate) charge: Charge,
    pub(crate) target_groups: BTreeSet<String>,
    pub(crate) backends: BTreeSet<String>,
    pub(crate) url_maps: BTreeSet<String>,
    pub(crate) listeners: BTreeSet<String>,
    pub(crate) created: Moment,
    pub(crate) tags: Tags,
}

/// A server, or an address, in a target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) id: String,
    /// `vm` or `ip`.
    pub(crate) target_type: String,
    /// Empty for an address.
    pub(crate) instance: String,
    /// Of an address; that of an instance is the instance's own.
    pub(crate) address: Option<Ipv4Addr>,
    /// 0 for the backend's.
    pub(crate) port: i64,
    pub(crate) weight: i64,
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TargetGroup {
    pub(crate) region: String,
    pub(crate) balancer: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// `instance` or `ip`.
    pub(crate) group_type: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) created: Moment,
}

/// How a backend finds out who is well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct HealthCheck {
    pub(crate) protocol: String,
    pub(crate) healthy: i64,
    pub(crate) unhealthy: i64,
    pub(crate) timeout: i64,
    pub(crate) interval: i64,
    /// 0 for the one that traffic goes to.
    pub(crate) port: i64,
    pub(crate) http_version: String,
    pub(crate) http_domain: String,
    pub(crate) http_path: String,
    pub(crate) http_codes: Vec<String>,
}

/// A backend: where traffic goes, and how it is spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Backend {
    pub(crate) region: String,
    pub(crate) balancer: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) protocol: String,
    pub(crate) port: i64,
    pub(crate) algorithm: String,
    pub(crate) target_groups: Vec<String>,
    pub(crate) health: HealthCheck,
    /// Switches by their names in the API.
    pub(crate) flags: BTreeMap<String, bool>,
    /// Seconds by their names in the API.
    pub(crate) seconds: BTreeMap<String, i64>,
    pub(crate) created: Moment,
}

/// A certificate for one domain, beside the default ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BoundCertificate {
    pub(crate) id: String,
    pub(crate) certificate: String,
    pub(crate) domain: String,
}

/// A listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listener {
    pub(crate) region: String,
    pub(crate) balancer: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) on: bool,
    pub(crate) protocol: String,
    pub(crate) port: i64,
    pub(crate) backend: String,
    pub(crate) url_map: Option<String>,
    pub(crate) idle_seconds: Option<i64>,
    pub(crate) hsts: Option<(bool, i64)>,
    /// Requests a second and connections, -1 for no limit.
    pub(crate) limits: Option<(i64, i64)>,
    pub(crate) certificates: Vec<String>,
    pub(crate) extension_certificates: Vec<BoundCertificate>,
    pub(crate) created: Moment,
}

/// A rule by which requests are told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UrlRule {
    pub(crate) id: String,
    /// Empty for every host.
    pub(crate) host: String,
    pub(crate) path: String,
    /// `Forward` or `Redirect`.
    pub(crate) action: String,
    /// Where it is forwarded to.
    pub(crate) backend: Option<String>,
    /// As it was given.
    pub(crate) redirect: Option<Value>,
    /// As reads show them.
    pub(crate) before: Vec<Value>,
    /// As reads show them.
    pub(crate) after: Vec<Value>,
}

/// A set of such rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UrlMap {
    pub(crate) region: String,
    pub(crate) balancer: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) rules: Vec<UrlRule>,
    pub(crate) created: Moment,
}

/// A certificate. Of the private key a digest is kept, and no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    /// Always empty: certificates live in no region.
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) alias: String,
    pub(crate) digest: String,
    /// `RSA` or `EC`, by what the key says of itself.
    pub(crate) algorithm: String,
    pub(crate) created: Moment,
}
