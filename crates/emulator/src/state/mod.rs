//! The objects of the emulated cloud, as they are kept; what reads show is made by the services.

mod balance;
mod compute;
mod groups;
mod images;
mod dns;
mod identity;
mod kubernetes;
mod network;
mod placed;
mod ranks;
mod rds;
mod redis;
mod registry;
mod shelf;
mod storage;

pub(crate) use balance::{
    Backend, BalancerStatus, BalancerType, BoundCertificate, Certificate, HealthCheck, Listener, LoadBalancer, Target,
    TargetGroup, UrlMap, UrlRule,
};
pub(crate) use compute::{
    AttachedDisk, Attachment, AttachmentStatus, Disk, DiskStatus, Instance, InstanceStatus, Keypair, SystemDisk,
};
pub(crate) use dns::{PrivateZone, ZoneRecord};
pub(crate) use groups::{AsAlarm, AsCron, AsRule, AvailabilityGroup, InstanceTemplate, Scaling};
pub(crate) use identity::{Policy, Role, SubUser, UserGroup, UserKey};
pub(crate) use images::{ImageDisk, ImageStatus, PrivateImage};
pub(crate) use kubernetes::{Cluster, ClusterState, NodeGroup};
pub(crate) use network::{
    AclRule, BandwidthPackage, ElasticIp, GatewayStatus, Holder, Member, NatGateway, NetworkAcl, NetworkInterface,
    Route, RouteTable, Rule, SecondaryIp, SecurityGroup, Subnet, Vpc, VpcPeering,
};
pub(crate) use rds::{
    ParameterGroup, RdsAccount, RdsDatabase, RdsInstance, RdsPartStatus, RdsSize, RdsStatus, WhiteList,
};
pub(crate) use redis::{CacheInstance, CacheSize, CacheStatus};
pub(crate) use registry::{Registry, Repository};
pub(crate) use shelf::{Placed, Shelf};
pub(crate) use storage::{Covered, Snapshot, SnapshotPolicy, SnapshotStatus};
