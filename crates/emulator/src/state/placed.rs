//! Which objects know their region, and so can be kept on a shelf by it.

use super::{
    AsAlarm, AsRule, AvailabilityGroup, BandwidthPackage, Disk, ElasticIp, Instance, InstanceTemplate, Keypair,
    NatGateway, NetworkAcl, NetworkInterface, Placed, PrivateImage, RouteTable, SecurityGroup, Snapshot,
    SnapshotPolicy, Subnet, Vpc, VpcPeering,
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

placed!(Vpc, Subnet, RouteTable, NetworkAcl, SecurityGroup, NetworkInterface, ElasticIp);
placed!(VpcPeering, NatGateway, BandwidthPackage);
placed!(Instance, Keypair, Disk);
placed!(Snapshot, SnapshotPolicy, PrivateImage);
placed!(InstanceTemplate, AvailabilityGroup, AsAlarm, AsRule);
