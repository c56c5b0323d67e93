//! Which objects know their region, and so can be kept on a shelf by it.

use super::{
    BandwidthPackage, CacheInstance, Disk, ElasticIp, Instance, Keypair, NatGateway, NetworkAcl, NetworkInterface,
    ParameterGroup, Placed, Policy, RdsAccount, RdsDatabase, RdsInstance, Registry, Repository, Role, RouteTable,
    SecurityGroup, SubUser, Subnet, UserGroup, UserKey, Vpc, VpcPeering, WhiteList,
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
placed!(Instance, Keypair, Disk);
placed!(RdsInstance, RdsAccount, RdsDatabase, WhiteList, ParameterGroup);
placed!(CacheInstance, Registry, Repository);
