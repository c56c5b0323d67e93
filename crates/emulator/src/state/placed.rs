//! Which objects know their region, and so can be kept on a shelf by it.

use super::{
    AsAlarm, AsRule, AvailabilityGroup, Backend, BandwidthPackage, Certificate, Disk, ElasticIp, Instance,
    InstanceTemplate, Keypair, Listener, LoadBalancer, NatGateway, NetworkAcl, NetworkInterface, Placed, PrivateImage,
    PrivateZone, RouteTable, SecurityGroup, Snapshot, SnapshotPolicy, Subnet, TargetGroup, UrlMap, Vpc, VpcPeering,
    ZoneRecord,
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
placed!(PrivateZone, ZoneRecord);
placed!(LoadBalancer, TargetGroup, Backend, UrlMap, Listener, Certificate);
