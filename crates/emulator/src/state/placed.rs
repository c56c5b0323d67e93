//! Which objects know their region, and so can be kept on a shelf by it.

use super::{
    Backend, BandwidthPackage, Certificate, Disk, ElasticIp, Instance, Keypair, Listener, LoadBalancer, NatGateway,
    NetworkAcl, NetworkInterface, Placed, PrivateZone, RouteTable, SecurityGroup, Subnet, TargetGroup, UrlMap, Vpc,
    VpcPeering, ZoneRecord,
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
placed!(PrivateZone, ZoneRecord);
placed!(LoadBalancer, TargetGroup, Backend, UrlMap, Listener, Certificate);
