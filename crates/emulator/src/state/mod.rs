//! The objects of the emulated cloud, as they are kept; what reads show is made by the services.

mod compute;
mod identity;
mod network;
mod placed;
mod rds;
mod redis;
mod registry;
mod shelf;

pub(crate) use compute::{
    AttachedDisk, Attachment, AttachmentStatus, Disk, DiskStatus, Instance, InstanceStatus, Keypair, SystemDisk,
};
pub(crate) use identity::{Policy, Role, SubUser, UserGroup, UserKey};
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
