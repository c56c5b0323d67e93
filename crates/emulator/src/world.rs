//! The emulated cloud: one plain value.

use crate::calls::CallRecord;
use crate::clock::{Moment, WorldClock};
use crate::gateway::Gate;
use crate::ids::Source;
use crate::quota::Overrides;
use crate::schedule::Due;
use crate::state::{
    Disk, ElasticIp, Instance, Keypair, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How the emulator behaves where the service leaves a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Latencies are multiplied by this: 1 is like the real service, 0 is instant.
    pub speed: f64,
    /// Calls a minute and service; none for no limit.
    pub rate_per_minute: Option<u32>,
    /// Tolerated difference between the caller's clock and this one.
    pub skew_millis: Option<i64>,
    /// Raised quotas.
    pub quotas: Overrides,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            speed: 1.0,
            // The figure documented for most services.
            rate_per_minute: Some(1000),
            // JD Cloud documents no window; 15 minutes is what signature schemes of this family use.
            skew_millis: Some(15 * 60 * 1000),
            quotas: Overrides::new(),
        }
    }
}

/// A key pair that may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The secret half.
    pub secret: String,
    /// A disabled key is refused.
    pub enabled: bool,
}

/// Both halves of the key pair every world starts with.
pub const DEFAULT_KEY: &str = "emulator";

/// A whole cloud with its clock.
///
/// Everything but the gate and the call log is durable: it depends on the changing calls alone, and two worlds that saw
/// the same ones are equal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct World {
    pub(crate) settings: Settings,
    pub(crate) clock: WorldClock,
    pub(crate) ids: Source,
    pub(crate) revision: u64,
    pub(crate) keys: BTreeMap<String, AccessKey>,
    /// Results of calls that carried a client token.
    pub(crate) tokens: BTreeMap<String, Value>,
    pub(crate) schedule: BTreeSet<Due>,
    pub(crate) vpcs: BTreeMap<String, Vpc>,
    pub(crate) subnets: BTreeMap<String, Subnet>,
    pub(crate) route_tables: BTreeMap<String, RouteTable>,
    pub(crate) acls: BTreeMap<String, NetworkAcl>,
    pub(crate) security_groups: BTreeMap<String, SecurityGroup>,
    pub(crate) interfaces: BTreeMap<String, NetworkInterface>,
    pub(crate) elastic_ips: BTreeMap<String, ElasticIp>,
    pub(crate) instances: BTreeMap<String, Instance>,
    /// By region and name.
    pub(crate) keypairs: BTreeMap<String, Keypair>,
    pub(crate) disks: BTreeMap<String, Disk>,
    /// Calls seen lately: nonces and rate windows.
    #[serde(skip)]
    pub(crate) gate: Gate,
    /// Every call this value handled, until taken.
    #[serde(skip)]
    pub(crate) calls: Vec<CallRecord>,
}

impl World {
    /// An empty cloud.
    pub fn new(seed: u64, settings: Settings) -> World {
        let key = AccessKey { secret: DEFAULT_KEY.to_owned(), enabled: true };
        World {
            settings,
            clock: WorldClock::default(),
            ids: Source::new(seed),
            revision: 0,
            keys: BTreeMap::from([(DEFAULT_KEY.to_owned(), key)]),
            tokens: BTreeMap::new(),
            schedule: BTreeSet::new(),
            vpcs: BTreeMap::new(),
            subnets: BTreeMap::new(),
            route_tables: BTreeMap::new(),
            acls: BTreeMap::new(),
            security_groups: BTreeMap::new(),
            interfaces: BTreeMap::new(),
            elastic_ips: BTreeMap::new(),
            instances: BTreeMap::new(),
            keypairs: BTreeMap::new(),
            disks: BTreeMap::new(),
            gate: Gate::default(),
            calls: Vec::new(),
        }
    }

    /// Counts the changes made so far: two worlds of one history with the same number are the same.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Emulated time as last seen.
    pub fn last_moment(&self) -> Moment {
        self.clock.last
    }

    /// Calls handled since the last time this was asked.
    pub fn take_calls(&mut self) -> Vec<CallRecord> {
        std::mem::take(&mut self.calls)
    }

    /// Calls handled and not yet taken.
    pub fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// Key of a key pair in its map.
    pub(crate) fn keypair_key(region: &str, name: &str) -> String {
        format!("{region}/{name}")
    }
}
