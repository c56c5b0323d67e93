//! Which objects know their region, and so can be kept on a shelf by it.

use super::{
    AsAlarm, AsCron, AsRule, AvailabilityGroup, Backend, BandwidthPackage, CacheInstance, Certificate, Cluster, Disk,
    ElasticIp, Instance, InstanceTemplate, Keypair, Listener, LoadBalancer, NatGateway, NetworkAcl, NetworkInterface,
    NodeGroup, ParameterGroup, Placed, Policy, PrivateImage, PrivateZone, RdsAccount, RdsDatabase, RdsInstance,
    Registry, Repository, Role, RouteTable, SecurityGroup, Snapshot, SnapshotPolicy, SubUser, Subnet, TargetGroup,
    UrlMap, UserGroup, UserKey, Vpc, VpcPeering, WhiteList, ZoneRecord,
};

/// Objects that know their region.
macro_rules! placed {
    ($($object:ty),*) => {
        $(impl Placed for $object {
            fn region(&self) -> &str {
                &self.region
            }
        })*
    };
}

/// Objects of a service without regions.
macro_rules! placed_nowhere {
    ($($object:ty),*) => {
        $(impl Placed for $object {
            fn region(&self) -> &str {
                ""
            }
        })*
    };
}

placed_nowhere!(SubUser, UserGroup, Policy, Role, UserKey);
placed!(Vpc, Subnet, RouteTable, NetworkAcl, SecurityGroup, NetworkInterface, ElasticIp);
placed!(VpcPeering, NatGateway, BandwidthPackage);
placed!(Cluster, NodeGroup);
placed!(Instance, Keypair, Disk);
placed!(Snapshot, SnapshotPolicy, PrivateImage);
placed!(InstanceTemplate, AvailabilityGroup, AsAlarm, AsCron, AsRule);
placed!(PrivateZone, ZoneRecord);
placed!(LoadBalancer, TargetGroup, Backend, UrlMap, Listener, Certificate);
placed!(RdsInstance, RdsAccount, RdsDatabase, WhiteList, ParameterGroup);
placed!(CacheInstance, Registry, Repository);
