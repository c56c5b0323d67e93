//! The emulated cloud: one plain value.

use crate::calls::CallRecord;
use crate::clock::{Moment, WorldClock};
use crate::gateway::Gate;
use crate::ids::Source;
use crate::injection::{Faults, Injection};
use crate::perform::JobFate;
use crate::quota::Overrides;
use crate::schedule::Due;
use crate::state::{
    AsAlarm, AsCron, AsRule, AvailabilityGroup, Backend, BandwidthPackage, CacheInstance, Certificate, Cluster, Disk,
    ElasticIp, Instance, InstanceTemplate, Keypair, Listener, LoadBalancer, NatGateway, NetworkAcl, NetworkInterface,
    NodeGroup, ParameterGroup, Policy, PrivateImage, PrivateZone, RdsAccount, RdsDatabase, RdsInstance, Registry,
    Repository, Role, RouteTable, SecurityGroup, Shelf, Snapshot, SnapshotPolicy, SubUser, Subnet, TargetGroup, UrlMap,
    UserGroup, UserKey, Vpc, VpcPeering, WhiteList, ZoneRecord,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Hands the names of all shelves to a macro.
macro_rules! every_shelf {
    ($with:ident) => {
        $with!(vpcs subnets route_tables acls security_groups interfaces elastic_ips peerings nat_gateways
            bandwidth_packages instances keypairs disks snapshots snapshot_policies images instance_templates
            availability_groups as_alarms as_crons as_rules load_balancers target_groups backends url_maps listeners
            certificates zones zone_records sub_users user_groups policies roles user_keys rds_instances rds_accounts
            rds_databases rds_whitelists parameter_groups cache_instances cache_whitelists registries repositories
            clusters node_groups)
    };
}

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
    /// How far this cloud's wall clock is ahead of the caller's: what signatures are held against and `Date` headers show.
    #[serde(default)]
    pub clock_shift_millis: i64,
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
            clock_shift_millis: 0,
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
    /// The account it belongs to; empty for the one that everything belongs to at first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// What makes it a temporary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
}

/// A key pair that ends by itself, and is believed only together with its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Goes with every request.
    pub token: String,
    /// Refused from then on.
    pub until: Moment,
}

/// Both halves of the key pair every world starts with.
pub const DEFAULT_KEY: &str = "emulator";

