//! Read-only instances of MySQL: in the network of their primary instance, and gone with it.

use super::{instances, sizes};
use crate::call::Call;
use crate::charge::{Charge, Mode};
use crate::fault::{Answer, Fault};
use crate::state::{RdsInstance, RdsSize, RdsStatus};
use crate::tags;
use crate::world::World;
use serde_json::json;

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let (source, primary) = instances::running(world, call)?;
    if primary.engine != "MySQL" || primary.source.is_some() {
        return Err(Fault::invalid(format!("instance {source} takes no read-only instances")));
    }
    if !matches!(args.opt_int("count"), None | Some(1)) {
        return Err(Fault::not_implemented("rds", "createROInstance of several"));
    }
    let name = args.text("instanceName")?;
    sizes::check_name("instanceName", name)?;
    let size = RdsSize {
        class: args.text("instanceClass")?.to_owned(),
        storage_gb: args.int("instanceStorageGB")?,
        storage_type: sizes::storage_type(args, "instanceStorageType").unwrap_or("LOCAL_SSD").to_owned(),
        azs: vec![args.text("azId")?.to_owned()],
    };
    sizes::check(region, &primary.engine, &size)?;
    if size.storage_gb < primary.size.storage_gb {
        return Err(Fault::invalid(format!("instanceStorageGB must be at least that of {source}")));
    }
    let given = |name: &str| args.opt_text(name).filter(|text| !text.is_empty());
    let vpc = given("vpcId").unwrap_or(&primary.vpc);
    let subnet = given("subnetId").unwrap_or(&primary.subnet).to_owned();
    let (vpc, address) = instances::room(world, region, vpc, &subnet, &primary.engine)?;
    let group = given("parameterGroup");
    if let Some(group) = group {
        super::parameter_groups::check_fits(world, region, group, &primary.engine, &primary.version)?;
    }
    let charge = Charge::read(args.child("chargeSpec"), &[Mode::PostpaidByDuration], call.now)?;
    let instance = RdsInstance {
        region: region.to_owned(),
        name: name.to_owned(),
        engine: primary.engine.clone(),
        version: primary.version.clone(),
        size,
        vpc,
        subnet,
        address,
        port: primary.port,
        encrypted: args.flag("storageEncrypted"),
        architecture: None,
        parameter_group: group.map(str::to_owned).or_else(|| primary.parameter_group.clone()),
        source: Some(source),
        status: RdsStatus::Building,
        charge,
        created: call.now,
        tags: tags::read(args, "tagSpec")?,
    };
    let id = world.ids.id("mysql");
    let order = instances::insert(world, call, &id, instance);
    Ok(json!({"roInstanceId": [id], "orderId": order}))
}
