//! The operations of the vpc service.

use super::{
    elastic_ip, network_acl, network_interface, quota, route_table, security_group, security_group_rules, subnet, vpcs,
};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("addNetworkSecurityGroupRules", Write(security_group_rules::add)),
    ("addRouteTableRules", Write(route_table::add_rules)),
    ("associateElasticIp", Write(network_interface::associate_elastic_ip)),
    ("associateRouteTable", Write(route_table::associate)),
    ("createElasticIps", Write(elastic_ip::create)),
    ("createNetworkSecurityGroup", Write(security_group::create)),
    ("createRouteTable", Write(route_table::create)),
    ("createSubnet", Write(subnet::create)),
    ("createVpc", Write(vpcs::create)),
    ("deleteElasticIp", Write(elastic_ip::delete)),
    ("deleteNetworkSecurityGroup", Write(security_group::delete)),
    ("deleteRouteTable", Write(route_table::delete)),
    ("deleteSubnet", Write(subnet::delete)),
    ("deleteVpc", Write(vpcs::delete)),
    ("describeElasticIp", Read(elastic_ip::describe)),
    ("describeElasticIps", Read(elastic_ip::list)),
    ("describeNetworkAcl", Read(network_acl::describe)),
    ("describeNetworkAcls", Read(network_acl::list)),
    ("describeNetworkInterface", Read(network_interface::describe)),
    ("describeNetworkInterfaces", Read(network_interface::list)),
    ("describeNetworkSecurityGroup", Read(security_group::describe)),
    ("describeNetworkSecurityGroupRules", Read(security_group_rules::list)),
    ("describeNetworkSecurityGroups", Read(security_group::list)),
    ("describeQuota", Read(quota::describe)),
    ("describeRouteTable", Read(route_table::describe)),
    ("describeRouteTables", Read(route_table::list)),
    ("describeSubnet", Read(subnet::describe)),
    ("describeSubnets", Read(subnet::list)),
    ("describeVpc", Read(vpcs::describe)),
    ("describeVpcs", Read(vpcs::list)),
    ("disassociateElasticIp", Write(network_interface::disassociate_elastic_ip)),
    ("disassociateRouteTable", Write(route_table::disassociate)),
    ("modifyElasticIp", Write(elastic_ip::modify)),
    ("modifyNetworkInterface", Write(network_interface::modify)),
    ("modifyNetworkSecurityGroup", Write(security_group::modify)),
    ("modifyNetworkSecurityGroupRules", Write(security_group_rules::modify)),
    ("modifyRouteTable", Write(route_table::modify)),
    ("modifySubnet", Write(subnet::modify)),
    ("modifyVpc", Write(vpcs::modify)),
    ("removeNetworkSecurityGroupRules", Write(security_group_rules::remove)),
    ("removeRouteTableRules", Write(route_table::remove_rules)),
];