/// A whole cloud with its clock.
///
/// What is durable depends on the changing calls alone, and two worlds that saw the same ones are equal. The gate, the
/// faults and the log of calls are not: they stand before the cloud.
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
    pub(crate) vpcs: Shelf<Vpc>,
    pub(crate) subnets: Shelf<Subnet>,
    pub(crate) route_tables: Shelf<RouteTable>,
    pub(crate) acls: Shelf<NetworkAcl>,
    pub(crate) security_groups: Shelf<SecurityGroup>,
    pub(crate) interfaces: Shelf<NetworkInterface>,
    pub(crate) elastic_ips: Shelf<ElasticIp>,
    #[serde(default)]
    pub(crate) peerings: Shelf<VpcPeering>,
    #[serde(default)]
    pub(crate) nat_gateways: Shelf<NatGateway>,
    #[serde(default)]
    pub(crate) bandwidth_packages: Shelf<BandwidthPackage>,
    pub(crate) instances: Shelf<Instance>,
    /// By region and name.
    pub(crate) keypairs: Shelf<Keypair>,
    pub(crate) disks: Shelf<Disk>,
    #[serde(default)]
    pub(crate) snapshots: Shelf<Snapshot>,
    #[serde(default)]
    pub(crate) snapshot_policies: Shelf<SnapshotPolicy>,
    /// Private ones.
    #[serde(default)]
    pub(crate) images: Shelf<PrivateImage>,
    #[serde(default)]
    pub(crate) instance_templates: Shelf<InstanceTemplate>,
    #[serde(default)]
    pub(crate) availability_groups: Shelf<AvailabilityGroup>,
    #[serde(default)]
    pub(crate) as_alarms: Shelf<AsAlarm>,
    #[serde(default)]
    pub(crate) as_crons: Shelf<AsCron>,
    #[serde(default)]
    pub(crate) as_rules: Shelf<AsRule>,
    pub(crate) load_balancers: Shelf<LoadBalancer>,
    #[serde(default)]
    pub(crate) target_groups: Shelf<TargetGroup>,
    #[serde(default)]
    pub(crate) backends: Shelf<Backend>,
    #[serde(default)]
    pub(crate) url_maps: Shelf<UrlMap>,
    #[serde(default)]
    pub(crate) listeners: Shelf<Listener>,
    /// In no region.
    #[serde(default)]
    pub(crate) certificates: Shelf<Certificate>,
    #[serde(default)]
    pub(crate) zones: Shelf<PrivateZone>,
    /// By zone and number.
    #[serde(default)]
    pub(crate) zone_records: Shelf<ZoneRecord>,
    #[serde(default)]
    pub(crate) sub_users: Shelf<SubUser>,
    #[serde(default)]
    pub(crate) user_groups: Shelf<UserGroup>,
    #[serde(default)]
    pub(crate) policies: Shelf<Policy>,
    #[serde(default)]
    pub(crate) roles: Shelf<Role>,
    /// By `USER/KEY`.
    #[serde(default)]
    pub(crate) user_keys: Shelf<UserKey>,
    #[serde(default)]
    pub(crate) rds_instances: Shelf<RdsInstance>,
    /// By instance and name, like databases and white lists.
    #[serde(default)]
    pub(crate) rds_accounts: Shelf<RdsAccount>,
    #[serde(default)]
    pub(crate) rds_databases: Shelf<RdsDatabase>,
    #[serde(default)]
    pub(crate) rds_whitelists: Shelf<WhiteList>,
    #[serde(default)]
    pub(crate) parameter_groups: Shelf<ParameterGroup>,
    #[serde(default)]
    pub(crate) cache_instances: Shelf<CacheInstance>,
    /// By instance and name.
    #[serde(default)]
    pub(crate) cache_whitelists: Shelf<WhiteList>,
    /// By region and name.
    #[serde(default)]
    pub(crate) registries: Shelf<Registry>,
    /// By region, registry and name.
    #[serde(default)]
    pub(crate) repositories: Shelf<Repository>,
    #[serde(default)]
    pub(crate) clusters: Shelf<Cluster>,
    #[serde(default)]
    pub(crate) node_groups: Shelf<NodeGroup>,
    /// What belongs to other accounts, by account: whole clouds of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) accounts: BTreeMap<String, World>,
    /// What a fault makes of the jobs planned now.
    #[serde(skip)]
    pub(crate) job_fate: Option<JobFate>,
    /// Late calls that arrived and are not yet in the log.
    #[serde(skip)]
    pub(crate) arrived: Vec<CallRecord>,
    /// What goes wrong on purpose.
    #[serde(skip)]
    pub(crate) faults: Faults,
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
        let key = AccessKey { secret: DEFAULT_KEY.to_owned(), enabled: true, account: String::new(), session: None };
        World {
            settings,
            clock: WorldClock::default(),
            ids: Source::new(seed),
            revision: 0,
            keys: BTreeMap::from([(DEFAULT_KEY.to_owned(), key)]),
            tokens: BTreeMap::new(),
            schedule: BTreeSet::new(),
            vpcs: Shelf::default(),
            subnets: Shelf::default(),
            route_tables: Shelf::default(),
            acls: Shelf::default(),
            security_groups: Shelf::default(),
            interfaces: Shelf::default(),
            elastic_ips: Shelf::default(),
            peerings: Shelf::default(),
            nat_gateways: Shelf::default(),
            bandwidth_packages: Shelf::default(),
            instances: Shelf::default(),
            keypairs: Shelf::default(),
            disks: Shelf::default(),
            snapshots: Shelf::default(),
            snapshot_policies: Shelf::default(),
            images: Shelf::default(),
            instance_templates: Shelf::default(),
            availability_groups: Shelf::default(),
            as_alarms: Shelf::default(),
            as_crons: Shelf::default(),
            as_rules: Shelf::default(),
            load_balancers: Shelf::default(),
            target_groups: Shelf::default(),
            backends: Shelf::default(),
            url_maps: Shelf::default(),
            listeners: Shelf::default(),
            certificates: Shelf::default(),
            zones: Shelf::default(),
            zone_records: Shelf::default(),
            sub_users: Shelf::default(),
            user_groups: Shelf::default(),
            policies: Shelf::default(),
            roles: Shelf::default(),
            user_keys: Shelf::default(),
            rds_instances: Shelf::default(),
            rds_accounts: Shelf::default(),
            rds_databases: Shelf::default(),
            rds_whitelists: Shelf::default(),
            parameter_groups: Shelf::default(),
            cache_instances: Shelf::default(),
            cache_whitelists: Shelf::default(),
            registries: Shelf::default(),
            repositories: Shelf::default(),
            clusters: Shelf::default(),
            node_groups: Shelf::default(),
            accounts: BTreeMap::new(),
            job_fate: None,
            arrived: Vec::new(),
            faults: Faults::default(),
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

    /// Faults in force.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Replaces the faults in force, counters included.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Puts a fault in force and returns its number.
    pub fn inject(&mut self, injection: Injection) -> u64 {
        let now = self.clock.last;
        self.faults.add(injection, now)
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

    /// Ids of what was made and deleted since the last time this was asked; what is called by its name by that.
    pub(crate) fn take_traces(&mut self) -> (Vec<String>, Vec<String>) {
        let (mut made, mut unmade) = (Vec::new(), Vec::new());
        self.keypairs.take_traces(&mut made, &mut unmade);
        self.registries.take_traces(&mut made, &mut unmade);
        self.repositories.take_traces(&mut made, &mut unmade);
        for key in made.iter_mut().chain(&mut unmade) {
            if let Some((_, name)) = key.split_once('/') {
                *key = name.to_owned();
            }
        }
        macro_rules! take {
            ($($shelf:ident)*) => { $(self.$shelf.take_traces(&mut made, &mut unmade);)* };
        }
        every_shelf!(take);
        (made, unmade)
    }

    /// Looks at the cloud as it was without what was made less than `millis` ago.
    pub(crate) fn without_young<T>(&mut self, now: Moment, millis: i64, look: impl FnOnce(&World) -> T) -> T {
        let young = |made: Moment| made.plus(millis) > now;
        macro_rules! look_past {
            ($($shelf:ident)*) => {{
                $(let $shelf = self.$shelf.hide(|object| young(object.created));)*
                let result = look(self);
                $(self.$shelf.show($shelf);)*
                result
            }};
        }
        every_shelf!(look_past)
    }

    /// Whether an id is taken.
    pub(crate) fn has(&self, id: &str) -> bool {
        macro_rules! has {
            ($($shelf:ident)*) => { false $(|| self.$shelf.contains_key(id))* };
        }
        every_shelf!(has)
    }
}
