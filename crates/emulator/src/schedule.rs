//! What becomes of objects by itself: transitions stored as "at this moment, this happens".
//!
//! Due transitions are carried out in the order of their moments before anything else is looked at, and each depends on
//! its own moment only. So it makes no difference whether reads happened in between, and a replay of the changing calls
//! alone gives the same world.
//!
//! A job that fails (a fault) ends at its usual moment: the instance in `error`, a disk in `error_create`, `error_extend`
//! (with its old size) or `error_delete`, a snapshot in `error_create` or `error_delete`, an attachment in `error_attach` or `error_detach`. All of them can be asked to
//! (with its old size) or `error_delete`, a database instance in `BUILD_ERROR` or another of its error states, an attachment in `error_attach` or `error_detach`. All of them can be asked to
//! go, and an attachment to be undone. The real service takes a failed instance away after a time nobody tells; here it
//! stays until it is deleted.

use crate::clock::Moment;
use crate::ids;
use crate::perform::{JobFate, arrive};
use crate::services::{disk, kubernetes, lb, rds::RdsEvent, redis::RedisEvent, vm, vpc};
use crate::state::{AttachmentStatus, BalancerStatus, ClusterState, GatewayStatus, InstanceStatus, SnapshotStatus};
use crate::world::World;
use serde::{Deserialize, Serialize};

/// Something that will happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Due {
    /// When.
    pub(crate) at: Moment,
    /// Order among equals: that of scheduling.
    pub(crate) order: u64,
    /// What.
    pub(crate) event: Event,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// An instance shows another state; in a stable one its task is over.
    InstanceIs { instance: String, status: InstanceStatus },
    /// A deleted instance disappears with what belongs to it.
    InstanceGone { instance: String },
    /// A new disk is ready, or an extended one, which had this size in GB and these IOPS before.
    DiskReady {
        disk: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<(i64, Option<i64>)>,
    },
    /// A deleted disk becomes a tombstone.
    DiskGone { disk: String },
    /// A snapshot is there.
    SnapshotReady { snapshot: String },
    /// A deleted snapshot disappears.
    SnapshotGone { snapshot: String },
    /// An image is there, and with it the snapshots it consists of.
    ImageReady { image: String },
    /// A deleted image disappears, with its snapshots or without them.
    ImageGone { image: String, snapshots: bool },
    /// A disk is attached.
    Attached { instance: String, disk: String },
    /// A disk is detached.
    Detached { instance: String, disk: String },
    /// Something that ran on an instance is over.
    TaskOver { instance: String },
    /// A NAT gateway has arrived in a state.
    GatewayIs { gateway: String, status: GatewayStatus },
    /// A deleted NAT gateway disappears.
    GatewayGone { gateway: String },
    /// A load balancer has arrived in a state.
    BalancerIs { balancer: String, status: BalancerStatus },
    /// A deleted load balancer disappears.
    BalancerGone { balancer: String },
    /// Something of the rds service.
    Rds(RdsEvent),
    /// Something of the redis service.
    Redis(RedisEvent),
    /// A cluster has come into a state.
    ClusterIs { cluster: String, state: ClusterState },
    /// The trace of a deleted cluster goes.
    ClusterGone { cluster: String },
    /// A node group has come into a state.
    NodeGroupIs { group: String, state: ClusterState },
    /// The trace of a deleted node group goes.
    NodeGroupGone { group: String },
    /// A job that was to end like this fails.
    Failed { job: Box<Event> },
    /// A request that was late arrives.
    Arrives { call: Box<LateCall> },
}

/// A call on its way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LateCall {
    pub(crate) service: String,
    pub(crate) operation: String,
    /// Its parameters as JSON text.
    pub(crate) parameters: String,
    /// Id under which its sending is in the log.
    pub(crate) request_id: String,
}

