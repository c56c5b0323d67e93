//! What a load balancer is tied to: an elastic IP, and security groups.

use super::belonging::at_rest;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::services::vpc;
use crate::state::{BalancerType, Holder};
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeSet;

/// Checks groups that a load balancer is to have beside those it has.
pub(super) fn check_groups(
    world: &World,
    region: &str,
    (balancer_type, vpc_id): (BalancerType, &str),
    has: &BTreeSet<String>,
    groups: &[&str],
) -> Result<(), Fault> {
    if groups.is_empty() {
        return Ok(());
    }
    if balancer_type != BalancerType::Alb {
        return Err(Fault::invalid("only application load balancers have security groups"));
    }
    let mut new = BTreeSet::new();
    for group in groups {
        if vpc::find_security_group(world, region, group)?.vpc != vpc_id {
            return Err(Fault::invalid(format!("security group {group} is not in {vpc_id}, the VPC of the subnet")));
        }
        if has.contains(*group) || !new.insert(*group) {
            return Err(Fault::precondition(format!("security group {group} is already associated")));
        }
    }
    quota::check(&world.settings.quotas, "loadbalancerSecurityGroup", has.len(), groups.len())
}

/// Ties groups to a load balancer.
pub(super) fn add_groups(world: &mut World, id: &str, groups: &[&str]) {
    for group in groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.load_balancers.insert(id.to_owned());
        }
    }
    if let Some(balancer) = world.load_balancers.get_mut(id) {
        balancer.security_groups.extend(groups.iter().map(|g| (*g).to_owned()));
    }
}

pub(crate) fn associate_security_group(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("loadBalancerId")?;
    let balancer = at_rest(world, call.region(), id)?;
    let groups = call.args.texts("securityGroupIds");
    let place = (balancer.balancer_type, balancer.vpc.as_str());
    check_groups(world, call.region(), place, &balancer.security_groups, &groups)?;
    add_groups(world, id, &groups);
    Ok(Value::Null)
}

pub(crate) fn disassociate_security_group(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("loadBalancerId")?;
    let balancer = at_rest(world, call.region(), id)?;
    let groups = call.args.texts("securityGroupIds");
    if let Some(strange) = groups.iter().find(|group| !balancer.security_groups.contains(**group)) {
        return Err(Fault::precondition(format!("security group {strange} is not associated with {id}")));
    }
    for group in groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.load_balancers.remove(id);
        }
        if let Some(balancer) = world.load_balancers.get_mut(id) {
            balancer.security_groups.remove(group);
        }
    }
    Ok(Value::Null)
}

pub(crate) fn associate_elastic_ip(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("loadBalancerId")?;
    let balancer = at_rest(world, call.region(), id)?;
    let elastic_ip = call.args.text("elasticIpId")?;
    vpc::check_elastic_ip_free(world, call.region(), elastic_ip)?;
    if let Some(other) = &balancer.elastic_ip {
        return Err(Fault::precondition(format!("{id} is already associated with elastic IP {other}")));
    }
    vpc::hold_elastic_ip(world, elastic_ip, Some(Holder::LoadBalancer(id.to_owned())));
    if let Some(balancer) = world.load_balancers.get_mut(id) {
        balancer.elastic_ip = Some(elastic_ip.to_owned());
    }
    Ok(Value::Null)
}

pub(crate) fn disassociate_elastic_ip(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("loadBalancerId")?;
    let balancer = at_rest(world, call.region(), id)?;
    let elastic_ip = call.args.text("elasticIpId")?;
    if balancer.elastic_ip.as_deref() != Some(elastic_ip) {
        return Err(Fault::precondition(format!("elastic IP {elastic_ip} is not associated with {id}")));
    }
    vpc::release_elastic_ip(world, elastic_ip);
    let prepaid = world.elastic_ips.get(elastic_ip).is_some_and(|e| e.charge.is_prepaid());
    if call.args.flag("deleteElasticIp") && !prepaid {
        vpc::remove_elastic_ip(world, elastic_ip);
    }
    Ok(Value::Null)
}
