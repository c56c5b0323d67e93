//! The operations of the vm service.

use super::{changes, create, image, instance, instance_type, interfaces, keypair, life, links, private_image, quota};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("associateElasticIp", Write(links::associate_elastic_ip)),
    ("attachDisk", Write(links::attach_disk)),
    ("attachKeypair", Write(keypair::attach)),
    ("attachNetworkInterface", Write(interfaces::attach)),
    ("createImage", Write(private_image::create)),
    ("createInstances", Write(create::create)),
    ("createKeypair", Write(keypair::create)),
    ("deleteImage", Write(private_image::delete)),
    ("deleteInstance", Write(life::delete)),
    ("deleteKeypair", Write(keypair::delete)),
    ("describeBriefInstances", Read(instance::list_brief)),
    ("describeImage", Read(image::describe)),
    ("describeImages", Read(image::list)),
    ("describeInstance", Read(instance::describe)),
    ("describeInstancePrivateIpAddress", Read(instance::list_addresses)),
    ("describeInstanceStatus", Read(instance::list_status)),
    ("describeInstanceTypes", Read(instance_type::list)),
    ("describeInstances", Read(instance::list)),
    ("describeInstancesCustomData", Read(instance::list_custom_data)),
    ("describeKeypairs", Read(keypair::list)),
    ("describeQuotas", Read(quota::describe)),
    ("detachDisk", Write(links::detach_disk)),
    ("detachKeypair", Write(keypair::detach)),
    ("detachNetworkInterface", Write(interfaces::detach)),
    ("disassociateElasticIp", Write(links::disassociate_elastic_ip)),
    ("importKeypair", Write(keypair::import)),
    ("modifyImageAttribute", Write(private_image::modify)),
    ("modifyInstanceAttribute", Write(changes::modify)),
    ("modifyInstanceDiskAttribute", Write(links::modify_disks)),
    ("modifyInstanceNetworkAttribute", Write(interfaces::modify)),
    ("modifyInstancePassword", Write(changes::password)),
    ("modifyInstanceVpcAttribute", Write(changes::move_subnet)),
    ("rebootInstance", Write(life::reboot)),
    ("rebuildInstance", Write(changes::rebuild)),
    ("resizeInstance", Write(changes::resize)),
    ("startInstance", Write(life::start)),
    ("stopInstance", Write(life::stop)),
];
