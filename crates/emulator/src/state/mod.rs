//! The objects of the emulated cloud, as they are kept; what reads show is made by the services.

mod compute;
mod network;
mod shelf;

pub(crate) use compute::{
    AttachedDisk, Attachment, AttachmentStatus, Disk, DiskStatus, Instance, InstanceStatus, Keypair, SystemDisk,
};
pub(crate) use network::{
    ElasticIp, NetworkAcl, NetworkInterface, Route, RouteTable, Rule, SecurityGroup, Subnet, Vpc,
};
pub(crate) use shelf::Shelf;
