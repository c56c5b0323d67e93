//! The vpc service: private networks, what stands in them and what connects them. All but NAT gateways is synchronous.

mod association;
mod bandwidth_package;
mod elastic_ip;
mod labels;
mod nat_gateway;
mod network_acl;
mod network_acl_rules;
mod network_interface;
mod operations;
mod quota;
mod route_table;
mod route_table_rules;
mod secondary_ips;
mod security_group;
mod security_group_rules;
mod subnet;
mod vpc_peering;
mod vpcs;

pub(crate) use elastic_ip::Order as ElasticIpOrder;
pub(crate) use elastic_ip::{
    bind as bind_elastic_ip, buy as buy_elastic_ips, check_free as check_elastic_ip_free, hold as hold_elastic_ip,
    release as release_elastic_ip, remove as remove_elastic_ip, unbind as unbind_elastic_ip,
};
pub(crate) use nat_gateway::{gone as gateway_gone, is as gateway_is};
pub(crate) use network_interface::{
    Primary, address_view, check_groups, choose_address, create_primary, find as find_interface, move_primary,
    remove as remove_interface,
};
pub(crate) use operations::OPERATIONS;
pub(crate) use security_group::find as find_security_group;
pub(crate) use subnet::find as find_subnet;
pub(crate) use vpcs::find as find_vpc;