/// Operations that a job goes on after, by service and name.
const JOBS: &[(&str, &str)] = &[
    ("disk", "createDisks"),
    ("disk", "createSnapshot"),
    ("disk", "deleteDisk"),
    ("disk", "deleteSnapshot"),
    ("disk", "extendDisk"),
    ("kubernetes", "createCluster"),
    ("kubernetes", "createNodeGroup"),
    ("kubernetes", "deleteCluster"),
    ("kubernetes", "deleteNodeGroup"),
    ("kubernetes", "setNodeGroupSize"),
    ("lb", "createLoadBalancer"),
    ("lb", "deleteLoadBalancer"),
    ("lb", "updateLoadBalancer"),
    ("rds", "createAccount"),
    ("rds", "createDatabase"),
    ("rds", "createInstance"),
    ("rds", "createROInstance"),
    ("rds", "deleteAccount"),
    ("rds", "deleteDatabase"),
    ("rds", "deleteInstance"),
    ("rds", "modifyInstanceAz"),
    ("rds", "modifyInstanceSpec"),
    ("rds", "rebootInstance"),
    ("redis", "createCacheInstance"),
    ("redis", "deleteCacheInstance"),
    ("redis", "modifyCacheInstanceClass"),
    ("vm", "attachDisk"),
    ("vm", "attachNetworkInterface"),
    ("vm", "createImage"),
    ("vm", "createInstances"),
    ("vm", "deleteImage"),
    ("vm", "deleteInstance"),
    ("vm", "detachDisk"),
    ("vm", "detachNetworkInterface"),
    ("vm", "rebootInstance"),
    ("vm", "rebuildInstance"),
    ("vm", "resizeInstance"),
    ("vm", "startInstance"),
    ("vm", "stopInstance"),
    ("vpc", "createNatGateway"),
    ("vpc", "deleteNatGateway"),
    ("vpc", "startNatGateway"),
    ("vpc", "stopNatGateway"),
];

/// Whether a job goes on after this operation.
pub(crate) fn has_job(service: &str, operation: &str) -> bool {
    JOBS.contains(&(service, operation))
}

impl Event {
    fn subject(&self) -> String {
        match self {
            Event::InstanceIs { instance, .. } | Event::InstanceGone { instance } | Event::TaskOver { instance } => {
                instance.clone()
            }
            Event::GatewayIs { gateway, .. } | Event::GatewayGone { gateway } => gateway.clone(),
            Event::BalancerIs { balancer, .. } | Event::BalancerGone { balancer } => balancer.clone(),
            Event::ClusterIs { cluster, .. } | Event::ClusterGone { cluster } => cluster.clone(),
            Event::NodeGroupIs { group, .. } | Event::NodeGroupGone { group } => group.clone(),
            Event::DiskReady { disk, .. } | Event::DiskGone { disk, .. } => disk.clone(),
            Event::SnapshotReady { snapshot } | Event::SnapshotGone { snapshot } => snapshot.clone(),
            Event::ImageReady { image } | Event::ImageGone { image, .. } => image.clone(),
            Event::Attached { instance, disk } | Event::Detached { instance, disk } => format!("{instance}/{disk}"),
            Event::Rds(event) => event.subject(),
            Event::Redis(event) => event.subject(),
            Event::Failed { job } => job.subject(),
            Event::Arrives { call } => call.request_id.clone(),
        }
    }
}

