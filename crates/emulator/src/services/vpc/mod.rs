//! The vpc service: private networks, security groups, elastic IPs, network interfaces. Everything here is synchronous.

mod elastic_ip;
mod network_acl;
mod network_interface;
mod operations;
mod quota;
mod route_table;
mod security_group;
mod security_group_rules;
mod subnet;
mod vpcs;

pub(crate) use elastic_ip::Order as ElasticIpOrder;
pub(crate) use elastic_ip::{
    bind as bind_elastic_ip, buy as buy_elastic_ips, remove as remove_elastic_ip, unbind as unbind_elastic_ip,
};
pub(crate) use network_interface::{
    Primary, check_groups, choose_address, create_primary, move_primary, remove as remove_interface,
};
pub(crate) use operations::OPERATIONS;
