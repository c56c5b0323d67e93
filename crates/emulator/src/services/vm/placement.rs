//! Putting an instance into an availability group.

use super::instance;
use super::instance_type;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::places;
use crate::services::ag;
use crate::state::{InstanceStatus, SystemDisk};
use crate::world::World;
use serde_json::Value;

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = instance::find_idle(world, call.region(), id)?;
    let group_id = call.args.text("agId")?;
    let group = ag::find(world, call.region(), group_id)?;
    let balance = call.args.flag("balance");
    match instance.status {
        InstanceStatus::Stopped => {}
        InstanceStatus::Running if !balance => {}
        other => return Err(Fault::precondition(format!("instance {id} is {}", other.as_str()))),
    }
    if balance && matches!(instance.system_disk, SystemDisk::Local { .. }) {
        return Err(Fault::precondition(format!("instance {id} has a local system disk and cannot be moved")));
    }
    if instance_type::generation(&instance.instance_type) == 1 {
        let name = &instance.instance_type;
        return Err(Fault::precondition(format!("{name} is of the first generation and joins no group")));
    }
    if !group.azs.iter().any(|az| places::same_zone(az, &instance.az)) {
        return Err(Fault::invalid(format!("ag {group_id} has no zone {}", instance.az)));
    }
    let vpc = world.interfaces.get(&instance.interface).map(|port| port.vpc.as_str());
    let template = group.template.as_ref().and_then(|id| world.instance_templates.get(id));
    if template.is_some_and(|template| Some(template.vpc.as_str()) != vpc) {
        return Err(Fault::invalid(format!("instance {id} is not in the VPC of ag {group_id}")));
    }
    ag::take_in(world, group_id, id, call.args.flag("isManaged"));
    Ok(Value::Null)
}