/// Usual duration of a task in milliseconds at speed 1.
pub(crate) mod usual {
    /// An instance until it starts, and from there until it runs.
    pub(crate) const CREATE_INSTANCE: i64 = 20_000;
    /// Power changes.
    pub(crate) const START: i64 = 15_000;
    /// Stopping waits for the guest.
    pub(crate) const STOP: i64 = 20_000;
    /// Stop and start of the guest.
    pub(crate) const REBOOT: i64 = 25_000;
    /// Another type.
    pub(crate) const RESIZE: i64 = 20_000;
    /// A new system disk.
    pub(crate) const REBUILD: i64 = 45_000;
    /// Everything given back.
    pub(crate) const DELETE_INSTANCE: i64 = 15_000;
    /// A new disk.
    pub(crate) const CREATE_DISK: i64 = 5_000;
    /// More space.
    pub(crate) const EXTEND_DISK: i64 = 8_000;
    /// Space given back.
    pub(crate) const DELETE_DISK: i64 = 5_000;
    /// A disk written off.
    pub(crate) const CREATE_SNAPSHOT: i64 = 12_000;
    /// Its blocks given back.
    pub(crate) const DELETE_SNAPSHOT: i64 = 4_000;
    /// All disks of an instance written off.
    pub(crate) const CREATE_IMAGE: i64 = 30_000;
    /// Their blocks given back.
    pub(crate) const DELETE_IMAGE: i64 = 5_000;
    /// Plugging a disk in.
    pub(crate) const ATTACH: i64 = 6_000;
    /// Pulling it out.
    pub(crate) const DETACH: i64 = 6_000;
    /// An instance notices an interface that came or went.
    pub(crate) const TIE_INTERFACE: i64 = 4_000;
    /// A new database instance.
    pub(crate) const BUILD_RDS: i64 = 180_000;
    /// Another size or other zones.
    pub(crate) const MIGRATE_RDS: i64 = 120_000;
    /// An instance given back.
    pub(crate) const DELETE_RDS: i64 = 30_000;
    /// An account or a database that comes or goes.
    pub(crate) const RDS_PART: i64 = 4_000;
    /// A new Redis instance.
    pub(crate) const CREATE_REDIS: i64 = 40_000;
    /// Another class.
    pub(crate) const CHANGE_REDIS: i64 = 40_000;
    /// A Redis instance given back.
    pub(crate) const DELETE_REDIS: i64 = 15_000;
    /// A new NAT gateway.
    pub(crate) const CREATE_GATEWAY: i64 = 10_000;
    /// Starting or stopping it.
    pub(crate) const POWER_GATEWAY: i64 = 6_000;
    /// Giving it back.
    pub(crate) const DELETE_GATEWAY: i64 = 5_000;
    /// A new load balancer.
    pub(crate) const CREATE_BALANCER: i64 = 15_000;
    /// Starting or stopping it.
    pub(crate) const POWER_BALANCER: i64 = 5_000;
    /// Giving it back, with all that belongs to it.
    pub(crate) const DELETE_BALANCER: i64 = 8_000;
}

impl World {
    /// How long a task of this usual duration takes for the object with this id: scaled, with repeatable jitter.
    pub(crate) fn latency(&self, usual: i64, id: &str) -> i64 {
        (usual as f64 * self.settings.speed * ids::jitter(self.ids.seed, id)) as i64
    }

    /// What has been planned and has not happened yet: whose it is, and when. An attachment is `INSTANCE/DISK`.
    pub fn pending(&self) -> impl Iterator<Item = (String, Moment)> {
        self.schedule.iter().map(|due| (due.event.subject(), due.at))
    }

    /// Plans how a job ends, or how a fault makes it end.
    pub(crate) fn plan(&mut self, at: Moment, event: Event) {
        let order = self.ids.next();
        let (at, event) = match self.job_fate {
            None => (at, event),
            Some(JobFate::Fails) => (at, Event::Failed { job: Box::new(event) }),
            Some(JobFate::Sticks { millis: Some(millis) }) => (at.plus(millis), event),
            Some(JobFate::Sticks { millis: None }) => return,
        };
        self.schedule.insert(Due { at, order, event });
    }

    /// Carries out everything due by `now`, for every account.
    pub(crate) fn settle(&mut self, now: Moment) {
        while self.schedule.first().is_some_and(|due| due.at <= now) {
            if let Some(due) = self.schedule.pop_first() {
                self.happen(due.at, due.event);
            }
        }
        if !self.accounts.is_empty() {
            self.each_account(|theirs| theirs.settle(now));
        }
    }

