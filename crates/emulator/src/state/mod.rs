//! The objects of the emulated cloud, as they are kept; what reads show is made by the services.

mod balance;
mod compute;
mod dns;
mod network;
mod placed;
mod shelf;

pub(crate) use balance::{
    Backend, BalancerStatus, BalancerType, BoundCertificate, Certificate, HealthCheck, Listener, LoadBalancer, Target,
    TargetGroup, UrlMap, UrlRule,
};
pub(crate) use compute::{
    AttachedDisk, Attachment, AttachmentStatus, Disk, DiskStatus, Instance, InstanceStatus, Keypair, SystemDisk,
};
pub(crate) use dns::{PrivateZone, ZoneRecord};
pub(crate) use network::{
    AclRule, BandwidthPackage, ElasticIp, GatewayStatus, Holder, Member, NatGateway, NetworkAcl, NetworkInterface,
    Route, RouteTable, Rule, SecondaryIp, SecurityGroup, Subnet, Vpc, VpcPeering,
};
pub(crate) use shelf::{Placed, Shelf};