    fn happen(&mut self, at: Moment, event: Event) {
        match event {
            Event::InstanceIs { instance, status } => vm::instance_is(self, &instance, status, at),
            Event::InstanceGone { instance } => vm::instance_gone(self, &instance, at),
            Event::DiskReady { disk, .. } => disk::ready(self, &disk),
            Event::DiskGone { disk } => disk::gone(self, &disk),
            Event::SnapshotReady { snapshot } => disk::snapshot_ready(self, &snapshot, SnapshotStatus::Available),
            Event::SnapshotGone { snapshot } => disk::snapshot_gone(self, &snapshot),
            Event::ImageReady { image } => vm::image_made(self, &image, true),
            Event::ImageGone { image, snapshots } => vm::image_gone(self, &image, snapshots),
            Event::Attached { instance, disk } => disk::attached(self, &instance, &disk),
            Event::Detached { instance, disk } => disk::detached(self, &instance, &disk),
            Event::TaskOver { instance } => vm::task_over(self, &instance),
            Event::GatewayIs { gateway, status } => vpc::gateway_is(self, &gateway, status),
            Event::GatewayGone { gateway } => vpc::gateway_gone(self, &gateway),
            Event::BalancerIs { balancer, status } => lb::balancer_is(self, &balancer, status),
            Event::BalancerGone { balancer } => lb::balancer_gone(self, &balancer),
            Event::Rds(event) => event.happen(self, at),
            Event::Redis(event) => event.happen(self),
            Event::ClusterIs { cluster, state } => kubernetes::cluster_is(self, &cluster, state, at),
            Event::ClusterGone { cluster } => kubernetes::cluster_gone(self, &cluster),
            Event::NodeGroupIs { group, state } => kubernetes::node_group_is(self, &group, state, at),
            Event::NodeGroupGone { group } => kubernetes::node_group_gone(self, &group),
            Event::Failed { job } => self.fail(at, *job),
            Event::Arrives { call } => arrive(self, &call, at),
        }
    }

    /// A job ends in the error state of what it was about.
    fn fail(&mut self, at: Moment, job: Event) {
        match job {
            // On the way there all is well: it is the end that is not reached.
            Event::InstanceIs { instance, status } if !status.is_stable() => {
                vm::instance_is(self, &instance, status, at);
            }
            Event::InstanceIs { instance, .. } | Event::InstanceGone { instance } => {
                vm::instance_is(self, &instance, InstanceStatus::Error, at);
            }
            Event::DiskReady { disk, was } => disk::not_ready(self, &disk, was),
            Event::DiskGone { disk } => disk::not_gone(self, &disk),
            Event::SnapshotReady { snapshot } => {
                disk::snapshot_ready(self, &snapshot, SnapshotStatus::ErrorCreate);
            }
            Event::ImageReady { image } => vm::image_made(self, &image, false),
            Event::ImageGone { image, .. } => vm::image_not_gone(self, &image),
            Event::SnapshotGone { snapshot } => disk::snapshot_ready(self, &snapshot, SnapshotStatus::ErrorDelete),
            Event::Attached { instance, disk } => {
                disk::tie_failed(self, &instance, &disk, AttachmentStatus::ErrorAttach);
            }
            Event::Detached { instance, disk } => {
                disk::tie_failed(self, &instance, &disk, AttachmentStatus::ErrorDetach);
            }
            // No page tells of a failed NAT gateway: it comes to rest, and a deletion that fails leaves it stopped.
            Event::GatewayIs { gateway, .. } | Event::GatewayGone { gateway } => {
                vpc::gateway_is(self, &gateway, GatewayStatus::Stopped);
            }
            Event::BalancerIs { balancer, .. } => {
                let made = self.load_balancers.get(&balancer).is_none_or(|b| b.status != BalancerStatus::Creating);
                let status = if made { BalancerStatus::Down } else { BalancerStatus::CreateFailed };
                lb::balancer_is(self, &balancer, status);
            }
            // Nor of a load balancer that could not be deleted: it comes to rest, and serves nobody.
            Event::BalancerGone { balancer } => lb::balancer_is(self, &balancer, BalancerStatus::Down),
            Event::ClusterIs { cluster, .. } => kubernetes::cluster_is(self, &cluster, ClusterState::Error, at),
            Event::NodeGroupIs { group, .. } => kubernetes::node_group_is(self, &group, ClusterState::Error, at),
            Event::TaskOver { instance } => vm::task_over(self, &instance),
            Event::Rds(event) => event.fail(self),
            Event::Redis(event) => event.fail(self),
            Event::ClusterGone { .. } | Event::NodeGroupGone { .. } => {}
            Event::Failed { .. } | Event::Arrives { .. } => {}
        }
    }
}
